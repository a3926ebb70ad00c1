"""Sessions of people at desks: opened at sign-in, found by each request, ended by whoever may.

A token is 256 random bits, shown once and kept as its SHA-256; what is listed goes by another id.
Nothing is cached: each request asks the database, so that what one server process ends is over at
once at every other.  A cookie's session also ends when it was idle for too long; a bearer token of
a program does not.
"""

import hashlib
import secrets
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.model.problem import ProblemError, problem
from fieldops.rules.addresses import masked
from fieldops.store import audit, sessions
from fieldops.store.sessions import DeskSession, Kind, Way
from fieldops_sync.ids import uuid7

SEEN_MS = 60_000
"""A session's last use is written once a minute; idle times are exact to that."""
_MINUTE_MS, _HOUR_MS = 60_000, 3_600_000
_KEPT_MS = 30 * 24 * _HOUR_MS
_AGENT_MAX = 200


class Caller(Struct, frozen=True):
    """Where a sign-in comes from: the address, what the browser says it is, its two cookies.

    ``known`` says that somebody signed in by this browser before (``lockout``); ``token`` is that
    of the session which the new one replaces.
    """

    address: str = ""
    agent: str = ""
    known: str = ""
    token: str = ""


class Lifetimes(Struct, frozen=True):
    """How long a session lives at most, and by cookie without any use (ms)."""

    whole_ms: int
    idle_ms: int

    @classmethod
    def of(cls, hours: int, idle_minutes: int) -> "Lifetimes":
        """From the figures of the settings."""
        return cls(hours * _HOUR_MS, idle_minutes * _MINUTE_MS)


class Opened(Struct, frozen=True):
    """A new session, and the token that is its only key."""

    token: str
    session: DeskSession


class SessionView(Struct, frozen=True):
    """A session in a list; ``current`` is the one that asks."""

    id: UUID
    kind: Kind
    way: Way
    made_ms: int
    seen_ms: int
    expires_ms: int
    agent: str
    address: str
    current: bool


def token_hash(token: str) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).digest()


def open_session(
    session: Session,
    user: UUID,
    caller: Caller,
    lifetimes: Lifetimes,
    now_ms: int,
    kind: Kind = "cookie",
    way: Way = "password",
    bound: bool = False,
) -> Opened:
    """Begin a session with a token of its own; the cookie that the browser had before ends.

    A new token at each sign-in leaves nothing to whoever planted an old one (session fixation).
    """
    by_cookie = kind == "cookie" and caller.token
    replaced = sessions.by_hash(session, token_hash(caller.token)) if by_cookie else None
    if replaced is not None and sessions.end(session, replaced.id, now_ms):
        _note(session, "session.close", now_ms, replaced.user, replaced.user, session=replaced.id)
    token = secrets.token_urlsafe(32)
    made = DeskSession(
        id=uuid7(),
        user=user,
        kind=kind,
        way=way,
        made_ms=now_ms,
        seen_ms=now_ms,
        expires_ms=now_ms + lifetimes.whole_ms,
        bound=bound,
        agent=caller.agent[:_AGENT_MAX],
        address=masked(caller.address),
    )
    sessions.forget(session, now_ms - _KEPT_MS)
    sessions.add(session, token_hash(token), made)
    _note(session, "session.open", now_ms, user, user, session=made.id, kind=kind, way=way)
    return Opened(token, made)


def find(
    session: Session, token: str, kind: Kind, lifetimes: Lifetimes, now_ms: int
) -> DeskSession:
    """The session of a token.

    Raises ``ProblemError``: session-over for a cookie, token-invalid or token-expired for a bearer
    token.  A cookie's token is none in the header, and the other way round.
    """
    found = sessions.by_hash(session, token_hash(token))
    by_cookie = kind == "cookie"
    if found is None or found.kind != kind or found.ended_ms is not None:
        raise ProblemError(problem("session-over" if by_cookie else "token-invalid"))
    if found.expires_ms <= now_ms or _is_idle(found, lifetimes, now_ms):
        raise ProblemError(problem("session-over" if by_cookie else "token-expired"))
    return found


def is_to_be_seen(found: DeskSession, now_ms: int) -> bool:
    """Whether its last use is to be written again."""
    return now_ms - found.seen_ms >= SEEN_MS


def close(session: Session, found: DeskSession, now_ms: int) -> None:
    """Sign out."""
    if sessions.end(session, found.id, now_ms):
        _note(session, "session.close", now_ms, found.user, found.user, session=found.id)


def revoke(session: Session, id_: UUID, actor: UUID, now_ms: int, of: UUID | None = None) -> bool:
    """End a session by its id, one of ``of`` only; False if there is none that is open."""
    found = sessions.by_id(session, id_)
    if found is None or of not in (None, found.user) or not sessions.end(session, id_, now_ms):
        return False
    _note(session, "session.revoke", now_ms, actor, found.user, session=id_)
    return True


def revoke_all(
    session: Session,
    user: UUID,
    actor: UUID | None,
    now_ms: int,
    why: str,
    but: UUID | None = None,
) -> int:
    """End every session of a person but one; how many there were.

    ``why`` is a word for the audit: disabled, grants, password, asked.
    """
    ended = sessions.end_all(session, user, now_ms, but)
    if ended:
        _note(session, "session.revoke", now_ms, actor, user, count=len(ended), why=why)
    return len(ended)


def listing(
    session: Session, user: UUID, lifetimes: Lifetimes, now_ms: int, current: UUID | None = None
) -> list[SessionView]:
    """A person's sessions that are open now, the newest first."""
    return [
        view(one, current)
        for one in sessions.open_ones(session, user, now_ms)
        if not _is_idle(one, lifetimes, now_ms)
    ]


def view(one: DeskSession, current: UUID | None) -> SessionView:
    """A session as it is shown."""
    return SessionView(
        id=one.id,
        kind=one.kind,
        way=one.way,
        made_ms=one.made_ms,
        seen_ms=one.seen_ms,
        expires_ms=one.expires_ms,
        agent=one.agent,
        address=one.address,
        current=one.id == current,
    )


def _is_idle(one: DeskSession, lifetimes: Lifetimes, now_ms: int) -> bool:
    return one.kind == "cookie" and now_ms - one.seen_ms >= lifetimes.idle_ms


def _note(
    store: Session, action: str, now_ms: int, actor: UUID | None, user: UUID, **detail: Any
) -> None:
    plain = {
        name: str(value) if isinstance(value, UUID) else value for name, value in detail.items()
    }
    entry = audit.Entry(action, now_ms, actor=actor, subject=user, detail=plain)
    audit.add(store, entry)
