"""The contact sheet of an inspection: its photos, in the order of the checklist, ready to be shown.

    inspection ─ judged (``view``) ─ its photos and how they stand ─→ Sheet ─→ page, zip

A photo that cannot be shown keeps its place and says why.  Nothing here tells where a photo was
taken (L3), and nothing depends on the moment: the same state gives the same sheet.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlmodel import Session

from fieldops.flow import look, photos, view
from fieldops.flow.audience import Audience
from fieldops.flow.photos import File, Kind, Photo, Standing
from fieldops.model.access import Person
from fieldops.model.answertypes import Choice, Titles
from fieldops.model.checklist import Checklist, Item, Outcome, RawValue, Severity
from fieldops.model.inspection import Inspection, ResultView
from fieldops.model.problem import ProblemError, problem
from fieldops.model.record import State
from fieldops.rules import photonames
from fieldops.rules.access import level
from fieldops.rules.personal import mask
from fieldops.rules.redaction import redact
from fieldops.rules.zones import zone
from fieldops.store import audit, people, records
from fieldops_sync.payloads import EvidenceNote


class Card(Struct, frozen=True):
    """One photo.  ``number`` counts from 1, ``stem`` begins the names of its files.

    ``stands`` tells how its bytes stand, ``shown`` how its derivatives do.  ``taken`` is as the
    tablet claims, ``received`` when the bytes were stored, at the site's time.
    """

    number: int
    record: UUID
    sha256: str
    stem: str
    stands: Standing
    shown: Standing
    files: dict[Kind, File]
    caption: str = ""
    role: str = "evidence"
    taken: str = ""
    received: str = ""
    size_bytes: int | None = None
    waived: str = ""
    voided: str = ""
    undecodable: str = ""
    risk: int | None = None
    notes: tuple[EvidenceNote, ...] = ()


class Entry(Struct, frozen=True):
    """One answered item for one repeat, with its photos."""

    titles: Titles
    severity: Severity
    outcome: Outcome | None
    value: Titles
    note: str
    cards: tuple[Card, ...]


class Part(Struct, frozen=True):
    """One section of the checklist."""

    titles: Titles
    entries: tuple[Entry, ...]


class Sheet(Struct, frozen=True):
    """A whole contact sheet; ``date`` is the walk's day at the site."""

    inspection: UUID
    site: str
    area: str
    checklist: Titles
    version: str
    state: str
    date: str
    inspector: str
    score: str
    parts: tuple[Part, ...]

    @property
    def cards(self) -> tuple[Card, ...]:
        """All photos, in order."""
        return tuple(card for part in self.parts for entry in part.entries for card in entry.cards)

    @property
    def stem(self) -> str:
        """What the zip is called, without its ending."""
        day = self.date if photonames.is_day(self.date) else ""
        return "-".join(filter(None, ("contact-sheet", day, str(self.inspection)[:8])))


ELSEWHERE: Titles = {"zh-CN": "未归入检查项的照片", "en": "Photos of no item"}
_UNKNOWN: Titles = {"zh-CN": "检查表尚未发布", "en": "The checklist is not published"}
_Slot = tuple[str, str]


def gather(session: Session, person: Person, inspection: UUID, now_ms: int) -> Sheet:
    """The sheet of an inspection as this person may see it.  Raises ``ProblemError`` not-found."""
    state = look.visible(session, person, inspection, now_ms)
    who = Audience(session, person, now_ms)
    case = view.build(session, state.feed, inspection, view.Shelf(who.level(state.feed)))
    if case is None:
        raise ProblemError(problem("not-found"))
    cards = _Cards(session, person, case, now_ms)
    walk, checklist = case.inspection, case.checklist
    hidden = {
        one.id
        for one in case.records.values()
        if who.declared(one.kind, one.body) > who.level(one.feed)
    }
    parts = [*_parts(checklist, walk, cards, hidden)] if checklist else []
    left = [*_left(checklist, cards)]
    if left:
        parts.append(Part(ELSEWHERE, tuple(left)))
    body = state.body
    area = records.get_one(session, walk.area) if walk.area else None
    owner = _id(body.get("owner"))
    staff = people.people(session, [owner]) if owner else {}
    return Sheet(
        inspection=inspection,
        site=case.site.name,
        area=str(area.body.get("name") or "") if area and area.feed == state.feed else "",
        checklist=checklist.titles if checklist else _UNKNOWN,
        version=checklist.version if checklist else "",
        state=state.state,
        date=walk.date,
        inspector=staff[owner].name if owner and owner in staff else "",
        score=str((body.get("score") or {}).get("score") or ""),
        parts=tuple(parts),
    )


def note_made(session: Session, who: UUID, sheet: Sheet, originals: bool, now_ms: int) -> None:
    """Leave the audit record of a sheet: it is an export, with originals one of L3."""
    detail = {"photos": len(sheet.cards), "originals": originals}
    audit.add(
        session, audit.Entry("sheet.make", now_ms, who, subject=sheet.inspection, detail=detail)
    )


def _parts(
    checklist: Checklist, walk: Inspection, cards: "_Cards", hidden: Collection[UUID]
) -> Iterator[Part]:
    """The sections with anything to show; of ``hidden`` results the answer is left out."""
    for section in checklist.sections:
        items = {item.key: item for item in section.items}
        found = [
            _entry(
                replace(result, value=None) if result.id in hidden else result,
                items.get(result.item),
                cards.take((result.item, result.repeat)),
            )
            for result in walk.results
            if result.section == section.key
        ]
        shown = tuple(one for one in found if one.cards or one.note or one.outcome == "fail")
        if shown:
            yield Part(section.titles, shown)


def _entry(result: ResultView, item: Item | None, cards: tuple[Card, ...]) -> Entry:
    choices = getattr(item.answer, "choices", ()) if item else ()
    return Entry(
        titles=result.titles,
        severity=result.severity,
        outcome=result.outcome,
        value=worded(result.value, choices),
        note=result.note,
        cards=cards,
    )


def worded(value: RawValue, choices: Sequence[Choice]) -> Titles:
    """An answer as text in both languages; what pass and fail say is the outcome already."""
    if value is None or isinstance(value, bool | dict) or value in ("pass", "fail", "na"):
        return {}
    titles = {choice.key: choice.titles for choice in choices}
    given = value if isinstance(value, list) else [str(value)]
    return {
        "zh-CN": "、".join(titles.get(one, {}).get("zh-CN", one) for one in given),
        "en": ", ".join(titles.get(one, {}).get("en", one) for one in given),
    }


def _left(checklist: Checklist | None, cards: "_Cards") -> Iterator[Entry]:
    """What the checklist does not ask for, or not any more: by item, those of none last."""
    known = (
        {item.key: item.titles for part in checklist.sections for item in part.items}
        if checklist
        else {}
    )
    for item, repeat in sorted(cards.left, key=lambda slot: (slot[0] == "", slot)):
        name = cards.masked(f"{item} ({repeat})" if repeat else item)
        titles = known.get(item) or {"zh-CN": name, "en": name}
        yield Entry(titles, "minor", None, {}, "", cards.take((item, repeat)))


class _Cards:
    """The photos of an inspection by item and repeat; numbered in the order they are taken."""

    def __init__(self, session: Session, person: Person, case: view.Case, now_ms: int) -> None:
        named = [*_named(case.records.values())]
        # Handed on, a sheet must not hold what its own site does not have.
        hashes = {sha256 for sha256, _ in named}
        self._seen = photos.seen(session, person, hashes, now_ms, at=case.site.id)
        self._level = level(person, case.site.id, now_ms)
        self._zone = zone(case.site.timezone)
        self._number = 0
        self._by_slot: dict[_Slot, list[tuple[str, State]]] = {}
        for sha256, state in named:
            slot = (str(state.body.get("item") or ""), str(state.body.get("repeat") or ""))
            self._by_slot.setdefault(slot, []).append((sha256, state))

    @property
    def left(self) -> list[_Slot]:
        """The items whose photos were not taken yet."""
        return list(self._by_slot)

    def masked(self, text: str) -> str:
        """What a device calls something, as the person may see it."""
        return mask(text, self._level)

    def take(self, slot: _Slot) -> tuple[Card, ...]:
        """The photos of an item, numbered."""
        return tuple(self._card(*one) for one in self._by_slot.pop(slot, ()))

    def _card(self, sha256: str, state: State) -> Card:
        self._number += 1
        photo = self._seen.get(sha256) or Photo(sha256, state, None, None)
        is_photo = state.kind == "photo"
        # A sheet is handed on: of other sites it says no more than that they are others.
        body = redact("photo", state.body, self._level, (state.feed,)) if is_photo else {}
        stands = photos.standing(photo, "original")
        shown = photos.standing(photo, "view")
        kinds: list[Kind] = ["original"] if stands == "ready" else []
        kinds += ["view", "thumb"] if shown == "ready" else []
        facts = photo.picture.picture.facts if photo.picture else None
        return Card(
            number=self._number,
            record=state.id,
            sha256=sha256,
            stem=f"{self._number:04}-{photonames.stem(sha256, state.body)}",
            stands=stands,
            shown=shown,
            files={kind: photos.file(photo, kind) for kind in kinds},
            caption=body.get("caption") or "",
            role=body.get("role") or "evidence",
            taken=_minute((body.get("taken") or {}).get("wall") or ""),
            received=self._at_site(photo.media.stored_ms) if photo.media else "",
            size_bytes=photo.media.size_bytes if photo.media else body.get("size_bytes"),
            waived=body.get("waived") or "",
            voided=(body.get("void") or {}).get("reason") or "",
            undecodable=facts.reason if facts else "",
            risk=body.get("risk"),
            notes=tuple(_notes(body.get("notes") or ())),
        )

    def _at_site(self, ms: int) -> str:
        moment = datetime.fromtimestamp(ms / 1000, UTC).astimezone(self._zone)
        return _minute(moment.isoformat())


def _named(family: Iterable[State]) -> Iterator[tuple[str, State]]:
    """Each photo with its record; a hash that only a result names counts as one of that result."""
    states = sorted(family, key=lambda one: one.id)
    own = [
        (str(one.body["sha256"]), one)
        for one in states
        if one.kind == "photo" and one.body.get("sha256")
    ]
    yield from own
    known = {sha256 for sha256, _ in own}
    for state in states:
        if state.kind == "result":
            for sha256 in state.body.get("photos") or ():
                if sha256 not in known:
                    known.add(sha256)
                    yield sha256, state


def _notes(given: Iterable[Any]) -> Iterator[EvidenceNote]:
    for one in given:
        yield msgspec.convert(one, EvidenceNote)


def _minute(wall: str) -> str:
    """A time as a person reads it, to the minute with its offset; what is none is left out."""
    try:
        moment = datetime.fromisoformat(wall)
    except ValueError:
        return ""
    shown = moment.isoformat(sep=" ", timespec="minutes")
    return f"{shown[:16]} {shown[16:]}".strip()


def _id(text: Any) -> UUID | None:
    return UUID(text) if isinstance(text, str) else None
