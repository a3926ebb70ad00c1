"""Sync v1 over HTTP (``/sync/v1``): thin handlers; HTTP.md is their text."""

import asyncio

import msgspec
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Struct
from sqlmodel import Session

from fieldops.flow import identity, receipts, restore, setup
from fieldops.flow import pull as pulling
from fieldops.flow import push as pushing
from fieldops.flow import salvage as salvaging
from fieldops.flow.decode import decode_all
from fieldops.flow.timing import rfc3339
from fieldops.model.checklist import Checklist
from fieldops.model.problem import ProblemError, problem
from fieldops.model.said import NOTHING
from fieldops.rules.misfits import misfit
from fieldops.store import definitions, log
from fieldops.store.blobs.interface import is_name
from fieldops.store.writer import StoreBusy
from fieldops.web.auth import read
from fieldops.web.bodies import AnyRequest, read_body, read_json, respond
from fieldops.web.core import Core
from fieldops.web.documented import documented
from fieldops.web.policy import DEVICE, PUBLIC
from fieldops.web.ranges import etag, is_known
from fieldops_sync import framing
from fieldops_sync.bodies import ENCODINGS
from fieldops_sync.wire import (
    PROTOCOL,
    EnrolAnswer,
    EnrolRequest,
    Hello,
    PullAnswer,
    PullRequest,
    PushAnswer,
    PushRequest,
    Receipt,
    ReceiptsAnswer,
    ReceiptsRequest,
    SalvageRequest,
    Seen,
    TokenAnswer,
    TokenRequest,
)

_BATCH = ("framing", "batch-too-many-ops", "op-too-large")
_PROOF = ("bad-proof", "nonce-used")
_BACKOFF_S = 2
_BUSY_JOBS = 200
"""With this many batches waiting, tablets are asked to come back a little later."""


class SalvageAnswer(Struct, frozen=True):
    """What became of salvaged ops, in the order sent."""

    receipts: list[Receipt]


def _core(request: AnyRequest) -> Core:
    core: Core = request.app.state.core
    return core


@get("/hello", opt={"policy": PUBLIC}, operation_class=documented(Hello))
async def hello(request: AnyRequest) -> Response[bytes]:
    """Server time, a nonce, the epoch, versions, encodings, every limit, media modes."""
    core = _core(request)
    now_ms = core.clock()
    core.epoch = await read(core, log.epoch)
    answer = Hello(
        server_time=rfc3339(now_ms),
        nonce=identity.make_nonce(core.secret, now_ms),
        epoch=core.epoch,
        protocols=[PROTOCOL],
        encodings=list(ENCODINGS),
        limits=core.limits,
        media=["tus", "put"] if core.direct is not None else ["tus"],
    )
    return respond(request, answer)


@post(
    "/enrol",
    opt={"policy": PUBLIC},
    status_code=200,
    operation_class=documented(
        EnrolAnswer, takes=EnrolRequest, more=("enrol-code-invalid", *_PROOF)
    ),
)
async def enrol(request: AnyRequest) -> Response[bytes]:
    """Redeem a one-time code: a device id, its people, its first token."""
    core = _core(request)
    asked = await read_json(request, EnrolRequest, core.limits)
    now_ms = core.clock()

    def job(session: Session) -> EnrolAnswer:
        return setup.enrol(session, asked, core.secret, now_ms)

    return respond(request, await asyncio.wrap_future(core.store.write(job)))


@post(
    "/token",
    opt={"policy": PUBLIC},
    status_code=200,
    operation_class=documented(TokenAnswer, takes=TokenRequest, more=("device-revoked", *_PROOF)),
)
async def token(request: AnyRequest) -> Response[bytes]:
    """A new access token for a proof of the device's key."""
    core = _core(request)
    asked = await read_json(request, TokenRequest, core.limits)
    now_ms = core.clock()
    write = core.store.write(lambda s: identity.renew(s, asked, core.secret, now_ms))
    return respond(request, await asyncio.wrap_future(write))


@post(
    "/push",
    opt={"policy": DEVICE},
    status_code=200,
    operation_class=documented(
        PushAnswer, takes=PushRequest, more=(*_BATCH, "device-forked", "quota", "too-many-sites")
    ),
)
async def push(request: AnyRequest) -> Response[bytes]:
    """One batch, one receipt per op.  A database failure answers ``retry`` for each."""
    core = _core(request)
    body = await read_body(request, core.limits)
    frame = _split(body)
    _check_limits(core, frame.ops)
    items = decode_all(frame.ops)
    batch = pushing.Batch(frame.incarnation, items, frame.seen, frame.now, frame.heard)
    device, now_ms = request.user.device, core.clock()
    try:
        done = await asyncio.wrap_future(
            core.store.write(
                lambda s: pushing.push(s, device, batch, core.limits, now_ms), len(items)
            )
        )
    except StoreBusy:
        return respond(request, _retry(core, batch))
    core.epoch = done.epoch
    core.counts.ops.update([one.status for one in done.receipts])
    last = done.changes[-1] if done.changes else None
    answer = PushAnswer(
        receipts=done.receipts,
        epoch=done.epoch,
        acked_through=done.acked_through,
        missing=done.missing,
        seen=Seen(last.position, last.op) if last else batch.seen,
        server_time=rfc3339(core.clock()),
        durable_through=done.durable_through,
        backoff_s=_BACKOFF_S if core.store.waiting > _BUSY_JOBS else None,
    )
    return respond(request, answer)


def _split(body: bytes) -> framing.Frame:
    try:
        return framing.split(body)
    except framing.FramingError as error:
        raise _uncut(error) from error


def _uncut(error: framing.FramingError) -> ProblemError:
    """Why a batch cannot be cut: the member that is wrong, where it is one beside the ops."""
    cause = error.__cause__
    is_unfit = isinstance(cause, msgspec.ValidationError)
    return ProblemError(problem("framing", misfit(str(cause)) if is_unfit else NOTHING))


def _check_limits(core: Core, ops: list[bytes]) -> None:
    """413 names the limit and, where there is one, the op (inclusive limits)."""
    limits = core.limits
    if len(ops) > limits.batch_ops:
        raise ProblemError(
            problem("batch-too-many-ops", limit="batch_ops", maximum=limits.batch_ops)
        )
    for index, raw in enumerate(ops):
        if len(raw) > limits.op_bytes:
            named = framing.peek_id(raw)
            op = str(named) if named else None
            raise ProblemError(
                problem(
                    "op-too-large", limit="op_bytes", maximum=limits.op_bytes, op=op, index=index
                )
            )


def _retry(core: Core, batch: pushing.Batch) -> PushAnswer:
    """Nothing was kept: send again, uncharged."""
    why = problem("database-busy")
    kept = [Receipt(item.id, "retry", False, problem=why) for item in batch.items]
    return PushAnswer(
        receipts=kept,
        epoch=core.epoch,
        acked_through=0,
        missing=[],
        seen=batch.seen,
        server_time=rfc3339(core.clock()),
        durable_through=0,
        backoff_s=_BACKOFF_S,
    )


@post(
    "/receipts",
    opt={"policy": DEVICE},
    status_code=200,
    operation_class=documented(ReceiptsAnswer, takes=ReceiptsRequest),
)
async def receipts_again(request: AnyRequest) -> Response[bytes]:
    """The receipts that stand, for a lost answer."""
    core = _core(request)
    asked = await read_json(request, ReceiptsRequest, core.limits)
    device = request.user.device
    return respond(request, await read(core, lambda s: receipts.receipts(s, device, asked)))


@post(
    "/pull",
    opt={"policy": DEVICE},
    status_code=200,
    operation_class=documented(PullAnswer, takes=PullRequest, more=("too-many-sites",)),
)
async def pull(request: AnyRequest) -> Response[bytes]:
    """One page of changes since the cursor."""
    core = _core(request)
    asked = await read_json(request, PullRequest, core.limits)
    device, now_ms = request.user.device, core.clock()

    def make() -> tuple[pulling.Pulled, Response[bytes]]:
        with core.store.read() as session:
            done = pulling.pull(session, device, asked, core.limits, now_ms)
        # Packing two megabytes on the event loop would hold up everybody.
        return done, respond(request, done.answer)

    try:
        done, answer = await core.pulls.run(make)
    except pulling.Restored as restored:
        seen = restored.seen
        await asyncio.wrap_future(core.store.write(lambda s: restore.notice(s, seen, now_ms)))
        done, answer = await core.pulls.run(make)
    if done.must_write:
        kept = core.store.write(lambda s: pulling.keep(s, device, done, now_ms))
        await asyncio.wrap_future(kept)
    return answer


@post(
    "/salvage",
    opt={"policy": PUBLIC},
    status_code=200,
    operation_class=documented(
        SalvageAnswer, takes=SalvageRequest, more=(*_BATCH, *_PROOF, "quota")
    ),
)
async def salvage(request: AnyRequest) -> Response[bytes]:
    """What a revoked device had recorded, signed by its key: into quarantine."""
    core = _core(request)
    body = await read_body(request, core.limits)
    try:
        frame = framing.split_salvage(body)
    except framing.FramingError as error:
        raise _uncut(error) from error
    _check_limits(core, frame.ops)
    items = decode_all(frame.ops)
    now_ms = core.clock()
    write = core.store.write(
        lambda s: salvaging.salvage(s, frame, items, core.limits, core.secret, now_ms), len(items)
    )
    return respond(request, SalvageAnswer(await asyncio.wrap_future(write)))


@get(
    "/definitions/{sha256:str}",
    opt={"policy": DEVICE},
    operation_class=documented(Checklist, tagged=True),
)
async def definition(request: AnyRequest, sha256: FromPath[str]) -> Response[bytes]:
    """A published checklist version: canonical bytes, immutable."""
    core = _core(request)
    if not is_name(sha256):
        raise ProblemError(problem("not-found"))
    body = await read(core, lambda s: definitions.get(s, bytes.fromhex(sha256)))
    if body is None:
        raise ProblemError(problem("not-found"))
    tag = etag(sha256)
    headers = {"Cache-Control": "private, max-age=31536000, immutable", "ETag": tag}
    if is_known(request.headers, tag):
        return Response(b"", status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


HANDLERS: list[HTTPRouteHandler] = [
    hello,
    enrol,
    token,
    push,
    receipts_again,
    pull,
    salvage,
    definition,
]
