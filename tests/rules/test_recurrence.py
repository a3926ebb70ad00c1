"""Recurrence: tables of days reckoned by hand, months' ends, clocks that change, drawn moments."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from fieldops.rules.recurrence import MOVE_DAYS, Schedule, draw_key, occurrences
from fieldops_sync.roundpayloads import Recurrence

SHANGHAI, BERLIN, HOWE = map(ZoneInfo, ("Asia/Shanghai", "Europe/Berlin", "Australia/Lord_Howe"))
NEW_YEAR = date(2026, 1, 1)  # a Thursday
PLAN = UUID(int=7)


def dates(start: date, first: date, last: date, until: date | None = None, **rule: Any) -> str:
    """The days named, as ``1-05 2-05``."""
    schedule = Schedule(Recurrence(at=["12:00"], **rule), start, ZoneInfo("UTC"), until)
    return " ".join(f"{one:%-m-%d}" for one in occurrences(schedule, first, last))


TABLE: list[tuple[dict[str, Any], str, str]] = [
    # every day
    ({"every": "day"}, "01-01 01-04", "1-01 1-02 1-03 1-04"),
    ({"every": "day", "interval": 3}, "01-01 01-12", "1-01 1-04 1-07 1-10"),
    ({"every": "day", "interval": 3}, "02-27 03-06", "2-27 3-02 3-05"),
    # every week: of the first day, on days, every second one from the first week on
    ({"every": "week"}, "01-01 01-31", "1-01 1-08 1-15 1-22 1-29"),
    ({"every": "week", "weekdays": [1, 5]}, "01-01 01-16", "1-02 1-05 1-09 1-12 1-16"),
    (
        {"every": "week", "interval": 2, "weekdays": [1, 5]},
        "01-01 01-31",
        "1-02 1-12 1-16 1-26 1-30",
    ),
    ({"every": "week", "weekdays": [7]}, "12-20 12-31", "12-20 12-27"),
    # every month by its day, also from its end; a month without it is left out
    ({"every": "month", "month_day": 31}, "01-01 12-31", "1-31 3-31 5-31 7-31 8-31 10-31 12-31"),
    ({"every": "month", "month_day": 29}, "02-01 03-31", "3-29"),
    ({"every": "month", "month_day": -1}, "01-01 05-31", "1-31 2-28 3-31 4-30 5-31"),
    ({"every": "month", "month_day": -30}, "01-01 06-30", "1-02 3-02 4-01 5-02 6-01"),
    ({"every": "month", "interval": 3, "month_day": 15}, "01-01 12-31", "1-15 4-15 7-15 10-15"),
    # every month by its nth weekday
    ({"every": "month", "nth": 1, "weekdays": [1]}, "01-01 04-30", "1-05 2-02 3-02 4-06"),
    ({"every": "month", "nth": -1, "weekdays": [5]}, "01-01 04-30", "1-30 2-27 3-27 4-24"),
    ({"every": "month", "nth": 5, "weekdays": [6]}, "01-01 06-30", "1-31 5-30"),
    ({"every": "month", "nth": 2, "weekdays": [2, 3]}, "01-01 02-28", "1-13 1-14 2-10 2-11"),
    ({"every": "month", "nth": -5, "weekdays": [6]}, "01-01 06-30", "1-03 5-02"),
]


@pytest.mark.parametrize(("rule", "span", "named"), TABLE)
def test_days(rule: dict[str, Any], span: str, named: str) -> None:
    first, last = (date.fromisoformat(f"2026-{one}") for one in span.split())
    assert dates(NEW_YEAR, first, last, **rule) == named


def test_months_are_counted_on_over_the_end_of_a_year() -> None:
    start = date(2026, 11, 5)
    rule: dict[str, Any] = {"every": "month", "interval": 5, "month_day": 5}
    assert dates(start, start, date(2028, 2, 28), **rule) == "11-05 4-05 9-05 2-05"


def test_a_leap_day_comes_in_leap_years() -> None:
    schedule = Schedule(Recurrence("month", ["12:00"], month_day=29), NEW_YEAR, SHANGHAI)
    found = occurrences(schedule, date(2028, 2, 1), date(2028, 2, 29))
    assert [one.isoformat() for one in found] == ["2028-02-29T04:00:00+00:00"]


def test_nothing_before_the_first_day_or_after_the_last() -> None:
    start, until = date(2026, 1, 3), date(2026, 1, 5)
    assert dates(start, NEW_YEAR, date(2026, 2, 1), until, every="day") == "1-03 1-04 1-05"
    assert dates(start, date(2026, 1, 6), date(2026, 2, 1), until, every="day") == ""
    assert dates(start, date(2025, 1, 1), NEW_YEAR, every="day") == ""


def test_any_two_spans_say_what_one_says() -> None:
    """A week is planned day by day as at once: no round is made twice or left out."""
    for rule, _, _ in TABLE:
        whole = dates(NEW_YEAR, NEW_YEAR, date(2026, 3, 31), **rule)
        parts = [dates(NEW_YEAR, day, day, **rule) for day in days(NEW_YEAR, 90)]
        assert whole == " ".join(part for part in parts if part)


def days(first: date, count: int) -> list[date]:
    return [first + timedelta(days=number) for number in range(count)]


def hours(zone: ZoneInfo, rule: Recurrence, day: str, until: str = "") -> list[str]:
    """The instants of a day or more, by the clock of the site with its offset."""
    first = date.fromisoformat(day)
    schedule = Schedule(rule, date(2026, 1, 1), zone)
    found = occurrences(schedule, first, date.fromisoformat(until) if until else first)
    assert all(one.tzinfo is UTC for one in found)
    return [one.astimezone(zone).isoformat()[5:] for one in found]


def test_times_stand_on_the_clock_of_the_site_across_summer_time() -> None:
    rule = Recurrence("day", ["02:30", "09:00"])
    assert hours(BERLIN, rule, "2026-03-28") == ["03-28T02:30:00+01:00", "03-28T09:00:00+01:00"]
    # 02:30 does not come on the 29th of March: by the offset before, it is 03:30 (RFC 5545).
    assert hours(BERLIN, rule, "2026-03-29") == ["03-29T03:30:00+02:00", "03-29T09:00:00+02:00"]
    # It comes twice on the 25th of October: the first counts.
    assert hours(BERLIN, rule, "2026-10-25") == ["10-25T02:30:00+02:00", "10-25T09:00:00+01:00"]
    assert hours(HOWE, rule, "2026-10-04")[0] == "10-04T02:30:00+11:00"


def test_every_so_many_hours_are_hours_that_pass() -> None:
    rule = Recurrence("hour", ["01:00"], interval=8)
    assert hours(SHANGHAI, rule, "2026-05-05") == [
        "05-05T01:00:00+08:00",
        "05-05T09:00:00+08:00",
        "05-05T17:00:00+08:00",
    ]
    # Eight hours after 01:00 it is 10:00, since an hour was left out.
    assert hours(BERLIN, rule, "2026-03-29") == [
        "03-29T01:00:00+01:00",
        "03-29T10:00:00+02:00",
        "03-29T18:00:00+02:00",
    ]
    # Five does not divide a day: the count goes on over midnight.
    five = Recurrence("hour", ["00:00"], interval=5)
    assert [one[6:8] for one in hours(SHANGHAI, five, "2026-01-02")] == [
        "01",
        "06",
        "11",
        "16",
        "21",
    ]
    assert [one[6:8] for one in hours(SHANGHAI, five, "2026-01-03")] == [
        "02",
        "07",
        "12",
        "17",
        "22",
    ]


def test_hours_keep_to_the_plan_and_leave_holidays_out() -> None:
    day = date(2026, 1, 2)
    rule = Recurrence("hour", ["22:00"], interval=1)
    schedule = Schedule(
        rule, NEW_YEAR, SHANGHAI, date(2026, 1, 3), "next", works=lambda one: one != day
    )
    found = occurrences(schedule, date(2025, 12, 1), date(2026, 2, 1))
    assert len(found) == 2 + 24
    assert {one.astimezone(SHANGHAI).date() for one in found} == {NEW_YEAR, date(2026, 1, 3)}


FREE = {date(2026, 10, day) for day in range(1, 8)} | {date(2026, 10, 10)}


@pytest.mark.parametrize(
    ("way", "named"),
    [
        ("keep", "9-30 10-01 10-02 10-05 10-08 10-10"),
        ("skip", "9-30 10-08"),
        ("next", "9-30 10-08 10-11"),
        ("previous", "9-30 10-08 10-09"),
    ],
)
def test_holidays(way: Any, named: str) -> None:
    """Days that move onto one day are walked once."""
    wanted = {date(2026, 9, 30), *(date(2026, 10, day) for day in (1, 2, 5, 8, 10))}
    rules = {
        day: Schedule(Recurrence("month", ["12:00"], month_day=day.day), day, BERLIN)
        for day in wanted
    }
    found = set()
    for day, plain in rules.items():
        schedule = Schedule(plain.rule, day, BERLIN, day, way, lambda one: one not in FREE)
        found |= set(occurrences(schedule, date(2026, 9, 1), date(2026, 10, 31)))
    assert " ".join(f"{one:%-m-%d}" for one in sorted(found)) == named


def test_a_round_that_moved_is_found_where_it_moved_to() -> None:
    rule = Recurrence("month", ["12:00"], month_day=1)
    moved = Schedule(rule, NEW_YEAR, BERLIN, None, "next", lambda one: one not in FREE)
    assert occurrences(moved, date(2026, 10, 1), date(2026, 10, 7)) == []
    (found,) = occurrences(moved, date(2026, 10, 8), date(2026, 10, 8))
    assert found == datetime(2026, 10, 8, 10, tzinfo=UTC)
    closed = Schedule(rule, NEW_YEAR, BERLIN, None, "next", lambda _day: False)
    assert occurrences(closed, NEW_YEAR, NEW_YEAR + timedelta(days=3 * MOVE_DAYS)) == []


def test_drawn_moments_are_the_same_on_every_server_and_none_knows_them_outside() -> None:
    rule = Recurrence("day", ["08:00", "20:00"], within_minutes=90)
    secret, other = b"a" * 32, b"b" * 32

    def drawn(secret: bytes, plan: UUID = PLAN) -> list[int]:
        schedule = Schedule(rule, NEW_YEAR, SHANGHAI, key=draw_key(secret, plan))
        found = occurrences(schedule, NEW_YEAR, NEW_YEAR + timedelta(days=99))
        begin = datetime(2026, 1, 1, tzinfo=UTC)
        return [int((one - begin).total_seconds() // 60) % 720 for one in found]

    mine = drawn(secret)
    assert mine == drawn(secret)
    assert len(mine) == 200
    assert all(0 <= one < 90 for one in mine)
    assert len(set(mine)) > 60
    for foreign in (drawn(other), drawn(secret, UUID(int=8))):
        assert sum(one == two for one, two in zip(mine, foreign, strict=True)) < 20
