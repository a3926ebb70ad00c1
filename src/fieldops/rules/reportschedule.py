"""When the scheduled report is due: on the first night of a month, of the month before."""

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


def is_due(now_ms: int, timezone: str) -> bool:
    """Whether the first night of a month has come far enough; later days catch up.

    By a clock that stands before all periods, such as 1970, nothing is due.
    """
    month = last_month(now_ms, timezone)
    return read_period(month) is not None and now_ms >= end_ms(month, timezone) + AFTER_MS
