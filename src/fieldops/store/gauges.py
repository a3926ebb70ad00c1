"""How much waits in the database: what metrics show; each a count by an index or of few rows."""

from typing import Any

from msgspec import Struct
from sqlmodel import Session

from fieldops.store import batch


class Waiting(Struct, frozen=True):
    """Rows that wait: for other ops, for a supervisor, for bytes, for time to act, to be sent."""

    held: int
    quarantine: int
    photos_owed: int
    uploads: int
    due_overdue: int
    letters: int
    audit_unchained: int


_QUERIES = {
    "held": "SELECT count(*) FROM held",
    "quarantine": "SELECT count(*) FROM quarantine WHERE state = 'open'",
    "photos_owed": "SELECT count(*) FROM media_ref WHERE owed = 1",
    "uploads": "SELECT count(*) FROM upload WHERE state = 'open'",
    "due_overdue": "SELECT count(*) FROM due WHERE at_ms < :now_ms",
    "letters": "SELECT count(*) FROM letter WHERE state = 'waiting'",
    "audit_unchained": "SELECT count(*) FROM audit WHERE chain IS NULL",
}


def waiting(session: Session, now_ms: int) -> Waiting:
    """What waits now."""
    found: dict[str, Any] = {}
    for name, query in _QUERIES.items():
        bound = {"now_ms": now_ms} if ":now_ms" in query else {}
        found[name] = batch.run(session, query, **bound)[0][0]
    return Waiting(**found)
