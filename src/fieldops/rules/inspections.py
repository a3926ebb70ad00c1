"""An inspection's view back as a sheet, and what rules of several domains ask of it."""

from decimal import Decimal

from fieldops.model.answer import Answer, Sheet
from fieldops.model.checklist import Checklist, Item
from fieldops.model.finding import FindingDraft, Score
from fieldops.model.inspection import Inspection, ResultView
from fieldops.rules.scoring import score_sheet


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


def score_of(inspection: Inspection, checklist: Checklist) -> Score:
    """The weighted score by the checklist's own rules."""
    sheet = score_sheet(checklist, sheet_of_view(inspection))
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


def find_item(checklist: Checklist, key: str) -> Item | None:
    """The item of a key, or None."""
    return next((i for s in checklist.sections for i in s.items if i.key == key), None)


def failed_draft(result: ResultView) -> FindingDraft:
    """The default finding about one failed result: the item's own title and severity."""
    evidence = {} if result.figure is None else {"figure": f"{result.figure:f}"}
    if result.note:
        evidence["note"] = result.note
    return FindingDraft(
        rule="failed",
        titles=result.titles,
        severity=result.severity,
        item=result.item,
        repeat=result.repeat,
        evidence=evidence,
    )
