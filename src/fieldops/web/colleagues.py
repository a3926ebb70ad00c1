"""Who works where (``/api/v1/people``): what people are called, and whom to give something to."""

from typing import Annotated

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter

from fieldops.flow import colleagues
from fieldops.flow.colleagues import Colleague
from fieldops.flow.paging import LIMIT, Ask, Page
from fieldops.model.access import Role
from fieldops.rules.access import READERS
from fieldops.web.bodies import AnyRequest
from fieldops.web.desk import look_at
from fieldops.web.documented import documented
from fieldops.web.paging import Cursor, Limit, Site
from fieldops.web.policy import person

_LOOK = person(*READERS)
OfRole = Annotated[Role | None, QueryParameter(name="role", description="a role held there")]


@get("/people", opt={"policy": _LOOK}, operation_class=documented(Page[Colleague]))
async def people(
    request: AnyRequest,
    site: Site = None,
    role: OfRole = None,
    cursor: Cursor = "",
    limit: Limit = LIMIT,
) -> Response[bytes]:
    """Who holds a role on the caller's sites, or on one of them; nothing else is told of them."""
    ask = Ask("people", [str(site), str(role)], cursor, limit)
    return await look_at(request, lambda who: colleagues.page(who, site, role, ask))


HANDLERS: list[HTTPRouteHandler] = [people]
