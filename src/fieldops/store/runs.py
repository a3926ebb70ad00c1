"""How the log lies in its table: a row is a *run*, changes at consecutive positions that have the
feed and the kind in common.

    positions   7   8   9  10 │ 11 │ 12  13      ──>   position │ feed │ kind │ subjects │ ops
    kind        result ······ │ ph │ result ·             10    │  A   │ res… │ 4 × 16 B │ 4 × 16 B

A batch of a tablet makes one change an op.  A row each, with its two index entries, cost a tenth of
the push; a run costs what one row did.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

from fieldops.model.change import Change
from fieldops.store.uuids import bytes_of, uuid_of

RUN_MAX = 50
"""Changes a run at most: with 32 bytes each it stays below the 2 kB where PostgreSQL would move a
row's values out of line."""
ID_BYTES = 16
_common = attrgetter("feed.int", "kind")

Row = tuple[int, bytes, str, bytes, bytes]
"""(the run's last position, feed, kind, the subjects' ids, the ops' ids)."""


def pack(changes: Sequence[Change]) -> list[Row]:
    """Changes at consecutive positions as runs."""
    return [
        _row(part) for _, group in groupby(changes, key=_common) for part in _parts(list(group))
    ]


def unpack(row: Any, after: int = 0) -> Iterator[Change]:
    """The changes of a run that stand after a position."""
    last, feed, kind, subjects, ops = row[0], _id(row[1], 0), row[2], row[3], row[4]
    count = len(ops) // ID_BYTES
    for number in range(max(0, after - last + count), count):
        at = number * ID_BYTES
        yield Change(feed, kind, _id(subjects, at), _id(ops, at), last - count + 1 + number)


def pairs(
    last: int, subjects: bytes, ops: bytes, after: int, until: int
) -> Iterator[tuple[bytes, bytes]]:
    """The 16 bytes of each subject and op of a run that stand after a position, up to another."""
    first = last - len(ops) // ID_BYTES + 1
    for number in range(max(0, after + 1 - first), min(last, until) - first + 1):
        at = number * ID_BYTES
        yield subjects[at : at + ID_BYTES], ops[at : at + ID_BYTES]


def op_at(row: Any, position: int) -> UUID | None:
    """The op at a position, if the run covers it.  ``row`` is (the last position, the ops)."""
    last, ops = row
    at = len(ops) - (last - position + 1) * ID_BYTES
    return _id(ops, at) if at >= 0 else None


def _parts(changes: list[Change]) -> Iterator[list[Change]]:
    for start in range(0, len(changes), RUN_MAX):
        yield changes[start : start + RUN_MAX]


def _row(run: list[Change]) -> Row:
    last = run[-1]
    subjects = b"".join(bytes_of(change.subject for change in run))
    ops = b"".join(bytes_of(change.op for change in run))
    return last.position, last.feed.bytes, last.kind, subjects, ops


def _id(ids: Any, at: int) -> UUID:
    return uuid_of(ids[at : at + ID_BYTES])
