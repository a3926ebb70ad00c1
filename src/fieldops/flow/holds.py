"""Legal holds: who places and releases them, and on what.

A held photo is not deleted by anything: every way to delete bytes leads through ``condemn``, which
leaves out what is held, and placing a hold waits for what is condemned already.
"""

from collections.abc import Iterable
from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.flow.paging import Page, Place, Turn, after, cut
from fieldops.model.access import Person, Role
from fieldops.model.problem import ProblemError, problem
from fieldops.model.record import State
from fieldops.model.said import Said, at
from fieldops.rules.access import may, sites
from fieldops.store import audit, holds, records
from fieldops.store.holds import HoldRow, Kind
from fieldops_sync.ids import uuid7

PLACERS = (Role.SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR)
RELEASERS = (Role.AUDITOR, Role.ADMINISTRATOR)
"""A supervisor may ask for photos to be kept, but not alone decide that they may go: the photos
may be about the supervisor's own work (decided 2026-11-22)."""
REASON_MAX = 500


class Placed(Struct, frozen=True):
    """A hold as it stands, its site, and how many photos' bytes it protects now.

    ``absent`` are named by it and are not stored: they never came, or went before.
    """

    hold: HoldRow
    site: UUID
    photos: int
    absent: int


def place(
    session: Session, person: Person, kind: Kind, subject: UUID, reason: str, now_ms: int
) -> Placed:
    """Place a hold.

    Raises ``ProblemError``: validation without a reason, not-found for what is no such thing or
    foreign, too-busy while some of its bytes are being deleted (a moment later they are gone, and
    the hold says so).
    """
    reason = reason.strip()
    if not 0 < len(reason) <= REASON_MAX:
        why = Said(f"须为 1 至 {REASON_MAX} 个字符", f"1 to {REASON_MAX} characters")
        raise ProblemError(problem("validation", at("reason", why)))
    site = _subject(session, person, kind, subject, PLACERS, now_ms).feed
    row = HoldRow(uuid7(), kind, subject, reason, person.id, now_ms)
    holds.lock(session)
    holds.add(session, row)
    if any(state == "condemned" for _sha256, state in holds.named_by(session, row)):
        why = Said("部分文件正在删除", "some bytes are being deleted")
        raise ProblemError(problem("too-busy", why, retry_after_s=1))
    _audit(session, "hold.place", row, person, now_ms)
    return _placed(session, row, site)


def release(session: Session, person: Person, hold: UUID, now_ms: int) -> HoldRow:
    """End a hold.  Raises ``ProblemError`` not-found; ending it again changes nothing."""
    row = holds.get(session, hold)
    if row is None:
        raise ProblemError(problem("not-found"))
    _subject(session, person, row.kind, row.subject, RELEASERS, now_ms)
    if holds.release(session, hold, person.id, now_ms):
        _audit(session, "hold.release", row, person, now_ms)
    return holds.get(session, hold) or row


def listing(
    session: Session, person: Person, released: bool, turn: Turn, now_ms: int
) -> Page[Placed]:
    """The holds on the person's sites, the oldest first; with ``released`` the ended ones too.

    Raises ``ProblemError`` validation for a strange cursor.
    """
    ask = turn.ask("holds", released)
    mine = sites(person, PLACERS, now_ms)
    place = after(ask, Place)
    behind = None if place is None else (place.at_ms, place.id_bytes())
    found = holds.page(session, mine, released, behind, ask.limit + 1)
    return cut(
        ask,
        found,
        lambda one: Place(one[0].placed_ms, one[0].id.hex),
        lambda one: _placed(session, *one),
    )


def _subject(
    session: Session,
    person: Person,
    kind: Kind,
    subject: UUID,
    roles: Iterable[Role],
    now_ms: int,
) -> State:
    state = records.get_one(session, subject)
    if state is None or state.kind != kind or not may(person, roles, state.feed, now_ms):
        raise ProblemError(problem("not-found"))
    return state


def _placed(session: Session, row: HoldRow, site: UUID) -> Placed:
    states = [state for _sha256, state in holds.named_by(session, row)]
    there = sum(state in ("stored", "bad") for state in states)
    return Placed(row, site, there, len(states) - there)


def _audit(session: Session, action: str, row: HoldRow, person: Person, now_ms: int) -> None:
    detail = {"hold": str(row.id), "kind": row.kind}
    audit.add(
        session,
        audit.Entry(action, now_ms, actor=person.id, subject=row.subject, detail=detail),
    )
