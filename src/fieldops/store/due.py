"""When time acts next on which subject: one row a subject at most."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.store import batch


class DueRow(Struct, frozen=True):
    """At ``at_ms`` something is to happen to ``subject``, which stands in ``feed``."""

    subject: UUID
    kind: str
    feed: UUID
    at_ms: int


def put(session: Session, row: DueRow) -> None:
    """Say when time acts next on a subject, instead of what was said before."""
    batch.run(
        session,
        "INSERT INTO due (subject, kind, feed, at_ms) VALUES (:subject, :kind, :feed, :at)"
        " ON CONFLICT (subject) DO UPDATE SET kind = :kind, feed = :feed, at_ms = :at",
        subject=row.subject.bytes,
        kind=row.kind,
        feed=row.feed.bytes,
        at=row.at_ms,
    )


def drop(session: Session, subject: UUID) -> None:
    """Time does not act on a subject any more."""
    batch.run(session, "DELETE FROM due WHERE subject = :subject", subject=subject.bytes)


def wake(session: Session, feed: UUID | None) -> None:
    """Have every subject of a feed, or of all, looked at soon: what it is reckoned by changed."""
    condition = "" if feed is None else " WHERE feed = :feed"
    bound = {} if feed is None else {"feed": feed.bytes}
    batch.run(session, f"UPDATE due SET at_ms = 0{condition}", **bound)


def is_any(session: Session, now_ms: int) -> bool:
    """Whether anything is due."""
    return bool(batch.run(session, "SELECT 1 FROM due WHERE at_ms <= :now LIMIT 1", now=now_ms))


def first(session: Session, now_ms: int, most: int) -> Sequence[DueRow]:
    """What is due, the oldest first, so many at most."""
    rows = batch.run(
        session,
        "SELECT subject, kind, feed, at_ms FROM due WHERE at_ms <= :now"
        " ORDER BY at_ms, subject LIMIT :most",
        now=now_ms,
        most=most,
    )
    return [
        DueRow(UUID(bytes=bytes(row[0])), row[1], UUID(bytes=bytes(row[2])), row[3]) for row in rows
    ]
