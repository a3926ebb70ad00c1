"""The lines of a walk as it is reviewed: an item, its standard, its answer, its photos.

results, judged (``view``) ─┬─ in the order of the checklist ─→ Part ─ Line ─ Shot
records, as they are seen ──┘                                              └ Before
"""

from collections.abc import Iterator, Mapping
from uuid import UUID

import msgspec
from msgspec import Struct

from fieldops.flow import photos
from fieldops.flow.audience import Audience
from fieldops.flow.contactsheet import ELSEWHERE, worded
from fieldops.flow.look import InspectionView
from fieldops.flow.photos import Photo, Standing
from fieldops.flow.reviewbefore import Before, Earlier
from fieldops.flow.view import Case
from fieldops.model.answertypes import Titles
from fieldops.model.checklist import Checklist, Item, Outcome, Severity
from fieldops.model.inspection import ResultView
from fieldops.model.record import View
from fieldops.rules.answerwords import answer_words, photo_words
from fieldops.rules.personal import mask
from fieldops_sync.payloads import EvidenceNote, PictureFacts

Slot = tuple[str, str]
"""The item's key and the repeat."""


class Shot(Struct, frozen=True):
    """One photo.  ``state`` is its record's, ``shown`` how its view for the page stands.

    ``taken`` is as the tablet claims; coordinates are WGS 84 degrees.  ``risk`` is None while it is
    not judged; ``retakes`` names the photo that it was taken in place of.
    """

    id: UUID
    sha256: str
    state: str
    shown: Standing
    caption: str = ""
    role: str = "evidence"
    taken: str = ""
    latitude: str | None = None
    longitude: str | None = None
    accuracy_m: str | None = None
    size_bytes: int | None = None
    picture: PictureFacts | None = None
    risk: int | None = None
    notes: list[EvidenceNote] = []
    verdict: str = ""
    review_note: str = ""
    retakes: UUID | None = None
    waived: str = ""
    before: Before | None = None


class Line(Struct, frozen=True):
    """One item for one repeat.  ``measure`` is the standard's text, ``answer`` how it is answered.

    ``asked`` says in words how many photos it wants; ``result`` is None while nobody has answered.
    """

    item: str
    titles: Titles
    measure: Titles
    answer: Titles
    asked: Titles
    severity: Severity
    photos: list[Shot]
    repeat: str = ""
    clause: str = ""
    result: UUID | None = None
    outcome: Outcome | None = None
    value: Titles = {}
    note: str = ""
    verdict: str = ""
    review_note: str = ""
    in_conflict: bool = False
    findings: list[UUID] = []


class Part(Struct, frozen=True):
    """One section of the checklist; ``score`` in percent, None where it has none."""

    key: str
    titles: Titles
    score: str | None
    lines: list[Line]


_GONE = ("voided", "withdrawn")


class Parts:
    """The records of a walk by item and repeat, and what is told of each."""

    def __init__(
        self, who: Audience, found: InspectionView, case: Case, scores: Mapping[str, str]
    ) -> None:
        self._scores, self._level = scores, who.level(found.inspection.site)
        self._records = {one.id: one for one in found.records}
        # By the words of the tablet: those of the records may be masked.
        self._shots: dict[Slot, list[UUID]] = {}
        for photo in case.inspection.photos:
            self._shots.setdefault((photo.item, photo.repeat), []).append(photo.id)
        self._findings: dict[str, list[UUID]] = {}
        for one in found.records:
            if one.kind == "finding" and one.state not in _GONE:
                self._findings.setdefault(str(one.body.get("result")), []).append(one.id)
        self._earlier = Earlier(who, found.inspection, {*self._shots})
        hashes = {one.sha256 for one in case.inspection.photos} | self._earlier.hashes
        self._seen = photos.seen(who.session, who.person, hashes, who.now_ms)

    def of(self, checklist: Checklist | None, results: tuple[ResultView, ...]) -> Iterator[Part]:
        """The sections in their order, and last the photos that none of them asks for."""
        for section in checklist.sections if checklist else ():
            items = {item.key: item for item in section.items}
            lines = [
                self._line(one, items[one.item])
                for one in results
                if one.section == section.key and one.item in items
            ]
            if lines:
                yield Part(section.key, section.titles, self._scores.get(section.key), lines)
        left = [*self._left()]
        if left:
            yield Part("", ELSEWHERE, None, left)

    def _line(self, result: ResultView, item: Item) -> Line:
        record = self._records.get(result.id)
        body = record.body if record else {}
        is_hidden = "value" in (body.get("withheld") or ())
        choices = getattr(item.answer, "choices", ())
        return Line(
            item=item.key,
            repeat=mask(result.repeat, self._level),
            titles=result.titles,
            measure=item.measure,
            answer=_both(answer_words(item.answer)),
            asked=_both(photo_words(item.photos)),
            clause=item.clause,
            severity=result.severity,
            photos=self._take((result.item, result.repeat)),
            result=record.id if record else None,
            outcome=result.outcome,
            value={} if is_hidden else worded(result.value, choices),
            note=result.note,
            verdict=body.get("verdict") or "",
            review_note=body.get("review_note") or "",
            in_conflict=bool(record and record.conflict),
            findings=self._findings.get(str(result.id), []),
        )

    def _left(self) -> Iterator[Line]:
        for item, repeat in sorted(self._shots, key=lambda slot: (slot[0] == "", slot)):
            name = mask(f"{item} ({repeat})" if repeat else item, self._level)
            titles: Titles = {"zh-CN": name, "en": name} if name else ELSEWHERE
            shots = self._take((item, repeat))
            yield Line(mask(item, self._level), titles, {}, {}, {}, "minor", shots)

    def _take(self, slot: Slot) -> list[Shot]:
        ids = sorted(self._shots.pop(slot, ()))
        shots = [self._records[one] for one in ids if one in self._records]
        return [self._shot(one, self._earlier.of(slot, n)) for n, one in enumerate(shots)]

    def _shot(self, record: View, before: Before | None) -> Shot:
        body = record.body
        facts = body.get("picture")
        return Shot(
            id=record.id,
            sha256=body["sha256"],
            state=record.state,
            shown=self._stands(body["sha256"]),
            caption=body.get("caption") or "",
            role=body.get("role") or "evidence",
            taken=(body.get("taken") or {}).get("wall") or "",
            latitude=body.get("latitude"),
            longitude=body.get("longitude"),
            accuracy_m=body.get("accuracy_m"),
            size_bytes=body.get("size_bytes"),
            picture=msgspec.convert(facts, PictureFacts, strict=False) if facts else None,
            risk=body.get("risk"),
            notes=[msgspec.convert(one, EvidenceNote) for one in body.get("notes") or ()],
            verdict=body.get("verdict") or "",
            review_note=body.get("review_note") or "",
            retakes=UUID(body["retakes"]) if body.get("retakes") else None,
            waived=body.get("waived") or "",
            before=before if before and self._stands(before.sha256) == "ready" else None,
        )

    def _stands(self, sha256: str) -> Standing:
        photo: Photo | None = self._seen.get(sha256)
        return "awaited" if photo is None else photos.standing(photo, "view")


def _both(words: tuple[str, str]) -> Titles:
    return {"zh-CN": words[0], "en": words[1]} if any(words) else {}
