"""The log: every committed change at one gap-free position, in one order for everybody.

Jobs ``append`` to a buffer on their session; the writer's ``flush`` draws all positions by one
UPDATE of the counter row as the last work before COMMIT.  Whoever holds that row commits next, so
no reader can see a position before all lower ones (protocol.md, "the classic mistake").
"""

import heapq
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from fieldops.model.change import Change
from fieldops.store import batch
from fieldops_sync.wire import Seen

_BUFFER = "log"


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
    if not changes:
        return
    session.flush()
    first = batch.draw_positions(session, len(changes))
    for position, change in enumerate(changes, first):
        change.position = position
    batch.insert_log(session, changes)


def head(session: Session) -> Seen | None:
    """The last position with its change, or None for an empty log."""
    row = session.execute(
        text("SELECT position, op_id FROM log ORDER BY position DESC LIMIT 1")
    ).first()
    return None if row is None else Seen(row[0], UUID(bytes=bytes(row[1])))


def last_at(session: Session, position: int) -> Seen | None:
    """The last change at or below a position."""
    row = session.execute(
        text("SELECT position, op_id FROM log WHERE position <= :p ORDER BY position DESC LIMIT 1"),
        {"p": position},
    ).first()
    return None if row is None else Seen(row[0], UUID(bytes=bytes(row[1])))


def counter(session: Session) -> int:
    """The highest position drawn so far; above the log's last row after a jump."""
    found: int = batch.run(session, "SELECT head FROM log_head")[0][0]
    return found


def epoch(session: Session) -> UUID:
    """The database's epoch; it changes when a restore is noticed."""
    return UUID(bytes=bytes(batch.run(session, "SELECT epoch FROM log_head")[0][0]))


def change_at(session: Session, position: int) -> UUID | None:
    """The id of the change at a position, if there is one."""
    rows = batch.run(session, "SELECT op_id FROM log WHERE position = :p", p=position)
    return UUID(bytes=bytes(rows[0][0])) if rows else None


def start_epoch(session: Session, epoch_id: UUID, above: int) -> None:
    """Begin a new epoch; positions go on above ``above``."""
    session.execute(
        text("UPDATE log_head SET epoch = :e, head = CASE WHEN head > :a THEN head ELSE :a END"),
        {"e": epoch_id.bytes, "a": above},
    )


def read(session: Session, after: int, limit: int) -> list[Change]:
    """The next changes of the whole organisation, in order."""
    rows = session.execute(
        text(
            "SELECT position, feed, kind, subject, op_id FROM log"
            " WHERE position > :after ORDER BY position LIMIT :limit"
        ),
        {"after": after, "limit": limit},
    )
    return [_change(row) for row in rows]


def read_feeds(session: Session, feeds: Sequence[UUID], after: int, limit: int) -> list[Change]:
    """The next changes of some feeds, in order.  Cost grows with feeds and with what changed."""
    streams = [_feed(session, feed, after, limit) for feed in feeds]
    merged: Iterator[Any] = heapq.merge(*streams, key=lambda row: row[0])
    return [_change(row) for row, _ in zip(merged, range(limit), strict=False)]


def _feed(session: Session, feed: UUID, after: int, limit: int) -> list[Any]:
    query = (
        "SELECT position, feed, kind, subject, op_id FROM log"
        " WHERE feed = :feed AND position > :after ORDER BY position LIMIT :limit"
    )
    return batch.run(session, query, feed=feed.bytes, after=after, limit=limit)


def _change(row: Any) -> Change:
    return Change(
        feed=UUID(bytes=bytes(row[1])),
        kind=row[2],
        subject=UUID(bytes=bytes(row[3])),
        op=UUID(bytes=bytes(row[4])),
        position=row[0],
    )
