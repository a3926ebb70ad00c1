"""What happens to a person's account after it was made: a new name, or an end.

A PIN stands in ``setup``, since tablets must learn of it; passwords stand in ``passwords``.
"""

from uuid import UUID

from sqlmodel import Session

from fieldops.flow import sessions, setup
from fieldops.model.problem import ProblemError, problem
from fieldops.model.said import Said, at
from fieldops.store import audit, batch, devices, meta, people

PLACE_LENGTH = 200
"""Characters of a team or a post, inclusive: what a key of the wire may have."""
PIN_PATTERN = "^[0-9]{4,12}$"


def rename(
    session: Session, user: UUID, name: str, staff_number: str, actor: UUID, now_ms: int
) -> None:
    """Set name and staff number, and tell the tablets that the user is granted on."""
    people.lock(session, [user])
    if not people.rename(session, user, name, staff_number):
        return
    audit.add(session, audit.Entry("user.rename", now_ms, actor=actor, subject=user))
    for device in devices.devices_of(session, user):
        setup.tell_person(session, device, user, actor, now_ms)


def place(session: Session, user: UUID, team: str, post: str, actor: UUID, now_ms: int) -> None:
    """Set team and post, and tell the tablets that the user is granted on.

    Raises ``ProblemError`` validation for a text that is too long.
    """
    if max(len(team), len(post)) > PLACE_LENGTH:
        most = Said(f"最多 {PLACE_LENGTH} 个字符", f"at most {PLACE_LENGTH} characters")
        raise ProblemError(problem("validation", at("team, post", most)))
    people.lock(session, [user])
    if not people.place(session, user, team, post):
        return
    detail = {"team": team, "post": post}
    audit.add(session, audit.Entry("user.place", now_ms, actor=actor, subject=user, detail=detail))
    for device in devices.devices_of(session, user):
        setup.tell_person(session, device, user, actor, now_ms)


def disable(session: Session, user: UUID, actor: UUID, now_ms: int) -> list[UUID]:
    """Nobody acts as this user any more: sign-in ends, and the tablets are told.

    Returns the devices on which the user was granted.
    """
    people.lock(session, [user])
    granted = devices.devices_of(session, user)
    for device in granted:
        setup.grant_person(session, device, user, False, actor, now_ms)
    people.disable(session, user, now_ms)
    audit.add(session, audit.Entry("user.disable", now_ms, actor=actor, subject=user))
    sessions.revoke_all(session, user, actor, now_ms, "disabled")
    return granted


def keep_administrator(
    session: Session, without_user: UUID | None = None, without_grant: UUID | None = None
) -> None:
    """Make sure that somebody is left who can let others in again, on every site and without end.

    For who asks over HTTP: whoever has the shell can always make another.  Of two who take each
    other away at one moment the second waits here.  Raises ``ProblemError`` last-administrator; a
    change of somebody else's rights is none of its business.
    """
    batch.lock(session, [meta.organisation(session)])
    before = people.administrators(session)
    after = [one for one in before if without_user != one[0] and without_grant != one[1]]
    if before and not after:
        raise ProblemError(problem("last-administrator"))
