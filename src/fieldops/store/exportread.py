"""The log with the ops and records behind it, page by page in its order: what exports read.

Every page is a snapshot of its own, so that a run of minutes holds up neither the WAL of SQLite nor
the cleaning of PostgreSQL.  What changed behind the run's position is known by ``tail``.
"""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from fieldops.store import batch, lately, records, runs
from fieldops.store.runs import RUN_MAX

Row = tuple[Any, ...]
"""(position, kind, feed, subject, op, revision, received_ms, occurred_ms, raw,
the record's revision now, its state, its body, whether it is in conflict, its parent)."""

_RUN = f"log.position > :after AND log.position < :end + {RUN_MAX}"
_PLACE = "log.position - length(log.ops) / 16 + 1 + n.i"
_NUMBERS = (
    f"WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {RUN_MAX - 1})"
)
_ENTRIES = (
    "FROM log CROSS JOIN n CROSS JOIN ledger AS l{record}"
    f" WHERE {_RUN}{{kinds}} AND n.i < length(log.ops) / 16"
    f" AND {_PLACE} > :after AND {_PLACE} <= :end"
    # The op that made a stub of a walk is listed for the walk, and is of another record.
    " AND l.op_id = substr(log.ops, n.i * 16 + 1, 16)"
    " AND l.subject = substr(log.subjects, n.i * 16 + 1, 16){joined} ORDER BY 1"
)


def page(session: Session, after: int, end: int, kinds: Sequence[str]) -> list[Row]:
    """The entries of some kinds between two positions, in order."""
    wanted = ", ".join(f"'{kind}'" for kind in kinds)
    query = (
        f"{_NUMBERS} SELECT {_PLACE}, log.kind, log.feed, l.subject, l.op_id, l.revision,"
        " l.received_ms, l.occurred_ms, l.raw, r.revision, r.state, r.body,"
        " r.conflict IS NOT NULL, r.parent "
        + _ENTRIES.format(
            record=" CROSS JOIN record AS r",
            kinds=f" AND log.kind IN ({wanted})",
            joined=" AND r.id = l.subject",
        )
    )
    _in_order(session)
    return batch.run(session, query, after=after, end=end)


def tail(session: Session, after: int, end: int) -> Iterator[tuple[bytes, int]]:
    """The subjects that changed between two positions, each with its first revision there."""
    query = f"{_NUMBERS} SELECT {_PLACE}, l.subject, l.revision " + _ENTRIES.format(
        record="", kinds="", joined=""
    )
    _in_order(session)
    for _, subject, revision in batch.run(session, query, after=after, end=end):
        yield bytes(subject), revision


def _in_order(session: Session) -> None:
    """Let PostgreSQL go from the log to the ops by their indexes, as written."""
    if batch.is_postgres(session):
        session.execute(text("SET LOCAL join_collapse_limit = 1"))
        session.execute(text("SET LOCAL enable_hashjoin = off"))
        session.execute(text("SET LOCAL enable_mergejoin = off"))


def voided_walks(session: Session) -> set[bytes]:
    """The inspections that are voided now, site by site through the desk's index."""
    query = (
        "SELECT id FROM desk_row WHERE feed = :feed AND kind = 'inspection' AND state = 'voided'"
    )
    return {
        bytes(row[0])
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
