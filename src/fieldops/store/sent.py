"""Which op an incarnation sent under which seq, for receipts that are asked for by seq.

A row is a run: ops at consecutive seq, as they come in a batch.  An index entry an op, which few
will ever ask for, cost the push more than everything else that it writes about seq.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlmodel import Session

from fieldops.store import batch

RUN_MAX = 100
"""Ops a run at most: with 16 bytes each it stays below the 2 kB where PostgreSQL would move them
out of line."""
_ID_BYTES = 16


def add(session: Session, source: int, ops: Iterable[tuple[int, bytes]]) -> None:
    """Remember (seq, op id) pairs of an incarnation; ``source`` is its number."""
    rows = [(source, run[-1][0], b"".join([op for _, op in run])) for run in _runs(sorted(ops))]
    batch.insert_sent(session, rows)


def by_seq(session: Session, source: int, first: int, last: int) -> list[UUID]:
    """The ids of an incarnation's ops in an inclusive range of seq, in order."""
    query = (
        "SELECT seq, ops FROM sent WHERE source = :source AND seq >= :first AND seq < :end"
        " ORDER BY seq"
    )
    # A run that begins in the range may end beyond it.
    end = last + RUN_MAX
    rows = batch.run(session, query, source=source, first=first, end=end)
    found = [pair for row in rows for pair in _unpack(row)]
    return [op_id for seq, op_id in found if first <= seq <= last]


def _runs(ops: Sequence[tuple[int, bytes]]) -> Iterator[Sequence[tuple[int, bytes]]]:
    seqs = [seq for seq, _ in ops]
    start = 0
    while start < len(ops):
        end = min(start + RUN_MAX, len(ops))
        # A batch is one run as a rule: then nobody looks for its end op by op.
        if seqs[start:end] != list(range(seqs[start], seqs[start] + end - start)):
            end = next(at for at in range(start + 1, end) if seqs[at] != seqs[at - 1] + 1)
        yield ops[start:end]
        start = end


def _unpack(row: Any) -> Iterator[tuple[int, UUID]]:
    last, ops = row[0], bytes(row[1])
    for left in range(len(ops) // _ID_BYTES, 0, -1):
        at = len(ops) - left * _ID_BYTES
        yield last - left + 1, UUID(bytes=ops[at : at + _ID_BYTES])
