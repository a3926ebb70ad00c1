"""The audit table: who did what.  Rows are only ever added, in the business transaction."""

from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlalchemy import text
from sqlmodel import Session

from fieldops.model.access import Level
from fieldops.rules.redaction import covered
from fieldops.store import batch

_encode = msgspec.json.Encoder(order="deterministic").encode
_INSERT = (
    "INSERT INTO audit (at_ms, actor, device, action, subject, detail)"
    " VALUES (:at_ms, :actor, :device, :action, :subject, :detail)"
)


END = 2**31 - 1
"""Above the number of every row."""


class Entry(Struct, frozen=True):
    """One line of the audit: ``action`` is ``noun.verb``; ``detail`` never holds L2 or L3 data."""

    action: str
    at_ms: int
    actor: UUID | None = None
    device: UUID | None = None
    subject: UUID | None = None
    detail: dict[str, Any] = {}


def add(session: Session, entry: Entry) -> None:
    """Append one row; it commits or vanishes with what it tells of."""
    bound = {
        "at_ms": entry.at_ms,
        "actor": _bytes(entry.actor),
        "device": _bytes(entry.device),
        "action": entry.action,
        "subject": _bytes(entry.subject),
        # What somebody worded (a reason) may name anybody; the audit is read by many, for years.
        "detail": _encode(covered(entry.detail, Level.L1)),
    }
    batch.run(session, _INSERT, **bound)


def latest(session: Session, limit: int, action: str = "") -> list[Entry]:
    """The newest rows first; ``action`` narrows to a prefix."""
    return [entry for _no, entry in page(session, action, END, limit)]


def page(session: Session, action: str, before: int, limit: int) -> list[tuple[int, Entry]]:
    """So many rows with a number below ``before``, the newest first, each with its number."""
    rows = session.execute(
        text(
            "SELECT action, at_ms, actor, device, subject, detail, no FROM audit"
            " WHERE action LIKE :prefix AND no < :before ORDER BY no DESC LIMIT :limit"
        ),
        {"prefix": f"{action}%", "before": before, "limit": limit},
    )
    return [(row[6], _entry(row)) for row in rows]


def _entry(row: Any) -> Entry:
    detail = msgspec.json.decode(row[5])
    return Entry(row[0], row[1], _id(row[2]), _id(row[3]), _id(row[4]), detail)


def _bytes(value: UUID | None) -> bytes | None:
    return None if value is None else value.bytes


def _id(value: Any) -> UUID | None:
    return None if value is None else UUID(bytes=bytes(value))
