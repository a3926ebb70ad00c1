"""The first administrator of a new server: a link that is shown where it starts, used once.

    nobody can sign in ─ link (shown once, its hash kept 24 h) ─ name, login, password ─→ grant

There may be several links, one a start of a server.  The first that is used ends all, since then
there is somebody who can sign in.
"""

import hashlib
import secrets
from uuid import UUID

from sqlmodel import Session

from fieldops.flow import setup
from fieldops.model.access import Grant, Role
from fieldops.model.problem import ProblemError, problem
from fieldops.model.said import Said
from fieldops.store import batch, firsts, meta, people

CODE_BYTES = 16
"""Entropy of a code: 128 bits; nobody tries as many as 64 allow."""
LIVES_MS = 24 * 3600 * 1000


def make(session: Session, now_ms: int) -> str | None:
    """A code for the first administrator; None where somebody can sign in already."""
    if firsts.anybody(session):
        return None
    code = secrets.token_urlsafe(CODE_BYTES)
    firsts.put(session, _hash(code), now_ms + LIVES_MS)
    return code


def check(session: Session, code: str, now_ms: int) -> None:
    """Raises ``ProblemError`` link-invalid for a code that opens nothing (any more)."""
    if firsts.until_ms(session, _hash(code)) <= now_ms or firsts.anybody(session):
        why = Said("请重新启动服务以获取新链接", "ask for a new one by starting the server anew")
        raise ProblemError(problem("link-invalid", why))


def enter(session: Session, code: str, login: str, name: str, hash_: str, now_ms: int) -> UUID:
    """Make the administrator of every site; every link ends.

    ``hash_`` is of the password.  Raises ``ProblemError`` link-invalid, or validation for a login
    that somebody has who signs in on tablets only.
    """
    batch.lock(session, [meta.organisation(session)])
    check(session, code, now_ms)
    user = setup.add_user(session, login, name, setup.SYSTEM, now_ms)
    people.set_secrets(session, user, now_ms, hash_)
    setup.add_grant(session, user, Grant(Role.ADMINISTRATOR, None), setup.SYSTEM, now_ms)
    firsts.clear(session)
    return user


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
