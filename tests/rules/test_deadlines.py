"""Deadlines in the site's own time, whatever the season and the zone."""

import pytest

from fieldops import deadline_after, deadline_next_day
from fieldops.rules.deadlines import default_deadline

EVENING = "2026-11-21T15:30:00Z"
"""In Shanghai it is half past eleven at night."""


def test_hours_count_on_the_clock_and_are_told_in_the_sites_time() -> None:
    assert deadline_after(2, EVENING, "Asia/Shanghai") == "2026-11-22T01:30:00+08:00"
    assert deadline_after(2, EVENING, "") == "2026-11-21T17:30:00+00:00"
    assert deadline_after(2, EVENING, "Mars/Olympus") == "2026-11-21T17:30:00+00:00"


def test_hours_go_on_while_clocks_are_put_back() -> None:
    assert deadline_after(2, "2026-10-25T00:30:00Z", "Europe/Berlin") == "2026-10-25T03:30:00+01:00"


def test_next_day_is_the_sites_own() -> None:
    assert deadline_next_day(18, EVENING, "Asia/Shanghai") == "2026-11-22T18:00:00+08:00"
    past_midnight = "2026-11-21T16:30:00Z"
    assert deadline_next_day(18, past_midnight, "Asia/Shanghai") == "2026-11-23T18:00:00+08:00"
    assert deadline_next_day(18, past_midnight, "UTC") == "2026-11-22T18:00:00+00:00"


def test_default_follows_the_severity() -> None:
    assert default_deadline("critical", EVENING) == "2026-11-22T15:30:00Z"


def test_time_that_is_none_is_told() -> None:
    with pytest.raises(ValueError):
        deadline_after(2, "soon", "UTC")
