"""New passwords: one's own with the old one, or an administrator's for one sign-in.

Whatever way a password comes, it is held against the profile (``rules.passwords``), the person's
and the organisation's names, and where the profile says so against those before.  A new password
ends every session of the person.
"""

import secrets
from collections.abc import Iterable
from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.flow import identity, lockout, sessions, signin
from fieldops.flow.signin import PasswordState, Terms
from fieldops.model.problem import ProblemError, problem
from fieldops.model.said import Said, both, joined
from fieldops.rules.passwords import Lack, PasswordRules, expires_ms, lacks
from fieldops.rules.passwordtexts import texts
from fieldops.store import audit, passwords, people
from fieldops.store.passwords import Kept
from fieldops_sync.wire import Problem

_ONCE_GROUPS, _ONCE_LENGTH = 5, 4
_ONCE_CLASSES = ("abcdefghjkmnpqrstuvwxyz", "ABCDEFGHJKMNPQRSTUVWXYZ", "23456789")
"""Without those that look alike: it is read out or written down once."""


class Change(Struct, frozen=True):
    """Somebody changes their own password: what is there, and what the try counts on."""

    kept: Kept
    past: tuple[str, ...]
    counter: lockout.Counter
    locks: bool


class Judged(Struct, frozen=True):
    """What argon2id said: whether the old one fitted, what the new one lacks, else its hash."""

    fits: bool
    lacks: tuple[Lack, ...] = ()
    hash: str = ""


class Reset(Struct, frozen=True):
    """A password for one sign-in, shown once; after ``expires_ms`` it opens nothing."""

    password: str
    expires_ms: int


def unfit(found: Iterable[Lack], rules: PasswordRules) -> Problem:
    """The problem of a password that lacks something; ``missing`` says what, in both languages."""
    missing = texts(found, rules)
    said = joined(map(both, missing))
    return problem("password-unfit", said, missing=missing)


def require(password: str, terms: Terms, names: Iterable[str] = ()) -> None:
    """Hold a password against the profile and names.  Raises ``ProblemError`` password-unfit."""
    found = lacks(password, terms.rules, (terms.organisation, *names))
    if found:
        raise ProblemError(unfit(found, terms.rules))


def begin_change(session: Session, user: UUID, terms: Terms, now_ms: int) -> Change:
    """Count a try.  Raises ``ProblemError`` locked-out, or forbidden for who has no password."""
    kept = passwords.by_user(session, user)
    if kept is None or kept.hash is None:
        why = Said("尚未设置密码；请申请重置", "there is no password; ask for a reset")
        raise ProblemError(problem("forbidden", why))
    counter = lockout.own_counter(terms.secret, user)
    locks = lockout.count(session, [counter], terms.profile, now_ms)
    past = passwords.past(session, user, max(terms.rules.past - 1, 0))
    return Change(kept, tuple(past), counter, locks)


def judge(change: Change, old: str, new: str, terms: Terms) -> Judged:
    """Compare and hash, outside of any transaction: each takes a while."""
    kept = change.kept
    if not identity.verify_secret(kept.hash, old):
        return Judged(False)
    found = list(lacks(new, terms.rules, (terms.organisation, kept.login, kept.name)))
    if identity.verify_secret(kept.hash, new):
        found.append("same")
    elif any(identity.verify_secret(one, new) for one in change.past):
        found.append("past")
    return Judged(True, tuple(found), "" if found else identity.hash_secret(new))


def finish_change(
    session: Session,
    change: Change,
    judged: Judged,
    terms: Terms,
    now_ms: int,
) -> PasswordState | Problem:
    """Set it, which ends every session of the person, or say what is wrong.

    The problems are sign-in-failed for the old password and password-unfit for the new one; they
    are values, since the failure is kept.
    """
    kept = change.kept
    people.lock(session, [kept.user])
    if not judged.fits or passwords.by_user(session, kept.user) != kept:
        signin.note_failure(session, kept.user, now_ms, locked=change.locks, change=True)
        return problem("sign-in-failed", Said("原密码错误", "the old password is wrong"))
    lockout.passed(session, [change.counter])
    if judged.lacks:
        return unfit(judged.lacks, terms.rules)
    _retire(session, kept, terms.rules)
    passwords.put(session, kept.user, judged.hash, now_ms, once=False)
    _ended(session, kept, "password.change", kept.user, terms.secret, now_ms)
    return PasswordState(False, expires_ms(terms.rules, now_ms))


def set_password(
    session: Session, user: UUID, hash_: str, terms: Terms, actor: UUID, now_ms: int
) -> None:
    """Set a password that was typed at the server's own shell; a lock-out ends."""
    kept = _existing(session, user)
    _retire(session, kept, terms.rules)
    passwords.put(session, user, hash_, now_ms, once=False)
    _ended(session, kept, "password.change", actor, terms.secret, now_ms)


def reset(session: Session, user: UUID, hash_: str, terms: Terms, actor: UUID, now_ms: int) -> int:
    """Set a password for one sign-in; a lock-out ends.  Returns until when it opens (ms)."""
    kept = _existing(session, user)
    _retire(session, kept, terms.rules)
    passwords.put(session, user, hash_, now_ms, once=True)
    _ended(session, kept, "password.reset", actor, terms.secret, now_ms)
    return now_ms + terms.once_days * 24 * 3600 * 1000


def hashed(password: str) -> str:
    """What is kept of a password: a slow hash, made outside of any transaction."""
    return identity.hash_secret(password)


def make_once() -> str:
    """A password for one sign-in that every profile takes: some 110 bits, in groups to read out."""
    letters = [secrets.choice(one) for one in _ONCE_CLASSES]
    every = "".join(_ONCE_CLASSES)
    letters += [secrets.choice(every) for _ in range(_ONCE_GROUPS * _ONCE_LENGTH - len(letters))]
    secrets.SystemRandom().shuffle(letters)
    groups = [letters[at : at + _ONCE_LENGTH] for at in range(0, len(letters), _ONCE_LENGTH)]
    return "-".join(map("".join, groups))


def _existing(session: Session, user: UUID) -> Kept:
    people.lock(session, [user])
    kept = passwords.by_user(session, user)
    if kept is None:
        raise ProblemError(problem("not-found"))
    return kept


def _retire(session: Session, kept: Kept, rules: PasswordRules) -> None:
    if rules.past and kept.hash and not kept.once:
        passwords.retire(session, kept.user, kept.hash, kept.set_ms, rules.past)


def _ended(
    session: Session, kept: Kept, action: str, actor: UUID, secret: bytes, now_ms: int
) -> None:
    lockout.passed(session, [lockout.account_counter(secret, kept.login)])
    audit.add(session, audit.Entry(action, now_ms, actor=actor, subject=kept.user))
    sessions.revoke_all(session, kept.user, actor, now_ms, "password")
