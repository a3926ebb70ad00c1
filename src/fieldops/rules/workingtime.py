"""Deadlines and durations in working time: what a calendar leaves, less what was paused.

    start ─ open spans of each day ─ without pauses ─ count ─→ due, or hours worked between

Spans are read on the site's clock and counted in real time, so an hour lost or won by summer time
is not worked twice, nor left out.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from fieldops.model.calendar import MINUTES, WEEKDAYS, Calendar, Span
from fieldops.rules.zones import zone

Pause = tuple[datetime, datetime | None]
"""From and until; None goes on."""
_YEARS = 5
"""A calendar without any open hour in so many years is never open."""
_DAY = timedelta(days=1)
_HOUR_S = Decimal(3600)


def due_after(
    start: datetime, hours: Decimal | int, calendar: Calendar, pauses: Sequence[Pause] = ()
) -> datetime | None:
    """When so many working hours have passed, in UTC; None while a pause goes on.

    ``start`` bears its offset.  Raises ``ValueError`` for a calendar that is never open.
    """
    left = timedelta(seconds=float(Decimal(hours) * _HOUR_S))
    stopped = min((begin for begin, end in pauses if end is None), default=None)
    for begin, end in _open(start, calendar, pauses):
        if stopped is not None and begin + left > stopped:
            return None
        if begin + left <= end:
            return begin + left
        left -= end - begin
    raise ValueError("the calendar has no working hours")


def working_hours(
    start: datetime, end: datetime, calendar: Calendar, pauses: Sequence[Pause] = ()
) -> Decimal:
    """Working hours between two instants, to two decimal places; 0 if ``end`` is not after."""
    return hours_of(working_time(start, end, calendar, pauses))


def working_time(
    start: datetime, end: datetime, calendar: Calendar, pauses: Sequence[Pause] = ()
) -> timedelta:
    """The same, exactly: what is left of a deadline when its clock stops."""
    total = timedelta()
    for begin, until in _open(start, calendar, pauses, end):
        total += min(until, end) - begin
    return total


def hours_of(span: timedelta) -> Decimal:
    """A duration in hours, to two decimal places, halves up."""
    seconds = Decimal(span // timedelta(microseconds=1)) / 1_000_000
    return (seconds / _HOUR_S).quantize(Decimal("0.01"), ROUND_HALF_UP)


def is_workday(day: date, calendar: Calendar) -> bool:
    """Whether anybody works on a day of the site."""
    return bool(_spans(day, calendar))


def _open(
    start: datetime,
    calendar: Calendar,
    pauses: Sequence[Pause],
    last: datetime | None = None,
) -> Iterator[tuple[datetime, datetime]]:
    """The instants that count from ``start`` on, up to ``last``, in order, pauses taken out."""
    here = zone(calendar.timezone)
    start = start.astimezone(UTC)
    day = start.astimezone(here).date()
    until = start + _YEARS * 366 * _DAY if last is None else last.astimezone(UTC)
    while datetime.combine(day, time(), here).astimezone(UTC) < until:
        for span in _spans(day, calendar):
            begin, end = (_instant(day, minute, calendar) for minute in span)
            begin, end = max(begin, start), min(end, until)
            yield from _without(begin, end, pauses)
        day += _DAY


def _spans(day: date, calendar: Calendar) -> tuple[Span, ...]:
    weekday = WEEKDAYS[day.weekday()]
    if day in calendar.holidays:
        return ()
    spans = calendar.hours.get(weekday, ())
    return calendar.hours.get("mon", ()) if day in calendar.workdays and not spans else spans


def _instant(day: date, minute: int, calendar: Calendar) -> datetime:
    """A minute of a day on the site's clock; the last one is the next midnight."""
    if minute == MINUTES:
        day, minute = day + _DAY, 0
    wall = datetime.combine(day, time(minute // 60, minute % 60), zone(calendar.timezone))
    return wall.astimezone(UTC)


def _without(
    begin: datetime, end: datetime, pauses: Sequence[Pause]
) -> Iterator[tuple[datetime, datetime]]:
    """What is left of a span beside the pauses that have ended."""
    edges = [begin]
    for first, last in sorted((one, two) for one, two in pauses if two is not None):
        if last > edges[-1] and first < end:
            edges += [max(first, edges[-1]), last]
    edges.append(max(end, edges[-1]))
    for left, right in list(pairwise(edges))[::2]:
        if left < right:
            yield left, right
