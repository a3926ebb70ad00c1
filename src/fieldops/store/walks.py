"""Which inspections a reader has judged, by when they began: what later walks look back at."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.store import batch
from fieldops.store.uuids import uuid_of

MOST = 200
"""Walks that one walk may look back at, or that may follow one: more than a month of patrols."""


class Walk(Struct, frozen=True, gc=False):
    """``began_ms`` is when its first result was recorded; ``counted`` while it is submitted.

    ``position`` is that of its latest change that was judged; it is put, and only asked about.
    """

    id: UUID
    feed: UUID
    began_ms: int
    counted: bool
    position: int = 0

    @property
    def order(self) -> tuple[int, UUID]:
        """Walks stand in the order in which they began; the id decides between equals."""
        return self.began_ms, self.id


_COLUMNS = "id, feed, began_ms, counted"
_NO_END = 2**62


def put(session: Session, reader: str, walks: Iterable[Walk]) -> None:
    """Insert or replace walks of a reader."""
    for walk in walks:
        batch.run(
            session,
            "INSERT INTO walk (reader, id, feed, began_ms, counted, position)"
            " VALUES (:reader, :id, :feed, :began, :counted, :position)"
            " ON CONFLICT (reader, id) DO UPDATE SET feed = :feed, began_ms = :began,"
            " counted = :counted, position = CASE WHEN walk.position > :position"
            " THEN walk.position ELSE :position END",
            reader=reader,
            id=walk.id.bytes,
            feed=walk.feed.bytes,
            began=walk.began_ms,
            counted=int(walk.counted),
            position=walk.position,
        )


def get(session: Session, reader: str, ids: Iterable[UUID]) -> dict[UUID, Walk]:
    """The walks of these ids that a reader has judged."""
    query = f"SELECT {_COLUMNS}, reader FROM walk WHERE id {{}}"
    rows = batch.select_in(session, query, [one.bytes for one in ids])
    found = (_walk(row) for row in rows if row[4] == reader)
    return {walk.id: walk for walk in found}


def between(
    session: Session,
    reader: str,
    feed: UUID,
    first_ms: int,
    last_ms: int,
    newest: bool,
    until: int = _NO_END,
) -> list[Walk]:
    """A site's walks that began within these moments (inclusive): the newest, or the oldest.

    With ``until`` only those of which nothing is known behind that position of the log.
    """
    way = "DESC" if newest else "ASC"
    rows = batch.run(
        session,
        f"SELECT {_COLUMNS} FROM walk WHERE reader = :reader AND feed = :feed"
        " AND began_ms >= :first AND began_ms <= :last AND position <= :until"
        f" ORDER BY began_ms {way}, id {way} LIMIT :most",
        reader=reader,
        feed=feed.bytes,
        first=first_ms,
        last=last_ms,
        until=until,
        most=MOST,
    )
    return [_walk(row) for row in rows]


def _walk(row: Sequence[Any]) -> Walk:
    return Walk(uuid_of(row[0]), uuid_of(row[1]), row[2], bool(row[3]))
