"""Calendars as ops write them, and as the rules of working time read them."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from fieldops.model.calendar import MINUTES, WEEKDAYS, WHOLE_DAY, Calendar, Span, Weekday
from fieldops_sync.ids import calendar_id
from fieldops_sync.wire import Op

_MEMBERS = ("hours", "holidays", "workdays")


def calendar_from(bodies: Sequence[Mapping[str, Any]], timezone: str) -> Calendar:
    """The calendar that records say, the nearest (the site's) first."""
    known: dict[str, Any] = {}
    for body in reversed(bodies):
        known |= {name: body[name] for name in _MEMBERS if name in body}
    return Calendar(
        hours=_hours(known.get("hours")),
        holidays=frozenset(map(date.fromisoformat, known.get("holidays", ()))),
        workdays=frozenset(map(date.fromisoformat, known.get("workdays", ()))),
        timezone=timezone,
    )


def wrong_calendar(op: Op, fields: Mapping[str, Any]) -> str:
    """What is wrong with a ``calendar.set`` beyond its types, or an empty text."""
    if op.subject.id != calendar_id(op.site):
        return f"subject.id: the calendar of this feed is {calendar_id(op.site)}"
    for name in ("holidays", "workdays"):
        for day in fields.get(name, ()):
            if not _is_day(day):
                return f"payload.{name}: {day} is no day"
    hours = fields.get("hours")
    if hours is None:
        return ""
    wrong = next((text for spans in hours.values() for text in _wrong_spans(spans)), "")
    if not wrong and not any(hours.values()):
        wrong = "name at least one span, or null for around the clock"
    return f"payload.hours: {wrong}" if wrong else ""


def _wrong_spans(texts: Sequence[str]) -> list[str]:
    spans = [_span(text) for text in texts]
    empty = [text for text, (begin, end) in zip(texts, spans, strict=True) if begin >= end]
    over = any(left[1] > right[0] for left, right in pairwise(spans))
    return [f"{text} ends before it begins" for text in empty] + (
        ["spans of a day stand in order and do not overlap"] if over else []
    )


def _hours(given: Mapping[str, Sequence[str]] | None) -> dict[Weekday, tuple[Span, ...]]:
    if given is None:
        return dict.fromkeys(WEEKDAYS, WHOLE_DAY)
    return {day: tuple(_span(text) for text in given[day]) for day in WEEKDAYS if day in given}


def _span(text: str) -> Span:
    begin, end = (_minute(part) for part in text.split("-"))
    return begin, end


def _minute(text: str) -> int:
    hour, minute = (int(part) for part in text.split(":"))
    return min(hour * 60 + minute, MINUTES)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
