"""Single values, and the first row of a new database."""

import secrets
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlmodel import Session

from fieldops.store import batch, log

ORGANISATION = "organisation"
SECRET = "secret"
DURABLE_THROUGH = "durable_through"
AUDIT_KEY = "audit_key"
"""That a key of the audit was drawn for this database: the public one, for people to compare."""
TRIED_MS = "write_tried_ms"
"""When a server last tried whether the database keeps something again."""
COLLECTION_PAUSED_MS = "collection_paused_until_ms"


def initialise(session: Session) -> None:
    """Give a new database its organisation, secret, epoch and empty log; else change nothing."""
    if log.is_begun(session):
        return
    session.execute(
        text("INSERT INTO log_head (id, head, epoch) VALUES (1, 0, :epoch)"),
        {"epoch": uuid4().bytes},
    )
    put(session, ORGANISATION, str(uuid4()))
    put(session, SECRET, secrets.token_hex(32))
    put(session, DURABLE_THROUGH, "0")


def get(session: Session, key: str) -> str | None:
    """A value, or None."""
    rows = batch.run(session, "SELECT value FROM meta WHERE key = :key", key=key)
    return rows[0][0] if rows else None


def put(session: Session, key: str, value: str) -> None:
    """Set a value."""
    session.execute(
        text(
            "INSERT INTO meta (key, value) VALUES (:key, :value)"
            " ON CONFLICT (key) DO UPDATE SET value = excluded.value"
        ),
        {"key": key, "value": value},
    )


def put_first(session: Session, key: str, value: str) -> str:
    """Set a value unless there is one; the value that stands."""
    statement = "INSERT INTO meta (key, value) VALUES (:key, :value) ON CONFLICT (key) DO NOTHING"
    batch.run(session, statement, key=key, value=value)
    found = get(session, key)
    assert found is not None
    return found


def organisation(session: Session) -> UUID:
    """The organisation's id: the feed of what concerns everybody."""
    return UUID(get(session, ORGANISATION))


def secret(session: Session) -> bytes:
    """The key that this database's own tokens, nonces and cursors are signed with."""
    return bytes.fromhex(get(session, SECRET) or "")


def standing(session: Session) -> tuple[UUID, int]:
    """The epoch and ``durable_through``: what every answer to a tablet says."""
    query = "SELECT epoch, (SELECT value FROM meta WHERE key = :key) FROM log_head"
    epoch, through = batch.run(session, query, key=DURABLE_THROUGH)[0]
    return UUID(bytes=bytes(epoch)), int(through or 0)


def durable_through(session: Session) -> int:
    """The log position that the last verified backup reaches."""
    return int(get(session, DURABLE_THROUGH) or 0)
