"""Meters of a walk with what earlier walks read on them.

                    dial                    usage of a day
    reading ──┬──── counted() ──── days ────→ per_day, and the same of earlier walks
    earlier ──┘

A meter is told by its plate, else by the name of its repeat, and by the item that reads it.
"""

from datetime import date
from decimal import Decimal
from itertools import pairwise
from statistics import median

from msgspec import Struct

from fieldops import (
    Checklist,
    EarlierResult,
    EarlierWalk,
    Entry,
    Inspection,
    Item,
    ResultView,
    find_item,
    once,
    once_a_walk,
)
from fieldops_facilities.plates import Known, Name, known, known_then, place
from fieldops_facilities.register import asset, read_date, read_decimal

BACKWARDS_SHARE = Decimal("0.5")
"""A meter that seems to have counted half of its dial has run backwards, or was misread."""
MEDIAN_MIN = 3
"""So many earlier usages make a median that a new one is compared with."""


class Seen(Struct, frozen=True):
    """What an earlier walk read."""

    day: date
    reading: Decimal


_Past = dict[tuple[Name, str], list[Seen]]
"""Readings by the name of a place and the item, newest first."""


class Meter(Struct, frozen=True):
    """One meter that this walk has read; ``before`` is newest first, of days before its own.

    ``dial`` is where it starts again from 0: by the register, else by the checklist.
    """

    result: ResultView
    reading: Decimal
    previous: Decimal | None
    dial: Decimal | None
    entry: Entry | None
    day: date | None
    before: tuple[Seen, ...] = ()

    @property
    def days(self) -> int:
        """The days since the newest earlier reading; 0 where there is none."""
        return (self.day - self.before[0].day).days if self.day and self.before else 0

    @property
    def per_day(self) -> Decimal | None:
        """The usage of a day since the newest earlier reading, or None."""
        if not self.before:
            return None
        used = counted(self.before[0].reading, self.reading, self.dial)
        return None if used is None else used / self.days

    @property
    def usual_per_day(self) -> Decimal | None:
        """The median usage of a day between earlier readings; None where they are too few."""
        days = [
            used / (later.day - earlier.day).days
            for later, earlier in pairwise(self.before)
            if (later.day - earlier.day).days > 0
            and (used := counted(earlier.reading, later.reading, self.dial)) is not None
        ]
        return median(days) if len(days) >= MEDIAN_MIN else None


def counted(before: Decimal, reading: Decimal, dial: Decimal | None) -> Decimal | None:
    """What a meter has counted; None where it can only have run backwards."""
    if reading >= before:
        return reading - before
    past = None if dial is None else dial - before + reading
    return past if past is not None and dial and 0 <= past <= dial * BACKWARDS_SHARE else None


@once
def meters(inspection: Inspection, checklist: Checklist) -> tuple[Meter, ...]:
    """Every meter with a readable figure, in the order of the checklist."""
    read = [result for result in inspection.results if isinstance(result.value, dict)]
    if not read:
        return ()
    now = known(inspection)
    past = _history(inspection, now)
    found = (_meter(inspection, find_item(checklist, one.item), one, now, past) for one in read)
    return tuple(meter for meter in found if meter is not None)


def _meter(
    inspection: Inspection,
    item: Item | None,
    result: ResultView,
    now: Known,
    past: _Past,
) -> Meter | None:
    reading = member(result.value, "reading")
    if item is None or not hasattr(item.answer, "rollover") or reading is None:
        return None
    entry = asset(inspection, now.key(place(result)))
    dial = read_decimal(entry.get("dial")) if entry is not None else None
    day = read_date(inspection.date)
    before = past.get((now.name(place(result)), result.item), ())
    return Meter(
        result=result,
        reading=reading,
        previous=member(result.value, "previous"),
        dial=dial or getattr(item.answer, "rollover", None),
        entry=entry,
        day=day,
        before=tuple(seen for seen in before if day is not None and seen.day < day),
    )


def _history(inspection: Inspection, now: Known) -> _Past:
    """What earlier walks read, by meter and item, newest first."""
    found: _Past = {}
    for walk in inspection.earlier:
        day = read_date(walk.date)
        read = _read_in(walk)
        if day is None or not read:
            continue
        then = known_then(walk, now)
        for one, reading in read:
            found.setdefault((then.name(place(one)), one.item), []).append(Seen(day, reading))
    return found


@once_a_walk
def _read_in(walk: EarlierWalk) -> tuple[tuple[EarlierResult, Decimal], ...]:
    read = ((one, member(one.value, "reading")) for one in walk.results)
    return tuple((one, reading) for one, reading in read if reading is not None)


def member(value: object, name: str) -> Decimal | None:
    """One figure of a meter's answer, or None."""
    text = value.get(name) if isinstance(value, dict) else None
    return read_decimal(text) if isinstance(text, str) else None
