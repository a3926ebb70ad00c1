"""Scheduled reports: which months' are due, and what keeps them.

Told by ``/readyz``, the doctor, a letter to the office and events.

failing  a report that has failed for an hour
late     one that is not made six hours after it was due
"""

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct
from sqlmodel import Session

from fieldops.flow.checks import Check, amiss, both, ok
from fieldops.flow.plugins import Still
from fieldops.model.answertypes import Titles
from fieldops.rules import reportschedule as schedule
from fieldops.rules.reportschedule import HOUR_MS
from fieldops.settings import Settings
from fieldops.store import lately, reports
from fieldops.store.reports import Scheduled

FAILING_HOURS = 1
LATE_HOURS = 6


_WORDS: dict[str, Titles] = {
    "late": {"zh-CN": "该月报告未按时生成", "en": "late"},
    "failing": {"zh-CN": "报告生成失败已超过一小时", "en": "failing for an hour and more"},
}


class Alarm(Struct, frozen=True):
    """``what`` is amiss with a month's report in a language; ``why`` for people."""

    month: str
    language: str
    what: Literal["late", "failing"]
    why: str

    @property
    def name(self) -> str:
        """The report, such as ``2026-10.en``."""
        return f"{self.month}.{self.language}"


def due_months(session: Session, settings: Settings, now_ms: int) -> list[str]:
    """The months whose reports are due, made or not, the latest first.

    Of a month by whose end nothing had come there is nothing to tell.
    """
    timezone = settings.timezone
    found = schedule.due_months(now_ms, timezone, settings.reports.catch_up_months)
    return [one for one in found if lately.last_by(session, schedule.end_ms(one, timezone) - 1)]


def alarms(session: Session, settings: Settings, now_ms: int) -> Iterator[Alarm]:
    """Everything that is amiss with reports now, the latest month first."""
    for month in due_months(session, settings, now_ms):
        begun = reports.of_month(session, month)
        due_ms = schedule.due_ms(month, settings.timezone)
        for language in settings.languages:
            row = begun.get(language)
            if row is None or not row.stands(now_ms):
                yield from _amiss(row, (month, language), due_ms, now_ms)


def standing_still(session: Session, settings: Settings, now_ms: int) -> Iterator[Still]:
    """What ``/readyz`` names: the server goes on without them."""
    for one in alarms(session, settings, now_ms):
        yield Still("report", one.name, one.why)


def examine(session: Session, settings: Settings, now_ms: int) -> Iterator[Check]:
    """One line for each report that does not come about, or one for all."""
    found = list(alarms(session, settings, now_ms))
    for one in found:
        said = _WORDS[one.what]
        yield amiss(
            f"report {one.name}", "warn",
            both(f"{said['zh-CN']}（{one.why}）", f"{said['en']}: {one.why}"),
            "修复后会自动重试；"
            f"急用可运行 fieldops report month --month {one.month} --language {one.language}。",
            "It is tried again by itself; fieldops report month"
            f" --month {one.month} --language {one.language} makes one at once.",
        )  # fmt: skip
    if not found:
        zh, en = "应出的月报均已生成", "the scheduled ones are made, or not due"
        yield ok("reports", both(zh, en))


def _amiss(
    row: Scheduled | None, named: tuple[str, str], due_ms: int, now_ms: int
) -> Iterator[Alarm]:
    """Why a report that is not made is worth a look, if it is."""
    since_ms = row.failing_ms if row else None
    if row is not None and since_ms is not None and now_ms - since_ms >= FAILING_HOURS * HOUR_MS:
        yield Alarm(*named, "failing", row.why)
    elif now_ms - due_ms >= LATE_HOURS * HOUR_MS:
        yield Alarm(*named, "late", (row.why if row else "") or "not made: does the worker run?")
