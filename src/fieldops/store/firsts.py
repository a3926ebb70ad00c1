"""Links for the first administrator, as they are kept in ``meta``: hashes, and when they end."""

from sqlmodel import Session

from fieldops.store import batch, meta

_KEY = "first."


def anybody(session: Session) -> bool:
    """Whether there is a person who can sign in at a desk: by a password, or by head office."""
    query = (
        "SELECT 1 FROM user_account WHERE disabled_ms IS NULL AND (password IS NOT NULL OR EXISTS"
        ' (SELECT 1 FROM identity WHERE identity."user" = user_account.id)) LIMIT 1'
    )
    return bool(batch.run(session, query))


def put(session: Session, hash_: str, until_ms: int) -> None:
    """Keep the hash of a link."""
    meta.put(session, _KEY + hash_, str(until_ms))


def until_ms(session: Session, hash_: str) -> int:
    """When a link ends; 0 if there is none."""
    return int(meta.get(session, _KEY + hash_) or 0)


def clear(session: Session) -> None:
    """Forget every link."""
    size = len(_KEY)
    batch.run(session, f"DELETE FROM meta WHERE substr(key, 1, {size}) = :key", key=_KEY)
