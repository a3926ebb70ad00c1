"""Scheduled reports as ``fieldops report list`` and ``show`` tell of them."""

from typing import Literal

from msgspec import Struct
from sqlmodel import Session

from fieldops.flow.reportalarms import due_months
from fieldops.flow.timing import rfc3339
from fieldops.settings import Settings
from fieldops.store import reports
from fieldops.store.reports import Scheduled


class ReportView(Struct, frozen=True):
    """A month's report in one language; instants are RFC 3339, empty for never.

    ``why`` is what the last of ``attempts`` that failed met with; the next is at ``next_at``.
    """

    month: str
    language: str
    state: Literal["made", "removed", "failing", "due"]
    made_at: str = ""
    sha256: str = ""
    removed_at: str = ""
    attempts: int = 0
    why: str = ""
    failing_since: str = ""
    next_at: str = ""


def listing(session: Session, settings: Settings, now_ms: int) -> list[ReportView]:
    """What was begun and what is due, the latest month first, by language."""
    rows = reports.everything(session)
    known = {(row.month, row.language) for row in rows}
    due = [
        ReportView(month, language, "due")
        for month in due_months(session, settings, now_ms)
        for language in settings.languages
        if (month, language) not in known
    ]
    found = sorted([*map(_view, rows), *due], key=lambda one: one.language)
    return sorted(found, key=lambda one: one.month, reverse=True)


def _view(row: Scheduled) -> ReportView:
    return ReportView(
        month=row.month,
        language=row.language,
        state=_state(row),
        made_at=_at(row.made_ms),
        sha256=row.sha256,
        removed_at=_at(row.removed_ms),
        attempts=row.attempts,
        why=row.why,
        failing_since=_at(row.failing_ms),
        next_at="" if row.is_made else _at(row.next_ms or None),
    )


def _state(row: Scheduled) -> Literal["made", "removed", "failing", "due"]:
    if row.removed_ms is not None:
        return "removed"
    if row.is_made:
        return "made"
    return "failing" if row.why else "due"


def _at(ms: int | None) -> str:
    return "" if ms is None else rfc3339(ms)
