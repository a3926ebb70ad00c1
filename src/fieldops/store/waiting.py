"""How much waits at some sites, by state: counts by the indexes that desks list from."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session

from fieldops.store import batch
from fieldops.store.desktables import IN_CONFLICT
from fieldops.store.findingtables import TO_DO
from fieldops.store.uuids import bytes_of, uuid_of


def states(
    session: Session, feeds: Sequence[UUID], kind: str, wanted: Sequence[str]
) -> Counter[str]:
    """How many records of a kind stand in each of these states.  Both are words of ours."""
    named = ", ".join(f"'{one}'" for one in wanted)
    where = f"kind = '{kind}' AND state IN ({named}) AND feed {{}}"
    query = f"SELECT state, count(*) FROM desk_row WHERE {where} GROUP BY state"
    found: Counter[str] = Counter()
    for state, count in batch.select_in(session, query, bytes_of(feeds)):
        found[state] += int(count)
    return found


def conflicts(session: Session, feeds: Sequence[UUID]) -> int:
    """How many records have two values for a member."""
    query = f"SELECT count(*) FROM desk_row WHERE {IN_CONFLICT} AND feed {{}}"
    return _count(session, query, feeds)


def overdue(session: Session, feeds: Sequence[UUID], now_ms: int) -> int:
    """How many findings are to be put right and late."""
    where = f"{TO_DO} AND deadline_ms < {now_ms:d} AND feed {{}}"
    return _count(session, f"SELECT count(*) FROM finding WHERE {where}", feeds)


def latest(
    session: Session, feeds: Sequence[UUID], now_ms: int, most: int
) -> list[tuple[int, UUID]]:
    """The findings that are late for the longest, as (deadline ms, id), so many at most."""
    query = (
        f"SELECT deadline_ms, id FROM finding WHERE {TO_DO} AND deadline_ms < {now_ms:d}"
        f" AND feed {{}} ORDER BY deadline_ms, id LIMIT {most:d}"
    )
    # On SQLite many sites are asked in several parts, each with its own longest.
    rows = batch.select_in(session, query, bytes_of(feeds))
    return sorted((int(due), uuid_of(id_)) for due, id_ in rows)[:most]


def quarantined(session: Session, feeds: Sequence[UUID] | None) -> int:
    """How many ops of some sites wait for somebody to decide; None is all, those of no site too."""
    query = "SELECT count(*) FROM quarantine WHERE state = 'open'"
    if feeds is None:
        return int(batch.run(session, query)[0][0])
    return _count(session, f"{query} AND site {{}}", feeds)


def _count(session: Session, query: str, feeds: Sequence[UUID]) -> int:
    return sum(int(row[0]) for row in batch.select_in(session, query, bytes_of(feeds)))
