"""Working time: hours by weekday, holidays, made-up days, pauses, summer time."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from fieldops.model.calendar import AROUND_THE_CLOCK, Calendar
from fieldops.rules.workingtime import Pause, due_after, is_workday, working_hours

OFFICE = ((9 * 60, 12 * 60), (13 * 60, 18 * 60))
"""Eight hours a day."""
SHANGHAI = Calendar(
    hours=dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), OFFICE),
    # The National Day holiday of 2026 and the days worked for it (a made-up example).
    holidays=frozenset(date(2026, 10, day) for day in range(1, 8)),
    workdays=frozenset({date(2026, 10, 10)}),
    timezone="Asia/Shanghai",
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00")


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-09-28T09:00", 8, "2026-09-28T18:00"),  # a Monday, the lunch hour left out
        ("2026-09-28T10:00", 2, "2026-09-28T12:00"),
        ("2026-09-28T10:00", 3, "2026-09-28T14:00"),
        ("2026-09-28T20:00", 1, "2026-09-29T10:00"),  # begins after hours
        ("2026-09-27T11:00", 1, "2026-09-28T10:00"),  # a Sunday
        ("2026-09-30T17:00", 2, "2026-10-08T10:00"),  # over the holiday, to Thursday
        ("2026-10-09T17:00", 2, "2026-10-10T10:00"),  # Saturday is worked this week
        ("2026-10-10T17:00", 2, "2026-10-12T10:00"),
        ("2026-09-28T12:30", 0, "2026-09-28T13:00"),
    ],
)
def test_a_deadline_counts_working_hours(start: str, hours: int, due: str) -> None:
    assert due_after(at(start), hours, SHANGHAI) == at(due)


def test_around_the_clock_is_plain_time() -> None:
    start = at("2026-09-30T17:12")
    assert due_after(start, 72, AROUND_THE_CLOCK) == at("2026-10-03T17:12")
    assert due_after(start, Decimal("0.5"), AROUND_THE_CLOCK) == at("2026-09-30T17:42")


@pytest.mark.parametrize(
    ("pauses", "due"),
    [
        ([("2026-09-28T10:00", "2026-09-28T11:00")], "2026-09-29T10:00"),
        # Two that lie over each other count once; one at night takes nothing.
        (
            [
                ("2026-09-28T10:00", "2026-09-28T11:00"),
                ("2026-09-28T10:30", "2026-09-28T11:30"),
                ("2026-09-28T19:00", "2026-09-29T08:00"),
            ],
            "2026-09-29T10:30",
        ),
        ([("2026-09-28T08:00", "2026-09-29T09:00")], "2026-09-29T18:00"),
        ([("2026-10-08T08:00", "2026-10-09T09:00")], "2026-09-28T18:00"),  # later than due
        ([("2026-10-08T08:00", None)], "2026-09-28T18:00"),
    ],
)
def test_pauses_move_a_deadline(pauses: list[tuple[str, str | None]], due: str) -> None:
    given: list[Pause] = [(at(begin), at(end) if end else None) for begin, end in pauses]
    assert due_after(at("2026-09-28T09:00"), 8, SHANGHAI, given) == at(due)


def test_there_is_no_deadline_while_a_pause_goes_on() -> None:
    assert due_after(at("2026-09-28T09:00"), 8, SHANGHAI, [(at("2026-09-28T17:00"), None)]) is None


def test_a_calendar_that_is_never_open_is_refused() -> None:
    with pytest.raises(ValueError, match="no working hours"):
        due_after(at("2026-09-28T09:00"), 1, Calendar(hours={}))


def test_a_day_of_summer_time_has_the_hours_that_it_has() -> None:
    berlin = Calendar(timezone="Europe/Berlin")
    begin = datetime(2026, 3, 28, 23, tzinfo=UTC)  # midnight of the day that has 23 hours
    assert due_after(begin, 23, berlin) == datetime(2026, 3, 29, 22, tzinfo=UTC)
    night = Calendar(hours={"sun": ((60, 240),)}, timezone="Europe/Berlin")
    end = datetime(2026, 3, 29, 12, tzinfo=UTC)
    assert working_hours(begin, end, night) == Decimal("2.00")  # 01:00 to 04:00 lacks an hour


def test_hours_between_leave_out_nights_holidays_and_pauses() -> None:
    begin, end = at("2026-09-30T16:00"), at("2026-10-08T11:30")
    assert working_hours(begin, end, SHANGHAI) == Decimal("4.50")
    pause = (at("2026-09-30T16:20"), at("2026-10-08T09:30"))
    assert working_hours(begin, end, SHANGHAI, [pause]) == Decimal("2.33")
    assert working_hours(end, begin, SHANGHAI) == Decimal("0.00")


def test_workdays() -> None:
    days = [date(2026, 10, day) for day in (7, 8, 10, 11)]
    assert [is_workday(day, SHANGHAI) for day in days] == [False, True, True, False]
