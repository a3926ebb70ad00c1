"""Feedback and complaints as rows, the newest first: ids of records grow with time.

A record's id is a UUIDv7, so the order of ids is that in which they were written down, by the clock
of whoever did; the index ``record_feedback`` holds nothing but feedback.
"""

from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlmodel import Session

from fieldops.model.record import State
from fieldops.rules.complaintsteps import COMPLAINT_STATES
from fieldops.store import records
from fieldops.store.tables import IS_FEEDBACK
from fieldops.store.uuids import uuid_of

NEWEST = 500
"""How many complaints of a site are looked at for repeated ones."""
READ = 500
"""How many are held at a time where all of them are read."""


def newest(session: Session, feed: UUID) -> list[State]:
    """The newest complaints of a site."""
    return page(session, [feed], COMPLAINT_STATES, None, NEWEST)


def every(session: Session, feeds: Sequence[UUID], states: Sequence[str]) -> Iterator[State]:
    """All feedback of some sites in one of these states, the newest first."""
    before: UUID | None = None
    while found := page(session, feeds, states, before, READ):
        yield from found
        before = found[-1].id


def page(
    session: Session,
    feeds: Sequence[UUID],
    states: Sequence[str],
    before: UUID | None,
    limit: int,
) -> list[State]:
    """The newest feedback of some sites, in one of these states, before an id."""
    if not feeds:
        return []
    behind = "" if before is None else " AND id < :before"
    query = text(
        f"SELECT id FROM record WHERE {IS_FEEDBACK} AND feed IN :feeds AND state IN :states"
        f"{behind} ORDER BY id DESC LIMIT :limit"
    ).bindparams(bindparam("feeds", expanding=True), bindparam("states", expanding=True))
    bound: dict[str, object] = {
        "feeds": [one.bytes for one in feeds],
        "states": [*states],
        "limit": limit,
    }
    if before is not None:
        bound["before"] = before.bytes
    ids = [uuid_of(row[0]) for row in session.execute(query, bound)]
    found = records.get(session, ids)
    return [found[one] for one in ids]
