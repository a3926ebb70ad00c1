"""The log: every committed change at one gap-free position, in one order for everybody.

Jobs ``append`` to a buffer on their session; the writer's ``flush`` draws all positions by one
UPDATE of the counter row as the last work before COMMIT.  Whoever holds that row commits next, so
no reader can see a position before all lower ones (protocol.md, "the classic mistake").
"""

import heapq
from collections.abc import Iterator, Sequence
from itertools import islice
from operator import itemgetter
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from fieldops.model.change import Change
from fieldops.store import batch, roster, runs
from fieldops_sync.wire import Seen

_BUFFER = "log"
_RUNS, _RUNS_MAX = 8, 512
"""How many runs are read first, and at most at a time."""


def append(session: Session, changes: Sequence[Change]) -> None:
    """Add changes; ``flush`` gives each its ``position`` at the end of the transaction."""
    session.info.setdefault(_BUFFER, []).extend(changes)


def mark(session: Session) -> int:
    """How many changes are buffered: where ``rewind`` goes back to."""
    return len(session.info.get(_BUFFER, ()))


def rewind(session: Session, length: int) -> None:
    """Forget the changes of a job that was rolled back."""
    del session.info.get(_BUFFER, [])[length:]


def flush(session: Session) -> None:
    """Draw positions for all buffered changes and insert them: the last work before COMMIT."""
    changes: list[Change] = session.info.pop(_BUFFER, [])
    if changes:
        session.flush()
        first = batch.draw_positions(session, len(changes))
        for position, change in enumerate(changes, first):
            change.position = position
        batch.insert_log(session, runs.pack(changes))
    roster.settle(session)


def head(session: Session) -> Seen | None:
    """The last position with its change, or None for an empty log."""
    rows = batch.run(session, "SELECT position, ops FROM log ORDER BY position DESC LIMIT 1")
    return _end(rows[0]) if rows else None


def last_at(session: Session, position: int) -> Seen | None:
    """The last change at or below a position."""
    change = change_at(session, position)
    if change is not None:
        return Seen(position, change)
    query = "SELECT position, ops FROM log WHERE position < :p ORDER BY position DESC LIMIT 1"
    rows = batch.run(session, query, p=position)
    return _end(rows[0]) if rows else None


def _end(row: Any) -> Seen:
    change = runs.op_at(row, row[0])
    assert change is not None
    return Seen(row[0], change)


def last_of(session: Session, feed: UUID) -> int:
    """The position of a feed's last change; 0 for none."""
    query = "SELECT position FROM log WHERE feed = :f ORDER BY position DESC LIMIT 1"
    rows = batch.run(session, query, f=feed.bytes)
    return rows[0][0] if rows else 0


def first_of(session: Session, feed: UUID, kind: str) -> dict[UUID, int]:
    """The first position of each subject of a kind in a feed: for feeds in which little happens."""
    found: dict[UUID, int] = {}
    for row in _runs(session, "feed = :feed AND position > :after", 0, feed=feed.bytes):
        if row[2] == kind:
            for change in runs.unpack(row):
                found.setdefault(change.subject, change.position)
    return found


def is_begun(session: Session) -> bool:
    """Whether the database has been initialised, and not only given its tables."""
    return bool(batch.run(session, "SELECT 1 FROM log_head"))


def counter(session: Session) -> int:
    """The highest position drawn so far; above the log's last row after a jump."""
    found: int = batch.run(session, "SELECT head FROM log_head")[0][0]
    return found


def epoch(session: Session) -> UUID:
    """The database's epoch; it changes when a restore is noticed."""
    return UUID(bytes=bytes(batch.run(session, "SELECT epoch FROM log_head")[0][0]))


def change_at(session: Session, position: int) -> UUID | None:
    """The id of the change at a position, if there is one."""
    query = "SELECT position, ops FROM log WHERE position >= :p ORDER BY position LIMIT 1"
    rows = batch.run(session, query, p=position)
    return runs.op_at(rows[0], position) if rows else None


def start_epoch(session: Session, epoch_id: UUID, above: int) -> None:
    """Begin a new epoch; positions go on above ``above``."""
    session.execute(
        text("UPDATE log_head SET epoch = :e, head = CASE WHEN head > :a THEN head ELSE :a END"),
        {"e": epoch_id.bytes, "a": above},
    )


def read(session: Session, after: int, limit: int) -> list[Change]:
    """The next changes of the whole organisation, in order."""
    rows = _runs(session, "position > :after", after)
    changes = (change for row in rows for change in runs.unpack(row, after))
    return list(islice(changes, limit))


def read_feeds(session: Session, feeds: Sequence[UUID], after: int, limit: int) -> list[Change]:
    """The next changes of some feeds, in order.  Cost grows with feeds and with what changed."""
    mine = "feed = :feed AND position > :after"
    streams = [_runs(session, mine, after, feed=feed.bytes) for feed in feeds]
    merged: Iterator[Any] = heapq.merge(*streams, key=itemgetter(0))
    changes = (change for row in merged for change in runs.unpack(row, after))
    return list(islice(changes, limit))


def _runs(session: Session, where: str, after: int, **bound: Any) -> Iterator[Any]:
    """Runs in order, read by pages that grow: mostly few are wanted, sometimes very many."""
    query = (
        f"SELECT position, feed, kind, subjects, ops FROM log WHERE {where}"
        " ORDER BY position LIMIT :limit"
    )
    limit = _RUNS
    while rows := batch.run(session, query, after=after, limit=limit, **bound):
        yield from rows
        if len(rows) < limit:
            return
        after = rows[-1][0]
        limit = min(4 * limit, _RUNS_MAX)
