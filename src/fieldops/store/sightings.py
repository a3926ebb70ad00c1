"""Photos as evidence of a place: what each is compared with others by; one row a photo.

``no`` is the log position at which a photo was first seen: it orders photos by their arrival, and a
replay of the log gives the same.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import text
from sqlmodel import Session

from fieldops.store import batch

TWINS_MAX = 500
"""So many photos of the same or nearly the same bytes are compared, the earliest first."""


class Sighting(Struct, frozen=True, omit_defaults=True):
    """``feed`` is the photo's site, ``parent`` its inspection; see ``phototables.Sighting``."""

    subject: UUID
    no: int
    sha256: bytes
    feed: UUID
    parent: UUID
    item: str = ""
    repeat: str = ""
    day: str = ""
    device: UUID | None = None
    counter: int | None = None
    risk: int | None = None


class Standing(Struct, frozen=True):
    """How an inspection's photos stand: the highest risk, how many have any, how many judged."""

    worst: int = 0
    risky: int = 0
    judged: int = 0


_COLUMNS = "subject, no, sha256, feed, parent, item, repeat, day, device, counter, risk"
_CHANGING = ("sha256", "item", "repeat", "day", "counter", "risk")
_PUT = text(
    f"INSERT INTO sighting ({_COLUMNS}) VALUES (:subject, :no, :sha256, :feed, :parent, :item,"
    " :repeat, :day, :device, :counter, :risk) ON CONFLICT (subject) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _CHANGING)
)


def put(session: Session, rows: Iterable[Sighting]) -> None:
    """Insert or change sightings; a photo keeps its ``no`` and the device that sent it first."""
    for row in sorted(rows, key=lambda one: one.subject.bytes):
        session.execute(_PUT, _values(row))


def get(session: Session, subjects: Iterable[UUID]) -> dict[UUID, Sighting]:
    """The sightings of photos."""
    query = f"SELECT {_COLUMNS} FROM sighting WHERE subject {{}}"
    rows = batch.select_in(session, query, [one.bytes for one in subjects])
    return {found.subject: found for found in map(_sighting, rows)}


def of_bytes(session: Session, hashes: Sequence[bytes]) -> list[Sighting]:
    """The photos of these bytes in the order of their arrival, the first ``TWINS_MAX``."""
    query = f"SELECT {_COLUMNS} FROM sighting WHERE sha256 {{}} ORDER BY no LIMIT {TWINS_MAX}"
    rows = map(_sighting, batch.select_in(session, query, hashes))
    return sorted(rows, key=lambda one: one.no)[:TWINS_MAX]


def of_walks(session: Session, walks: Iterable[UUID]) -> dict[UUID, list[Sighting]]:
    """The photos of inspections, by inspection, each in the order of their arrival."""
    query = f"SELECT {_COLUMNS} FROM sighting WHERE parent {{}} ORDER BY no"
    found: dict[UUID, list[Sighting]] = {}
    for row in batch.select_in(session, query, [one.bytes for one in walks]):
        seen = _sighting(row)
        found.setdefault(seen.parent, []).append(seen)
    return found


def before(session: Session, device: UUID, counter: int) -> Sighting | None:
    """The device's photo with the highest number below ``counter``."""
    return _neighbour(session, device, counter, "counter < :counter ORDER BY counter DESC")


def after(session: Session, device: UUID, counter: int) -> Sighting | None:
    """The device's photo with the lowest number above ``counter``."""
    return _neighbour(session, device, counter, "counter > :counter ORDER BY counter")


def _neighbour(session: Session, device: UUID, counter: int, where: str) -> Sighting | None:
    query = f"SELECT {_COLUMNS} FROM sighting WHERE device = :device AND {where}, no LIMIT 1"
    rows = batch.run(session, query, device=device.bytes, counter=counter)
    return _sighting(rows[0]) if rows else None


def standing(session: Session, inspections: Sequence[bytes]) -> dict[bytes, Standing]:
    """How the photos of inspections stand; those without a photo are left out."""
    query = (
        "SELECT parent, coalesce(max(risk), 0), count(CASE WHEN risk > 0 THEN 1 END), count(risk)"
        " FROM sighting WHERE parent {} GROUP BY parent"
    )
    rows = batch.select_in(session, query, inspections)
    return {bytes(row[0]): Standing(*row[1:]) for row in rows}


def _values(row: Sighting) -> dict[str, Any]:
    return {
        "subject": row.subject.bytes,
        "no": row.no,
        "sha256": row.sha256,
        "feed": row.feed.bytes,
        "parent": row.parent.bytes,
        "item": row.item,
        "repeat": row.repeat,
        "day": row.day,
        "device": row.device and row.device.bytes,
        "counter": row.counter,
        "risk": row.risk,
    }


def _sighting(row: Any) -> Sighting:
    return Sighting(
        subject=UUID(bytes=bytes(row[0])),
        no=row[1],
        sha256=bytes(row[2]),
        feed=UUID(bytes=bytes(row[3])),
        parent=UUID(bytes=bytes(row[4])),
        item=row[5],
        repeat=row[6],
        day=row[7],
        device=None if row[8] is None else UUID(bytes=bytes(row[8])),
        counter=row[9],
        risk=row[10],
    )
