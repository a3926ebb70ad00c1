"""What changed lately: subjects of some kinds since a moment, found through the log.

Records have no time to be found by.  The log is in order, so a moment is a position, found by
halving; from there on the index of a feed leads through what changed in it and no further.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlmodel import Session

from fieldops.store import batch, log, runs

SLACK_MS = 3_600_000
"""Servers' clocks differ, so positions follow the time of receipt only nearly."""
_ROWS = 500
END = 2**62
"""A position behind every other."""


def position_at(session: Session, at_ms: int) -> int:
    """A position with every change behind it that was received at a moment or later (ms)."""
    low, high = 0, log.counter(session)
    while low < high:
        middle = (low + high) // 2
        received_ms = _received_ms(session, middle + 1)
        if received_ms is not None and received_ms < at_ms - SLACK_MS:
            low = middle + 1
        else:
            high = middle
    return low


def last_by(session: Session, at_ms: int) -> int:
    """The last position that was received by a moment (ms); 0 for none."""
    low, high = 0, log.counter(session)
    while low < high:
        middle = (low + high + 1) // 2
        received_ms = _received_ms(session, middle)
        if received_ms is None or received_ms > at_ms:
            high = middle - 1
        else:
            low = middle
    return low


def _received_ms(session: Session, position: int) -> int | None:
    """When the first change at a position or behind it was received."""
    query = "SELECT ops FROM log WHERE position >= :p ORDER BY position LIMIT 1"
    rows = batch.run(session, query, p=position)
    if not rows:
        return None
    op = bytes(rows[0][0])[-16:]
    found = batch.run(session, "SELECT received_ms FROM ledger WHERE op_id = :op", op=op)
    return found[0][0] if found else None


def subjects(
    session: Session, feed: UUID, kind: str, after: int, below: int = END
) -> Iterator[UUID]:
    """The subjects of a kind that changed in a feed between two positions, newest first."""
    told: set[UUID] = set()
    for row in _backwards(session, feed, after, below):
        changes = list(runs.unpack(row, after)) if row[2] == kind else []
        for change in reversed(changes):
            if change.subject not in told:
                told.add(change.subject)
                yield change.subject


def _backwards(session: Session, feed: UUID, after: int, below: int) -> Iterator[Any]:
    query = (
        "SELECT position, feed, kind, subjects, ops FROM log WHERE feed = :feed"
        " AND position > :after AND position < :below ORDER BY position DESC LIMIT :rows"
    )
    while rows := batch.run(session, query, feed=feed.bytes, after=after, below=below, rows=_ROWS):
        yield from rows
        below = rows[-1][0]
