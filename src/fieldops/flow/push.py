"""The push: one batch of a tablet, one transaction, one receipt per op.

    lock ─ restore? ─ incarnation ─ dedupe ─ fork? ─ quota? ─ accept ─ seq ranges, clock, audit

Dedupe comes before every limit, so that a retry is always answered.  The caller (``web``) has
authenticated the device, unpacked the body and decoded each op by itself.
"""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace
from sqlmodel import Session

from fieldops.flow import accept, clock, restore, rights
from fieldops.flow.accept import Item
from fieldops.flow.decode import sites_of
from fieldops.model.change import Change
from fieldops.model.problem import ProblemError, problem
from fieldops.model.said import Said
from fieldops.rules import ranges
from fieldops.store import audit, batch, devices, outset
from fieldops.store.outset import Outset
from fieldops.store.uuids import bytes_of
from fieldops_sync.wire import Claimed, Heard, Limits, Receipt, Seen

GAPS_MAX = 10_000
"""So many gaps between the seq that came of one incarnation; they are read and written with each of
its pushes.  A tablet counts one by one, and what it has not sent yet is a gap or two."""
_TATTERED = Said(
    f"该实例编号的序号有 {GAPS_MAX} 处以上的缺口",
    f"the seq of this incarnation have more than {GAPS_MAX} gaps",
)
_DAY_MS = 24 * 3600 * 1000


class Batch(Struct, frozen=True):
    """A decoded push."""

    incarnation: UUID
    items: list[Item]
    seen: Seen | None = None
    now: Claimed | None = None
    heard: Heard | None = None


class Pushed(Struct, frozen=True):
    """The answer, but for the positions of ``changes``: they are drawn at commit."""

    receipts: list[Receipt]
    acked_through: int
    missing: list[tuple[int, int]]
    epoch: UUID
    durable_through: int
    changes: list[Change]


def push(session: Session, device: UUID, batch_: Batch, limits: Limits, now_ms: int) -> Pushed:
    """Apply a batch.  Raises ``ProblemError`` (device-forked, quota) with nothing stored."""
    sites = sites_of(batch_.items)
    batch.lock(session, [batch_.incarnation, *sites])
    found = _outset(session, batch_, now_ms)
    life = found.life or devices.add_incarnation(session, batch_.incarnation, device)
    if life.device != device:
        return _answer(found, foreign(batch_.items), [], [])
    known = accept.known(session, batch_.items, found.near)
    new = [item for item in batch_.items if known.standing(item) is None] if known else batch_.items
    _check_fork(life, known, new)
    charge(session, device, len(new) + (found.life is None), limits, now_ms)
    offsets = clock.offsets(session, device, batch_.now, batch_.heard, now_ms)
    source = rights.device_source(session, device, sites, now_ms)
    done = accept.accept(session, batch_.items, known, source, life.no, offsets)
    held = ranges.add(life.ranges, _seqs(batch_.items))
    if len(held) > GAPS_MAX:
        raise ProblemError(problem("device-forked", _TATTERED))
    if held != life.ranges:
        devices.set_ranges(session, life.no, held)
    if new:
        _audit(session, device, life.id, done, now_ms)
    return _answer(found, done.receipts, held, done.changes)


def _outset(session: Session, batch_: Batch, now_ms: int) -> Outset:
    """What the push finds; if what the tablet saw is gone, in a new epoch."""
    ids, seen = bytes_of(item.id for item in batch_.items), batch_.seen
    found = outset.ask(session, batch_.incarnation, seen.position if seen else 0, ids)
    if seen is None or restore.stands(session, seen, found.seen):
        return found
    return replace(found, epoch=restore.notice(session, seen, now_ms))


def _answer(
    found: Outset,
    receipts: list[Receipt],
    held: Sequence[tuple[int, int]],
    changes: list[Change],
) -> Pushed:
    return Pushed(
        receipts=receipts,
        acked_through=ranges.acked_through(held),
        missing=ranges.missing(held),
        epoch=found.epoch,
        durable_through=found.durable_through,
        changes=changes,
    )


def foreign(items: Sequence[Item]) -> list[Receipt]:
    """The receipts under another device's incarnation: nothing can be kept there."""
    owner = Said("该实例编号属于另一台设备", "the incarnation belongs to another device")
    why = problem("foreign-op", owner)
    return [Receipt(item.id, "refused", False, problem=why) for item in items]


def _seqs(items: Sequence[Item]) -> list[int]:
    return [item.seq for item in items if item.seq is not None]


def _check_fork(life: devices.IncarnationRow, known: accept.Known, new: Sequence[Item]) -> None:
    """A new op under a seq that another op has: two tablets live one life (a clone)."""
    seqs = _seqs(new)
    if not seqs or (len(set(seqs)) == len(seqs) and min(seqs) > ranges.last(life.ranges)):
        return
    owners: dict[int, UUID] = {}
    for item in new:
        seq, op_id = item.seq, item.id
        if seq is None or known.has(op_id):
            continue
        if ranges.contains(life.ranges, seq) or owners.setdefault(seq, op_id) != op_id:
            why = Said(f"序号 {seq} 已属于另一操作", f"seq {seq} already names another op")
            raise ProblemError(problem("device-forked", why))


def charge(session: Session, device: UUID, new: int, limits: Limits, now_ms: int) -> None:
    """Charge new ops, and a new incarnation, to a device's day, retries never.

    Raises ``ProblemError`` quota.
    """
    used = devices.charge(session, device, now_ms, now_ms // _DAY_MS, new)
    if new and used > limits.device_ops_per_day:
        left_s = (_DAY_MS - now_ms % _DAY_MS) // 1000
        raise ProblemError(
            problem("quota", limit="device_ops_per_day", retry_after_s=left_s, used=used - new)
        )


def _audit(session: Session, device: UUID, life: UUID, done: accept.Accepted, now_ms: int) -> None:
    detail = {"ops": done.fresh, "quarantined": done.quarantined}
    entry = audit.Entry("push.apply", now_ms, device=device, subject=life, detail=detail)
    audit.add(session, entry)
