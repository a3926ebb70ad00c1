"""Needs that have come, for which more ops are held than one transaction releases.

A row stands from the transaction that brings the need until no held op waits for it alone: whatever
ends the server in between, the rest is released after it.
"""

from collections.abc import Iterable

from sqlmodel import Session

from fieldops.store import batch


def note(session: Session, needs: Iterable[bytes], now_ms: int) -> None:
    """Note that needs have come; who takes one off the list waits for whoever notes it."""
    for need in sorted(needs):
        batch.run(
            session,
            "INSERT INTO releasing (need, at_ms) VALUES (:need, :at)"
            " ON CONFLICT (need) DO UPDATE SET at_ms = releasing.at_ms",
            need=need,
            at=now_ms,
        )


def is_any(session: Session) -> bool:
    """Whether anything is being released."""
    return bool(batch.run(session, "SELECT 1 FROM releasing LIMIT 1"))


def first(session: Session, most: int) -> list[bytes]:
    """What has come, the oldest first, so many at most."""
    query = "SELECT need FROM releasing ORDER BY at_ms, need LIMIT :most"
    return [bytes(row[0]) for row in batch.run(session, query, most=most)]


def among(session: Session, needs: Iterable[bytes]) -> set[bytes]:
    """Which of these needs have come, and are being released."""
    query = "SELECT need FROM releasing WHERE need {}"
    return {bytes(row[0]) for row in batch.select_in(session, query, sorted(needs))}


def lock(session: Session, needs: Iterable[bytes]) -> None:
    """Wait until nobody notes these any more, and let nobody do so until COMMIT."""
    if batch.is_postgres(session):
        query = "SELECT need FROM releasing WHERE need {} ORDER BY need FOR UPDATE"
        batch.select_in(session, query, sorted(needs))


def drop(session: Session, needs: Iterable[bytes]) -> None:
    """Nothing waits for these alone."""
    batch.delete(session, "releasing", "need", sorted(needs))
