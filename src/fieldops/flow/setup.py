"""Setting up a company: sites, areas, people, grants, devices, published checklists.

What tablets must know of it (sites, areas, people, checklists) enters as ops by a desk actor, like
everything else; what they must not know (passwords, grants) stays in its own tables.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid5

from sqlmodel import Session

from fieldops.flow import hold, identity, sessions
from fieldops.flow.apply import apply
from fieldops.flow.decode import decode
from fieldops.flow.enter import desk_op
from fieldops.model.access import Grant
from fieldops.model.checklist import Checklist
from fieldops.model.problem import ProblemError, problem, said_of
from fieldops.model.record import Ready, Rejected
from fieldops.model.said import Said, at
from fieldops.rules.checklists import address, canonical_bytes
from fieldops.store import audit, batch, definitions, devices, meta, people, records
from fieldops_sync.ids import uuid7
from fieldops_sync.wire import EnrolAnswer, EnrolRequest, Receipt

SYSTEM = UUID("6f1f2b0e-6f0e-5a43-9d5c-0d1f7ad0a0ff")
"""The actor of what an operator does by the command line, where nobody is signed in."""


def put(
    session: Session,
    kind: str,
    subject: tuple[str, UUID],
    feed: UUID,
    payload: dict[str, Any],
    actor: UUID,
    now_ms: int,
) -> Receipt:
    """Write a set-up op on the head revision.  Raises ``ProblemError`` validation.

    The caller has checked the actor's right (a policy, or the shell of the server's machine).
    """
    batch.lock(session, [feed])
    before = records.get_one(session, subject[1])
    base = before.heads if before else ()
    decoded = decode(desk_op(kind, subject, feed, actor, payload, now_ms, base))
    if isinstance(decoded, Rejected):
        raise ProblemError(problem("validation", said_of(decoded.problem)))
    outcome = apply(session, [Ready(decoded)], 0, now_ms)
    for result in outcome.results:
        if isinstance(result, Rejected):
            raise ProblemError(problem("validation", said_of(result.problem)))
    hold.release(session, [decoded], now_ms)
    return outcome.applied[0].receipt


def put_site(
    session: Session, site: UUID, payload: dict[str, Any], actor: UUID, now_ms: int
) -> None:
    """Create or change a site."""
    put(session, "site.set@1", ("site", site), site, payload, actor, now_ms)
    entry = audit.Entry("site.set", now_ms, actor=actor, subject=site)
    audit.add(session, entry)


def put_area(
    session: Session, area: UUID, site: UUID, payload: dict[str, Any], actor: UUID, now_ms: int
) -> None:
    """Create or change an area of a site."""
    put(session, "area.set@1", ("area", area), site, payload, actor, now_ms)


def add_user(
    session: Session,
    login: str,
    name: str,
    actor: UUID,
    now_ms: int,
    staff_number: str = "",
    password: str | None = None,
    pin: str | None = None,
    once: bool = False,
) -> UUID:
    """Create a user; a password for ``once`` must be changed at the first sign-in.

    Raises ``ProblemError`` validation if the login is taken.
    """
    if people.user_id(session, login) is not None:
        raise ProblemError(
            problem("validation", at("login", Said(f"{login} 已被占用", f"{login} is taken")))
        )
    user = uuid7()
    people.add_user(session, user, login, name, staff_number)
    hashed = identity.hash_secret(password) if password else None
    pinned = identity.hash_secret(pin) if pin else None
    people.set_secrets(session, user, now_ms, hashed, pinned, once)
    audit.add(session, audit.Entry("user.add", now_ms, actor=actor, subject=user))
    return user


def set_pin(session: Session, user: UUID, pin: str, actor: UUID, now_ms: int) -> None:
    """Set a PIN; the devices that the user is granted on learn it by their next pull."""
    hashed = identity.hash_secret(pin)
    people.lock(session, [user])
    people.set_secrets(session, user, now_ms, pin=hashed)
    audit.add(session, audit.Entry("user.pin", now_ms, actor=actor, subject=user))
    for device in devices.devices_of(session, user):
        tell_person(session, device, user, actor, now_ms)


def add_grant(session: Session, user: UUID, grant: Grant, actor: UUID, now_ms: int) -> UUID:
    """Grant a role; returns the grant's id.  The person signs in anew."""
    grant_id = uuid7()
    people.add_grant(session, grant_id, user, grant)
    detail = {
        "role": grant.role.value,
        "sites": None if grant.sites is None else sorted(map(str, grant.sites)),
        "level": int(grant.level),
        "expires_ms": grant.expires_ms,
    }
    audit.add(session, audit.Entry("grant.add", now_ms, actor=actor, subject=user, detail=detail))
    sessions.revoke_all(session, user, actor, now_ms, "grants")
    return grant_id


def revoke_grant(session: Session, grant_id: UUID, actor: UUID, now_ms: int) -> bool:
    """End a grant; False if none is in force by that id.  The person signs in anew."""
    user = people.revoke_grant(session, grant_id, now_ms)
    if user is None:
        return False
    audit.add(session, audit.Entry("grant.revoke", now_ms, actor=actor, subject=grant_id))
    sessions.revoke_all(session, user, actor, now_ms, "grants")
    return True


def enrol_code(
    session: Session,
    name: str,
    users: Iterable[UUID],
    actor: UUID,
    now_ms: int,
    minutes: int = 10,
) -> str:
    """A one-time code for a tablet on which these people are granted."""
    code = identity.make_code()
    expires_ms = now_ms + minutes * 60_000
    devices.add_code(session, identity.code_hash(code), name, users, expires_ms)
    detail = {"name": name, "expires_ms": expires_ms}
    audit.add(session, audit.Entry("device.code", now_ms, actor=actor, detail=detail))
    return code


def revoke_device(session: Session, device: UUID, actor: UUID, now_ms: int) -> bool:
    """A tablet may not sync any more; False if it was not active."""
    done = devices.revoke(session, device, now_ms)
    if done:
        audit.add(session, audit.Entry("device.revoke", now_ms, actor=actor, device=device))
    return done


def grant_person(
    session: Session, device: UUID, user: UUID, granted: bool, actor: UUID, now_ms: int
) -> None:
    """Let a person use a device, or no more; the device learns it by its next pull."""
    people.lock(session, [user])
    change = devices.grant_person if granted else devices.ungrant_person
    change(session, device, user)
    tell_person(session, device, user, actor, now_ms, granted)
    detail = {"granted": granted}
    entry = audit.Entry("device.person", now_ms, actor, device, user, detail)
    audit.add(session, entry)


def tell_people(session: Session, device: UUID, now_ms: int) -> None:
    """Put everybody granted on a device into its feed (after enrolment)."""
    for user in devices.people(session, device):
        tell_person(session, device, user, SYSTEM, now_ms)


def tell_person(
    session: Session, device: UUID, user: UUID, actor: UUID, now_ms: int, granted: bool = True
) -> None:
    """Put a person into a device's feed, with the PIN's hash for signing in offline."""
    person = people.people(session, [user]).get(user)
    if person is None:
        return
    payload = {
        "user": str(user),
        "name": person.name,
        "staff_number": person.staff_number,
        "team": person.team,
        "post": person.post,
        "pin": people.pins(session, [user])[user] if granted else None,
        "granted": granted,
    }
    subject = ("person", uuid5(device, str(user)))
    put(session, "person.set@1", subject, device, payload, actor, now_ms)


def publish(session: Session, checklist: Checklist, actor: UUID, now_ms: int) -> bool:
    """Publish a checklist version to every tablet; False if these very bytes are out already.

    Held ops that cite it are applied.  The caller has linted the checklist and its migrations.
    Raises ``ProblemError`` validation if its key and version are out with other content.
    """
    body, sha256 = canonical_bytes(checklist), address(checklist)
    feed = meta.organisation(session)
    batch.lock(session, [feed])
    known = definitions.versions(session, checklist.key)
    if any(one.sha256.hex() == sha256 for one in known):
        return False
    if any(one.version == checklist.version for one in known):
        name = f"{checklist.key} {checklist.version}"
        detail = Said(
            f"{name} 已发布且内容不同；请提高版本号",
            f"{name} is out with other content; raise the version",
        )
        raise ProblemError(problem("validation", at("version", detail)))
    # The order of publishing is told by these times: no two of one key are the same.
    at_ms = max([now_ms, *(one.published_ms + 1 for one in known)])
    named, version = bytes.fromhex(sha256), checklist.version
    definitions.add(session, named, checklist.key, version, checklist.domain, body, at_ms)
    payload = {
        "key": checklist.key,
        "sha256": sha256,
        "version": version,
        "domain": checklist.domain,
        "titles": dict(checklist.titles),
        "number": len(known) + 1,
    }
    put(session, "checklist.publish@1", version_subject(feed, sha256), feed, payload, actor, now_ms)
    audited = {"key": checklist.key, "version": version, "sha256": sha256}
    audit.add(session, audit.Entry("checklist.publish", now_ms, actor=actor, detail=audited))
    return True


def version_subject(organisation: UUID, sha256: str) -> tuple[str, UUID]:
    """The subject that stands for a published version."""
    return "checklist", uuid5(organisation, sha256)


def enrol(session: Session, request: EnrolRequest, secret: bytes, now_ms: int) -> EnrolAnswer:
    """Redeem a code and put the device's people into its feed.

    Raises ``ProblemError`` enrol-code-invalid or bad-proof.
    """
    answer = identity.enrol(session, request, secret, now_ms)
    tell_people(session, answer.device, now_ms)
    return answer
