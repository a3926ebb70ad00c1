"""When scheduled reports are due: on the first night of a month, of the month before.

Those of earlier months that were missed are due as well, so many as the settings ask for.
"""

from datetime import datetime

from fieldops.rules.assessmentperiods import read_period
from fieldops.rules.zones import zone

HOUR_MS = 3_600_000
AFTER_MS = 2 * HOUR_MS
"""So long after the month's end, in the company's time zone: tablets have synced by then."""


def last_month(now_ms: int, timezone: str) -> str:
    """The last month that is over, such as 2026-10."""
    here = datetime.fromtimestamp(now_ms / 1000, zone(timezone))
    year, month = (here.year, here.month - 1) if here.month > 1 else (here.year - 1, 12)
    return f"{year}-{month:02}"


def end_ms(month: str, timezone: str) -> int:
    """The first instant after a month, ms."""
    period = read_period(month)
    assert period is not None, "a month is named by last_month"
    return period.bounds_ms(timezone)[1]


def due_months(now_ms: int, timezone: str, count: int) -> list[str]:
    """Those of the last ``count`` months whose reports are due, the latest first.

    The last month is once its first night has come far enough.  By a clock that stands before all
    periods, such as 1970, nothing is due.
    """
    found, period = [], read_period(last_month(now_ms, timezone))
    for _ in range(count):
        if period is None:
            break
        if now_ms >= due_ms(period.name, timezone):
            found.append(period.name)
        period = read_period(period.before.name)
    return found


def due_ms(month: str, timezone: str) -> int:
    """From when on a month's report is due, ms."""
    return end_ms(month, timezone) + AFTER_MS
