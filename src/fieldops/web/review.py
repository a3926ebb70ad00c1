"""The review queue (``/api/v1/review``): a thin handler."""

from typing import Annotated

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery, QueryParameter

from fieldops.flow import reviewqueue
from fieldops.web.bodies import AnyRequest
from fieldops.web.desk import core_of, look_up
from fieldops.web.documented import documented
from fieldops.web.policy import person

_Limit = Annotated[int, QueryParameter(ge=1, le=reviewqueue.LIMIT_MAX)]


@get(
    "/review",
    opt={"policy": person(*reviewqueue.ROLES)},
    operation_class=documented(reviewqueue.Queue),
)
async def review(
    request: AnyRequest, cursor: FromQuery[str] = "", limit: _Limit = 50
) -> Response[bytes]:
    """What the caller has yet to decide on, the riskiest first, then what has waited longest."""
    scale = core_of(request).settings.evidence
    return await look_up(
        request, lambda s, p, now: reviewqueue.page(s, p, cursor, limit, scale, now)
    )


HANDLERS: list[HTTPRouteHandler] = [review]
