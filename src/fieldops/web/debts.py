"""``GET /api/v1/debts``: which photos were announced and have not arrived, and since when."""

from typing import Annotated
from uuid import UUID

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery, QueryParameter

from fieldops.flow import debts
from fieldops.flow.paging import LIMIT, Turn
from fieldops.rules.access import READERS
from fieldops.store.owed import By, Filter
from fieldops.web.bodies import AnyRequest
from fieldops.web.desk import look_up
from fieldops.web.documented import documented
from fieldops.web.paging import Cursor, Limit, Site
from fieldops.web.policy import person

_LOOK = person(*READERS)


@get("/debts", opt={"policy": _LOOK}, operation_class=documented(debts.DebtPage))
async def listing(
    request: AnyRequest,
    by: FromQuery[By] = "inspection",
    site: Site = None,
    device: Annotated[UUID | None, QueryParameter(name="device")] = None,
    inspection: Annotated[UUID | None, QueryParameter(name="inspection")] = None,
    cursor: Cursor = "",
    limit: Limit = LIMIT,
) -> Response[bytes]:
    """The debts of the caller's sites by inspection, device or photo, the oldest first."""
    feeds = None if site is None else [site]
    asked = Filter(feeds=feeds, device=device, inspection=inspection)
    ask = Turn(cursor, limit).ask("debts", (by, asked))
    return await look_up(
        request, lambda s, p, now: debts.page(s, by, debts.visible(asked, p, READERS, now), ask)
    )


HANDLERS: list[HTTPRouteHandler] = [listing]
