"""When people work: hours by weekday, holidays, working days made up for."""

from datetime import date
from typing import Literal

from msgspec import Struct, field

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Span = tuple[int, int]
"""Minutes from midnight on the clock of the site: begin and end, the end not included."""
MINUTES = 24 * 60
WHOLE_DAY: tuple[Span, ...] = ((0, MINUTES),)


class Calendar(Struct, frozen=True, kw_only=True):
    """``hours`` by weekday; who names no weekdays works around the clock, holidays included.

    On ``holidays`` nobody works.  ``workdays`` are worked though they fall on a free day (调休): by
    the hours of a Monday.  ``timezone`` is an IANA name; UTC stands in for one that is empty.
    """

    hours: dict[Weekday, tuple[Span, ...]] = field(
        default_factory=lambda: dict.fromkeys(WEEKDAYS, WHOLE_DAY)
    )
    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()
    timezone: str = ""


AROUND_THE_CLOCK = Calendar()
"""Where nothing is set: every hour counts, as domain.md counts them (rule 5)."""
