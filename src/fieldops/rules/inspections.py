"""An inspection's view back as a sheet, and what rules of several domains ask of it."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from fieldops.model.answer import Answer, Reading, Sheet
from fieldops.model.answertypes import Location, Signature, Staff, Text
from fieldops.model.checklist import Checklist, Item
from fieldops.model.finding import EVIDENCE_KEY_MAX, EVIDENCE_VALUE_MAX, FindingDraft, Score
from fieldops.model.inspection import EarlierResult, EarlierWalk, Inspection, ResultView
from fieldops.model.plugin import DataLevel
from fieldops.rules import scoring
from fieldops.rules.branching import read_sheet
from fieldops.rules.examples import address_of
from fieldops.rules.figures import show_figure
from fieldops.rules.once import once, once_a_walk


def sheet_of_view(inspection: Inspection) -> Sheet:
    """The answers of an inspection, as scoring takes them."""
    answers = tuple(_answer(result) for result in inspection.results if result.answered)
    return Sheet(date=inspection.date, answers=answers)


def _answer(result: ResultView) -> Answer:
    return Answer(
        item=result.item,
        repeat=result.repeat,
        value=result.value,
        outcome=result.claimed,
        photo_count=result.photo_count,
    )


@once
def _reading(inspection: Inspection, checklist: Checklist) -> Reading:
    return read_sheet(checklist, sheet_of_view(inspection))


def score_of(inspection: Inspection, checklist: Checklist) -> Score:
    """The weighted score by the checklist's own rules."""
    sheet = scoring.score_reading(checklist, _reading(inspection, checklist))
    return Score(
        score=sheet.score,
        earned=sheet.earned,
        possible=sheet.possible,
        sections=sheet.sections,
        marks=sheet.marks,
    )


def section_scores(inspection: Inspection, checklist: Checklist) -> dict[str, Decimal]:
    """The score in percent of each section that counts, by its key."""
    return dict(score_of(inspection, checklist).sections)


def repeat_scores(inspection: Inspection, checklist: Checklist) -> dict[str, dict[str, Decimal]]:
    """The score in percent of each lift, room or zone, by section key and repeat."""
    return scoring.repeat_scores(checklist, _reading(inspection, checklist))


def earlier_walk(inspection: Inspection, checklist: Checklist) -> EarlierWalk:
    """A walk as later ones see it: its answers, without what only it needs itself."""
    return EarlierWalk(
        id=inspection.id,
        checklist=checklist.key,
        date=inspection.date,
        version=checklist.version,
        area=inspection.area,
        results=tuple(_earlier_result(one) for one in inspection.results if one.answered),
    )


def _earlier_result(result: ResultView) -> EarlierResult:
    return EarlierResult(
        section=result.section,
        item=result.item,
        repeat=result.repeat,
        value=result.value,
        figure=result.figure,
        outcome=result.outcome,
        recorded_at=result.recorded_at,
    )


def earlier_failures(inspection: Inspection, result: ResultView, days: int) -> tuple[str, ...]:
    """The earlier days on which the same item failed at the same place, newest first.

    The same place is the same area of the walk and the same repeat (domain.md, rule 4); ``days``
    back from the walk, whose own day is left out: a second look sees the same fault once more.
    Empty where the walk's day is not known.
    """
    if not inspection.date:
        return ()
    first = (date.fromisoformat(inspection.date) - timedelta(days=days)).isoformat()
    failed = {
        walk.date
        for walk in _failed_before(inspection).get((result.item, result.repeat), ())
        if first <= walk.date < inspection.date
    }
    return tuple(sorted(failed, reverse=True))


@once
def _failed_before(inspection: Inspection) -> dict[tuple[str, str], list[EarlierWalk]]:
    """The earlier walks of the same area that failed an item for one repeat."""
    found: dict[tuple[str, str], list[EarlierWalk]] = {}
    for walk in inspection.earlier:
        if walk.area == inspection.area:
            for failed in _failed_in(walk):
                found.setdefault(failed, []).append(walk)
    return found


@once_a_walk
def _failed_in(walk: EarlierWalk) -> frozenset[tuple[str, str]]:
    return frozenset((one.item, one.repeat) for one in walk.results if one.outcome == "fail")


def find_item(checklist: Checklist, key: str) -> Item | None:
    """The item of a key, or None."""
    return next((i for s in checklist.sections for i in s.items if i.key == key), None)


def answer_type(item: Item) -> str:
    """The answer type of an item as checklists write it: ``passfail``, ``code``, ``number`` …"""
    return str(item.answer.__struct_config__.tag)


def failed_draft(result: ResultView, checklist: Checklist) -> FindingDraft:
    """The default finding about one failed result: the item's own title, severity and time."""
    item = find_item(checklist, result.item)
    evidence = {} if result.figure is None else {"figure": show_figure(result.figure)}
    if result.note:
        evidence["note"] = result.note
    return FindingDraft(
        rule="failed",
        titles=result.titles,
        severity=result.severity,
        within_hours=None if item is None else item.rectify_hours,
        item=result.item,
        repeat=result.repeat,
        evidence=evidence,
    )


def evidence_of(results: Iterable[ResultView]) -> dict[str, str]:
    """What results say, as the evidence of a finding: by ``item`` or ``item@repeat``.

    Both are cut to what evidence may hold: a tablet may name a repeat in 200 characters.
    """
    return {
        address_of(one.item, one.repeat)[:EVIDENCE_KEY_MAX]: _shown(one)[:EVIDENCE_VALUE_MAX]
        for one in results
    }


def _shown(result: ResultView) -> str:
    if result.figure is not None:
        return show_figure(result.figure)
    if isinstance(result.value, list):
        return ", ".join(result.value)
    return str(result.value) if isinstance(result.value, str | int) else result.outcome or "-"


def chosen(inspection: Inspection, item: str) -> frozenset[str]:
    """The keys of the choices that an answer names; empty where there is no answer."""
    result = inspection.find(item)
    value = result.value if result is not None else None
    if isinstance(value, str):
        return frozenset({value})
    return frozenset(value) if isinstance(value, list) else frozenset()


def answered_date(result: ResultView | None) -> date | None:
    """The date that a result gives, or None."""
    if result is None or not isinstance(result.value, str):
        return None
    try:
        return date.fromisoformat(result.value[:10])
    except ValueError:
        return None


_LEVELS: tuple[tuple[type, DataLevel], ...] = ((Signature, 3), (Location, 3), (Staff, 2), (Text, 2))
"""Signatures identify a person and places are tracks; names and free text are customers' data."""


def levels_by_type(checklist: Checklist) -> dict[str, DataLevel]:
    """The data level of each answer by its type; those left out are L1 (domain.md, rule 11)."""
    items = [item for section in checklist.sections for item in section.items]
    return {i.key: level for i in items for kind, level in _LEVELS if isinstance(i.answer, kind)}
