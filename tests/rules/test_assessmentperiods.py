"""Periods: how they are written, when they begin at a site, what was before."""

from datetime import UTC, date, datetime

import pytest

from fieldops.rules.assessmentperiods import Period, previous, read_period, read_until


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-10", "2026-10-01", "2026-10-31"),
        ("2026-12", "2026-12-01", "2026-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2026-Q1", "2026-01-01", "2026-03-31"),
        ("2026-Q4", "2026-10-01", "2026-12-31"),
        ("2026", "2026-01-01", "2026-12-31"),
        ("2026-10-01..2026-10-15", "2026-10-01", "2026-10-15"),
        ("2024-01-01..2024-12-31", "2024-01-01", "2024-12-31"),
    ],
)
def test_a_period_is_read_and_written(text: str, first: str, last: str):
    found = read_period(text)
    assert found is not None
    assert (str(found.first), str(found.last), found.name) == (first, last, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-13",
        "2026-00",
        "2026-Q5",
        "26-10",
        "1999",
        "2026-10-01",
        "2026-10-02..2026-10-01",
        "2026-10-01..",
        "2026-10-01..2026-10-32",
        "2025-01-01..2026-01-02",
        "20２6-10",
    ],
)
def test_what_is_no_period_is_none(text: str):
    assert read_period(text) is None


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("2026-01", ["2025-11", "2025-12", "2026-01"]),
        ("2026-Q1", ["2025-Q3", "2025-Q4", "2026-Q1"]),
        ("2026", ["2024", "2025", "2026"]),
        (
            "2026-10-01..2026-10-15",
            ["2026-09-01..2026-09-15", "2026-09-16..2026-09-30", "2026-10-01..2026-10-15"],
        ),
    ],
)
def test_the_periods_before_are_of_the_same_kind(text: str, names: list[str]):
    found = read_period(text)
    assert found is not None
    assert [one.name for one in previous(found, 2)] == names


def test_a_period_begins_and_ends_by_the_clock_of_the_site():
    begin, end = Period("month", date(2026, 10, 1), date(2026, 10, 31)).bounds_ms("Europe/Berlin")
    assert _utc(begin) == "2026-09-30T22:00:00+00:00"
    assert _utc(end) == "2026-10-31T23:00:00+00:00"  # the clock was put back on the 25th


def test_until_is_a_moment_or_the_evening_of_a_day():
    day = read_until("2026-10-31", "Asia/Shanghai")
    assert day is not None
    assert _utc(day + 1) == "2026-10-31T16:00:00+00:00"
    moment = read_until("2026-10-31T12:00:00+08:00", "UTC")
    assert moment is not None
    assert _utc(moment) == "2026-10-31T04:00:00+00:00"
    for text in ("2026-10-31T12:00:00", "2026-10-32", "yesterday"):
        assert read_until(text, "UTC") is None


def _utc(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat()
