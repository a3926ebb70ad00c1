"""What desks list: pages of narrow rows, each merged from ranges of an index.

What has a row, and what it says, is decided by ``deskrule``; ``desksettle`` writes them.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.model.record import View
from fieldops.store import batch, shown
from fieldops.store.deskrule import tray_of
from fieldops.store.desktables import IN_CONFLICT, IS_DECIDED
from fieldops.store.literals import equals
from fieldops.store.uuids import uuid_of

_BRANCHES = (1, 2, 8, 32, 100)
"""How many ranges of an index one statement reads, so that few statements are prepared."""
_ALONE = "SELECT page.* FROM ({}) page"
_WITH_RECORDS = (
    f"SELECT {shown.COLUMNS}, page.at_ms FROM ({{}}) page JOIN record ON record.id = page.id"
)
_PLACE = itemgetter(-1, 0)
_NOWHERE = bytes(16)
"""No feed has this id."""


class Wanted(Struct, frozen=True):
    """Which records a list is of; what is left out or empty does not narrow it.

    ``definitions`` are SHA-256 of checklists; None means any.  The instants are ms since 1970,
    ``since_ms`` inclusive, ``until_ms`` exclusive.
    """

    kind: str = ""
    states: tuple[str, ...] = ()
    item: str = ""
    person: UUID | None = None
    definitions: tuple[bytes, ...] | None = None
    since_ms: int | None = None
    until_ms: int | None = None
    in_conflict: bool = False
    is_decided: bool = False
    verdict: str = ""


class Row(Struct, frozen=True):
    """A record's place in the lists: newest first, then by id."""

    at_ms: int
    id: UUID


def place(session: Session, id_: UUID) -> Row | None:
    """Where a record stands in the lists."""
    rows = batch.run(session, "SELECT at_ms FROM desk_row WHERE id = :id", id=id_.bytes)
    return Row(rows[0][0], id_) if rows else None


def definitions(session: Session, ids: Iterable[bytes]) -> dict[bytes, bytes]:
    """By which checklist, by SHA-256, these inspections were walked, as far as it is known."""
    query = "SELECT id, definition FROM desk_row WHERE id {}"
    rows = batch.select_in(session, query, list(ids))
    return {bytes(row[0]): bytes(row[1]) for row in rows if row[1] is not None}


def page(
    session: Session, feeds: Sequence[UUID], wanted: Wanted, behind: Row | None, limit: int
) -> list[Row]:
    """The newest records of some feeds behind a place, ``limit`` at most.

    Each feed is a range of an index that is read no further than the page; the ranges are merged.
    """
    found = _page(session, feeds, wanted, behind, limit, _ALONE)
    return [Row(at_ms, uuid_of(id_)) for id_, at_ms in found]


def views(
    session: Session, feeds: Sequence[UUID], wanted: Wanted, behind: Row | None, limit: int
) -> tuple[list[int], list[View]]:
    """The ``at_ms`` of each, and each record as it is now."""
    found = _page(session, feeds, wanted, behind, limit, _WITH_RECORDS)
    return [row[-1] for row in found], shown.views(found)


def _page(
    session: Session,
    feeds: Sequence[UUID],
    wanted: Wanted,
    behind: Row | None,
    limit: int,
    around: str,
) -> list[tuple[Any, ...]]:
    """Rows from id to ``at_ms``; ``around`` is a query around that of a page."""
    branches = [(feed.bytes, state) for feed in feeds for state in wanted.states or (None,)]
    # PostgreSQL takes an item and its tray for two things: it would expect a handful of rows, and
    # look up the records of all that ever failed before it cuts the page.
    is_plain = len(branches) == 1 and not (_in_tray(wanted) and batch.is_postgres(session))
    if is_plain:
        query, bound = _merged(branches, wanted, behind, limit, around, is_plain)
        return batch.run(session, query, **bound)
    found: list[tuple[Any, ...]] = []
    for start in range(0, len(branches), _BRANCHES[-1]):
        part = branches[start : start + _BRANCHES[-1]]
        size = next(size for size in _BRANCHES if size >= len(part))
        part += [(_NOWHERE, part[0][1])] * (size - len(part))
        query, bound = _merged(part, wanted, behind, limit, around, is_plain)
        found += batch.run(session, query, **bound)
    # The database would sort whole records, and takes as long for that as for reading them.
    found.sort(key=_PLACE, reverse=True)
    return found[:limit]


def _merged(
    branches: Sequence[tuple[bytes, str | None]],
    wanted: Wanted,
    behind: Row | None,
    limit: int,
    around: str,
    is_plain: bool,
) -> tuple[str, dict[str, Any]]:
    where, bound = _where(wanted, behind)
    in_tray = _in_tray(wanted)
    ranges = []
    for number, (feed, state) in enumerate(branches):
        bound[f"feed{number}"] = feed
        ours = [f"feed = :feed{number}", *where]
        if state is not None and not in_tray:
            ours.append(equals("state", state, f"state{number}", bound))
        ranges.append(" AND ".join(ours))
    return _text(tuple(ranges), limit, around, is_plain), bound


@lru_cache(maxsize=256)
def _text(ranges: tuple[str, ...], limit: int, around: str, is_plain: bool) -> str:
    """The statement of a page; the same text is also found sooner by the driver."""
    selects = [f"SELECT id, at_ms FROM desk_row WHERE {one}" for one in ranges]
    if is_plain:  # one range: a plain join takes a tenth less than one with a page of its own
        alone = around.format(selects[0])
        return f"{alone} ORDER BY page.at_ms DESC, page.id DESC LIMIT {limit:d}"
    newest = f"at_ms DESC, id DESC LIMIT {limit:d}"
    merged = [f"SELECT * FROM ({select} ORDER BY {newest}) one" for select in selects]
    return around.format(f"{' UNION ALL '.join(merged)} ORDER BY {newest}")


def _where(wanted: Wanted, behind: Row | None) -> tuple[list[str], dict[str, Any]]:
    where: list[str] = []
    bound: dict[str, Any] = {}
    if _in_tray(wanted):
        where.append("tray = :tray")
        bound["tray"] = tray_of(wanted.item)
    elif wanted.kind:
        where.append(equals("kind", wanted.kind, "kind", bound))
    if wanted.in_conflict:
        where.append(IN_CONFLICT)
    if wanted.is_decided:
        where.append(IS_DECIDED)
    if wanted.verdict:
        where.append("verdict = :verdict")
        bound["verdict"] = wanted.verdict
    if wanted.item:
        where.append("item = :item")
        bound["item"] = wanted.item
    if wanted.person is not None:
        where.append("person = :person")
        bound["person"] = wanted.person.bytes
    if wanted.definitions is not None:
        names = {f"def{number}": one for number, one in enumerate(wanted.definitions)}
        where.append(f"definition IN ({', '.join(f':{name}' for name in names) or 'NULL'})")
        bound |= names
    if wanted.since_ms is not None:
        where.append("at_ms >= :since")
        bound["since"] = wanted.since_ms
    if wanted.until_ms is not None:
        where.append("at_ms < :until")
        bound["until"] = wanted.until_ms
    if behind is not None:
        where.append("(at_ms, id) < (:at, :id)")
        bound |= {"at": behind.at_ms, "id": behind.id.bytes}
    return where, bound


def _in_tray(wanted: Wanted) -> bool:
    """Whether it is of one item's failed results: no other record lies in a tray."""
    return wanted.kind == "result" and wanted.states == ("fail",) and bool(wanted.item)
