"""Pictures as rows: what the picture worker read from stored bytes, and where the derivatives lie.

A derivative lies in the blob store under its own SHA-256, but is no row of ``media``: no device has
sent it, and it can be made again at any time.
"""

from collections.abc import Iterable
from typing import Any, Literal
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlalchemy import text
from sqlmodel import Session

from fieldops.model.picture import Picture
from fieldops.store import batch, media

THUMB_MIME: Literal["image/webp"] = "image/webp"
VIEW_MIME: Literal["image/jpeg"] = "image/jpeg"
BANDS = (22, 21, 21)
"""The bits of a difference hash that each band holds, from its high end.

Hashes that differ in at most eight bits differ in at most two within one band (pigeonholes).
"""
_SIGN = 1 << 63
_ALL = 1 << 64


class Derivative(Struct, frozen=True):
    """One derivative in the blob store."""

    sha256: bytes
    size_bytes: int
    mime: Literal["image/webp", "image/jpeg"]


class PictureRow(Struct, frozen=True, omit_defaults=True):
    """What is known of stored bytes as a picture; without derivatives if it is undecodable."""

    sha256: bytes
    picture: Picture
    thumb: Derivative | None = None
    view: Derivative | None = None
    looked_ms: int = 0


_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder(Picture).decode
_COLUMNS = "sha256, facts, thumb, thumb_bytes, view, view_bytes, looked_ms"


def signed(dhash: str) -> int:
    """The 16 digits of a difference hash as the signed number that a database can hold."""
    number = int(dhash, 16)
    return number - _ALL if number & _SIGN else number


def bands(dhash: int) -> tuple[int, ...]:
    """The three bands of a signed difference hash, by which near-duplicates are looked up."""
    found, left = [], 64
    for width in BANDS:
        left -= width
        found.append((dhash % _ALL >> left) & ((1 << width) - 1))
    return tuple(found)


def put(session: Session, rows: Iterable[PictureRow], now_ms: int) -> None:
    """Remember pictures, in the place of what was known; those of bytes not stored are left out.

    The bytes are locked first: whoever collects them at that moment takes the picture along.
    """
    wanted = {row.sha256: row for row in rows}
    media.lock(session, sorted(wanted))
    stored = media.get(session, wanted)
    for sha256 in sorted(wanted):
        if sha256 in stored and stored[sha256].state == "stored":
            session.execute(_PUT, _values(wanted[sha256], now_ms))


_PUT = text(
    "INSERT INTO picture (sha256, facts, dhash, band0, band1, band2,"
    " thumb, thumb_bytes, view, view_bytes, looked_ms)"
    " VALUES (:s, :facts, :dhash, :band0, :band1, :band2,"
    " :thumb, :thumb_bytes, :view, :view_bytes, :now)"
    " ON CONFLICT (sha256) DO UPDATE SET facts = excluded.facts, dhash = excluded.dhash,"
    " band0 = excluded.band0, band1 = excluded.band1, band2 = excluded.band2,"
    " thumb = excluded.thumb, thumb_bytes = excluded.thumb_bytes,"
    " view = excluded.view, view_bytes = excluded.view_bytes, looked_ms = excluded.looked_ms"
)


def _values(row: PictureRow, now_ms: int) -> dict[str, Any]:
    measures = row.picture.measures
    dhash = None if measures is None else signed(measures.dhash)
    pieces = (None, None, None) if dhash is None else bands(dhash)
    return {
        "s": row.sha256,
        "facts": _encode(row.picture),
        "dhash": dhash,
        "band0": pieces[0],
        "band1": pieces[1],
        "band2": pieces[2],
        "thumb": row.thumb and row.thumb.sha256,
        "thumb_bytes": row.thumb.size_bytes if row.thumb else 0,
        "view": row.view and row.view.sha256,
        "view_bytes": row.view.size_bytes if row.view else 0,
        "now": now_ms,
    }


def get(session: Session, hashes: Iterable[bytes]) -> dict[bytes, PictureRow]:
    """The pictures of these bytes, as far as they were looked at."""
    query = f"SELECT {_COLUMNS} FROM picture WHERE sha256 {{}}"
    rows = batch.select_in(session, query, list(hashes))
    return {bytes(row[0]): _row(row) for row in rows}


def waiting(
    session: Session,
    after: bytes = b"",
    limit: int = 500,
    site: UUID | None = None,
    again: bool = False,
) -> list[bytes]:
    """Stored bytes behind a hash, in the order of hashes, that were never looked at.

    Only those that a photo of ``site`` names, if one is given; ``again`` takes all.
    """
    rows = session.execute(
        text(
            "SELECT m.sha256 FROM media m WHERE m.sha256 > :after AND m.state = 'stored'"
            + ("" if again else _UNSEEN)
            + ("" if site is None else _OF_SITE)
            + " ORDER BY m.sha256 LIMIT :limit"
        ),
        {"after": after, "limit": limit, **({} if site is None else {"site": site.bytes})},
    )
    return [bytes(row[0]) for row in rows]


def unseen(session: Session, after: bytes, window: int) -> tuple[list[bytes], bytes]:
    """Stored and named bytes among the next ``window`` behind a hash that have no picture.

    Also gives where the next window begins: empty bytes at the end.  So all photos are gone through
    in small steps, however many there are.
    """
    rows = session.execute(
        text(
            "SELECT m.sha256, m.state = 'stored' AND EXISTS"
            " (SELECT 1 FROM media_ref r WHERE r.sha256 = m.sha256)" + _UNSEEN + " FROM"
            " (SELECT sha256, state FROM media WHERE sha256 > :after"
            " ORDER BY sha256 LIMIT :window) m ORDER BY m.sha256"
        ),
        {"after": after, "window": window},
    ).all()
    found = [bytes(row[0]) for row in rows if row[1]]
    return found, bytes(rows[-1][0]) if len(rows) == window else b""


def unseen_since(session: Session, since_ms: int, window: int, limit: int) -> list[bytes]:
    """A few stored and named bytes without a picture among the newest ``window``.

    They came since ``since_ms``, or were read back by the scrubber: it is asked by an index that
    knows only the later of both.
    """
    rows = session.execute(
        text(
            "SELECT m.sha256 FROM (SELECT sha256 FROM media WHERE state = 'stored'"
            " AND checked_ms >= :since ORDER BY checked_ms DESC LIMIT :window) m"
            " WHERE EXISTS (SELECT 1 FROM media_ref r WHERE r.sha256 = m.sha256)"
            + _UNSEEN
            + " LIMIT :limit"
        ),
        {"since": since_ms, "window": window, "limit": limit},
    )
    return [bytes(row[0]) for row in rows]


_UNSEEN = " AND NOT EXISTS (SELECT 1 FROM picture p WHERE p.sha256 = m.sha256)"
_OF_SITE = " AND EXISTS (SELECT 1 FROM media_ref r WHERE r.sha256 = m.sha256 AND r.feed = :site)"


def _row(row: Any) -> PictureRow:
    sha256, facts, thumb, thumb_bytes, view, view_bytes, looked_ms = row
    return PictureRow(
        sha256=bytes(sha256),
        picture=_decode(bytes(facts)),
        thumb=Derivative(bytes(thumb), thumb_bytes, THUMB_MIME) if thumb else None,
        view=Derivative(bytes(view), view_bytes, VIEW_MIME) if view else None,
        looked_ms=looked_ms,
    )
