"""Scheduled reports: which month's are due, and what keeps them, for ``/readyz`` and the doctor.

failing  a report that has failed for an hour
late     one that is not made six hours after it was due
"""

from collections.abc import Iterator

from sqlmodel import Session

from fieldops.flow.checks import Check, amiss, ok
from fieldops.flow.plugins import Still
from fieldops.rules.reportschedule import AFTER_MS, HOUR_MS, end_ms, is_due, last_month
from fieldops.settings import Settings
from fieldops.store import lately, reports
from fieldops.store.reports import Scheduled

FAILING_HOURS = 1
LATE_HOURS = 6


def due_month(session: Session, settings: Settings, now_ms: int) -> str:
    """The month whose reports are due; empty for none.

    Of a month by whose end nothing had come there is nothing to tell.
    """
    timezone = settings.timezone
    if not is_due(now_ms, timezone):
        return ""
    month = last_month(now_ms, timezone)
    return month if lately.last_by(session, end_ms(month, timezone) - 1) else ""


def standing_still(session: Session, settings: Settings, now_ms: int) -> Iterator[Still]:
    """What ``/readyz`` names: the server goes on without them."""
    month = last_month(now_ms, settings.timezone)
    begun = reports.of_month(session, month)
    waiting = [one for one in settings.languages if one not in begun or not begun[one].is_made]
    if not waiting or not due_month(session, settings, now_ms):
        return
    due_ms = end_ms(month, settings.timezone) + AFTER_MS
    for language in waiting:
        if why := _amiss(begun.get(language), due_ms, now_ms):
            yield Still("report", f"{month}.{language}", why)


def examine(session: Session, settings: Settings, now_ms: int) -> Iterator[Check]:
    """One line for each report that does not come about, or one for all."""
    found = list(standing_still(session, settings, now_ms))
    for one in found:
        month = one.name.partition(".")[0]
        yield amiss(
            f"report {one.name}", "warn", one.why,
            f"修复后会自动重试；急用可运行 fieldops report month --month {month}。",
            "It is tried again by itself; fieldops report month"
            f" --month {month} makes one at once.",
        )  # fmt: skip
    if not found:
        yield ok("reports", "the scheduled ones are made, or not due")


def _amiss(row: Scheduled | None, due_ms: int, now_ms: int) -> str:
    """Why a report that is not made is worth a look, or an empty text."""
    since_ms = row.failing_ms if row else None
    if row is not None and since_ms is not None and now_ms - since_ms >= FAILING_HOURS * HOUR_MS:
        return row.why
    if now_ms - due_ms < LATE_HOURS * HOUR_MS:
        return ""
    return (row.why if row else "") or "not made: does the worker run?"
