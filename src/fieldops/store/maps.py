"""Maps of sites: one picture a site, and where its edges are."""

from uuid import UUID

import msgspec
from msgspec import Struct
from sqlmodel import Session

from fieldops.store import batch


class Edges(Struct, frozen=True):
    """Degrees (WGS 84) of the picture's edges."""

    west: float
    south: float
    east: float
    north: float


class MapRow(Struct, frozen=True):
    """What is known of a map without its picture."""

    sha256: str
    edges: Edges
    set_ms: int


_edges = msgspec.json.Decoder(Edges).decode


def put(
    session: Session, site: UUID, sha256: bytes, picture: bytes, edges: Edges, now_ms: int
) -> None:
    """Set the map of a site, instead of the one before."""
    batch.run(
        session,
        "INSERT INTO site_map (site, sha256, place, set_ms, picture)"
        " VALUES (:site, :sha256, :place, :now, :picture) ON CONFLICT (site) DO UPDATE SET"
        " sha256 = excluded.sha256, place = excluded.place, set_ms = excluded.set_ms,"
        " picture = excluded.picture",
        site=site.bytes,
        sha256=sha256,
        place=msgspec.json.encode(edges),
        now=now_ms,
        picture=picture,
    )


def get(session: Session, site: UUID) -> MapRow | None:
    """The map of a site, if there is one."""
    query = "SELECT sha256, place, set_ms FROM site_map WHERE site = :site"
    rows = batch.run(session, query, site=site.bytes)
    if not rows:
        return None
    sha256, place, set_ms = rows[0]
    return MapRow(bytes(sha256).hex(), _edges(bytes(place)), set_ms)


def picture(session: Session, site: UUID, sha256: str) -> bytes | None:
    """The picture of a site's map, if it still is this one."""
    query = "SELECT picture FROM site_map WHERE site = :site AND sha256 = :sha256"
    rows = batch.run(session, query, site=site.bytes, sha256=bytes.fromhex(sha256))
    return bytes(rows[0][0]) if rows else None


def drop(session: Session, site: UUID) -> bool:
    """Take a map away; False if there is none."""
    query = "DELETE FROM site_map WHERE site = :site RETURNING 1"
    return bool(batch.run(session, query, site=site.bytes))
