"""Calendars as ops write them, and as the rules of working time read them."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from fieldops.model.calendar import MINUTES, WEEKDAYS, WHOLE_DAY, Calendar, Span, Weekday
from fieldops.model.said import NOTHING, Said, at
from fieldops_sync.ids import calendar_id
from fieldops_sync.wire import Op

_MEMBERS = ("hours", "holidays", "workdays")
_ORDER = Said(
    "同一天的时段须按先后排列且不重叠", "spans of a day stand in order and do not overlap"
)


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


def wrong_calendar(op: Op, fields: Mapping[str, Any]) -> Said:
    """What is wrong with a ``calendar.set`` beyond its types, or an empty text."""
    if op.subject.id != calendar_id(op.site):
        due = calendar_id(op.site)
        return Said(
            f"subject.id：此项目的日历编号为 {due}",
            f"subject.id: the calendar of this feed is {due}",
        )
    for name in ("holidays", "workdays"):
        for day in fields.get(name, ()):
            if not _is_day(day):
                return at(f"payload.{name}", Said(f"{day} 不是日期", f"{day} is no day"))
    hours = fields.get("hours")
    if hours is None:
        return NOTHING
    wrong = next((said for spans in hours.values() for said in _wrong_spans(spans)), NOTHING)
    if not wrong and not any(hours.values()):
        wrong = Said(
            "至少写一个时段；全天写 null", "name at least one span, or null for around the clock"
        )
    return at("payload.hours", wrong) if wrong else NOTHING


def _wrong_spans(texts: Sequence[str]) -> list[Said]:
    spans = [_span(text) for text in texts]
    empty = [text for text, (begin, end) in zip(texts, spans, strict=True) if begin >= end]
    over = any(left[1] > right[0] for left, right in pairwise(spans))
    ends = [Said(f"{text} 结束早于开始", f"{text} ends before it begins") for text in empty]
    return [*ends, _ORDER] if over else ends


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
