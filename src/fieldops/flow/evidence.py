"""A reader of the log that notes what a supervisor should look at about each photo.

page ─ photos that changed ─ who is alike, whose number follows ─ notes and risk ─ ops, sightings

It works behind the picture worker's reader: a photo is judged once it was looked at, and again when
one that it is compared with comes, changes or is voided.  What it says of a photo follows from the
order in which photos arrived, never from the order in which their bytes did.  When the rules change
that photos are judged by, nothing stands in the log: see ``rejudge``.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any
from uuid import UUID

import msgspec
import structlog
from msgspec import Struct
from msgspec.structs import replace
from sqlmodel import Session

from fieldops.flow.clock import wall_ms
from fieldops.flow.enter import server_op
from fieldops.flow.exhibits import Rules, Shot, exhibit, load, place_of
from fieldops.flow.follow import Work
from fieldops.flow.page import PAGE_CHANGES, Page
from fieldops.model.evidence import Gap, Twin
from fieldops.model.inspection import LogChange
from fieldops.rules.evidence import notes, risk
from fieldops.rules.evidencetwins import is_comparable
from fieldops.settings import EvidenceSettings
from fieldops.store import arrivals, lookalikes, records, sightings
from fieldops.store.sightings import Sighting
from fieldops_sync.ids import actor_id

_logger = structlog.get_logger(__name__)

NAME = "evidence"
"""The reader's name, and that of the actor whose ops the notes are."""
_NOTE = "photo.note@1"
DEPENDENTS_MAX = 100
"""So many photos that came later are judged again for one that changed, the earliest first."""


class Cause(Struct, frozen=True):
    """Why a photo is judged: ``op`` at ``at_ms``; ``first`` is the position where it was met."""

    op: UUID
    at_ms: int
    first: int = 0


class Judged(Struct, frozen=True):
    """What came of judging photos: the ops that note it, and the sightings that changed."""

    ops: list[bytes]
    sightings: list[Sighting]


class Beside(Struct, frozen=True):
    """What a shot is compared with: sightings of its bytes, of near pictures, of the numbers
    before and after its own."""

    same: list[Sighting]
    near: list[tuple[Sighting, int]]
    before: Sighting | None = None
    after: Sighting | None = None

    def later(self, no: int) -> Iterator[UUID]:
        """The photos whose notes may name one that is ``no``."""
        alike = [*self.same, *(seen for seen, _bits in self.near)]
        yield from [seen.subject for seen in alike if seen.no > no][:DEPENDENTS_MAX]
        if self.after is not None:
            yield self.after.subject


class EvidenceReader:
    """Judges the evidence of photos."""

    name = NAME
    page_changes = PAGE_CHANGES

    def __init__(self, scale: EvidenceSettings, timezone: str) -> None:
        self._rules = Rules(scale, timezone)
        self._found = Judged([], [])

    def gather(self, session: Session, page: Page) -> None:
        """Judge the photos of the page, and those that came later and are compared with them."""
        self._found = judge(session, _causes(session, page), self._rules)

    def work(self, page: Page, last_try: bool) -> Work:  # noqa: ARG002 - judging cannot fail
        """Hand in what was gathered."""
        found = self._found
        return Work(page.changes[-1].position, found.ops, sightings=tuple(found.sightings))


def judge(
    session: Session, causes: Mapping[UUID, Cause], rules: Rules, again: bool = False
) -> Judged:
    """Judge photos, and those that came later and are compared with them.

    With ``again`` each photo's own turn will come, so the later ones are judged only where the
    sighting changed that they are compared with.
    """
    shots = load(session, {photo: cause.first for photo, cause in causes.items()}, rules)
    view = _View(session, shots.values())
    besides = {photo: view.beside(shot, rules.scale) for photo, shot in shots.items()}
    later = {
        photo: causes[named]
        for named, beside in besides.items()
        if not again or shots[named].seen != shots[named].known
        for photo in beside.later(shots[named].seen.no)
        if photo not in shots
    }
    more = load(session, dict.fromkeys(later, 0), rules)
    besides |= {photo: view.beside(shot, rules.scale) for photo, shot in more.items()}
    gone = _gone(session, besides.values())
    found, why = Judged([], []), later | dict(causes)
    for photo, shot in (shots | more).items():
        say = partial(_said, beside=besides[photo], gone=gone, rules=rules)
        _keep(found, shot, say, why[photo])
    return found


def _keep(found: Judged, shot: Shot, say: Callable[[Shot], dict[str, Any]], cause: Cause) -> None:
    """Remember the op and the sighting of one photo, where they say anything new."""
    try:
        said = say(shot) if shot.is_judged else None
    except Exception:
        _logger.exception("photo cannot be judged", photo=str(shot.state.id))
        return
    if said is not None and said != {name: shot.state.body.get(name) for name in said}:
        found.ops.append(_op(shot, said, cause))
    now = shot.seen if said is None else replace(shot.seen, risk=said["risk"])
    if now != shot.known:
        found.sightings.append(now)


def _causes(session: Session, page: Page) -> dict[UUID, Cause]:
    """The photos that a page touches: the position of the first change, and the last change.

    The reader's own notes are no reason to judge again.
    """
    noted = arrivals.of(session, [one.op for one in page.changes if one.type == _NOTE])
    own = {op for op, arrival in noted.items() if arrival.actor == actor_id(NAME)}
    found: dict[UUID, Cause] = {}
    for change in page.changes:
        if change.op not in own:
            for photo in _photos(session, change):
                first = found[photo].first if photo in found else change.position
                found[photo] = Cause(change.op, wall_ms(change.at) or 0, first)
    return found


def _photos(session: Session, change: LogChange) -> list[UUID]:
    """The photos that a change is about: those of a voided inspection count no more."""
    if change.kind == "photo":
        return [change.subject]
    if change.kind != "inspection" or change.type != "record.void@1":
        return []
    family = records.children(session, change.site, change.subject)
    return [one.id for one in family if one.kind == "photo"]


class _View:
    """The sightings as they will stand when the page is handed in."""

    def __init__(self, session: Session, shots: Iterable[Shot]) -> None:
        self._session = session
        self._new = {shot.seen.subject: shot.seen for shot in shots}

    def beside(self, shot: Shot, scale: EvidenceSettings) -> Beside:
        """What a shot is compared with, itself left out."""
        seen, measures = shot.seen, shot.measures
        near: dict[bytes, int] = {}
        if measures is not None and is_comparable(measures, scale):
            near = lookalikes.near(self._session, measures.dhash, scale.near_bits)
        near.pop(seen.sha256, None)
        same = [one for one in self._of_bytes([seen.sha256]) if one.subject != seen.subject]
        alike = [(one, near[one.sha256]) for one in self._of_bytes(sorted(near))]
        if seen.device is None or seen.counter is None:
            return Beside(same, alike)
        lower = self._numbered(sightings.before, seen.device, seen.counter)
        higher = self._numbered(sightings.after, seen.device, seen.counter)
        return Beside(
            same,
            alike,
            max(lower, default=None, key=lambda one: (one.counter or 0, -one.no)),
            min(higher, default=None, key=lambda one: (one.counter or 0, one.no)),
        )

    def _of_bytes(self, hashes: list[bytes]) -> list[Sighting]:
        known = {one.subject: one for one in sightings.of_bytes(self._session, hashes)}
        now = (known | self._new).values()
        return sorted((one for one in now if one.sha256 in hashes), key=lambda one: one.no)

    def _numbered(
        self, find: Callable[[Session, UUID, int], Sighting | None], device: UUID, counter: int
    ) -> list[Sighting]:
        """The device's photo that ``find`` finds beside a number, and those of the page there."""
        above = find is sightings.after
        there = [
            one
            for one in self._new.values()
            if one.device == device
            and one.counter is not None
            and one.counter != counter
            and (one.counter > counter) == above
        ]
        known = find(self._session, device, counter)
        while known is not None and known.subject in self._new:  # it stands elsewhere by now
            known = find(self._session, device, known.counter or 0)
        return there if known is None else [*there, known]


def _gone(session: Session, besides: Iterable[Beside]) -> set[UUID]:
    """The voided ones of all photos and inspections that shots are compared with."""
    alike = [seen for one in besides for seen in (*one.same, *(seen for seen, _ in one.near))]
    return records.voided(session, {id_ for seen in alike for id_ in (seen.subject, seen.parent)})


def _said(shot: Shot, beside: Beside, gone: set[UUID], rules: Rules) -> dict[str, Any]:
    """What a record should hold about its evidence, as plain data."""
    earlier = [(one, 0) for one in beside.same], beside.near
    same, near = (list(_twins(shot.seen.no, pairs, gone)) for pairs in earlier)
    found = notes(exhibit(shot, _gap(shot.seen, beside.before), same, near), rules.scale)
    return {"notes": msgspec.to_builtins(found), "risk": risk(found)}


def _twins(no: int, pairs: Iterable[tuple[Sighting, int]], gone: set[UUID]) -> Iterator[Twin]:
    """The earlier ones of photos that are alike; what was recorded by mistake is no evidence."""
    for seen, bits in pairs:
        if seen.no < no and not gone & {seen.subject, seen.parent}:
            yield Twin(seen.subject, seen.no, place_of(seen), bits)


def _gap(seen: Sighting, before: Sighting | None) -> Gap | None:
    """The numbers between a photo's and the one before; nothing is known before a device's first.

    Voided photos have come as well, so they fill a gap.
    """
    if before is None or before.counter is None or seen.counter is None:
        return None
    first, last = before.counter + 1, seen.counter - 1
    return Gap(first, last) if first <= last else None


def _op(shot: Shot, said: Mapping[str, Any], cause: Cause) -> bytes:
    payload = {**said, "cause": str(cause.op)}
    subject = ("photo", shot.state.id)
    return server_op(_NOTE, subject, shot.state.feed, NAME, payload, at_ms=cause.at_ms)
