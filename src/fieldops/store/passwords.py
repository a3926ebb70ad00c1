"""Passwords as they are kept: argon2id hashes, when they were set, and those before."""

from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.store import batch


class Kept(Struct, frozen=True):
    """A person's password: ``once`` is an administrator's, to be changed at the first sign-in.

    ``hash`` None is somebody who signs in on tablets, or by single sign-on, only.
    """

    user: UUID
    login: str
    name: str
    hash: str | None
    set_ms: int
    once: bool


_SELECT = (
    "SELECT id, login, name, password, password_set_ms, password_once FROM user_account"
    " WHERE disabled_ms IS NULL AND"
)


def by_login(session: Session, login: str) -> Kept | None:
    """Who signs in by this login, if they are not disabled."""
    rows = batch.run(session, f"{_SELECT} login = :login", login=login)
    return _read(rows[0]) if rows else None


def by_user(session: Session, user: UUID) -> Kept | None:
    """The password of a person who is not disabled."""
    rows = batch.run(session, f"{_SELECT} id = :user", user=user.bytes)
    return _read(rows[0]) if rows else None


def put(session: Session, user: UUID, hash_: str, now_ms: int, once: bool) -> None:
    """Set a password."""
    batch.run(
        session,
        "UPDATE user_account SET password = :hash, password_set_ms = :now, password_once = :once"
        " WHERE id = :user",
        user=user.bytes,
        hash=hash_,
        now=now_ms,
        once=int(once),
    )


def past(session: Session, user: UUID, count: int) -> list[str]:
    """The newest ``count`` hashes that came before the one in force."""
    query = 'SELECT hash FROM past_password WHERE "user" = :user ORDER BY no DESC LIMIT :count'
    return [row[0] for row in batch.run(session, query, user=user.bytes, count=count)]


def retire(session: Session, user: UUID, hash_: str, set_ms: int, keep: int) -> None:
    """Remember a hash that is no longer in force, and the newest ``keep`` only."""
    batch.run(
        session,
        'INSERT INTO past_password ("user", no, set_ms, hash) SELECT :user, COALESCE(MAX(no), 0)'
        ' + 1, :set_ms, :hash FROM past_password WHERE "user" = :user',
        user=user.bytes,
        set_ms=set_ms,
        hash=hash_,
    )
    batch.run(
        session,
        'DELETE FROM past_password WHERE "user" = :user AND no <='
        ' (SELECT MAX(no) FROM past_password WHERE "user" = :user) - :keep',
        user=user.bytes,
        keep=keep,
    )


def _read(row: Any) -> Kept:
    user, login, name, hash_, set_ms, once = row
    return Kept(UUID(bytes=bytes(user)), login, name, hash_, set_ms, bool(once))
