"""Legal holds and the room that photos take (``/api/v1``): thin handlers."""

from typing import Annotated
from uuid import UUID

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery
from msgspec import Meta, Struct

from fieldops.flow import holds
from fieldops.flow.paging import LIMIT, Page, Turn
from fieldops.flow.storage import READERS, StoragePage, storage
from fieldops.store.holds import HoldRow, Kind
from fieldops.web.bodies import AnyRequest, read_json
from fieldops.web.desk import core_of, look_up, write
from fieldops.web.documented import documented
from fieldops.web.paging import Cursor, Limit
from fieldops.web.policy import person

_PLACE = person(*holds.PLACERS)
_RELEASE = person(*holds.RELEASERS)
_MEASURE = person(*READERS)


class HoldAsked(Struct, frozen=True):
    """What to hold: ``subject`` is the id of a site, an inspection or a photo's record."""

    kind: Kind
    subject: UUID
    reason: Annotated[str, Meta(max_length=holds.REASON_MAX)]


@post(
    "/holds",
    opt={"policy": _PLACE},
    status_code=201,
    operation_class=documented(holds.Placed, 201, takes=HoldAsked, more=("not-found",)),
)
async def place(request: AnyRequest) -> Response[bytes]:
    """Place a legal hold: until it is released nothing deletes these photos."""
    asked = await read_json(request, HoldAsked, core_of(request).limits)
    return await write(
        request,
        lambda s, p, now: holds.place(s, p, asked.kind, asked.subject, asked.reason, now),
        201,
    )


@get("/holds", opt={"policy": _PLACE}, operation_class=documented(Page[holds.Placed]))
async def listing(
    request: AnyRequest,
    released: FromQuery[bool] = False,
    cursor: Cursor = "",
    limit: Limit = LIMIT,
) -> Response[bytes]:
    """The holds on the caller's sites, the oldest first, and how many photos each protects."""
    turn = Turn(cursor, limit)
    return await look_up(request, lambda s, p, now: holds.listing(s, p, released, turn, now))


@post(
    "/holds/{hold:uuid}/release",
    opt={"policy": _RELEASE},
    status_code=200,
    operation_class=documented(HoldRow, more=("conflict-version",)),
)
async def release(request: AnyRequest, hold: FromPath[UUID]) -> Response[bytes]:
    """End a hold; what was held may go again when its time is over."""
    return await write(request, lambda s, p, now: holds.release(s, p, hold, now))


@get("/storage", opt={"policy": _MEASURE}, operation_class=documented(StoragePage))
async def room(request: AnyRequest, cursor: Cursor = "", limit: Limit = LIMIT) -> Response[bytes]:
    """The room that photos take, by site (by name) and in total."""
    ask = Turn(cursor, limit).ask("storage")
    return await look_up(request, lambda s, p, now: storage(s, p, ask, now))


HANDLERS: list[HTTPRouteHandler] = [place, listing, release, room]
