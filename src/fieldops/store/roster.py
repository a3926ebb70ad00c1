"""What people and devices were at every position of the log.

Accounts and devices are rows that change in place, so nothing else could say how they stood when an
export of last week is asked for again.  Whoever changes one notes it here in the same transaction;
``settle`` dates the notes as its last work before COMMIT.
"""

from typing import Literal
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlmodel import Session

from fieldops.store import batch

Kind = Literal["user", "device"]
_NOTED = "roster"
_BODIES: dict[Kind, str] = {
    "user": "SELECT login, name, staff_number, team, post, disabled_ms FROM user_account",
    "device": "SELECT name, model, app_version, enrolled_ms, revoked_ms FROM device",
}


class UserEntry(Struct, frozen=True, array_like=True):
    """A person's account; ``disabled_ms`` is None while it can be used."""

    login: str
    name: str
    staff_number: str
    team: str
    post: str
    disabled_ms: int | None


class DeviceEntry(Struct, frozen=True, array_like=True):
    """A tablet; ``revoked_ms`` is None while it may sync."""

    name: str
    model: str
    app_version: str
    enrolled_ms: int
    revoked_ms: int | None


class Entry(Struct, frozen=True):
    """``first`` is whether the subject had no entry before."""

    subject: bytes
    position: int
    body: bytes
    first: bool


def note(session: Session, kind: Kind, subject: UUID) -> None:
    """Keep how the row stands now."""
    session.flush()
    row = batch.run(session, f"{_BODIES[kind]} WHERE id = :id", id=subject.bytes)[0]
    batch.run(
        session,
        "INSERT INTO roster (kind, subject, position, body) VALUES (:kind, :subject, 0, :body)",
        kind=kind,
        subject=subject.bytes,
        body=msgspec.json.encode(tuple(row)),
    )
    session.info[_NOTED] = True


def settle(session: Session) -> None:
    """Date what was noted in this transaction: behind everything that others have committed.

    Holding the log's counter until COMMIT, so that whoever draws the next position comes after.
    """
    if not session.info.pop(_NOTED, False):
        return
    lock = " FOR UPDATE" if batch.is_postgres(session) else ""
    rows = batch.run(session, f"SELECT head FROM log_head{lock}")
    position = rows[0][0] + 1 if rows else 1
    batch.run(session, "UPDATE roster SET position = :p WHERE position = 0", p=position)


def between(session: Session, kind: Kind, after: int, until: int) -> list[Entry]:
    """The last entry up to a position of everybody who has one behind another, in order."""
    rows = batch.run(
        session,
        "SELECT r.subject, r.position, r.body, EXISTS (SELECT 1 FROM roster o WHERE o.kind = :kind"
        " AND o.subject = r.subject AND o.position <= :after) FROM roster r"
        " WHERE r.no IN (SELECT max(no) FROM roster WHERE kind = :kind AND position <= :until"
        " GROUP BY subject) AND r.position > :after ORDER BY r.position, r.no",
        kind=kind,
        after=after,
        until=until,
    )
    return [Entry(bytes(row[0]), row[1], bytes(row[2]), not row[3]) for row in rows]
