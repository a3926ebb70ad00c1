"""Sessions of people at desks: who is signed in, where, since when, and until when."""

from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.store import batch

Kind = Literal["cookie", "bearer"]
Way = Literal["password", "sso"]
_COLUMNS = 'id, "user", kind, way, made_ms, seen_ms, expires_ms, ended_ms, bound, agent, address'


class DeskSession(Struct, frozen=True, kw_only=True):
    """One session; ``expires_ms`` is its end whatever happens, ``ended_ms`` an earlier one.

    ``bound`` allows nothing but to choose a password.  ``address`` is a network, not an address.
    """

    id: UUID
    user: UUID
    kind: Kind
    way: Way
    made_ms: int
    seen_ms: int
    expires_ms: int
    ended_ms: int | None = None
    bound: bool = False
    agent: str = ""
    address: str = ""


def add(session: Session, hash_: bytes, one: DeskSession) -> None:
    """Keep a session by the SHA-256 of its token."""
    batch.run(
        session,
        f"INSERT INTO desk_session (hash, {_COLUMNS}) VALUES (:hash, :id, :user, :kind, :way,"
        " :made_ms, :seen_ms, :expires_ms, NULL, :bound, :agent, :address)",
        hash=hash_,
        id=one.id.bytes,
        user=one.user.bytes,
        kind=one.kind,
        way=one.way,
        made_ms=one.made_ms,
        seen_ms=one.seen_ms,
        expires_ms=one.expires_ms,
        bound=int(one.bound),
        agent=one.agent,
        address=one.address,
    )


def by_hash(session: Session, hash_: bytes) -> DeskSession | None:
    """The session of a token, ended or not."""
    return _first(batch.run(session, _select("hash = :hash"), hash=hash_))


def by_id(session: Session, id_: UUID) -> DeskSession | None:
    """A session by its public id, ended or not."""
    return _first(batch.run(session, _select("id = :id"), id=id_.bytes))


def open_ones(session: Session, user: UUID, now_ms: int) -> list[DeskSession]:
    """A person's sessions that have not ended, the newest first; idle ones may be among them."""
    wanted = _select('"user" = :user AND ended_ms IS NULL AND expires_ms > :now')
    rows = batch.run(session, f"{wanted} ORDER BY made_ms DESC, id", user=user.bytes, now=now_ms)
    return [_read(row) for row in rows]


def see(session: Session, id_: UUID, now_ms: int) -> None:
    """Remember when a session was last used."""
    batch.run(
        session,
        "UPDATE desk_session SET seen_ms = :now WHERE id = :id AND seen_ms < :now",
        id=id_.bytes,
        now=now_ms,
    )


def end(session: Session, id_: UUID, now_ms: int) -> bool:
    """End a session; False if it had ended before."""
    rows = batch.run(
        session,
        "UPDATE desk_session SET ended_ms = :now WHERE id = :id AND ended_ms IS NULL RETURNING id",
        id=id_.bytes,
        now=now_ms,
    )
    return bool(rows)


def end_all(session: Session, user: UUID, now_ms: int, but: UUID | None = None) -> list[UUID]:
    """End every session of a person but one; the ids of those that ended by this."""
    rows = batch.run(
        session,
        "UPDATE desk_session SET ended_ms = :now"
        ' WHERE "user" = :user AND ended_ms IS NULL AND expires_ms > :now AND id <> :but'
        " RETURNING id",
        user=user.bytes,
        now=now_ms,
        but=but.bytes if but else b"",
    )
    return sorted(UUID(bytes=bytes(row[0])) for row in rows)


def forget(session: Session, before_ms: int) -> None:
    """Remove the rows of sessions that were over before a moment."""
    batch.run(session, "DELETE FROM desk_session WHERE expires_ms < :before", before=before_ms)


def _select(condition: str) -> str:
    return f"SELECT {_COLUMNS} FROM desk_session WHERE {condition}"


def _first(rows: Sequence[Any]) -> DeskSession | None:
    return _read(rows[0]) if rows else None


def _read(row: Any) -> DeskSession:
    id_, user, kind, way, made_ms, seen_ms, expires_ms, ended_ms, bound, agent, address = row
    return DeskSession(
        id=UUID(bytes=bytes(id_)),
        user=UUID(bytes=bytes(user)),
        kind=kind,
        way=way,
        made_ms=made_ms,
        seen_ms=seen_ms,
        expires_ms=expires_ms,
        ended_ms=ended_ms,
        bound=bool(bound),
        agent=agent,
        address=address,
    )
