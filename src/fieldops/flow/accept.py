"""The one mouth of the river: every op of a tablet, a desk or a server actor enters here.

    items ─ dedupe → known receipts
          └ new ─ admit ─ apply ─┬→ applied, merged, conflict      all inside the caller's
                                 ├→ waiting → held                 transaction: effect, receipt and
                                 └→ rejected → quarantine          log commit together or not at all

Every item has a slot, its place in the batch; receipts are filled in by slot.
"""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlmodel import Session

from fieldops.flow import clock, hold, latescope
from fieldops.flow.admit import Gate, Source
from fieldops.flow.apply import Waiting, apply
from fieldops.flow.decode import reject
from fieldops.model.change import Change
from fieldops.model.problem import problem
from fieldops.model.record import Applied, Decoded, Ready, Rejected
from fieldops.model.said import Said
from fieldops.store import held, ledger, outset, quarantine
from fieldops.store.outset import Near
from fieldops.store.uuids import bytes_of
from fieldops_sync.wire import Receipt

Item = Decoded | Rejected
_SERVERS = 8
"""The version of the ids of server actors' ops, which follow from what they say."""
_NOT_DRAWN = Said(
    "版本 8 的操作编号属于服务器自身的操作",
    "an op id of version 8 is one of the server's own ops; draw another",
)
_NAMES_OTHER = Said("该编号已用于内容不同的操作", "this id already names an op with other content")


class Known(Struct, frozen=True):
    """What is stored under the ids of a batch."""

    ledger: dict[UUID, ledger.Entry]
    held: dict[UUID, bytes]
    quarantined: dict[UUID, dict[bytes, Receipt]]
    any_held: bool = True
    """Whether anything at all is held, of these ids or not: mostly not, which saves look-ups."""

    def __bool__(self) -> bool:
        return bool(self.ledger or self.held or self.quarantined)

    def has(self, op_id: UUID) -> bool:
        """Whether anything is stored under the id."""
        return bool(self) and (
            op_id in self.ledger or op_id in self.held or op_id in self.quarantined
        )

    def took(self, op_id: UUID) -> bool:
        """Whether an op of this id took effect."""
        return bool(self) and op_id in self.ledger

    def standing(self, item: Item) -> Receipt | None:
        """The receipt that stands for exactly this op (same id, same hash), if it was seen."""
        if not self:
            return None
        op_id = item.id
        entry = self.ledger.get(op_id)
        if entry is not None and entry.hash == item.hash:
            return entry.receipt
        if self.held.get(op_id) == item.hash:
            return Receipt(op_id, "held", True)
        return self.quarantined.get(op_id, {}).get(item.hash)


class Accepted(Struct, frozen=True):
    """One receipt per item, in order; ``changes`` get their positions at commit."""

    receipts: list[Receipt]
    changes: list[Change]
    fresh: int
    quarantined: int


def known(session: Session, items: Sequence[Item], near: Near | None = None) -> Known:
    """Look up the ids of a batch wherever an op can stand.  ``near``: who has asked already."""
    ids = [item.id for item in items]
    near = near or outset.near(session, bytes_of(ids))
    return Known(
        ledger.find(session, ids) if near.ledger else {},
        held.hashes(session, ids) if near.held else {},
        quarantine.find(session, ids) if near.quarantine else {},
        near.held,
    )


def accept(
    session: Session,
    items: Sequence[Item],
    known_: Known,
    source: Source,
    number: int,
    offsets_ms: Mapping[str, int],
) -> Accepted:
    """Give every item its effect and its receipt.  ``number`` is the incarnation's, 0 for none."""
    is_server = source.origin == "server"
    receipts, fresh, again = _sort(items, known_, known_.took if is_server else known_.has)
    slots, ready, rejected = _admit(session, fresh, source, offsets_ms)
    # What a tablet sends goes behind those that are being released; desks are answered at once.
    last = known_.any_held and source.origin == "device"
    outcome = apply(session, ready, number, source.now_ms, last=last)
    waiting: list[tuple[int, Waiting]] = []
    for slot, result in zip(slots, outcome.results, strict=True):
        if isinstance(result, Applied):
            receipts[slot] = result.receipt
        elif isinstance(result, Rejected):
            rejected.append((slot, result))
        else:
            waiting.append((slot, result))
    kept = hold.hold(session, [one for _, one in waiting], number, source.now_ms)
    for (slot, one), cycle in zip(waiting, kept, strict=True):
        receipts[slot] = Receipt(one.ready.decoded.op.id, "held", True)
        if cycle is not None:
            rejected.append((slot, cycle))
    for slot, item in rejected:
        receipts[slot] = quarantined_receipt(item)
    _quarantine(session, [item for _, item in rejected], source, number)
    released: list[Change] = []
    if known_.any_held:
        released = hold.release(session, [one.decoded for one in outcome.applied], source.now_ms)
    for slot, first in again.items():
        stands = receipts[first]
        receipts[slot] = Receipt(items[slot].id, "duplicate", True, stands=stands)
    done = [receipt for receipt in receipts if receipt is not None]
    return Accepted(done, [*outcome.changes, *released], len(fresh), len(rejected))


def quarantined_receipt(item: Rejected) -> Receipt:
    """The receipt of an op that goes to quarantine."""
    return Receipt(item.id, "quarantined", True, reason=item.reason, problem=item.problem)


def _sort(
    items: Sequence[Item], known_: Known, is_taken: Callable[[UUID], bool]
) -> tuple[list[Receipt | None], list[tuple[int, Item]], dict[int, int]]:
    """(receipts of what was seen before, the new items by slot, repeats within the batch).

    An id that already names other bytes is rejected, and kept beside them; of the server's own ops
    only one that took effect: what somebody had quarantined under its id keeps no finding away.
    """
    receipts: list[Receipt | None] = [None] * len(items)
    fresh: list[tuple[int, Item]] = []
    again: dict[int, int] = {}
    any_known = bool(known_)
    if not any_known and len({item.id.int for item in items}) == len(items):
        return receipts, list(enumerate(items)), again
    first: dict[int, dict[bytes, int]] = {}
    for slot, item in enumerate(items):
        op_id = item.id
        before = known_.standing(item) if any_known else None
        if before is not None:
            receipts[slot] = Receipt(op_id, "duplicate", True, stands=before)
            continue
        same_id = first.setdefault(op_id.int, {})
        if item.hash in same_id:
            again[slot] = same_id[item.hash]
            continue
        reused = bool(same_id) or (any_known and is_taken(op_id))
        same_id[item.hash] = slot
        fresh.append((slot, _reused(item) if reused else item))
    return receipts, fresh, again


def _reused(item: Item) -> Rejected:
    if isinstance(item, Decoded):
        return reject(item.op, item.raw, item.hash, "id-reused", _NAMES_OTHER)
    return msgspec.structs.replace(
        item, reason="id-reused", problem=problem("id-reused", _NAMES_OTHER)
    )


def _admit(
    session: Session,
    fresh: Sequence[tuple[int, Item]],
    source: Source,
    offsets_ms: Mapping[str, int],
) -> tuple[list[int], list[Ready], list[tuple[int, Rejected]]]:
    """The slots of the admitted ops, these ops, and the rejected ones by slot."""
    rejected = [(slot, item) for slot, item in fresh if isinstance(item, Rejected)]
    read = [(slot, item) for slot, item in fresh if isinstance(item, Decoded)]
    if source.origin != "server" and (foretold := _foretold(read)):
        rejected += [
            (slot, reject(item.op, item.raw, item.hash, "schema", _NOT_DRAWN))
            for slot, item in read
            if slot in foretold
        ]
        read = [one for one in read if one[0] not in foretold]
    ops = [item for _, item in read]
    occurred = [clock.occurred_ms(one.op.at, offsets_ms, source.now_ms) for one in ops]
    slots: list[int] = []
    ready: list[Ready] = []
    gate = Gate(source, latescope.read(session, ops, source.sites))
    admitted = gate.admit(ops, occurred)
    for (slot, item), marks, happened in zip(read, admitted, occurred, strict=True):
        if isinstance(marks, Rejected):
            rejected.append((slot, marks))
            continue
        slots.append(slot)
        ready.append(Ready(item, marks + clock.clock_marks(item.op.at, happened), happened))
    return slots, ready, rejected


def _foretold(read: Sequence[tuple[int, Decoded]]) -> set[int]:
    """The slots of people's ops with an id that one of the server's own ops may come to have.

    That would be taken for one that was seen before, and never take effect.
    """
    # What ``is_servers`` says, in place: to call it for each op costs more than to ask.
    return {slot for slot, item in read if item.op.id.int >> 76 & 0xF == _SERVERS}


def is_servers(op_id: UUID) -> bool:
    """Whether an op's id is one that follows from what it says, as those of server actors do."""
    return op_id.int >> 76 & 0xF == _SERVERS


def _quarantine(
    session: Session, rejected: Sequence[Rejected], source: Source, number: int
) -> None:
    quarantine.put(
        session,
        (
            quarantine.Item(
                op_id=item.id,
                hash=item.hash,
                raw=item.raw,
                source=number,
                seq=item.seq,
                device=source.device,
                site=item.site,
                type=item.type,
                reason=item.reason,
                receipt=quarantined_receipt(item),
                received_ms=source.now_ms,
            )
            for item in rejected
        ),
    )
