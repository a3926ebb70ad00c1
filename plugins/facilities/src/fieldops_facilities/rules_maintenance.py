"""Maintenance that is overdue by the register's interval, and assets that fail again and again."""

from collections.abc import Iterator
from datetime import date, timedelta

from fieldops import (
    Checklist,
    EarlierResult,
    EarlierWalk,
    Entry,
    FindingDraft,
    Inspection,
    ResultView,
    answered_date,
    once_a_walk,
)
from fieldops_facilities.plates import Known, Name, known, known_then, place
from fieldops_facilities.register import asset, assets, read_date

MAINTAINED_ON = "_maintained_on"
"""An item that ends so holds the day on which the asset of its place was last maintained."""
PAPERS = "maintenance_"
"""A walk with an item that begins so looks at the maintenance of the whole site."""
RECURRING_COUNT = 3
RECURRING_DAYS = 90
"""An asset that failed on so many days within so many is not repaired, only patched."""
_NAMED_MAX = 50
_DAYS_MAX = 36_500


def maintenance_overdue(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """An asset of this walk whose interval has passed, by the register or by what was read."""
    today = read_date(inspection.date)
    if today is None:
        return
    for result, entry in _seen(inspection).values():
        late = _days_late(entry, today, _read(inspection, result))
        if late > 0:
            yield FindingDraft(
                rule="maintenance-overdue",
                item=result.item,
                repeat=result.repeat,
                severity="major" if late * 2 > _interval(entry) else "minor",
                titles={
                    "zh-CN": f"该设备维保已逾期 {late} 天",
                    "en": f"The maintenance of this asset is {late} days overdue",
                },
                evidence={"days_late": str(late), "interval_days": str(_interval(entry))},
            )


def maintenance_backlog(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """Assets that this walk did not come to and whose interval has passed: one finding."""
    today = read_date(inspection.date)
    anchor = next((one for one in inspection.results if one.item.startswith(PAPERS)), None)
    if today is None or anchor is None:
        return
    seen = _seen(inspection)
    others = [one for one in assets(inspection).values() if one.key not in seen]
    late = {one.key: _days_late(one, today, None) for one in others}
    named = [f"{key} +{days}" for key, days in sorted(late.items()) if days > 0]
    if named:
        yield FindingDraft(
            rule="maintenance-backlog",
            section=anchor.section,
            severity="major",
            titles={
                "zh-CN": f"台账中另有 {len(named)} 台设备维保逾期",
                "en": f"{len(named)} more assets of the register are overdue for maintenance",
            },
            evidence={"days_late": ", ".join(named[:_NAMED_MAX])},
        )


def _seen(inspection: Inspection) -> dict[str, tuple[ResultView, Entry]]:
    """The assets of the register that this walk came to, each with its first result."""
    if not assets(inspection):
        return {}
    here, found = known(inspection), dict[str, tuple[ResultView, Entry]]()
    for result in inspection.results:
        key = here.key(place(result))
        entry = asset(inspection, key) if key not in found else None
        if entry is not None:
            found[key] = (result, entry)
    return found


def _read(inspection: Inspection, first: ResultView) -> date | None:
    """The day of maintenance that the walk has read at the place of a result."""
    for result in inspection.results:
        if place(result) == place(first) and result.item.endswith(MAINTAINED_ON):
            return answered_date(result)
    return None


def _interval(entry: Entry) -> int:
    """The days between two maintenances; 0 where none are due."""
    text = entry.get("interval_days")
    return min(int(text), _DAYS_MAX) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _days_late(entry: Entry, today: date, read: date | None) -> int:
    """How long it is overdue; 0 or less where it is not, or nobody knows when it was done."""
    interval = _interval(entry)
    known_days = [read_date(entry.get("maintained_on")), read_date(entry.get("commissioned")), read]
    days = [day for day in known_days if day is not None]
    return (today - max(days)).days - interval if days and interval else 0


def recurring_failure(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """An asset that failed on three days in ninety, whatever failed: one finding with the days."""
    today = read_date(inspection.date)
    if today is None or not inspection.failed or not inspection.earlier:
        return
    here = known(inspection)
    before = _failed_before(inspection, here, today)
    told: set[Name] = set()
    for result in inspection.failed:
        name = _name(here, result)
        days = sorted({*before.get(name, ()), inspection.date})
        if name in told or len(days) < RECURRING_COUNT:
            continue
        told.add(name)
        yield FindingDraft(
            rule="recurring-failure",
            item=result.item,
            repeat=result.repeat,
            severity="major",
            titles={
                "zh-CN": f"{RECURRING_DAYS} 天内第 {len(days)} 次不合格，请查根本原因",
                "en": f"Failed on {len(days)} days within {RECURRING_DAYS}: find out why",
            },
            evidence={"asset": here.key(place(result)) or result.item, "days": ", ".join(days)},
        )


def _failed_before(inspection: Inspection, here: Known, today: date) -> dict[Name, set[str]]:
    """The earlier days on which an asset failed, by its name."""
    first = (today - timedelta(days=RECURRING_DAYS)).isoformat()
    found: dict[Name, set[str]] = {}
    for walk in inspection.earlier:
        if not first <= walk.date < inspection.date:
            continue
        then = known_then(walk, here)
        for one in _failed_in(walk):
            found.setdefault(_name(then, one), set()).add(walk.date)
    return found


@once_a_walk
def _failed_in(walk: EarlierWalk) -> tuple[EarlierResult, ...]:
    return tuple(one for one in walk.results if one.outcome == "fail")


def _name(here: Known, result: ResultView | EarlierResult) -> Name:
    """The asset that a result is about; where its place is no asset, the item itself."""
    where = place(result)
    return here.name(where) if here.key(where) else (*here.name(where), result.item)
