"""The debt ledger: the rows of ``media_ref`` by what became of their bytes.

    awaited  1   announced, wanted, not here: the debt, and the only rows of the partial indexes
    here     0   wanted and stored
    excused −1   nobody waits: voided, waived, removed, not named any more, or spoken for by a photo

``flow.claims`` moves rows between excused and the others with the ops; ``settle`` and ``owe_again``
move them between awaited and here with the bytes, at the sites that have *proven* to have them:
elsewhere who names the bytes of others has to send them first (``flow.possession``).  Each change
is made in the transaction of what caused it, with the bytes locked (``media.lock``), so that the
two can never miss each other.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.store import batch

AWAITED, HERE, EXCUSED = 1, 0, -1


class Claim(Struct, frozen=True):
    """A subject that names bytes; ``parent`` is its inspection, ``feed`` its site.

    ``device`` announced them first, ``size_bytes`` is what it said.  ``proven`` says that somebody
    of the site has them.
    """

    sha256: bytes
    subject: UUID
    parent: UUID
    feed: UUID
    device: UUID | None
    size_bytes: int | None
    since_ms: int
    owed: int
    proven: bool = False


class Known(Struct, frozen=True):
    """A claim on record, with the kind of its subject."""

    sha256: bytes
    subject: UUID
    parent: UUID
    feed: UUID
    owed: int
    kind: str


def put(session: Session, claims: Iterable[Claim]) -> None:
    """Insert claims, or say anew what became of them; who announced them first stays."""
    rows = [
        (
            one.sha256,
            one.subject.bytes,
            one.parent.bytes,
            one.feed.bytes,
            None if one.device is None else one.device.bytes,
            one.size_bytes,
            one.since_ms,
            one.owed,
            int(one.proven),
        )
        for one in claims
    ]
    batch.upsert_refs(session, sorted(rows, key=lambda row: row[:2]))


def known(session: Session, hashes: Iterable[bytes]) -> list[Known]:
    """All claims on these bytes."""
    query = (
        "SELECT r.sha256, r.subject, r.parent, r.feed, r.owed, c.kind FROM media_ref r"
        " JOIN record c ON c.id = r.subject WHERE r.sha256 {}"
    )
    rows = batch.select_in(session, query, list(hashes))
    return [
        Known(bytes(row[0]), _uuid(row[1]), _uuid(row[2]), _uuid(row[3]), row[4], row[5])
        for row in rows
    ]


def excuse(session: Session, parent: UUID, subject: UUID) -> None:
    """Nobody waits for a subject's bytes any more; for those of a whole inspection if it is it."""
    batch.run(
        session,
        "UPDATE media_ref SET owed = -1 WHERE parent = :parent AND owed >= 0"
        " AND (subject = :subject OR parent = :subject)",
        parent=parent.bytes,
        subject=subject.bytes,
    )


def prove(session: Session, sha256: bytes, feeds: Iterable[UUID]) -> None:
    """Somebody of these sites has shown to have the bytes."""
    for feed in sorted(feeds):
        batch.run(
            session,
            "UPDATE media_ref SET proven = 1 WHERE sha256 = :hash AND feed = :feed",
            hash=sha256,
            feed=feed.bytes,
        )


def settle(session: Session, sha256: bytes) -> None:
    """Bytes are here: nothing awaits them any more where it is proven that the site has them."""
    batch.run(
        session,
        "UPDATE media_ref SET owed = 0, proven = 1 WHERE sha256 = :hash AND owed = 1 AND feed IN"
        " (SELECT p.feed FROM media_ref p WHERE p.sha256 = :hash AND p.proven = 1)",
        hash=sha256,
    )


def release(session: Session, sha256: bytes) -> None:
    """Bytes were kept long enough and are removed: nobody waits for them any more."""
    batch.run(
        session,
        "UPDATE media_ref SET owed = -1 WHERE sha256 = :hash AND owed >= 0",
        hash=sha256,
    )


def owe_again(session: Session, sha256: bytes) -> int:
    """Stored bytes turned out bad, lost or collected: who wants them awaits them again.

    Call it in the transaction that takes ``media.state`` from ``stored``, with the bytes locked.
    Returns how many subjects await them now.  Their debt is as old as when they were announced.
    """
    return len(
        batch.run(
            session,
            "UPDATE media_ref SET owed = 1 WHERE sha256 = :hash AND owed = 0 RETURNING subject",
            hash=sha256,
        )
    )


def missing(session: Session, parent: UUID) -> Sequence[bytes]:
    """The hashes that an inspection is owed, in order."""
    rows = batch.run(
        session,
        "SELECT DISTINCT sha256 FROM media_ref WHERE parent = :parent AND owed = 1 ORDER BY 1",
        parent=parent.bytes,
    )
    return [bytes(row[0]) for row in rows]


def stored(session: Session, parent: UUID) -> int:
    """How many photos of an inspection are stored, by their hashes."""
    rows = batch.run(
        session,
        "SELECT count(DISTINCT r.sha256) FROM media_ref r JOIN media m ON m.sha256 = r.sha256"
        " WHERE r.parent = :parent AND r.proven = 1 AND m.state = 'stored'",
        parent=parent.bytes,
    )
    count: int = rows[0][0]
    return count


class Arrived(Struct, frozen=True):
    """How many photos of an inspection are stored, and how many it is owed, by their hashes."""

    stored: int = 0
    owed: int = 0


def arrived(session: Session, parents: Sequence[bytes]) -> dict[bytes, Arrived]:
    """How the photos of many inspections have arrived; those that name none are left out."""
    rows = batch.select_in(
        session,
        "SELECT r.parent, count(DISTINCT m.sha256),"
        " count(DISTINCT CASE WHEN r.owed = 1 THEN r.sha256 END) FROM media_ref r"
        " LEFT JOIN media m ON m.sha256 = r.sha256 AND m.state = 'stored' AND r.proven = 1"
        " WHERE r.parent {} GROUP BY r.parent",
        parents,
    )
    return {bytes(row[0]): Arrived(row[1], row[2]) for row in rows}


def bearers(session: Session, parents: Sequence[bytes]) -> list[UUID]:
    """The subjects of many inspections that name bytes: their photos, and results that do."""
    query = "SELECT DISTINCT subject FROM media_ref WHERE parent {}"
    return [_uuid(row[0]) for row in batch.select_in(session, query, parents)]


def _uuid(value: Any) -> UUID:
    return UUID(bytes=bytes(value))
