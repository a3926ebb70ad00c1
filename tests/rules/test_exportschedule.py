"""Every night once, whatever the clocks do."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from fieldops.rules.exportschedule import due, following, latest

BERLIN, SHANGHAI = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Shanghai")
NIGHTLY = "30 2 * * *"
STEP_MS = 15 * 60_000
YEAR = range(
    int(datetime(2026, 1, 1, tzinfo=UTC).timestamp() * 1000),
    int(datetime(2027, 1, 1, tzinfo=UTC).timestamp() * 1000),
    STEP_MS,
)


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


def runs(schedule: str, zone: ZoneInfo, times: range) -> dict[str, int]:
    """What a worker that looks at these times runs: night → when it looked."""
    found: dict[str, int] = {}
    last = ""
    for now_ms in times:
        night = due(schedule, zone, times[0], last, now_ms)
        if night is not None:
            assert night.day not in found
            found[night.day] = now_ms
            last = night.day
    return found


@pytest.mark.parametrize("zone", [BERLIN, SHANGHAI], ids=str)
@pytest.mark.parametrize("at", ["0 0", "30 1", "30 2", "59 2", "0 3", "59 23"])
def test_every_day_around_both_changes_of_the_clocks_has_one_run(zone: ZoneInfo, at: str):
    for middle in ("2026-03-29", "2026-10-25"):
        noon = datetime.fromisoformat(f"{middle}T12:00+00:00")
        first, last = (int((noon + timedelta(days=d)).timestamp() * 1000) for d in (-4, 4))
        times = range(first, last, STEP_MS)
        found = runs(f"{at} * * *", zone, times)
        days = sorted(found)
        assert len(days) == 8
        gaps = {
            (datetime.fromisoformat(b) - datetime.fromisoformat(a)).days for a, b in pairwise(days)
        }
        assert gaps == {1}


def test_a_year_of_nights_is_a_year_of_runs():
    times = range(YEAR[0], YEAR[-1] + 1, 12 * 3_600_000)
    assert len(runs(NIGHTLY, BERLIN, times)) == 365


@pytest.mark.parametrize(
    ("now", "night", "at"),
    [
        # 02:30 does not exist: reckoned by the offset before, 03:30 in summer time.
        ("2026-03-29T01:29:59+00:00", "2026-03-28", "2026-03-28T01:30:00+00:00"),
        ("2026-03-29T01:30:00+00:00", "2026-03-29", "2026-03-29T01:30:00+00:00"),
        # 02:30 comes twice: its first.
        ("2026-10-25T00:29:59+00:00", "2026-10-24", "2026-10-24T00:30:00+00:00"),
        ("2026-10-25T00:30:00+00:00", "2026-10-25", "2026-10-25T00:30:00+00:00"),
        ("2026-10-25T01:30:00+00:00", "2026-10-25", "2026-10-25T00:30:00+00:00"),
        ("2026-10-26T01:29:59+00:00", "2026-10-25", "2026-10-25T00:30:00+00:00"),
    ],
)
def test_the_two_odd_nights_of_a_year(now: str, night: str, at: str):
    found = latest(NIGHTLY, BERLIN, ms(now))
    assert found is not None
    assert (found.day, found.at_ms) == (night, ms(at))


def test_nights_slept_through_are_covered_by_one_run():
    since, now = ms("2026-11-01T00:00+08:00"), ms("2026-11-21T09:00+08:00")
    found = due(NIGHTLY, SHANGHAI, since, "2026-11-14", now)
    assert found is not None
    assert found.day == "2026-11-21"
    assert due(NIGHTLY, SHANGHAI, since, found.day, now) is None


def test_a_new_destination_waits_for_its_first_night():
    now = ms("2026-11-21T09:00+08:00")
    assert due(NIGHTLY, SHANGHAI, now, "", now) is None
    found = due(NIGHTLY, SHANGHAI, now, "", ms("2026-11-22T02:30+08:00"))
    assert found is not None
    assert found.day == "2026-11-22"


def test_a_clock_that_was_set_back_asks_for_no_night_again():
    since = ms("2026-11-01T00:00+08:00")
    assert due(NIGHTLY, SHANGHAI, since, "2026-11-22", ms("2026-11-21T09:00+08:00")) is None


def test_a_destination_without_a_schedule_is_run_on_demand_only():
    assert due("", SHANGHAI, 0, "", ms("2026-11-21T09:00+08:00")) is None


def test_other_days_than_every_day():
    friday = ms("2026-11-20T12:00+08:00")
    weekly = latest("0 3 * * 1", SHANGHAI, friday)
    monthly = following("0 3 1 * *", SHANGHAI, friday)
    assert weekly is not None
    assert weekly.day == "2026-11-16"
    assert monthly is not None
    assert monthly.day == "2026-12-01"
