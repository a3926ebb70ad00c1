"""Whether what desks list by is what the records say, and making it so.

    a stretch of ids ─ snapshot: records and rows ─→ amiss ─ short transaction: read again ─→ mended

Only rows that are amiss are locked, in order of their ids, and judged once more under the lock:
what comes in meanwhile stands.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct
from sqlmodel import Session

from fieldops.model.record import State
from fieldops.store import batch, began, records
from fieldops.store.deskrule import AT_MS, MAY_BE_LISTED, Row, is_listed, row

What = Literal["missing", "extra", "wrong"]
_COLUMNS = "id, kind, feed, at_ms, state, person, item, definition, conflict, verdict, tray"
_BLOBS = (0, 2, 5, 7)
"""Where in a row ids and hashes stand."""
_LAST = b"\xff" * 17
"""Behind every id."""


class Amiss(Struct, frozen=True):
    """A row of ``desk_row`` that is not there, should not be there, or says something else."""

    what: What
    kind: str
    id: bytes


class Stretch(Struct, frozen=True):
    """What was found between two ids; ``last`` is where the next begins, None at the end."""

    records: dict[str, int]
    rows: dict[str, int]
    amiss: list[Amiss]
    last: bytes | None


def look(session: Session, after: bytes, limit: int) -> Stretch:
    """Compare the records behind an id, ``limit`` at most, with their rows, on one snapshot."""
    query = "SELECT id, kind FROM record WHERE id > :after ORDER BY id LIMIT :limit"
    named = batch.run(session, query, after=after, limit=limit)
    last = bytes(named[-1][0]) if len(named) == limit else None
    bound = {"after": after, "last": _LAST if last is None else last}
    where = "id > :after AND id <= :last"
    query = f"SELECT {records.COLUMNS} FROM record WHERE record.{where} AND {MAY_BE_LISTED}"
    states = records.states(batch.run(session, query, **bound))
    found = batch.run(session, f"SELECT {_COLUMNS} FROM desk_row WHERE {where}", **bound)
    rows = {one[0]: one for one in map(_row, found)}
    amiss = _amiss(rows, _wanted(session, states, rows))
    by_kind = Counter(one[1] for one in named), Counter(one[1] for one in rows.values())
    return Stretch(dict(by_kind[0]), dict(by_kind[1]), amiss, last)


def mend(session: Session, ids: Sequence[bytes]) -> list[Amiss]:
    """Make the rows of some records anew where they are amiss; what was."""
    keys = sorted(ids)
    _lock(session, keys)
    query = f"SELECT {records.COLUMNS} FROM record WHERE id {{}}"
    states = records.states(batch.select_in(session, query, keys))
    query = f"SELECT {_COLUMNS} FROM desk_row WHERE id {{}}"
    rows = {one[0]: one for one in map(_row, batch.select_in(session, query, keys))}
    wanted = _wanted(session, states, rows)
    amiss = _amiss(rows, wanted)
    batch.delete_desk(session, [one.id for one in amiss if one.what != "missing"])
    batch.upsert_desk(session, sorted(wanted[one.id] for one in amiss if one.what != "extra"))
    return amiss


def _lock(session: Session, keys: Sequence[bytes]) -> None:
    """Records first and then rows, as a push does; on SQLite the writer is alone anyway."""
    if batch.is_postgres(session):
        for table in ("record", "desk_row"):
            query = f"SELECT id FROM {table} WHERE id {{}} ORDER BY id FOR UPDATE"
            batch.select_in(session, query, keys)


def _wanted(
    session: Session, states: Sequence[State], rows: Mapping[bytes, Row]
) -> dict[bytes, Row]:
    """The rows that some records want, by id."""
    listed = [one for one in states if is_listed(one)]
    times = began.times(session, listed)
    wanted = {}
    for one in listed:
        # Only a ledger that is damaged itself has no first op of a record: what stands, stands.
        stands = rows[one.id.bytes][AT_MS] if one.id.bytes in rows else 0
        wanted[one.id.bytes] = row(one, times.get(one.id.int, stands))
    return wanted


def _amiss(rows: Mapping[bytes, Row], wanted: Mapping[bytes, Row]) -> list[Amiss]:
    """How rows differ from those that are wanted, in order of their ids."""
    found = [Amiss("missing", wanted[id_][1], id_) for id_ in wanted.keys() - rows.keys()]
    found += [Amiss("extra", rows[id_][1], id_) for id_ in rows.keys() - wanted.keys()]
    both = wanted.keys() & rows.keys()
    found += [Amiss("wrong", wanted[id_][1], id_) for id_ in both if wanted[id_] != rows[id_]]
    return sorted(found, key=lambda one: one.id)


def _row(given: Sequence[Any]) -> Row:
    """A row as the rule makes it, whichever database it is from."""
    return tuple(
        bytes(value) if number in _BLOBS and value is not None else value
        for number, value in enumerate(given)
    )
