"""When a plan's rounds are due: from its rule and a calendar to instants.

    rule ─ days that it names ─ moved or left out by the calendar ─ times of day ─→ instants in UTC
                                                                       └ drawn within some minutes

The meaning is that of RFC 5545, section 3.3.10.  A time that the clocks skip is reckoned by the
offset before the change, one that comes twice is its first (section 3.3.5).  A day that no month
has is left out.  A drawn moment depends on the plan, the day and a secret: every server draws the
same one, and nobody outside can know it.
"""

import hashlib
import hmac
from calendar import monthrange
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct

from fieldops_sync.roundpayloads import Recurrence

OnHoliday = Literal["keep", "skip", "next", "previous"]
MOVE_DAYS = 31
"""How far a round moves at most to find a working day; beyond, it is left out."""
_DAY = timedelta(days=1)


def always(_day: date) -> bool:
    """A calendar on which every day is a working day."""
    return True


class Schedule(Struct, frozen=True):
    """A rule with all that decides what it means at one site.

    ``start`` is the first day, ``until`` the last one (None: no end), by the clock of ``zone``.
    ``works`` says whether the site works on a day; ``key`` is what drawn moments are drawn by.
    """

    rule: Recurrence
    start: date
    zone: ZoneInfo
    until: date | None = None
    on_holiday: OnHoliday = "keep"
    works: Callable[[date], bool] = always
    key: bytes = b""


def draw_key(secret: bytes, plan: UUID) -> bytes:
    """What the moments of one plan are drawn by."""
    return hmac.digest(secret, b"round\x1f" + plan.bytes, hashlib.sha256)


def occurrences(schedule: Schedule, first: date, last: date) -> list[datetime]:
    """The instants in UTC, sorted, whose day at the site is in ``first`` … ``last``, both included.

    A round that moved belongs to the day to which it moved.
    """
    if schedule.rule.every == "hour":
        found = set(_hours(schedule, first, last))
    else:
        days = {day for day in _moved(schedule, first, last) if first <= day <= last}
        found = {_instant(schedule, day, at) for day in days for at in schedule.rule.at}
    return sorted(found)


def _moved(schedule: Schedule, first: date, last: date) -> Iterator[date]:
    """The days that the rule names around a span, where the calendar puts them."""
    around = timedelta(days=0 if schedule.on_holiday in ("keep", "skip") else MOVE_DAYS)
    day = max(schedule.start, first - around)
    end = min(schedule.until or last + around, last + around)
    while day <= end:
        if _names(schedule.rule, schedule.start, day):
            put = _put(schedule, day)
            if put is not None:
                yield put
        day += _DAY


def _put(schedule: Schedule, day: date) -> date | None:
    """Where a day's rounds go; None if they are left out."""
    if schedule.on_holiday == "keep" or schedule.works(day):
        return day
    if schedule.on_holiday == "skip":
        return None
    way = _DAY if schedule.on_holiday == "next" else -_DAY
    tried = (day + way * step for step in range(1, MOVE_DAYS + 1))
    return next((one for one in tried if schedule.works(one)), None)


def _names(rule: Recurrence, start: date, day: date) -> bool:
    """Whether a rule of days, weeks or months that begins on ``start`` names a day."""
    if rule.every == "day":
        return (day - start).days % rule.interval == 0
    if rule.every == "week":
        weeks = (_monday(day) - _monday(start)).days // 7
        wanted = rule.weekdays or [start.isoweekday()]
        return weeks % rule.interval == 0 and day.isoweekday() in wanted
    months = (day.year - start.year) * 12 + day.month - start.month
    return months % rule.interval == 0 and _in_month(rule, day)


def _monday(day: date) -> date:
    return day - _DAY * day.weekday()


def _in_month(rule: Recurrence, day: date) -> bool:
    """Whether it is the day of its month, or the nth such weekday, from either end."""
    length = monthrange(day.year, day.month)[1]
    if rule.nth is None:
        return rule.month_day in (day.day, day.day - length - 1)
    from_start, from_end = (day.day - 1) // 7 + 1, (length - day.day) // 7 + 1
    return day.isoweekday() in rule.weekdays and rule.nth in (from_start, -from_end)


def _hours(schedule: Schedule, first: date, last: date) -> Iterator[datetime]:
    """Every so many elapsed hours from the first time of the first day on."""
    step = timedelta(hours=schedule.rule.interval)
    begin = _local(schedule, schedule.start, schedule.rule.at[0])
    edge = datetime.combine(max(first, schedule.start), time(), schedule.zone).astimezone(UTC)
    moment = begin + step * max(0, (edge - begin) // step - 1)
    end = min(schedule.until or last, last)
    while (day := moment.astimezone(schedule.zone).date()) <= end:
        is_kept = schedule.on_holiday == "keep" or schedule.works(day)
        if first <= day and is_kept:
            yield moment
        moment += step


def _instant(schedule: Schedule, day: date, at: str) -> datetime:
    moment = _local(schedule, day, at)
    within = schedule.rule.within_minutes
    if not within:
        return moment
    drawn = hmac.digest(schedule.key, f"{day}\x1f{at}".encode(), hashlib.sha256)
    return moment + timedelta(minutes=int.from_bytes(drawn[:8], "big") % within)


def _local(schedule: Schedule, day: date, at: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(at), schedule.zone).astimezone(UTC)
