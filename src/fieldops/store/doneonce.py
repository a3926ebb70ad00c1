"""Calls that took effect under a key of their own, and what they were answered, for a while."""

from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.store import batch


class Done(Struct, frozen=True):
    """The mark of what was asked, and the sealed answer."""

    mark: bytes
    sealed: bytes


def locked(session: Session, name: UUID) -> Done | None:
    """What was done under a name; until the transaction ends nobody else does anything under it."""
    batch.lock(session, [name])
    rows = batch.run(
        session, "SELECT mark, sealed FROM done_once WHERE name = :name", name=name.bytes
    )
    return Done(bytes(rows[0][0]), bytes(rows[0][1])) if rows else None


def add(session: Session, name: UUID, done: Done, now_ms: int) -> None:
    """Keep what was done."""
    batch.run(
        session,
        "INSERT INTO done_once (name, mark, sealed, done_ms) VALUES (:name, :mark, :sealed, :now)",
        name=name.bytes,
        mark=done.mark,
        sealed=done.sealed,
        now=now_ms,
    )


def forget(session: Session, until_ms: int) -> None:
    """Remove what was done before an instant."""
    batch.run(session, "DELETE FROM done_once WHERE done_ms < :until", until=until_ms)
