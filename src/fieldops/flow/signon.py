"""From a provider's claims to a session: whom they are here, by link or by a verified login."""

from typing import Any
from uuid import UUID

from sqlmodel import Session

from fieldops.flow import sessions, setup, signin
from fieldops.flow.sessions import Caller, Opened
from fieldops.flow.signin import Terms
from fieldops.model.problem import problem
from fieldops.rules.signon import is_plain, login_of
from fieldops.sections import OidcSettings
from fieldops.store import audit, devices, identities, people
from fieldops_sync.wire import Problem


def use_state(session: Session, state: str, until_ms: int, now_ms: int) -> bool:
    """Whether a flow's answer comes for the first time, at whichever server process."""
    return devices.use_nonce(session, f"sso {state}", until_ms, now_ms)


def enter(
    session: Session,
    claims: dict[str, Any],
    settings: OidcSettings,
    caller: Caller,
    terms: Terms,
    now_ms: int,
) -> Opened | Problem:
    """A session for whoever the claims are, or the problem sso-stranger (noted in the audit).

    A subject that was linked once stays that person, whatever its claims say later.
    """
    user = identities.user_of(session, settings.issuer, claims["sub"])
    if user is None:
        user = _by_login(session, claims, settings, now_ms)
    if user is not None:
        people.lock(session, [user])
    if user is None or user not in people.people(session, [user]):
        signin.note_failure(session, user, now_ms, way="sso")
        return problem("sso-stranger")
    return sessions.open_session(session, user, caller, terms.lifetimes, now_ms, way="sso")


def _by_login(
    session: Session, claims: dict[str, Any], settings: OidcSettings, now_ms: int
) -> UUID | None:
    """Link a subject that comes for the first time to the person whose login it proves.

    A person has one subject of a provider: a login that head office gave to somebody else since
    does not inherit what its last owner may do here.
    """
    login = login_of(claims, settings.login_claim, settings.domains)
    if not login or not is_plain(claims["sub"]):
        return None
    user = people.user_id(session, login) or people.user_id(session, login.lower())
    if user is None and settings.create:
        user = setup.add_user(session, login, _name(claims, settings, login), setup.SYSTEM, now_ms)
    if user is None or identities.has_link(session, settings.issuer, user):
        return None
    identities.link(session, settings.issuer, claims["sub"], user, now_ms)
    audit.add(session, audit.Entry("identity.link", now_ms, actor=user, subject=user))
    return user


def _name(claims: dict[str, Any], settings: OidcSettings, login: str) -> str:
    name = claims.get(settings.name_claim)
    return name if isinstance(name, str) and is_plain(name) else login


def unlink(session: Session, user: UUID, actor: UUID, now_ms: int) -> int:
    """End a person's links to providers, and their sessions; how many links there were."""
    people.lock(session, [user])
    ended = identities.unlink(session, user)
    if ended:
        audit.add(session, audit.Entry("identity.unlink", now_ms, actor=actor, subject=user))
        sessions.revoke_all(session, user, actor, now_ms, "unlinked")
    return ended
