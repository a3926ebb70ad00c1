"""The log with the ops and records behind it, page by page in its order: what exports read.

Every page is a snapshot of its own, so that a run of minutes holds up neither the WAL of SQLite nor
the cleaning of PostgreSQL.  What changed behind the run's position is known by ``tail``.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from operator import itemgetter
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.store import batch, lately, records, runs
from fieldops.store.runs import ID_BYTES, RUN_MAX

Row = tuple[Any, ...]
"""(position, kind, feed, subject, op, revision, received_ms, occurred_ms, raw,
the record's revision now, its state, its body, whether it is in conflict, its parent).

Of an ``Untouched`` record state and parent are not read: they are None."""

SPAN = 2_500
"""Positions to read at a time: what is made of them takes some 20 MB until it is written."""
_TOUCHED_MAX = 50_000
"""Ids to keep in mind at most, of some 100 bytes each."""

_Head = tuple[int, str, bytes, bytes, bytes]
_FOUND = (
    # A number an entry, and its ids from two long strings: a statement for any number of entries,
    # in which the database looks nothing up but what is there.
    "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < :last)"
    " SELECT n.i, {columns} FROM n CROSS JOIN ledger AS l{record}"
    " WHERE l.op_id = substr(:ops, n.i * 16 + 1, 16)"
    # The op that made a stub of a walk is listed for the walk, and is of another record.
    " AND l.subject = substr(:subjects, n.i * 16 + 1, 16){joined}"
)
_ENTRY = _FOUND.format(
    columns="l.revision, l.received_ms, l.occurred_ms, l.raw, r.revision, r.state, r.body,"
    " r.conflict IS NOT NULL, r.parent",
    record=" CROSS JOIN record AS r",
    joined=" AND r.id = l.subject",
)
_FIRST = _FOUND.format(
    columns="l.revision, l.received_ms, l.occurred_ms, l.raw", record="", joined=""
)
_AS_FIRST = (1, None, None, False, None)
"""What is known of a record that was not read."""
_REVISION = _FOUND.format(columns="l.revision", record="", joined="")
_SETTINGS = (
    "SELECT set_config('join_collapse_limit', '1', true),"
    " set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)"
)
_number = itemgetter(0)


class Untouched(Struct, frozen=True):
    """The records that are what their first op says, as all of some ``kinds`` are but ``touched``.

    To look up the record of such an op would cost as much as the op: its id is random.
    """

    kinds: frozenset[str] = frozenset()
    touched: frozenset[bytes] = frozenset()


def untouched(session: Session, voided: Mapping[bytes, bytes]) -> Untouched:
    """The results that nothing was done to until now, nor to their walk; none at all where more
    than some ten thousand were touched.  ``voided`` are walks with their feeds."""
    query = (
        "SELECT id FROM record WHERE kind = 'result' AND (revision > 1 OR state = 'voided'"
        f" OR body IS NOT NULL OR conflict IS NOT NULL) LIMIT {_TOUCHED_MAX + 1}"
    )
    found = {bytes(row[0]) for row in batch.run(session, query)}
    for walk, feed in voided.items():
        if len(found) > _TOUCHED_MAX:
            break
        found.update(id_ for id_, _, _ in children(session, feed, walk))
    if len(found) > _TOUCHED_MAX:
        return Untouched()
    return Untouched(frozenset({"result"}), frozenset(found))


def page(
    session: Session,
    after: int,
    end: int,
    kinds: Sequence[str],
    known: Untouched,
    since: Set[bytes],
) -> list[Row]:
    """The entries of some kinds between two positions, ``SPAN`` apart at most, in order.

    Records that are ``known`` to be untouched are not looked up, but for what changed ``since``.
    """
    named = ", ".join(f"'{kind}'" for kind in kinds)
    alone: list[_Head] = []
    others: list[_Head] = []
    for head in _heads(session, after, end, f" AND kind IN ({named})"):
        is_alone = head[1] in known.kinds and head[3] not in known.touched and head[3] not in since
        (alone if is_alone else others).append(head)
    rows = [alone[row[0]] + row[1:] + _AS_FIRST for row in _found(session, _FIRST, alone)]
    if others:
        rows += [others[row[0]] + row[1:] for row in _found(session, _ENTRY, others)]
        rows.sort(key=_number)
    return rows


def tail(session: Session, after: int, end: int) -> Iterator[tuple[bytes, int]]:
    """The subjects that changed between two positions, each with its first revision there."""
    for begin in range(after, end, SPAN):
        heads = _heads(session, begin, min(begin + SPAN, end), "")
        for number, revision in _found(session, _REVISION, heads):
            yield heads[number][3], revision


def _heads(session: Session, after: int, end: int, narrowed: str) -> list[_Head]:
    """(position, kind, feed, subject, op) of the log, run by run."""
    query = (
        "SELECT position, kind, feed, subjects, ops FROM log"
        f" WHERE position > :after AND position < :end + {RUN_MAX}{narrowed} ORDER BY position"
    )
    heads: list[_Head] = []
    for last, kind, feed, subjects, ops in batch.run(session, query, after=after, end=end):
        before = last - len(ops) // ID_BYTES
        for number in range(max(0, after - before), min(last, end) - before):
            at = number * ID_BYTES
            id_ = slice(at, at + ID_BYTES)
            heads.append((before + number + 1, kind, feed, subjects[id_], ops[id_]))
    return heads


def _found(session: Session, query: str, heads: Sequence[_Head]) -> list[tuple[Any, ...]]:
    """What the ledger has of some entries, each with its number among them, in their order."""
    if not heads:
        return []
    _ready(session)
    subjects = b"".join([subject for _, _, _, subject, _ in heads])
    ops = b"".join([op for _, _, _, _, op in heads])
    rows = batch.run(session, query, subjects=subjects, ops=ops, last=len(heads) - 1)
    return sorted(rows, key=_number)


def _ready(session: Session) -> None:
    """Let PostgreSQL go from each entry to its op and its record by their indexes, as written."""
    if batch.is_postgres(session):
        batch.run(session, _SETTINGS)
    batch.give_back(session)


def voided_walks(session: Session) -> dict[bytes, bytes]:
    """The inspections that are voided now, each with its feed, site by site by the desk's index."""
    query = (
        "SELECT id FROM desk_row WHERE feed = :feed AND kind = 'inspection' AND state = 'voided'"
    )
    return {
        bytes(row[0]): site.bytes
        for site in records.site_ids(session)
        for row in batch.run(session, query, feed=site.bytes)
    }


def children(session: Session, feed: bytes, parent: bytes) -> list[tuple[bytes, str, str]]:
    """What belongs to an inspection, by id: (id, kind, state)."""
    query = "SELECT id, kind, state FROM record WHERE feed = :feed AND parent = :parent ORDER BY id"
    return [
        (bytes(row[0]), row[1], row[2])
        for row in batch.run(session, query, feed=feed, parent=parent)
    ]


def ops_of(
    session: Session, feed: bytes, kind: str, wanted: set[bytes], until: int
) -> dict[bytes, list[UUID]]:
    """The ops of some subjects of a feed up to a position, in order: one walk of the feed's log."""
    found: dict[bytes, list[UUID]] = {one: [] for one in wanted}
    query = (
        "SELECT position, feed, kind, subjects, ops FROM log WHERE feed = :feed AND kind = :kind"
        " AND position > :after ORDER BY position LIMIT 500"
    )
    after = 0
    while rows := batch.run(session, query, feed=feed, kind=kind, after=after):
        for row in rows:
            for change in runs.unpack(row):
                if change.position <= until and change.subject.bytes in found:
                    found[change.subject.bytes].append(change.op)
        after = rows[-1][0]
        if after >= until:
            break
    return found


def received_ms(session: Session, position: int) -> int:
    """When the change at a position, or the next one below it, was received (ms); 0 for none."""
    query = "SELECT position, ops FROM log WHERE position >= :p ORDER BY position LIMIT 1"
    rows = batch.run(session, query, p=position)
    op = runs.op_at(rows[0], position) if rows else None
    if op is None:
        return 0
    found = batch.run(session, "SELECT received_ms FROM ledger WHERE op_id = :op", op=op.bytes)
    return int(found[0][0]) if found else 0


def position_at(session: Session, at_ms: int) -> int:
    """A position with everything behind it that was received at a moment or later (ms)."""
    return lately.position_at(session, at_ms)
