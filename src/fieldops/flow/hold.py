"""Ops that came before what they need: held, released when it comes, settled when time is up.

``needs`` that form a circle can never be met: every op of the circle is quarantined at once.
"""

from collections.abc import Sequence
from uuid import UUID

from msgspec import to_builtins
from sqlmodel import Session

from fieldops.flow.apply import Waiting, apply, needs
from fieldops.flow.decode import decode, decode_all, reject, sites_of
from fieldops.model.change import Change
from fieldops.model.problem import said_of
from fieldops.model.record import Decoded, Ready, Rejected, State
from fieldops.model.said import Said
from fieldops.rules.circles import in_circles
from fieldops.store import batch, definitions, devices, held, ledger, log, quarantine, records
from fieldops_sync.ids import uuid8
from fieldops_sync.wire import Reason, Receipt, Status

HOLD_MS = 5 * 24 * 3600 * 1000
"""How long an op is held (protocol.md, "Receipts"; recipes.md, ruling 2)."""
NEEDS_MISSING = "needs-missing"
_NEVER_CAME = Said("检查表一直未到达", "the checklist never came")
_CIRCLE = Said("该操作经由其他操作等待自身", "the op needs itself through other ops")


def hold(
    session: Session, waiting: Sequence[Waiting], number: int, now_ms: int
) -> list[Rejected | None]:
    """Hold ops; the rejections of those that need themselves through others, else None."""
    if not waiting:
        return []
    wanted = {one.ready.decoded.op.id: one for one in waiting}
    circle = _circles(session, wanted)
    kept = [
        held.HeldOp(
            op_id=op_id,
            hash=one.ready.decoded.hash,
            raw=one.ready.decoded.raw,
            source=number,
            seq=one.ready.decoded.op.seq,
            received_ms=now_ms,
            until_ms=now_ms + HOLD_MS,
            needs=one.needs,
            occurred_ms=one.ready.occurred_ms,
            marks=one.ready.marks,
        )
        for op_id, one in wanted.items()
        if op_id not in circle
    ]
    held.put(session, kept)
    _settle_held(session, circle - wanted.keys(), now_ms)
    decoded = [one.ready.decoded for one in waiting]
    return [_cycle(one) if one.op.id in circle else None for one in decoded]


def release(session: Session, come: Sequence[Decoded], now_ms: int) -> list[Change]:
    """Apply the held ops whose last need is among ``come``, and those that wait for them."""
    changes: list[Change] = []
    arrived = {one.op.id.bytes for one in come}
    arrived |= {
        bytes.fromhex(one.fields["sha256"]) for one in come if one.op.type == "checklist.publish@1"
    }
    while arrived and (waiting := held.waiting_for(session, arrived)):
        ready = _locked(session, [op for op in waiting if not _unmet(session, op)])
        changes += _finish(session, ready, now_ms)
        arrived = {op.op_id.bytes for op in ready}
    return changes


def catch_up(session: Session, now_ms: int) -> int:
    """Apply the held ops that wait for nothing; how many there were.

    On PostgreSQL what an op needs may be committed by another site's transaction while this one
    holds it: neither sees the other.
    """
    count = 0
    while ready := _locked(session, held.met(session)):
        _finish(session, ready, now_ms)
        count += len(ready)
    return count


def expire(session: Session, now_ms: int) -> int:
    """Settle what was held too long: applied as a conflict, or quarantined without a definition."""
    overdue = _locked(session, held.overdue(session, now_ms))
    for op in overdue:
        if any(len(need) == 32 for need in _unmet(session, op)):
            held.remove(session, op.op_id)
            _to_quarantine(session, op, "unknown-definition", _NEVER_CAME, now_ms)
        else:
            _finish(session, [op], now_ms, forced=True)
    return len(overdue)


def notify(session: Session, device: UUID, receipt: Receipt) -> Change:
    """Put a receipt that changed into the device's own feed."""
    subject = uuid8(b"receipt", receipt.id.bytes)
    before = records.get_one(session, subject)
    number = before.revision + 1 if before else 1
    body = to_builtins(receipt)
    state = State(
        subject, "receipt", device, subject, receipt.status, (receipt.id,), number, receipt.id, body
    )
    records.put(session, [state])
    change = Change(device, "receipt", subject, receipt.id)
    log.append(session, [change])
    return change


def _locked(session: Session, ops: Sequence[held.HeldOp]) -> list[held.HeldOp]:
    """The ops that are held still when nobody else works on their sites any more."""
    batch.lock(session, sites_of(decode_all([op.raw for op in ops])))
    return held.get(session, [op.op_id for op in ops])


def _unmet(session: Session, op: held.HeldOp) -> set[bytes]:
    named = [UUID(bytes=need) for need in op.needs if len(need) == 16]
    met = {found.bytes for found in ledger.known(session, named)}
    met |= definitions.known(session, [need for need in op.needs if len(need) == 32])
    return set(op.needs) - met


def _finish(
    session: Session, ops: Sequence[held.HeldOp], now_ms: int, forced: bool = False
) -> list[Change]:
    """Apply held ops; each receipt that changes travels to its device."""
    changes: list[Change] = []
    for op in ops:
        held.remove(session, op.op_id)
        decoded = decode(op.raw)
        if isinstance(decoded, Rejected):
            _to_quarantine(session, op, decoded.reason, said_of(decoded.problem), now_ms)
            continue
        status: Status | None = "conflict" if forced else None
        marks = (*op.marks, NEEDS_MISSING) if forced else op.marks
        ready = Ready(decoded, marks, op.occurred_ms, status)
        outcome = apply(session, [ready], op.source, now_ms, come=needs(decoded))
        changes += outcome.changes
        for result in outcome.results:
            if isinstance(result, Rejected):
                _to_quarantine(session, op, result.reason, said_of(result.problem), now_ms)
        device = devices.device_of(session, op.source)
        if device is not None:
            changes += [notify(session, device, one.receipt) for one in outcome.applied]
    return changes


def _to_quarantine(
    session: Session, op: held.HeldOp, reason: Reason, detail: Said, now_ms: int
) -> None:
    decoded = decode(op.raw)
    device = devices.device_of(session, op.source)
    if isinstance(decoded, Decoded):
        decoded = reject(decoded.op, op.raw, op.hash, reason, detail)
    receipt = Receipt(op.op_id, "quarantined", True, reason=decoded.reason, problem=decoded.problem)
    quarantine.put(
        session,
        [
            quarantine.Item(
                op_id=op.op_id,
                hash=op.hash,
                raw=op.raw,
                source=op.source,
                seq=op.seq,
                device=device,
                site=decoded.site,
                type=decoded.type,
                reason=decoded.reason,
                receipt=receipt,
                received_ms=now_ms,
            )
        ],
    )
    if device is not None:
        notify(session, device, receipt)


def _circles(session: Session, wanted: dict[UUID, Waiting]) -> set[UUID]:
    """The ids of all ops, waiting or held, that need themselves through others."""
    graph = {op_id.bytes: one.needs for op_id, one in wanted.items()}
    beyond: set[bytes] = set().union(*graph.values()) - graph.keys()
    graph |= held.reached(session, sorted(need for need in beyond if len(need) == 16))
    return {UUID(bytes=op_id) for op_id in in_circles(graph)}


def _cycle(decoded: Decoded) -> Rejected:
    return reject(decoded.op, decoded.raw, decoded.hash, "needs-cycle", _CIRCLE)


def _settle_held(session: Session, ids: set[UUID], now_ms: int) -> None:
    """Ops held before that turn out to stand in a circle."""
    for op in held.get(session, ids):
        held.remove(session, op.op_id)
        _to_quarantine(session, op, "needs-cycle", _CIRCLE, now_ms)
