"""When a destination's nightly run is due: once for each day that its schedule names.

    schedule ─ days with a time by the clock on the wall ─→ one instant each ─→ the latest is due

A night is named by its day, and a day has one run, whatever the clocks do: a time that they skip is
reckoned by the offset before the change, one that comes twice is its first (as RFC 5545, section
3.3.5 has it for rounds).  Nights that were slept through are not made up for one by one: the run of
the latest one covers them all.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim
from msgspec import Struct

_DAY = timedelta(days=1)


class Night(Struct, frozen=True):
    """One night: its ``day`` (ISO 8601) on the clock of the company, and when its run is due."""

    day: str
    at_ms: int


def latest(schedule: str, zone: ZoneInfo, now_ms: int) -> Night | None:
    """The last night whose run was due by now; None if there never was one."""
    # From the end of tomorrow: a day's instant may lie on the day after, where clocks are set.
    return next((one for one in _nights(schedule, zone, now_ms, True) if one.at_ms <= now_ms), None)


def following(schedule: str, zone: ZoneInfo, now_ms: int) -> Night | None:
    """The next night whose run is not due yet."""
    return next((one for one in _nights(schedule, zone, now_ms, False) if one.at_ms > now_ms), None)


def due(schedule: str, zone: ZoneInfo, since_ms: int, last: str, now_ms: int) -> Night | None:
    """The night that wants a run now; None if it has one, or was before the destination was.

    ``since_ms`` is when the destination was first seen, ``last`` the day of its last run, empty for
    none.  A clock that was set back asks for no night again.
    """
    found = latest(schedule, zone, now_ms) if schedule else None
    if found is None or found.at_ms < since_ms or found.day <= last:
        return None
    return found


def _nights(schedule: str, zone: ZoneInfo, now_ms: int, back: bool) -> Iterator[Night]:
    """Nights from around now on, backwards or forwards."""
    today = datetime.fromtimestamp(now_ms / 1000, zone).date()
    start = datetime.combine(today + 2 * _DAY if back else today - 2 * _DAY, time())
    for wall in CronSim(schedule, start, reverse=back):
        yield Night(wall.date().isoformat(), _instant_ms(wall, zone))


def _instant_ms(wall: datetime, zone: ZoneInfo) -> int:
    return int(wall.replace(tzinfo=zone).astimezone(UTC).timestamp() * 1000)
