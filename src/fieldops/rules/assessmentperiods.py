"""The periods that assessments are about: months, quarters, years, or from one day to another.

A period is days; at which instants it begins and ends, the time zone of each site says.
"""

import re
from datetime import date, datetime, time, timedelta
from typing import Literal

from msgspec import Struct

from fieldops.rules.zones import zone

_NAMED = re.compile(r"(\d{4})(?:-(?:(\d{2})|Q([1-4])))?", re.ASCII)
_Unit = Literal["month", "quarter", "year", "days"]
_MONTHS: dict[_Unit, int] = {"month": 1, "quarter": 3, "year": 12}
_CENTURIES = ("20", "21")
"""Years that a period may begin in: before 2000 nobody recorded anything here."""
DAYS_MAX = 366
"""The longest period: a leap year."""


class Period(Struct, frozen=True):
    """``first`` and ``last`` are both inclusive."""

    unit: _Unit
    first: date
    last: date

    @property
    def name(self) -> str:
        """As it is written: 2026-10, 2026-Q4, 2026, 2026-10-01..2026-10-15."""
        match self.unit:
            case "month":
                return f"{self.first:%Y-%m}"
            case "quarter":
                return f"{self.first:%Y}-Q{(self.first.month + 2) // 3}"
            case "year":
                return f"{self.first:%Y}"
        return f"{self.first}..{self.last}"

    @property
    def before(self) -> "Period":
        """The period of the same kind, or the same number of days, that ends where this begins."""
        last = self.first - timedelta(days=1)
        if self.unit == "days":
            return Period("days", self.first - (self.last - self.first) - timedelta(days=1), last)
        return _of_months(self.unit, last.year, last.month - _MONTHS[self.unit] + 1)

    def bounds_ms(self, timezone: str) -> tuple[int, int]:
        """Its first instant and the first one after it, ms, in a time zone (IANA name)."""
        return start_ms(self.first, timezone), start_ms(self.last + timedelta(days=1), timezone)


def read_period(text: str) -> Period | None:
    """The period that a text names, or None.

    2026-10 is a month, 2026-Q4 a quarter, 2026 a year, 2026-10-01..2026-10-15 days of a year at
    most.
    """
    named = _NAMED.fullmatch(text)
    if not text.startswith(_CENTURIES):
        return None
    try:
        if named is None:
            return _days(text)
        year, month, quarter = (int(part) if part else 0 for part in named.groups())
        if quarter:
            return _of_months("quarter", year, 3 * quarter - 2)
        if named[2] is None:
            return _of_months("year", year, 1)
        return _of_months("month", year, month)
    except (ValueError, OverflowError):
        return None


def read_until(text: str, timezone: str) -> int | None:
    """The instant (ms) up to which a text looks back: an RFC 3339 time, or a day's evening."""
    try:
        if len(text) == 10:
            return start_ms(date.fromisoformat(text) + timedelta(days=1), timezone) - 1
        moment = datetime.fromisoformat(text)
        return int(moment.timestamp() * 1000) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def start_ms(day: date, timezone: str) -> int:
    """The first instant of a day in a time zone."""
    return int(datetime.combine(day, time.min, zone(timezone)).timestamp() * 1000)


def previous(period: Period, count: int) -> list[Period]:
    """So many periods before this one and itself, oldest first."""
    found = [period]
    for _ in range(count):
        found.append(found[-1].before)
    return found[::-1]


def _days(text: str) -> Period | None:
    first, between, last = text.partition("..")
    if not between or len(first) != 10 or len(last) != 10:
        return None
    made = Period("days", date.fromisoformat(first), date.fromisoformat(last))
    return made if 0 <= (made.last - made.first).days < DAYS_MAX else None


def _of_months(unit: _Unit, year: int, month: int) -> Period:
    """The period of a unit that begins with a month."""
    return Period(unit, date(year, month, 1), _month_end(year, month + _MONTHS[unit] - 1))


def _month_end(year: int, month: int) -> date:
    after = date(year + month // 12, month % 12 + 1, 1)
    return after - timedelta(days=1)
