"""The quarantine at the desk (``/api/v1/quarantine``): look, replay, repair, discard."""

from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery, QueryParameter
from msgspec import Struct

from fieldops.flow import quarantine
from fieldops.flow.audience import Audience
from fieldops.flow.paging import LIMIT, Page, Turn
from fieldops.rules.personal import mask
from fieldops.store.quarantine import Item, Wanted
from fieldops.web.bodies import AnyRequest, read_json
from fieldops.web.desk import Receipts, core_of, look_at, write
from fieldops.web.documented import documented
from fieldops.web.paging import Cursor, Limit, Site
from fieldops.web.policy import person
from fieldops_sync.optypes import OP_TYPES
from fieldops_sync.schemas import payload_schema
from fieldops_sync.wire import Receipt

_MEND = person(*quarantine.ROLES)


class QuarantineView(Struct, frozen=True):
    """A quarantined op in a list; ``raw`` is shown by the item's own address.

    ``detail`` says in English what is wrong with it, ``details`` in every language.
    """

    op: UUID
    hash: str
    type: str
    site: UUID | None
    device: UUID | None
    reason: str
    detail: str
    state: str
    received_ms: int
    note: str
    details: dict[str, str] = {}


class QuarantineItem(Struct, frozen=True):
    """One quarantined op whole: ``raw`` as text, what cannot be read replaced.

    Personal information above the caller's level is masked in it.  ``schema`` is the JSON Schema
    of its payload, null for a type that is not known.
    """

    item: QuarantineView
    receipt: Receipt
    raw: str
    schema: dict[str, Any] | None


class Repair(Struct, frozen=True):
    """Members to put over the original op, e.g. ``payload``."""

    op: dict[str, Any]


class Why(Struct, frozen=True):
    """A reason, which must not be empty."""

    reason: str


class Several(Struct, frozen=True):
    """The ids of quarantined ops."""

    ops: list[UUID]


@get("/quarantine", opt={"policy": _MEND}, operation_class=documented(Page[QuarantineView]))
async def quarantined(
    request: AnyRequest,
    item_state: Annotated[
        Literal["open", "repaired", "replayed", "discarded"], QueryParameter(name="state")
    ] = "open",
    reason: FromQuery[str] = "",
    site: Site = None,
    device: Annotated[UUID | None, QueryParameter(name="device")] = None,
    cursor: Cursor = "",
    limit: Limit = LIMIT,
) -> Response[bytes]:
    """The quarantined ops of the caller's sites, newest first."""
    wanted = Wanted(item_state, reason, site, device)

    def query(who: Audience) -> Page[QuarantineView]:
        found = quarantine.listing(who.session, who.person, wanted, Turn(cursor, limit), who.now_ms)
        return Page([_view(who, item) for item in found.items], found.cursor)

    return await look_at(request, query)


@get("/quarantine/{op:uuid}", opt={"policy": _MEND}, operation_class=documented(QuarantineItem))
async def quarantined_one(request: AnyRequest, op: FromPath[UUID]) -> Response[bytes]:
    """One quarantined op with its raw text."""

    def query(who: Audience) -> QuarantineItem:
        item = quarantine.show(who.session, who.person, op, who.now_ms)
        raw = who.op(item.op_id, item.site, item.raw)
        return QuarantineItem(_view(who, item), item.receipt, raw, _schema(item.type))

    return await look_at(request, query)


@post(
    "/quarantine/{op:uuid}/replay",
    opt={"policy": _MEND},
    status_code=200,
    operation_class=documented(Receipt, more=("conflict-version", "id-reused")),
)
async def replay(request: AnyRequest, op: FromPath[UUID]) -> Response[bytes]:
    """Apply the original op now."""
    return await write(request, lambda s, p, now: quarantine.replay(s, p, op, now))


@post(
    "/quarantine/{op:uuid}/repair",
    opt={"policy": _MEND},
    status_code=200,
    operation_class=documented(Receipt, takes=Repair, more=("conflict-version", "id-reused")),
)
async def repair(request: AnyRequest, op: FromPath[UUID]) -> Response[bytes]:
    """Apply a corrected copy as a new op that names the original."""
    asked = await read_json(request, Repair, core_of(request).limits, holds_ops=True)
    return await write(request, lambda s, p, now: quarantine.repair(s, p, op, asked.op, now))


@post(
    "/quarantine/{op:uuid}/discard",
    opt={"policy": _MEND},
    status_code=200,
    operation_class=documented(Receipt, takes=Why, more=("conflict-version", "id-reused")),
)
async def discard(request: AnyRequest, op: FromPath[UUID]) -> Response[bytes]:
    """Decide that the op shall have no effect, and say why."""
    asked = await read_json(request, Why, core_of(request).limits)
    return await write(request, lambda s, p, now: quarantine.discard(s, p, op, asked.reason, now))


@post(
    "/quarantine/replay",
    opt={"policy": _MEND},
    status_code=200,
    operation_class=documented(Receipts, takes=Several),
)
async def replay_many(request: AnyRequest) -> Response[bytes]:
    """Replay several, each by itself."""
    asked = await read_json(request, Several, core_of(request).limits)
    return await write(
        request, lambda s, p, now: Receipts(quarantine.replay_many(s, p, asked.ops, now))
    )


def _schema(op_type: str) -> dict[str, Any] | None:
    known = OP_TYPES.get(op_type)
    return None if known is None else payload_schema(known)


def _view(who: Audience, item: Item) -> QuarantineView:
    mine, why = who.level(item.site), item.receipt.problem
    return QuarantineView(
        op=item.op_id,
        hash=item.hash.hex(),
        type=mask(item.type, mine),
        site=item.site,
        device=item.device,
        reason=item.reason,
        detail=why.detail if why else "",
        state=item.state,
        received_ms=item.received_ms,
        note=mask(item.note, mine),
        details=why.details if why else {},
    )


HANDLERS: list[HTTPRouteHandler] = [
    quarantined,
    quarantined_one,
    replay_many,
    replay,
    repair,
    discard,
]
