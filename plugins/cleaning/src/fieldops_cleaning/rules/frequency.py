"""Zones of the register that were not cleaned as often as they must be.

    zone ─ frequency ─ days on which walks saw it ─→ late by how many days, or shifts left out

A walk judges the zones that its checklist looks after (the register's column `checklist`).  What
lies before the first known walk is not judged, unless the register says when the zone was cleaned.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from msgspec import Struct

from fieldops import (
    Checklist,
    EarlierWalk,
    Entry,
    FindingDraft,
    Inspection,
    cell_date,
    cell_figure,
    once_a_walk,
)
from fieldops_cleaning.zones import ZONES, seen

PERIOD_DAYS = {"shift": 1, "day": 1, "week": 7, "month": 31}
SHIFTS = 2
"""Shifts a day where the register does not say."""
LISTED_MAX = 50
"""Zones named in one finding; the count says how many there are."""


class Visits(Struct, frozen=True):
    """When walks saw each code, newest first, one entry a walk; ``first`` is the first known."""

    first: date
    days: dict[str, list[date]]


class Late(Struct, frozen=True):
    """A zone that is late: by ``days``, or with ``shifts`` left out yesterday."""

    zone: Entry
    last: str
    days: int = 0
    shifts: int = 0
    is_seen: bool = False

    @property
    def shown(self) -> str:
        """As evidence; English, like all figures behind a finding."""
        missed = f"{self.shifts} shifts missed" if self.shifts else f"{self.days} days late"
        return f"{self.zone.get('frequency')}, last {self.last}, {missed}"


def frequency_missed(inspection: Inspection, checklist: Checklist) -> Iterator[FindingDraft]:
    """One finding about a finished walk: which zones were late, and by how much.

    It is major where a zone is late by more than its period and this walk did not see it either.
    """
    zones = inspection.entries_of(ZONES.name)
    if not (zones and inspection.is_submitted and inspection.date):
        return
    visits = _visits(inspection)
    now = seen(inspection.results)
    mine = [one for one in zones if one.get("checklist") in ("", checklist.key)]
    today = date.fromisoformat(inspection.date)
    late = [found for one in mine if (found := _late(one, visits, today, one.key in now))]
    if not late:
        return
    grave = any(not one.is_seen and one.days > _period(one.zone) for one in late)
    yield FindingDraft(
        rule="frequency-missed",
        severity="major" if grave else "minor",
        titles={
            "zh-CN": f"{len(late)} 个区域未按台账频次清洁",
            "en": f"Zones not cleaned as often as the register says: {len(late)}",
        },
        evidence={
            "zones": str(len(late)),
            **{one.zone.key: one.shown for one in late[:LISTED_MAX]},
        },
    )


def _visits(inspection: Inspection) -> Visits:
    """What the walks before this one saw; one of the same day has told already what was late."""
    days: dict[str, list[date]] = {}
    earlier = [walk for walk in inspection.earlier if "" < walk.date <= inspection.date]
    for walk in earlier:
        for code in _seen_by(walk):
            days.setdefault(code, []).append(date.fromisoformat(walk.date))
    first = min((walk.date for walk in earlier), default=inspection.date)
    return Visits(date.fromisoformat(first), days)


@once_a_walk
def _seen_by(walk: EarlierWalk) -> frozenset[str]:
    return seen(walk.results)


def _period(zone: Entry) -> int:
    return PERIOD_DAYS.get(zone.get("frequency"), PERIOD_DAYS["month"])


def _late(zone: Entry, visits: Visits, today: date, is_seen: bool) -> Late | None:
    yesterday = today - timedelta(days=1)
    known = visits.days.get(zone.key, [])
    told = cell_date(zone, "last")
    last = max([*known, *([told] if told else [])], default=None)
    shown = last.isoformat() if last else "-"
    days = (today - (last or visits.first)).days - _period(zone)
    if days > 0:
        return Late(zone, shown, days=days, is_seen=is_seen)
    shifts = _shifts(zone) - known.count(yesterday)
    if zone.get("frequency") == "shift" and visits.first <= yesterday and shifts > 0:
        return Late(zone, shown, shifts=shifts, is_seen=is_seen)
    return None


def _shifts(zone: Entry) -> int:
    told = cell_figure(zone, "shifts")
    return SHIFTS if told is None else int(told)
