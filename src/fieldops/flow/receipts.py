"""The receipts that stand, asked for again: what a lost answer would have said."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session

from fieldops.store import devices, held, ledger, quarantine, sent
from fieldops_sync.wire import Receipt, ReceiptsAnswer, ReceiptsRequest

_RANGE = 500
"""The longest range of seq answered at once: as many as a batch has."""


def receipts(session: Session, device: UUID, request: ReceiptsRequest) -> ReceiptsAnswer:
    """By ids, or by an inclusive range of seq of one of the device's incarnations.

    An op of another device is answered like one that was never seen.
    """
    ids = list(request.ids)
    if request.incarnation is not None:
        ids += _range(session, device, request)
    mine = _mine(session, device, ids)
    found = {receipt.id: receipt for receipt in mine}
    unknown = [op_id for op_id in dict.fromkeys(ids) if op_id not in found]
    return ReceiptsAnswer([found[op_id] for op_id in dict.fromkeys(ids) if op_id in found], unknown)


def _range(session: Session, device: UUID, request: ReceiptsRequest) -> list[UUID]:
    life = devices.incarnation(session, request.incarnation) if request.incarnation else None
    if life is None or life.device != device:
        return []
    first, last = request.from_, min(request.to, request.from_ + _RANGE - 1)
    return [
        op_id
        for place in (sent, held, quarantine)
        for op_id in place.by_seq(session, life.no, first, last)
    ]


def _mine(session: Session, device: UUID, ids: Sequence[UUID]) -> list[Receipt]:
    lives = devices.numbers(session, device)
    found = [entry.receipt for entry in ledger.find(session, ids).values() if entry.source in lives]
    found += [
        Receipt(op.op_id, "held", True) for op in held.get(session, set(ids)) if op.source in lives
    ]
    found += quarantine.of_sources(session, ids, lives)
    return found
