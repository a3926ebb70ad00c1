"""Failed sign-ins, counted in the database: every server process sees the same figures."""

from collections.abc import Iterable

from msgspec import Struct
from sqlmodel import Session

from fieldops.store import batch


class Tries(Struct, frozen=True):
    """Failures in a row of one counter, the last one's time, and until when it waits (ms)."""

    failures: int
    last_ms: int
    until_ms: int


def lock(session: Session, counter: bytes) -> Tries:
    """A counter's figures, in this transaction's hands until it ends; zeros for a new one."""
    batch.run(
        session,
        "INSERT INTO sign_in_try (counter, failures, last_ms, until_ms) VALUES (:counter, 0, 0, 0)"
        " ON CONFLICT (counter) DO NOTHING",
        counter=counter,
    )
    # An update that changes nothing holds the row on either database.
    rows = batch.run(
        session,
        "UPDATE sign_in_try SET failures = failures WHERE counter = :counter"
        " RETURNING failures, last_ms, until_ms",
        counter=counter,
    )
    return Tries(*rows[0])


def put(session: Session, counter: bytes, tries: Tries) -> None:
    """Set a counter that ``lock`` has given."""
    batch.run(
        session,
        "UPDATE sign_in_try SET failures = :failures, last_ms = :last, until_ms = :until"
        " WHERE counter = :counter",
        counter=counter,
        failures=tries.failures,
        last=tries.last_ms,
        until=tries.until_ms,
    )


def clear(session: Session, counters: Iterable[bytes]) -> None:
    """Hold nothing against these any more."""
    for counter in sorted(counters):
        batch.run(session, "DELETE FROM sign_in_try WHERE counter = :counter", counter=counter)


def forget(session: Session, before_ms: int) -> None:
    """Remove counters without a failure since a moment."""
    batch.run(
        session,
        "DELETE FROM sign_in_try WHERE last_ms < :before AND until_ms < :before",
        before=before_ms,
    )
