"""What a supervisor has yet to decide on: the riskiest first, then what has waited longest.

waiting inspections of their sites ─ risk of their photos ─ order ─ one page, with its notes counted

The whole of what waits is ordered for each page: its cost grows with what waits, not with history.
"""

import base64
from collections import Counter
from collections.abc import Collection, Sequence
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlmodel import Session

from fieldops.flow.timing import rfc3339
from fieldops.model.access import Person, Role
from fieldops.model.problem import ProblemError, problem
from fieldops.rules.access import sites
from fieldops.rules.evidence import inspection_risk
from fieldops.settings import EvidenceSettings
from fieldops.store import debts, records, sightings
from fieldops.store.debts import Arrived
from fieldops.store.records import Waiting
from fieldops.store.sightings import Standing

ROLES = (Role.SUPERVISOR,)
LIMIT_MAX = 200
Stand = dict[UUID, Standing]
_CALM = Standing()
_encode = msgspec.json.Encoder().encode


class Place(Struct, frozen=True, array_like=True, order=True):
    """Where an inspection stands in the queue: the first comes first."""

    calm: int
    since_ms: int
    id: str


class Entry(Struct, frozen=True):
    """One inspection that waits.

    ``notes`` counts those on its photos by code; ``photos_judged`` says how many of the stored
    photos the risk, 0 to 100, is of; ``since`` is when it was submitted or sealed.
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


class Queue(Struct, frozen=True):
    """One page; ``cursor`` asks for the next, null on the last.  ``waiting`` counts all."""

    inspections: list[Entry]
    waiting: int
    cursor: str | None = None


def page(
    session: Session,
    person: Person,
    cursor: str,
    limit: int,
    scale: EvidenceSettings,
    now_ms: int,
) -> Queue:
    """A page of the person's queue.  Raises ``ProblemError`` validation for a strange cursor."""
    behind = _decode(cursor)
    mine = sites(person, ROLES, now_ms)
    every = records.waiting(session, records.site_ids(session) if mine is None else sorted(mine))
    stand = sightings.standing(session, [one.id for one in every])
    known = {one.id.hex: one for one in every}
    order = sorted(_place(one, stand.get(one.id, _CALM), scale) for one in every)
    left = [place for place in order if behind is None or place > behind]
    shown = left[:limit]
    return Queue(
        inspections=_entries(session, shown, known, stand),
        waiting=len(every),
        cursor=_text(shown[-1]) if len(left) > limit else None,
    )


def _place(one: Waiting, stand: Standing, scale: EvidenceSettings) -> Place:
    return Place(-inspection_risk(stand.worst, stand.risky, scale), one.since_ms, one.id.hex)


def _entries(
    session: Session, places: Sequence[Place], known: dict[str, Waiting], stand: Stand
) -> list[Entry]:
    """The page, with what is asked of all its inspections at once."""
    shown = [known[place.id] for place in places]
    ids = [one.id for one in shown]
    states, arrived = records.get(session, ids), debts.arrived(session, ids)
    notes = _notes(session, ids, arrived.keys())
    return [
        Entry(
            inspection=one.id,
            site=one.feed,
            state=states[one.id].state,
            risk=-place.calm,
            notes=dict(sorted(notes[one.id].items())),
            photos_stored=(photos := arrived.get(one.id, Arrived())).stored,
            photos_announced=photos.stored + photos.owed,
            photos_judged=stand.get(one.id, _CALM).judged,
            since=rfc3339(one.since_ms),
            score=(states[one.id].body.get("score") or {}).get("score"),
            owner=states[one.id].body.get("owner") or "",
        )
        for place, one in zip(places, shown, strict=True)
    ]


def _notes(
    session: Session, ids: Sequence[UUID], named: Collection[UUID]
) -> dict[UUID, Counter[str]]:
    """How often each code stands on the photos of inspections, of which ``named`` name any."""
    found: dict[UUID, Counter[str]] = {one: Counter() for one in ids}
    for photo in records.get(session, debts.bearers(session, sorted(named))).values():
        if photo.kind == "photo" and photo.state != "voided":
            found[photo.parent].update(note["code"] for note in photo.body.get("notes") or ())
    return found


def _text(place: Place) -> str:
    return base64.urlsafe_b64encode(_encode(place)).decode()


def _decode(cursor: str) -> Place | None:
    if not cursor:
        return None
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(cursor), type=Place)
    except (msgspec.MsgspecError, ValueError) as error:
        detail = "cursor: use the one of the page before, or none"
        raise ProblemError(problem("validation", detail)) from error
