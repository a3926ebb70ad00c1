"""What a supervisor has yet to decide on: the riskiest first, then what has waited longest.

waiting inspections of their sites ─ risk of their photos ─ order ─ one page, with its notes counted

The whole of what waits is ordered for each page: its cost grows with what waits, not with history.
"""

import base64
from collections import Counter
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
from fieldops.store.records import Waiting
from fieldops.store.sightings import Standing

ROLES = (Role.SUPERVISOR,)
LIMIT_MAX = 200
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
    order = sorted(_place(one, stand.get(one.id, Standing()), scale) for one in every)
    left = [place for place in order if behind is None or place > behind]
    shown = left[:limit]
    return Queue(
        inspections=[_entry(session, place, known[place.id], stand) for place in shown],
        waiting=len(every),
        cursor=_text(shown[-1]) if len(left) > limit else None,
    )


def _place(one: Waiting, stand: Standing, scale: EvidenceSettings) -> Place:
    return Place(-inspection_risk(stand.worst, stand.risky, scale), one.since_ms, one.id.hex)


def _entry(session: Session, place: Place, one: Waiting, stand: dict[UUID, Standing]) -> Entry:
    state = records.get(session, [one.id])[one.id]
    family = records.photos(session, one.feed, one.id)
    photos = [photo for photo in family if photo.state != "voided"]
    counts = Counter(note["code"] for photo in photos for note in photo.body.get("notes") or ())
    stored = debts.stored(session, one.id)
    return Entry(
        inspection=one.id,
        site=one.feed,
        state=state.state,
        risk=-place.calm,
        notes=dict(sorted(counts.items())),
        photos_stored=stored,
        photos_announced=stored + len(debts.missing(session, one.id)),
        photos_judged=stand.get(one.id, Standing()).judged,
        since=rfc3339(one.since_ms),
        score=(state.body.get("score") or {}).get("score"),
        owner=state.body.get("owner") or "",
    )


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
