"""Dates that a walk has read at an asset, and that run out within a month."""

from collections.abc import Iterator
from datetime import timedelta

from fieldops import Checklist, FindingDraft, Inspection, ResultView, answered_date, find_item
from fieldops_facilities.register import read_date
from fieldops_facilities.rules_certificates import DUE_DAYS


def date_due_soon(inspection: Inspection, checklist: Checklist) -> Iterator[FindingDraft]:
    """A date that the walk has read, still holds, and runs out within a month."""
    today = read_date(inspection.date)
    if today is None:
        return
    for result in inspection.results:
        due = answered_date(result) if result.outcome == "pass" else None
        if due is None or due - today > timedelta(days=DUE_DAYS):
            continue
        if _must_hold(checklist, result):
            yield FindingDraft(
                rule="date-due-soon",
                item=result.item,
                repeat=result.repeat,
                titles={
                    "zh-CN": f"将于 {due} 到期，请安排检验",
                    "en": f"Runs out on {due}: arrange the test",
                },
                evidence={"days_left": str((due - today).days)},
            )


def _must_hold(checklist: Checklist, result: ResultView) -> bool:
    """Whether an item asks for a day up to which something holds: not before that of the walk."""
    item = find_item(checklist, result.item)
    answer = None if item is None else item.answer
    first = getattr(answer, "pass_from_days", None)
    return first == 0 and getattr(answer, "pass_until_days", None) is None
