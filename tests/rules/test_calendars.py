"""Calendars as ops word them: the site's over the organisation's, and what is wrong with one."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
import pytest

from fieldops.model.calendar import AROUND_THE_CLOCK, MINUTES
from fieldops.rules.calendars import calendar_from, wrong_calendar
from fieldops_sync.ids import calendar_id
from fieldops_sync.wire import Claimed, Op, Subject

SITE = UUID(int=7)


def wrong(subject: UUID | None = None, **fields: Any) -> str:
    at = Claimed("2026-11-22T08:00:00Z", 0, "desk")
    about = Subject("calendar", subject or calendar_id(SITE))
    return wrong_calendar(
        Op(SITE, "calendar.set@1", about, SITE, SITE, at, msgspec.Raw(b"{}")), fields
    )


def test_nothing_said_is_around_the_clock() -> None:
    assert calendar_from([], "") == AROUND_THE_CLOCK
    assert calendar_from([{"hours": None}], "") == AROUND_THE_CLOCK


def test_the_nearest_says_it_member_by_member() -> None:
    own = {"hours": {"mon": ["09:00-12:00", "13:30-24:00"]}}
    every = {"hours": {"sun": ["10:00-11:00"]}, "holidays": ["2026-10-01"], "workdays": []}
    found = calendar_from([own, every], "Asia/Shanghai")
    assert found.hours == {"mon": ((540, 720), (810, MINUTES))}
    assert found.holidays == {date(2026, 10, 1)}
    assert found.workdays == frozenset()
    assert found.timezone == "Asia/Shanghai"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"hours": {"mon": ["12:00-09:00"]}}, "ends before"),
        ({"hours": {"mon": ["09:00-12:00", "11:00-13:00"]}}, "overlap"),
        ({"hours": {}}, "at least one span"),
        ({"hours": {"mon": []}}, "at least one span"),
        ({"holidays": ["2026-02-30"]}, "no day"),
        ({"workdays": ["2026-13-01"]}, "no day"),
        ({"subject": UUID(int=1)}, "subject.id"),
    ],
)
def test_what_cannot_be_is_named(fields: dict[str, Any], said: str) -> None:
    assert said in wrong(**fields)


def test_a_usual_one_is_right() -> None:
    hours = {"mon": ["09:00-12:00", "12:00-18:00"], "sat": ["00:00-24:00"]}
    assert wrong(hours=hours, holidays=["2026-10-01"], workdays=["2026-10-10"]) == ""
    assert wrong(hours=None) == ""
