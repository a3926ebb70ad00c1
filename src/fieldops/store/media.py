"""Photos' bytes as rows: which are stored, and which subjects refer to them (see ``debts``).

    (none) ──> stored ──> condemned ──> gone       collected, or kept long enough
      │          │  ^                     │
      └> stray ──┤  └─────────────────────┴── sent again
                 └──> bad, lost                damaged or missing, as the scrubber found

A *stray* lies in the blob store and nobody knows why.  ``generation`` grows with every step that
makes what lies there untrustworthy, so that whoever stores the bytes at that moment notices.
"""

from collections.abc import Iterable
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.store import batch, debts

MediaState = Literal["stored", "verifying", "bad", "lost", "stray", "condemned", "gone"]


DAMAGED: frozenset[MediaState] = frozenset({"bad", "lost"})
"""What lies there, if anything, is not the bytes: they must be written over."""


class MediaRow(Struct, frozen=True):
    """Bytes that arrived; only ``stored`` ones are there for certain."""

    sha256: bytes
    size_bytes: int
    mime: str
    state: MediaState
    stored_ms: int
    generation: int = 0


class Ref(Struct, frozen=True):
    """A subject that names bytes; ``parent`` is its inspection, ``feed`` its site.

    ``device`` announced it; ``is_owed`` says that it waits for them, ``is_proven`` that its site
    was shown to have them.
    """

    sha256: bytes
    subject: UUID
    parent: UUID
    feed: UUID
    device: UUID | None
    is_owed: bool
    is_proven: bool


def lock(session: Session, hashes: Iterable[bytes]) -> None:
    """Wait until nobody else stores these bytes or first names them.

    Without it a photo's op and the arrival of its bytes could miss each other, and the photo would
    await what is there.
    """
    if keys := [UUID(bytes=sha256[:16]) for sha256 in hashes]:
        batch.lock(session, keys)


def put(session: Session, row: MediaRow) -> bool:
    """Remember stored bytes; False if they were stored already (their grace is renewed).

    Only ``flow.land.keep`` may say that they are: it knows whether they were put in time.
    """
    if row.state == "stored":
        debts.settle(session, row.sha256)
    if row.state == "stored" and touch(session, [row.sha256], row.stored_ms):
        return False
    batch.run(
        session,
        "INSERT INTO media (sha256, size_bytes, mime, state, stored_ms, touched_ms,"
        " generation, checked_ms) VALUES (:s, :size, :mime, :state, :now, :now, 0, :now)"
        " ON CONFLICT (sha256) DO UPDATE SET size_bytes = excluded.size_bytes,"
        " mime = excluded.mime, state = excluded.state, stored_ms = excluded.stored_ms,"
        " touched_ms = excluded.touched_ms, checked_ms = excluded.checked_ms",
        s=row.sha256,
        size=row.size_bytes,
        mime=row.mime,
        state=row.state,
        now=row.stored_ms,
    )
    return True


def get(session: Session, hashes: Iterable[bytes]) -> dict[bytes, MediaRow]:
    """What is known of these bytes."""
    query = (
        "SELECT sha256, size_bytes, mime, state, stored_ms, generation FROM media WHERE sha256 {}"
    )
    rows = batch.select_in(session, query, list(hashes))
    return {bytes(row[0]): MediaRow(bytes(row[0]), *row[1:]) for row in rows}


def touch(session: Session, hashes: Iterable[bytes], now_ms: int) -> set[bytes]:
    """Renew the grace of stored bytes; those of them that are stored.

    Who is told that we have bytes is told so by this answer: bytes that are being collected at the
    same moment are either touched before, and stay, or are not in it.
    """
    touched = set()
    for sha256 in sorted(hashes):
        query = (
            "UPDATE media SET touched_ms = :now WHERE sha256 = :s AND state = 'stored' RETURNING 1"
        )
        if batch.run(session, query, now=now_ms, s=sha256):
            touched.add(sha256)
    return touched


def touched_ms(session: Session, sha256: bytes) -> int | None:
    """When the grace of bytes was last renewed."""
    rows = batch.run(session, "SELECT touched_ms FROM media WHERE sha256 = :s", s=sha256)
    return int(rows[0][0]) if rows else None


def refs(session: Session, hashes: Iterable[bytes]) -> dict[bytes, list[Ref]]:
    """The subjects that name these bytes."""
    query = f"SELECT {_REF} FROM media_ref WHERE sha256 {{}}"
    found: dict[bytes, list[Ref]] = {}
    for row in batch.select_in(session, query, list(hashes)):
        found.setdefault(bytes(row[0]), []).append(_ref(row))
    return found


_REF = "sha256, subject, parent, feed, device, owed, proven"


def _ref(row: Any) -> Ref:
    subject, parent, feed = (UUID(bytes=bytes(value)) for value in row[1:4])
    device = None if row[4] is None else UUID(bytes=bytes(row[4]))
    return Ref(bytes(row[0]), subject, parent, feed, device, row[5] == 1, row[6] == 1)
