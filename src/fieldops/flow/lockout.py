"""Counting failed sign-ins: each try counts as failed before it is looked at.

So those that come at the same moment, at whichever server process, cannot all pass before the first
has failed.  Who is counted apart, and how long they wait, stands in ``rules.lockout``.
"""

import hmac
import secrets
from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.model.problem import ProblemError, problem
from fieldops.rules.addresses import neighbourhood
from fieldops.rules.lockout import FORGET_MS, Counted, wait_ms, waits
from fieldops.store import tries
from fieldops.store.tries import Tries

_NONCE_LENGTH = 24


class Counter(Struct, frozen=True, order=True):
    """One counter: its key tells nothing of the login or the address behind it."""

    key: bytes
    kind: Counted


def known_cookie(secret: bytes, user: UUID) -> str:
    """What a browser keeps from which this person has signed in; it opens nothing by itself."""
    nonce = secrets.token_urlsafe(18)
    return f"{nonce}.{_mac(secret, 'known', f'{user} {nonce}').hex()}"


def counters(
    secret: bytes, login: str, user: UUID | None, known: str, address: str
) -> tuple[Counter, ...]:
    """What a try on a login counts on: the known browser alone, or account and address."""
    nonce = _known_nonce(secret, user, known)
    if nonce:
        return (Counter(_mac(secret, "by-known", f"{user} {nonce}"), "known"),)
    account = account_counter(secret, login)
    place = Counter(_mac(secret, "by-address", neighbourhood(address)), "address")
    return tuple(sorted((account, place)))


def account_counter(secret: bytes, login: str) -> Counter:
    """What strangers' tries on a login count on, whether there is such a login or not."""
    return Counter(_mac(secret, "by-account", login), "account")


def own_counter(secret: bytes, user: UUID) -> Counter:
    """What somebody signed in counts on who is asked for their old password."""
    return Counter(_mac(secret, "by-own", str(user)), "known")


def count(session: Session, wanted: Sequence[Counter], profile: str, now_ms: int) -> bool:
    """Count one try on each counter; True if, should it fail, somebody has to wait from now on.

    Raises ``ProblemError`` locked-out while one of them waits; then nothing is counted.
    """
    tries.forget(session, now_ms - FORGET_MS)
    found = [(one, tries.lock(session, one.key)) for one in wanted]
    until_ms = max(one.until_ms for _, one in found)
    if until_ms > now_ms:
        wait_s = (until_ms - now_ms) // 1000 + 1
        raise ProblemError(problem("locked-out", retry_after_s=wait_s))
    return max([_add(session, one, before, profile, now_ms) for one, before in found])


def _add(session: Session, one: Counter, before: Tries, profile: str, now_ms: int) -> bool:
    failures = before.failures + 1 if now_ms - before.last_ms < FORGET_MS else 1
    wait = wait_ms(failures, waits(profile, one.kind))
    tries.put(session, one.key, Tries(failures, now_ms, now_ms + wait if wait else 0))
    return wait > 0


def passed(session: Session, wanted: Sequence[Counter]) -> None:
    """The try was right: the person's counters begin anew, the address gets this one back.

    An address is not forgiven the failures on other logins: whoever has an account of their own
    could guess those of others for ever.
    """
    tries.clear(session, [one.key for one in wanted if one.kind != "address"])
    for one in wanted:
        if one.kind == "address":
            before = tries.lock(session, one.key)
            tries.put(session, one.key, Tries(max(before.failures - 1, 0), before.last_ms, 0))


def _known_nonce(secret: bytes, user: UUID | None, known: str) -> str:
    nonce, _, mac = known.partition(".")
    if user is None or len(nonce) != _NONCE_LENGTH:
        return ""
    right = _mac(secret, "known", f"{user} {nonce}").hex()
    return nonce if hmac.compare_digest(mac.encode(), right.encode()) else ""


def _mac(secret: bytes, purpose: str, text: str) -> bytes:
    return hmac.digest(secret, f"{purpose} {text}".encode(), "sha256")
