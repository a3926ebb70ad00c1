"""Findings as rows: what desks list them by, and which are about the same place."""

from collections.abc import Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace
from sqlmodel import Session

from fieldops.model.record import View
from fieldops.store import batch, shown
from fieldops.store.findingtables import STATES_TO_DO, TO_DO
from fieldops.store.literals import equals
from fieldops.store.uuids import bytes_of, uuid_of

_NAMES = (
    "id, feed, walk, state, severity, owner, team, item, repeat, area, occurred_ms, deadline_ms,"
    " repeats, raised_ms"
)
_PLACE = itemgetter(-1, 0)
_ALONE = "SELECT page.* FROM ({}) page"
_WITH_RECORDS = (
    f"SELECT {shown.COLUMNS}, page.occurred_ms, page.deadline_ms, page.raised_ms"
    " FROM ({}) page JOIN record ON record.id = page.id"
)
_CHANGING = ("state", "severity", "owner", "team", "item", "repeat", "area", "deadline_ms")
_SAME = ("severity", "team", "item", "owner", "area")
_APART = 50
"""Sites that are asked one by one for a page; a person of more sees most of them anyway."""
GONE = ("withdrawn", "voided")
"""The states of what never was."""
_PLACED = (
    "feed = :feed AND item = :item AND repeat = :repeat AND area = :area"
    f" AND state NOT IN {GONE} AND occurred_ms"
)
"""About the same place; what was withdrawn never was."""
_BEFORE = f"{_PLACED} BETWEEN :first AND :at AND (occurred_ms, id) < (:at, :id) AND walk <> :walk"
_AFTER = f"{_PLACED} BETWEEN :at AND :last AND (occurred_ms, id) > (:at, :id)"


class Times(Struct, frozen=True):
    """What a list says of a finding beside its record."""

    occurred_ms: int
    deadline_ms: int | None
    raised_ms: int


class Row(Times, frozen=True, kw_only=True):
    """A finding; ``walk`` is its inspection, or its own id.  ``area`` None: the site as a whole."""

    id: UUID
    feed: UUID
    walk: UUID
    state: str
    severity: str
    owner: UUID | None
    team: str
    item: str
    repeat: str
    area: UUID | None
    repeats: int


class Filter(Struct, frozen=True, kw_only=True):
    """What a list is narrowed to; None and empty narrow nothing.

    ``feeds`` None is every site.  ``overdue_at_ms`` keeps what was due before and is not done;
    ``since_ms`` and ``until_ms`` are of when it was raised, the end not included.
    """

    feeds: Sequence[UUID] | None = None
    state: str = ""
    severity: str = ""
    owner: UUID | None = None
    team: str = ""
    item: str = ""
    area: UUID | None = None
    overdue_at_ms: int | None = None
    since_ms: int | None = None
    until_ms: int | None = None


class Waiting(Struct, frozen=True):
    """How many findings are to be put right, how many of these late, and what is to be decided."""

    to_do: int = 0
    overdue: int = 0
    rechecks: int = 0
    appeals: int = 0

    def __add__(self, other: "Waiting") -> "Waiting":
        """Both together."""
        return Waiting(
            self.to_do + other.to_do,
            self.overdue + other.overdue,
            self.rechecks + other.rechecks,
            self.appeals + other.appeals,
        )


def put(session: Session, row: Row) -> None:
    """Insert a finding, or say anew how it stands; when it occurred and was raised stays."""
    sets = ", ".join(f"{name} = excluded.{name}" for name in (*_CHANGING, "repeats"))
    marks = ", ".join(f":{name}" for name in _NAMES.split(", "))
    bound: dict[str, Any] = {
        name: _bytes(value) if isinstance(value, UUID) else value
        for name, value in ((field, getattr(row, field)) for field in row.__struct_fields__)
    }
    batch.run(
        session,
        f"INSERT INTO finding ({_NAMES}) VALUES ({marks}) ON CONFLICT (id) DO UPDATE SET {sets}",
        **bound | {"area": _place(row.area)},
    )


def get(session: Session, finding: UUID) -> Row | None:
    """One finding."""
    rows = batch.run(session, f"SELECT {_NAMES} FROM finding WHERE id = :id", id=finding.bytes)
    return _row(rows[0]) if rows else None


def before(session: Session, row: Row, window_ms: int) -> tuple[UUID | None, int]:
    """The last finding about the same place in another walk before, and how many walks found it so.

    Counted where the rows are: a place that is wrong each day has hundreds in a window.
    """
    query = (
        f"SELECT (SELECT count(DISTINCT walk) FROM finding WHERE {_BEFORE}),"
        f" (SELECT id FROM finding WHERE {_BEFORE} ORDER BY occurred_ms DESC, id DESC LIMIT 1)"
    )
    found = batch.run(
        session,
        query,
        first=row.occurred_ms - window_ms + 1,
        at=row.occurred_ms,
        id=row.id.bytes,
        walk=row.walk.bytes,
        **_place_of(row),
    )
    count, last = found[0]
    return uuid_of(last) if last else None, count


def later(session: Session, row: Row, window_ms: int) -> list[UUID]:
    """The findings about the same place in the time after, the first first."""
    query = f"SELECT id FROM finding WHERE {_AFTER} ORDER BY occurred_ms, id"
    last_ms, at_ms = row.occurred_ms + window_ms - 1, row.occurred_ms
    found = batch.run(session, query, last=last_ms, at=at_ms, id=row.id.bytes, **_place_of(row))
    return [uuid_of(one[0]) for one in found]


def waiting(session: Session, now_ms: int) -> dict[UUID, Waiting]:
    """What waits at each site where anything does."""
    done = ", ".join(f"'{state}'" for state in ("closed", "deducted", *GONE, "paused"))
    rows = batch.run(
        session,
        "SELECT feed, state, count(*), sum(CASE WHEN deadline_ms < :now THEN 1 ELSE 0 END)"
        f" FROM finding WHERE state NOT IN ({done}) GROUP BY feed, state",
        now=now_ms,
    )
    found: dict[UUID, Waiting] = {}
    for feed, state, count, overdue in rows:
        site = uuid_of(feed)
        found[site] = found.get(site, Waiting()) + _waiting(state, int(count), int(overdue))
    return found


def _waiting(state: str, count: int, overdue: int) -> Waiting:
    if state in STATES_TO_DO:
        return Waiting(to_do=count, overdue=overdue)
    return Waiting(rechecks=count) if state == "rectified" else Waiting(appeals=count)


def page(session: Session, wanted: Filter, after: tuple[int, UUID] | None, limit: int) -> list[Row]:
    """So many findings, the latest raised first, behind a pair of (``raised_ms``, id)."""
    return [*map(_row, _page(session, wanted, after, limit, _ALONE))]


def views(
    session: Session, wanted: Filter, after: tuple[int, UUID] | None, limit: int
) -> list[tuple[Times, View]]:
    """When each of the same was raised, occurred and is due, with its record as it is now."""
    found = _page(session, wanted, after, limit, _WITH_RECORDS)
    times = [Times(*row[-3:]) for row in found]
    return list(zip(times, shown.views(found), strict=True))


def _page(
    session: Session, wanted: Filter, after: tuple[int, UUID] | None, limit: int, around: str
) -> list[tuple[Any, ...]]:
    """Rows from id to ``raised_ms``; ``around`` is a query around that of a page."""
    feeds = wanted.feeds
    if feeds is None or len(feeds) == 1 or len(feeds) > _APART:
        return _range(session, wanted, after, limit, around)
    # Site by site each is read in order by an index; all at once would be sorted first.
    apart = [replace(wanted, feeds=[feed]) for feed in feeds]
    found = [row for one in apart for row in _range(session, one, after, limit, around)]
    found.sort(key=_PLACE, reverse=True)
    return found[:limit]


def _range(
    session: Session, wanted: Filter, after: tuple[int, UUID] | None, limit: int, around: str
) -> list[tuple[Any, ...]]:
    where, bound = _where(wanted)
    if after is not None:
        where.append("(raised_ms, id) < (:after_ms, :after_id)")
        bound |= {"after_ms": after[0], "after_id": after[1].bytes}
    return batch.run(session, _text(tuple(where), limit, around), **bound)


@lru_cache(maxsize=256)
def _text(where: tuple[str, ...], limit: int, around: str) -> str:
    """The statement of a page; the same text is also found sooner by the driver."""
    query = f"SELECT {_NAMES} FROM finding WHERE {' AND '.join(where) or '1 = 1'}"
    return f"{around.format(query)} ORDER BY page.raised_ms DESC, page.id DESC LIMIT {limit:d}"


def _where(wanted: Filter) -> tuple[list[str], dict[str, Any]]:
    where: list[str] = []
    bound: dict[str, Any] = {}
    if wanted.state:
        where.append(equals("state", wanted.state, "state", bound))
    for name in _SAME:
        value = getattr(wanted, name)
        if value:
            where.append(f"{name} = :{name}")
            bound[name] = _bytes(value) if isinstance(value, UUID) else value
    if wanted.feeds is not None:
        feeds = {f"feed{number}": feed for number, feed in enumerate(bytes_of(wanted.feeds))}
        where.append(f"feed IN (:{', :'.join(feeds)})")
        bound |= feeds
    if wanted.overdue_at_ms is not None:
        where.append("deadline_ms < :overdue")
        bound["overdue"] = wanted.overdue_at_ms
    if wanted.overdue_at_ms is not None or wanted.state in STATES_TO_DO:
        # Said as the index says it, which is a small part of all that were ever raised.
        where.append(TO_DO)
    if wanted.since_ms is not None:
        where.append("raised_ms >= :since")
        bound["since"] = wanted.since_ms
    if wanted.until_ms is not None:
        where.append("raised_ms < :until")
        bound["until"] = wanted.until_ms
    return where, bound


def _place_of(row: Row) -> dict[str, Any]:
    return {
        "feed": row.feed.bytes,
        "item": row.item,
        "repeat": row.repeat,
        "area": _place(row.area),
    }


def _row(row: Any) -> Row:
    return Row(
        id=uuid_of(row[0]),
        feed=uuid_of(row[1]),
        walk=uuid_of(row[2]),
        state=row[3],
        severity=row[4],
        owner=None if row[5] is None else uuid_of(row[5]),
        team=row[6],
        item=row[7],
        repeat=row[8],
        area=uuid_of(row[9]) if row[9] else None,
        occurred_ms=row[10],
        deadline_ms=row[11],
        repeats=row[12],
        raised_ms=row[13],
    )


def _place(area: UUID | None) -> bytes:
    return b"" if area is None else area.bytes


def _bytes(value: UUID) -> bytes:
    return value.bytes
