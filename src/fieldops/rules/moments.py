"""Read answers that are dates, times of day, or both."""

from datetime import UTC, date, datetime, time, timedelta

from fieldops.model.answer import Read
from fieldops.model.answertypes import Moment
from fieldops.model.checklist import RawValue
from fieldops.rules.violations import wrong_type

_MOMENT_WORDS = {
    "date": ("日期，如 2026-11-21", "a date such as 2026-11-21"),
    "time": ("时刻，如 08:30", "a time such as 08:30"),
    "datetime": (
        "带时区的日期时间，如 2026-11-21T08:30:00+08:00",
        "a date and time with its offset such as 2026-11-21T08:30:00+08:00",
    ),
}


def read_moment(part: str, text: str) -> str | None:
    """A date, time or date and time in the one notation that compares as text, or None.

    Dates stay YYYY-MM-DD, times become HH:MM:SS, dates with times go to UTC.
    """
    try:
        if part == "date":
            return date.fromisoformat(text).isoformat() if len(text) == 10 else None
        if part == "time":
            moment = time.fromisoformat(text)
            return None if moment.tzinfo else moment.isoformat("seconds")
        instant = datetime.fromisoformat(text)
        return instant.astimezone(UTC).isoformat(timespec="seconds") if instant.tzinfo else None
    except (ValueError, OverflowError):
        return None


def read_answered_moment(kind: Moment, raw: RawValue, today: str) -> Read:
    moment = read_moment(kind.part, raw) if isinstance(raw, str) else None
    if moment is None or not isinstance(raw, str):
        return Read(violations=(wrong_type(*_MOMENT_WORDS[kind.part]),))
    checks = _check_limits(kind, moment) + _check_days(kind, raw[:10], today)
    decided = [check for check in checks if check is not None]
    return Read(value=moment, fails=any(decided) if decided else None)


def _check_limits(kind: Moment, moment: str) -> list[bool | None]:
    earliest = read_moment(kind.part, kind.pass_earliest)
    latest = read_moment(kind.part, kind.pass_latest)
    return [
        None if earliest is None else moment < earliest,
        None if latest is None else moment > latest,
    ]


def _check_days(kind: Moment, day: str, today: str) -> list[bool | None]:
    """Days count on the calendar of the site, the one that the answer was written in."""
    if kind.part == "time" or read_moment("date", today) is None:
        return []
    away = date.fromisoformat(day) - date.fromisoformat(today)
    first, last = kind.pass_from_days, kind.pass_until_days
    return [
        None if first is None else away < timedelta(days=first),
        None if last is None else away > timedelta(days=last),
    ]
