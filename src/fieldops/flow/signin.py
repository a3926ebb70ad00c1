"""Signing in with a password: counted, compared, opened.

    begin   one transaction   the try is counted as failed, or refused while somebody has to wait
    fits    no transaction    argon2id, as long for a login that does not exist
    finish  one transaction   a session, or a line in the audit

An unknown login, a wrong password, a person who was disabled and one without a password get the
same answer after the same work.
"""

from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.flow import identity, lockout, sessions
from fieldops.flow.sessions import Caller, Lifetimes, Opened
from fieldops.rules.passwords import PROFILES, WARNING_MS, PasswordRules, Profile, expires_ms
from fieldops.store import audit, passwords, people
from fieldops.store.passwords import Kept
from fieldops.store.sessions import Kind

_DAY_MS = 24 * 3600 * 1000


class Terms(Struct, frozen=True):
    """What this server asks of sign-ins: from its settings, and its database's secret."""

    secret: bytes
    lifetimes: Lifetimes
    profile: Profile = "nist"
    organisation: str = ""
    once_days: int = 7

    @property
    def rules(self) -> PasswordRules:
        """The figures of the profile."""
        return PROFILES[self.profile]


class Ticket(Struct, frozen=True):
    """A try that was counted: whose login it is, if anybody's, and what it counts on."""

    kept: Kept | None
    counters: tuple[lockout.Counter, ...]
    locks: bool


class PasswordState(Struct, frozen=True, omit_defaults=True):
    """``due`` must be changed now; ``expires_ms`` is when it must be, ``soon`` within two weeks."""

    due: bool = False
    expires_ms: int | None = None
    soon: bool = False


class SignedIn(Struct, frozen=True):
    """A sign-in that worked: the session and its token, the state of the password."""

    opened: Opened
    password: PasswordState


def begin(session: Session, login: str, caller: Caller, terms: Terms, now_ms: int) -> Ticket:
    """Count a try.  Raises ``ProblemError`` locked-out."""
    kept = passwords.by_login(session, login)
    user = kept.user if kept else None
    counters = lockout.counters(terms.secret, login, user, caller.known, caller.address)
    return Ticket(kept, counters, lockout.count(session, counters, terms.profile, now_ms))


def fits(ticket: Ticket, password: str) -> bool:
    """Whether it is the person's password; takes as long for nobody's.  Outside a transaction."""
    return identity.verify_secret(ticket.kept.hash if ticket.kept else None, password)


def finish(
    session: Session,
    ticket: Ticket,
    fitted: bool,
    caller: Caller,
    terms: Terms,
    now_ms: int,
    kind: Kind = "cookie",
) -> SignedIn | None:
    """Open a session for a password that fitted, or note the failure; None then."""
    kept = ticket.kept
    if kept is not None:
        people.lock(session, [kept.user])
    if kept is None or not fitted or not _still(session, kept) or _ran_out(kept, terms, now_ms):
        note_failure(session, kept.user if kept else None, now_ms, locked=ticket.locks)
        return None
    lockout.passed(session, ticket.counters)
    state = password_state(kept, terms, now_ms)
    opened = sessions.open_session(
        session, kept.user, caller, terms.lifetimes, now_ms, kind, bound=state.due
    )
    return SignedIn(opened, state)


def password_state(kept: Kept, terms: Terms, now_ms: int) -> PasswordState:
    """Whether a password must be changed, or soon."""
    ends_ms = expires_ms(terms.rules, kept.set_ms) if kept.hash else None
    if kept.once or (ends_ms is not None and ends_ms <= now_ms):
        return PasswordState(due=True, expires_ms=ends_ms)
    return PasswordState(False, ends_ms, ends_ms is not None and ends_ms - now_ms <= WARNING_MS)


def note_failure(session: Session, user: UUID | None, now_ms: int, **detail: Any) -> None:
    """A line in the audit; the login that was typed is not in it: it may be a password."""
    entry = audit.Entry("session.fail", now_ms, subject=user, detail=detail)
    audit.add(session, entry)


def _still(session: Session, kept: Kept) -> bool:
    """Whether nobody disabled the person or changed the password while it was compared."""
    return passwords.by_user(session, kept.user) == kept


def _ran_out(kept: Kept, terms: Terms, now_ms: int) -> bool:
    """Whether it is an administrator's password that nobody used in time."""
    return kept.once and now_ms - kept.set_ms >= terms.once_days * _DAY_MS
