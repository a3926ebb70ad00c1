"""Ops that came before what they need: held, released when it comes, settled when time is up.

    a need comes ─ its first ``MOST`` ops in the same transaction ─ more? noted in ``releasing``
                   the worker: slice ─ commit ─ slice ─ commit ─ … ─ nothing waits: noted no more

A checklist may release tens of thousands, and whoever writes at their sites (on SQLite anywhere)
waits for a transaction.  Between two of them an op is held or has its effect, as ever; what comes
from tablets meanwhile and needs the same is held as well, and so goes behind (``apply``, ``last``).

``needs`` that form a circle can never be met: every op of the circle is quarantined at once.
"""

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from msgspec import Struct, to_builtins
from sqlmodel import Session

from fieldops.flow.apply import Waiting, apply, met, needs
from fieldops.flow.decode import decode, decode_all, reject, sites_of
from fieldops.model.change import Change
from fieldops.model.problem import said_of
from fieldops.model.record import Decoded, Ready, Rejected, State
from fieldops.model.said import Said
from fieldops.rules.circles import in_circles
from fieldops.store import batch, devices, held, log, quarantine, records, releases
from fieldops_sync.ids import uuid8
from fieldops_sync.wire import Reason, Receipt, Status

HOLD_MS = 5 * 24 * 3600 * 1000
"""How long an op is held (protocol.md, "Receipts"; recipes.md, ruling 2)."""
MOST = 500
"""Ops that a transaction releases, as many as a push brings."""
_ONE_AT_A_TIME = UUID("0d6f5c1e-7a0b-4b8e-9a57-2f4c1d8e6b35")
"""What is locked by whoever goes on releasing: two would only wait for each other's sites."""
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
    # It waits behind others for what is there, or has been brought in this moment.
    releases.note(session, met(session, set().union(*(one.needs for one in kept))), now_ms)
    _settle_held(session, circle - wanted.keys(), now_ms)
    decoded = [one.ready.decoded for one in waiting]
    return [_cycle(one) if one.op.id in circle else None for one in decoded]


def release(session: Session, come: Sequence[Decoded], now_ms: int) -> list[Change]:
    """Apply the held ops whose last need is among ``come``, and those that wait for them.

    ``MOST`` of them at most: the others are noted, and released by ``go_on``.
    """
    arrived = {one.op.id.bytes for one in come}
    arrived |= {
        bytes.fromhex(one.fields["sha256"]) for one in come if one.op.type == "checklist.publish@1"
    }
    done = _slice(session, arrived, now_ms)
    releases.note(session, done.left, now_ms)
    return done.changes


def go_on(session: Session, now_ms: int) -> int:
    """Release the next of what is being released; how many there were."""
    batch.lock(session, [_ONE_AT_A_TIME])
    needs = set(releases.first(session, MOST))
    done = _slice(session, needs, now_ms)
    releases.note(session, done.left - needs, now_ms)
    over = needs - done.left
    releases.lock(session, over)
    # Who has noted one of these meanwhile holds more for it.
    releases.drop(session, over - held.wanted(session, over))
    return done.count


def catch_up(session: Session, now_ms: int) -> int:
    """Apply the held ops that wait for nothing, ``MOST`` at most; how many there were.

    On PostgreSQL what an op needs may be committed by another site's transaction while this one
    holds it: neither sees the other.
    """
    batch.lock(session, [_ONE_AT_A_TIME])
    releases.note(session, held.met(session), now_ms)
    return go_on(session, now_ms)


def expire(session: Session, now_ms: int) -> int:
    """Settle what was held too long: applied as a conflict, or quarantined without a definition.

    ``MOST`` at most; how many there were.
    """
    overdue = _locked(session, held.overdue(session, now_ms, MOST))
    there = met(session, set().union(*(op.needs for op in overdue)))
    late = [op for op in overdue if any(len(need) == 32 for need in op.needs - there)]
    held.remove(session, [op.op_id for op in late])
    for op in late:
        _to_quarantine(session, op, "unknown-definition", _NEVER_CAME, now_ms)
    gone = {op.op_id for op in late}
    _finish(session, [op for op in overdue if op.op_id not in gone], now_ms, forced=True)
    return len(overdue)


def notify(session: Session, device: UUID, receipts: Sequence[Receipt]) -> list[Change]:
    """Put receipts that changed into the device's own feed."""
    subjects = [uuid8(b"receipt", receipt.id.bytes) for receipt in receipts]
    before = records.get(session, subjects)
    states, changes = [], []
    for subject, receipt in zip(subjects, receipts, strict=True):
        number = before[subject].revision + 1 if subject in before else 1
        status, by = receipt.status, receipt.id
        body = to_builtins(receipt)
        states.append(State(subject, "receipt", device, subject, status, (by,), number, by, body))
        changes.append(Change(device, "receipt", subject, by))
    records.put(session, states)
    log.append(session, changes)
    return changes


class _Slice(Struct, frozen=True):
    """What a transaction has released, how many ops, and what more of them wait for."""

    changes: list[Change]
    count: int
    left: set[bytes]


def _slice(session: Session, arrived: set[bytes], now_ms: int) -> _Slice:
    """Apply the held ops that wait for nothing but these, and those that wait for them."""
    changes: list[Change] = []
    arrived, room = set(arrived), MOST
    while arrived and room and (ready := held.ready(session, arrived, room)):
        changes += _finish(session, _locked(session, ready), now_ms)
        arrived |= {op_id.bytes for op_id in ready}
        room -= len(ready)
    return _Slice(changes, MOST - room, set() if room else held.wanted(session, arrived))


def _locked(session: Session, ids: Sequence[UUID]) -> list[held.HeldOp]:
    """The ops that are held still when nobody else works on their sites any more."""
    batch.lock(session, sites_of(decode_all([op.raw for op in held.get(session, ids)])))
    return held.get(session, ids)


def _finish(
    session: Session, ops: Sequence[held.HeldOp], now_ms: int, forced: bool = False
) -> list[Change]:
    """Apply held ops; each receipt that changes travels to its device."""
    held.remove(session, [op.op_id for op in ops])
    changes: list[Change] = []
    for source, alike in groupby(ops, attrgetter("source")):
        changes += _apply(session, list(alike), source, now_ms, forced)
    return changes


def _apply(
    session: Session, ops: Sequence[held.HeldOp], source: int, now_ms: int, forced: bool
) -> list[Change]:
    """Apply ops of one source, all of them at once as those of a push."""
    status: Status | None = "conflict" if forced else None
    more = (NEEDS_MISSING,) if forced else ()
    ready: list[Ready] = []
    kept: list[held.HeldOp] = []
    for op, decoded in zip(ops, decode_all([op.raw for op in ops]), strict=True):
        if isinstance(decoded, Rejected):
            _to_quarantine(session, op, decoded.reason, said_of(decoded.problem), now_ms)
            continue
        kept.append(op)
        ready.append(Ready(decoded, (*op.marks, *more), op.occurred_ms, status))
    come = frozenset().union(*(needs(one.decoded) for one in ready))
    outcome = apply(session, ready, source, now_ms, come)
    for op, result in zip(kept, outcome.results, strict=True):
        if isinstance(result, Rejected):
            _to_quarantine(session, op, result.reason, said_of(result.problem), now_ms)
    device = devices.device_of(session, source)
    if device is None:
        return outcome.changes
    told = notify(session, device, [one.receipt for one in outcome.applied])
    return [*outcome.changes, *told]


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
        notify(session, device, [receipt])


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
    circle = held.get(session, ids)
    held.remove(session, ids)
    for op in circle:
        _to_quarantine(session, op, "needs-cycle", _CIRCLE, now_ms)
