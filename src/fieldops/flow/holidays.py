"""Holidays and working days made up for (调休) from files, all rows or none, into calendars.

    file ─ rows ─ by site, or the organisation ─ beside the days that are there ─→ calendar.set

The same file again changes nothing.  What a file does not name stays, unless the caller lets the
file say everything of the years that it names.
"""

from collections.abc import Mapping, Sequence
from typing import Literal
from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.flow.calendars import set_calendar
from fieldops.flow.columns import DAY_TYPES, read_day
from fieldops.flow.importrows import Row, good_rows
from fieldops.flow.sheet import Table
from fieldops.model.fault import Fault
from fieldops.store import meta, records
from fieldops_sync.ids import calendar_id

Type = Literal["holidays", "workdays"]
_OTHER: dict[Type, Type] = {"holidays": "workdays", "workdays": "holidays"}


class Planned(Struct, frozen=True):
    """The days of a site's calendar, or the organisation's, as they are to be.

    ``added`` and ``removed`` count days against what is there.
    """

    feed: UUID
    days: dict[Type, list[str]]
    added: int
    removed: int


def plan(
    session: Session,
    tables: Sequence[Table],
    sites: Mapping[str, UUID],
    feed: UUID | None = None,
    replace: bool = False,
) -> list[Planned] | list[Fault]:
    """What is to be written, or every fault in order of line.

    ``sites`` are all sites by code; a row that names none is about ``feed``, or the organisation.
    ``replace`` takes other days of the years that the file names out of the same calendars.
    """
    faults: list[Fault] = []
    named: dict[UUID, dict[str, tuple[Type, int]]] = {}
    default = feed or meta.organisation(session)
    for table in tables:
        for row in good_rows(table, "holidays", faults):
            site = sites.get(row["site"]) if row["site"] else default
            if site is None:
                faults.append(row.fault("unknown-site", "site"))
            else:
                _enter(row, named.setdefault(site, {}), faults)
    if faults:
        return sorted(faults, key=lambda one: (one.path, one.line, one.column))
    return [_planned(session, site, named[site], replace) for site in sorted(named)]


def apply(session: Session, planned: Sequence[Planned], actor: UUID, now_ms: int) -> dict[str, int]:
    """Write a plan that was made in this very transaction; how many days come and go."""
    for one in planned:
        if one.added or one.removed:
            set_calendar(session, one.feed, dict(one.days.items()), actor, now_ms)
    return counts(planned)


def counts(planned: Sequence[Planned]) -> dict[str, int]:
    """How many days a plan brings and takes away, and of how many calendars."""
    added, removed = sum(one.added for one in planned), sum(one.removed for one in planned)
    return {"added": added, "removed": removed, "calendars": len(planned)}


def _enter(row: Row, days: dict[str, tuple[Type, int]], faults: list[Fault]) -> None:
    """Two rows may say the same of a day, and not different things."""
    day, type_ = str(read_day(row["day"])), DAY_TYPES[row["type"].lower()]
    before = days.setdefault(day, (type_, row.number))
    if before[0] != type_:
        faults.append(row.fault("both-kinds", "day", first=str(before[1])))


def _planned(
    session: Session, feed: UUID, named: Mapping[str, tuple[Type, int]], replace: bool
) -> Planned:
    state = records.get_one(session, calendar_id(feed))
    body = state.body if state is not None else {}
    before = {type_: set(body.get(type_) or ()) for type_ in _OTHER}
    years = {day[:4] for day in named} if replace else set()
    days = {
        type_: {day for day in known if day[:4] not in years} for type_, known in before.items()
    }
    for day, (type_, _line) in named.items():
        days[type_].add(day)
        days[_OTHER[type_]].discard(day)
    return Planned(
        feed,
        {type_: sorted(found) for type_, found in days.items()},
        sum(len(days[type_] - before[type_]) for type_ in _OTHER),
        sum(len(before[type_] - days[type_]) for type_ in _OTHER),
    )
