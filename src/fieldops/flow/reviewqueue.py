"""What a supervisor has yet to decide on: the riskiest first, then what has waited longest.

waiting inspections of their sites ─ risk of their photos ─ order ─ one page, with its notes counted

The whole of what waits is ordered for each page: its cost grows with what waits, not with history.
"""

import base64
from collections import Counter
from collections.abc import Sequence
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlmodel import Session

from fieldops.flow.paging import STRANGE
from fieldops.flow.reviewlists import Standards
from fieldops.flow.timing import rfc3339
from fieldops.model.access import Person, Role
from fieldops.model.answertypes import Titles
from fieldops.model.problem import ProblemError, problem
from fieldops.rules.access import sites
from fieldops.rules.evidence import inspection_risk
from fieldops.settings import EvidenceSettings
from fieldops.store import debts, records, shown, sightings
from fieldops.store.debts import Arrived
from fieldops.store.records import Waiting
from fieldops.store.sightings import Standing

ROLES = (Role.SUPERVISOR,)
LIMIT_MAX = 200
Stand = dict[bytes, Standing]
Line = tuple[int, int, str, Waiting]
"""The members of a place, and what stands there."""
_CALM, _NO_PHOTOS = Standing(), Arrived()
_encode = msgspec.json.Encoder().encode


class Place(Struct, frozen=True, array_like=True, order=True):
    """Where an inspection stands in the queue: the first comes first."""

    calm: int
    since_ms: int
    id: str


class Entry(Struct, frozen=True):
    """One inspection that waits.

    ``notes`` counts those on its photos by code; ``photos_judged`` says how many of the stored
    photos the risk, 0 to 100, is of; ``since`` is when it was submitted or sealed.  ``checklist``
    is the key of the checklist that was walked by, ``titles`` what that is called.
    """

    inspection: UUID
    site: UUID
    state: str
    risk: int
    notes: dict[str, int]
    photos_stored: int
    photos_announced: int
    photos_judged: int
    since: str
    score: str | None = None
    owner: str = ""
    area: UUID | None = None
    checklist: str = ""
    titles: Titles = {}


class Narrow(Struct, frozen=True):
    """What of the queue is wanted: of one site, of one checklist by its key."""

    site: UUID | None = None
    checklist: str = ""


EVERYTHING = Narrow()


class Queue(Struct, frozen=True):
    """One page; ``cursor`` asks for the next, null on the last.  ``waiting`` counts all.

    ``checklists`` are those of the site that is asked for, by key, whichever of them is.
    """

    inspections: list[Entry]
    waiting: int
    checklists: dict[str, Titles]
    cursor: str | None = None


def page(
    session: Session,
    person: Person,
    cursor: str,
    limit: int,
    scale: EvidenceSettings,
    now_ms: int,
    wanted: Narrow = EVERYTHING,
) -> Queue:
    """A page of the person's queue.  Raises ``ProblemError`` validation for a strange cursor."""
    behind = _decode(cursor)
    mine = sites(person, ROLES, now_ms)
    feeds = records.site_ids(session) if mine is None else mine
    here = feeds if wanted.site is None else [one for one in feeds if one == wanted.site]
    every = records.waiting(session, here)
    standards = Standards(session, [one.id for one in every])
    if wanted.checklist:
        every = [one for one in every if standards.of(one.id).key == wanted.checklist]
    stand = sightings.standing(session, [one.id for one in every])
    order = sorted([_place(one, stand.get(one.id, _CALM), scale) for one in every])
    left = order if behind is None else [line for line in order if Place(*line[:3]) > behind]
    lines = left[:limit]
    return Queue(
        inspections=_entries(session, lines, stand, standards),
        waiting=len(every),
        checklists=standards.titles,
        cursor=_text(Place(*lines[-1][:3])) if len(left) > limit else None,
    )


def _place(one: Waiting, stand: Standing, scale: EvidenceSettings) -> Line:
    # Most have no photo that anything is noted on.
    risk = inspection_risk(stand.worst, stand.risky, scale) if stand.risky else 0
    return -risk, one.since_ms, one.id.hex(), one


def _entries(
    session: Session, lines: Sequence[Line], stand: Stand, standards: Standards
) -> list[Entry]:
    """The page, with what is asked of all its inspections at once."""
    ids = [one.id for *_, one in lines]
    walks, arrived = shown.get(session, ids), debts.arrived(session, ids)
    notes = _notes(session, sorted(arrived))
    return [
        Entry(
            inspection=(walk := walks[one.id]).id,
            site=walk.site,
            state=walk.state,
            risk=-calm,
            notes=dict(sorted(notes[one.id].items())) if one.id in notes else {},
            photos_stored=(photos := arrived.get(one.id, _NO_PHOTOS)).stored,
            photos_announced=photos.stored + photos.owed,
            photos_judged=stand.get(one.id, _CALM).judged,
            since=rfc3339(one.since_ms),
            score=(walk.body.get("score") or {}).get("score"),
            owner=walk.body.get("owner") or "",
            area=UUID(walk.body["area"]) if walk.body.get("area") else None,
            checklist=(standard := standards.of(one.id)).key,
            titles=standard.titles,
        )
        for calm, _, _, one in lines
    ]


def _notes(session: Session, walks: Sequence[bytes]) -> dict[bytes, Counter[str]]:
    """How often each code stands on the photos of those inspections that name any."""
    found: dict[bytes, Counter[str]] = {}
    for photo in records.get(session, debts.bearers(session, walks)).values():
        if photo.kind == "photo" and photo.state != "voided":
            codes = found.setdefault(photo.parent.bytes, Counter())
            codes.update(note["code"] for note in photo.body.get("notes") or ())
    return found


def _text(place: Place) -> str:
    return base64.urlsafe_b64encode(_encode(place)).decode()


def _decode(cursor: str) -> Place | None:
    if not cursor:
        return None
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(cursor), type=Place)
    except (msgspec.MsgspecError, ValueError) as error:
        raise ProblemError(problem("validation", STRANGE)) from error
