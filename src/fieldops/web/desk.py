"""The API for people at desks (``/api/v1``): look, write ops, put quarantine right."""

import asyncio
from collections.abc import Callable
from typing import Annotated, TypeVar
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, QueryParameter
from msgspec import Struct
from sqlmodel import Session

from fieldops.flow import atonce, look, once
from fieldops.flow.accept import Accepted
from fieldops.flow.audience import Audience
from fieldops.flow.edits import etag, is_known
from fieldops.flow.enter import enter_desk
from fieldops.flow.once import Answer, Call
from fieldops.model.access import Person, Role
from fieldops.model.problem import ProblemError, problem
from fieldops.rules.access import READERS
from fieldops.web.auth import read
from fieldops.web.bodies import AnyRequest, read_json, respond, respond_with
from fieldops.web.core import Core
from fieldops.web.documented import documented
from fieldops.web.policy import person
from fieldops_sync.wire import Receipt

T = TypeVar("T")
_LOOK = person(*READERS)
_ONE = person(*Role)
"""A single record: head office's account may look at alarms, and at nothing else."""
_WRITE = person(Role.INSPECTOR, Role.SUPERVISOR, Role.OPS, Role.ADMINISTRATOR)
Site = Annotated[UUID | None, QueryParameter(name="site")]


class DeskOps(Struct, frozen=True):
    """Ops written at a desk; each as in PROTOCOL.md, without ``seq``."""

    ops: list[msgspec.Raw]


class Receipts(Struct, frozen=True):
    """A receipt per op, in order; null for what still cannot be applied."""

    receipts: list[Receipt | None]


def core_of(request: AnyRequest) -> Core:
    """The server's parts."""
    core: Core = request.app.state.core
    return core


async def look_up(
    request: AnyRequest, query: Callable[[Session, Person, int], T]
) -> Response[bytes]:
    """Answer with what a query shows this person now."""
    core = core_of(request)
    now_ms, who = core.clock(), request.user.person
    return respond(request, await read(core, lambda session: query(session, who, now_ms)))


async def look_at(request: AnyRequest, query: Callable[[Audience], T]) -> Response[bytes]:
    """Answer with records as this person sees them; what is L3 in them is on record before."""
    return respond(request, await shown(request, query))


async def look_at_one(request: AnyRequest, record: UUID) -> Response[bytes]:
    """Answer with one record and its ETag, or 304 to whoever has this revision already."""
    known = request.headers.get("if-none-match")

    def query(who: Audience) -> tuple[int, look.View | None]:
        state = look.visible(who.session, who.person, record, who.now_ms)
        return state.revision, None if is_known(state, known) else look.view(who, state)

    revision, view = await shown(request, query)
    tag = {"ETag": etag(revision)}
    if view is None:
        return Response(b"", status_code=304, headers={"Cache-Control": "no-store", **tag})
    answer = respond(request, view)
    answer.headers.update(tag)
    return answer


async def shown(request: AnyRequest, query: Callable[[Audience], T]) -> T:
    """What this person sees; what is L3 in it is on record before it is returned."""
    core = core_of(request)
    now_ms, person_ = core.clock(), request.user.person

    def look_as(session: Session) -> tuple[T, Audience]:
        who = Audience(session, person_, now_ms)
        return query(who), who

    found, who = await read(core, look_as)
    if who.read:
        await asyncio.wrap_future(core.store.write(who.note_read))
    return found


async def write(
    request: AnyRequest,
    job: Callable[[Session, Person, int], T],
    status: int = 200,
    tag: Callable[[T], str] | None = None,
) -> Response[bytes]:
    """Answer with what a job of this person did, under its ``tag`` if it has one.

    A call that is sent again under its ``Idempotency-Key`` is answered as the first time.
    """
    core = core_of(request)
    now_ms, who, call = core.clock(), request.user.person, _call(request)

    def answer(session: Session) -> Answer:
        done = job(session, who, now_ms)
        return Answer(status, msgspec.json.encode(done), "" if tag is None else tag(done))

    def run(session: Session) -> Answer:
        if call is None:
            return answer(session)
        return once.once(session, call, lambda: answer(session), now_ms)

    given = await asyncio.wrap_future(core.store.write(run))
    response = respond_with(request, given.body, given.status)
    if given.tag:
        response.headers["ETag"] = given.tag
    return response


def _call(request: AnyRequest) -> Call | None:
    """What the call is known by, if it says so.  Raises ``ProblemError`` validation."""
    key = request.headers.get("idempotency-key")
    if key is None or request.method != "POST":
        return None
    asked = (request.scope["raw_path"], request.state.get("body", b""))
    return once.call(core_of(request).secret, request.user.person.id, key, *asked)


@get(
    "/records/{record:uuid}",
    opt={"policy": _ONE},
    operation_class=documented(look.View, tagged=True),
)
async def one(request: AnyRequest, record: FromPath[UUID]) -> Response[bytes]:
    """One record; a foreign one answers like an absent one."""
    return await look_at_one(request, record)


@get(
    "/records/{record:uuid}/history",
    opt={"policy": _ONE},
    operation_class=documented(list[look.Step]),
)
async def history(request: AnyRequest, record: FromPath[UUID]) -> Response[bytes]:
    """A record's revisions, oldest first."""
    return await look_at(request, lambda who: look.steps(who, record))


@get(
    "/inspections/{inspection:uuid}",
    opt={"policy": _LOOK},
    operation_class=documented(look.InspectionView),
)
async def inspection(request: AnyRequest, inspection: FromPath[UUID]) -> Response[bytes]:
    """An inspection with all that belongs to it, and the photos that it is owed."""
    return await look_at(request, lambda who: look.inspection(who, inspection))


@post(
    "/ops",
    opt={"policy": _WRITE},
    status_code=200,
    operation_class=documented(Receipts, takes=DeskOps, more=("batch-too-many-ops",)),
)
async def ops(request: AnyRequest) -> Response[bytes]:
    """Write ops; each gets a receipt.  What may not be applied is quarantined, as from a tablet."""
    asked = await read_json(request, DeskOps, core_of(request).limits, holds_ops=True)
    limit = core_of(request).limits.batch_ops
    if len(asked.ops) > limit:
        raise ProblemError(problem("batch-too-many-ops", limit="batch_ops", maximum=limit))
    raws = [bytes(op) for op in asked.ops]

    def job(session: Session, who: Person, now_ms: int) -> Receipts:
        done: Accepted = enter_desk(session, raws, who.id, now_ms)
        atonce.time(session, done.changes, now_ms)
        return Receipts(list(done.receipts))

    return await write(request, job)


HANDLERS: list[HTTPRouteHandler] = [one, history, inspection, ops]
