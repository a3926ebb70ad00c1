"""How much room photos take: by site, and all together with shared bytes counted once."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import bindparam, text
from sqlmodel import Session


class Room(Struct, frozen=True):
    """``photos`` are different originals that take room, in bytes; ``damaged`` are among them
    or lost; ``owed`` are announced and neither here nor waived."""

    photos: int = 0
    original_bytes: int = 0
    derivative_bytes: int = 0
    damaged: int = 0
    owed: int = 0


_SUMS = (
    "count(m.sha256), coalesce(sum(m.size_bytes), 0),"
    " coalesce(sum(p.thumb_bytes + p.view_bytes), 0),"
    " coalesce(sum(CASE WHEN d.sha256 IS NULL THEN 0 ELSE 1 END), 0)"
)
_JOINS = (
    " LEFT JOIN media m ON m.sha256 = r.sha256 AND m.state IN ('stored', 'bad')"
    " LEFT JOIN media d ON d.sha256 = r.sha256 AND d.state IN ('bad', 'lost')"
    " LEFT JOIN picture p ON p.sha256 = m.sha256"
)


def by_site(session: Session, sites: Iterable[UUID]) -> dict[UUID, Room]:
    """The room of each of these sites that has photos."""
    feeds = [site.bytes for site in sites]
    rows = _run(
        session,
        f"SELECT r.feed, {_SUMS} FROM (SELECT DISTINCT feed, sha256 FROM media_ref"
        f" WHERE proven = 1 AND feed IN :feeds) r {_JOINS} GROUP BY r.feed",
        feeds,
    )
    owed = _run(
        session,
        "SELECT feed, count(DISTINCT sha256) FROM media_ref WHERE owed = 1 AND feed IN :feeds"
        " GROUP BY feed",
        feeds,
    )
    waits = {bytes(row[0]): row[1] for row in owed}
    return {UUID(bytes=bytes(row[0])): _room(row[1:], waits.get(bytes(row[0]), 0)) for row in rows}


def together(session: Session, sites: Iterable[UUID]) -> Room:
    """The room of all these sites; bytes that several of them name count once."""
    feeds = [site.bytes for site in sites]
    query = (
        f"SELECT {_SUMS} FROM (SELECT DISTINCT sha256 FROM media_ref"
        f" WHERE proven = 1 AND feed IN :feeds) r {_JOINS}"
    )
    owed = "SELECT count(DISTINCT sha256) FROM media_ref WHERE owed = 1 AND feed IN :feeds"
    found = _run(session, query, feeds)
    waits = _run(session, owed, feeds)
    return _room(found[0], waits[0][0]) if found else Room()


def unnamed(session: Session) -> Room:
    """The room of bytes that no record names: they have their grace."""
    row = session.execute(
        text(
            "SELECT count(*), coalesce(sum(size_bytes), 0) FROM media m WHERE m.state IN"
            " ('stored', 'bad', 'stray', 'condemned') AND NOT EXISTS"
            " (SELECT 1 FROM media_ref r WHERE r.sha256 = m.sha256)"
        )
    ).one()
    return Room(int(row[0]), int(row[1]))


def _room(sums: Sequence[Any], owed: int) -> Room:
    return Room(int(sums[0]), int(sums[1]), int(sums[2]), int(sums[3]), owed)


def _run(session: Session, query: str, feeds: list[bytes]) -> list[Any]:
    if not feeds:
        return []
    statement = text(query).bindparams(bindparam("feeds", expanding=True))
    return list(session.execute(statement, {"feeds": feeds}).all())
