"""The one mouth of the river: every op of a tablet, a desk or a server actor enters here.

items ─ dedupe → known receipts
      └ new ─ admit ─ apply ─┬→ applied, merged, conflict      all inside the caller's
                             ├→ waiting → held                 transaction: effect, receipt and
                             └→ rejected → quarantine          log commit together or not at all
"""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.flow import clock, hold
from fieldops.flow.admit import Source, admit
from fieldops.flow.apply import Ready, apply
from fieldops.model.change import Change
from fieldops.model.problem import problem
from fieldops.model.record import Decoded, Rejected, State
from fieldops.store import held, ledger, quarantine, records
from fieldops_sync.wire import Receipt

Item = Decoded | Rejected


class Known(Struct, frozen=True):
    """What is stored under the ids of a batch."""

    ledger: dict[UUID, ledger.Entry]
    held: dict[UUID, bytes]
    quarantined: dict[UUID, dict[bytes, Receipt]]


class Accepted(Struct, frozen=True):
    """One receipt per item, in order; ``changes`` get their positions at commit."""

    receipts: list[Receipt]
    changes: list[Change]
    fresh: int
    quarantined: int


def known(session: Session, items: Sequence[Item]) -> Known:
    """Look up the ids of a batch wherever an op can stand."""
    ids = {item_id(item) for item in items}
    return Known(
        ledger.find(session, ids), held.hashes(session, ids), quarantine.find(session, ids)
    )


def standing(known_: Known, item: Item) -> Receipt | None:
    """The receipt that stands for exactly this op (same id, same hash), if it was seen before."""
    op_id = item_id(item)
    entry = known_.ledger.get(op_id)
    if entry is not None and entry.hash == item.hash:
        return entry.receipt
    if known_.held.get(op_id) == item.hash:
        return Receipt(op_id, "held", True)
    return known_.quarantined.get(op_id, {}).get(item.hash)


def is_known(known_: Known, op_id: UUID) -> bool:
    """Whether anything is stored under the id."""
    return op_id in known_.ledger or op_id in known_.held or op_id in known_.quarantined


def accept(
    session: Session,
    items: Sequence[Item],
    known_: Known,
    source: Source,
    number: int,
    offsets_ms: dict[str, int],
) -> Accepted:
    """Give every item its effect and its receipt.  ``number`` is the incarnation's, 0 for none."""
    receipts: dict[tuple[UUID, bytes], Receipt] = {}
    fresh = _fresh(items, known_)
    states = records.get(session, _walks(fresh, source))
    ready, rejected = _admit(fresh, source, states, offsets_ms)
    outcome = apply(session, ready, number, source.now_ms)
    held_ops, cycles = hold.hold(session, outcome.waiting, number, source.now_ms)
    rejected += [*outcome.rejected, *cycles]
    for applied in outcome.applied:
        receipts[applied.decoded.op.id, applied.decoded.hash] = applied.receipt
    for op in held_ops:
        receipts[op.op_id, op.hash] = Receipt(op.op_id, "held", True)
    for item in rejected:
        receipts[item.id, item.hash] = quarantined_receipt(item)
    _quarantine(session, rejected, source, number)
    released = hold.release(session, [one.decoded for one in outcome.applied], source.now_ms)
    return Accepted(
        _in_order(items, known_, receipts),
        [*outcome.changes, *released],
        len(fresh),
        len(rejected),
    )


def item_id(item: Item) -> UUID:
    """The op's id, as sent or as made up for bytes without one."""
    return item.op.id if isinstance(item, Decoded) else item.id


def quarantined_receipt(item: Rejected) -> Receipt:
    """The receipt of an op that goes to quarantine."""
    return Receipt(item.id, "quarantined", True, reason=item.reason, problem=item.problem)


def _fresh(items: Sequence[Item], known_: Known) -> list[Item]:
    """The items not seen before, each once; an id that already names other bytes is rejected."""
    taken: dict[UUID, bytes] = {}
    fresh: dict[tuple[UUID, bytes], Item] = {}
    for item in items:
        op_id = item_id(item)
        if standing(known_, item) is not None or (op_id, item.hash) in fresh:
            continue
        reused = is_known(known_, op_id) or taken.setdefault(op_id, item.hash) != item.hash
        fresh[op_id, item.hash] = _reused(item) if reused else item
    return list(fresh.values())


def _reused(item: Item) -> Rejected:
    detail = "this id already names an op with other content"
    op = item.op if isinstance(item, Decoded) else None
    return Rejected(
        id=item_id(item),
        hash=item.hash,
        raw=item.raw,
        reason="id-reused",
        problem=problem("id-reused", detail),
        seq=op.seq if op else item.seq if isinstance(item, Rejected) else None,
        type=op.type if op else "",
        site=op.site if op else None,
    )


def _walks(items: Sequence[Item], source: Source) -> set[UUID]:
    """The subjects that admission must look at: only ops for sites out of scope need it."""
    if source.sites is None:
        return set()
    named: set[UUID] = set()
    for item in items:
        if isinstance(item, Decoded) and item.op.site not in source.sites:
            named.add(item.op.subject.id)
            named |= {UUID(item.fields["inspection"])} if "inspection" in item.fields else set()
    return named


def _admit(
    items: Sequence[Item], source: Source, states: dict[UUID, State], offsets_ms: dict[str, int]
) -> tuple[list[Ready], list[Rejected]]:
    ready: list[Ready] = []
    rejected: list[Rejected] = []
    for item in items:
        if isinstance(item, Rejected):
            rejected.append(item)
            continue
        at = item.op.at
        occurred = clock.occurred_ms(at, offsets_ms, source.now_ms)
        marks = admit(item, source, states, occurred)
        if isinstance(marks, Rejected):
            rejected.append(marks)
        else:
            ready.append(Ready(item, marks + clock.clock_marks(at, occurred), occurred))
    return ready, rejected


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


def _in_order(
    items: Sequence[Item], known_: Known, receipts: dict[tuple[UUID, bytes], Receipt]
) -> list[Receipt]:
    answered: set[tuple[UUID, bytes]] = set()
    ordered = []
    for item in items:
        key = (item_id(item), item.hash)
        before = standing(known_, item)
        if before is not None or key in answered:
            stands = before or receipts[key]
            ordered.append(Receipt(key[0], "duplicate", True, stands=stands))
        else:
            answered.add(key)
            ordered.append(receipts[key])
    return ordered
