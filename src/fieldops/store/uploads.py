"""Uploads as rows: who may write next, how far the bytes are durable, what became of them.

    open ──> verifying ──> done      or at once, where all of it came in one part
     │           └──────> bad        wrong hash: the tombstone answers 410
     └──> ended                      terminated or expired

An upload is made with lease 0, which is its maker's, and may be done before its row was ever
written (``flow.newborn``).
``lease`` grows with every takeover and every change of an upload is made ``WHERE lease = …``, so
whoever was taken over from cannot commit any more.
"""

from collections.abc import Iterable
from typing import Any, Literal, cast
from uuid import UUID

from msgspec import Struct
from sqlalchemy import text
from sqlmodel import Session

from fieldops.store import batch

UploadState = Literal["open", "verifying", "done", "bad", "ended"]
UploadWay = Literal["tus", "put"]
"""By tus through the server, or by a signed PUT into the store: such a one begins ``verifying``."""


class UploadRow(Struct, frozen=True):
    """``offset_bytes`` are durable; ``held_until_ms`` is 0 when nobody is writing.

    ``metadata`` is ``Upload-Metadata`` as the client sent it.
    """

    id: UUID
    device: UUID
    sha256: bytes
    size_bytes: int
    offset_bytes: int
    mime: str
    metadata: str
    lease: int
    state: UploadState
    held_until_ms: int
    made_ms: int
    expires_ms: int
    way: UploadWay = "tus"


_COLUMNS = (
    "id, device, sha256, size_bytes, offset_bytes, mime, upload_metadata, lease, state,"
    " held_until_ms, made_ms, expires_ms, way"
)


_INSERT = (
    f"INSERT INTO upload ({_COLUMNS}, touched_ms) VALUES (:id, :device, :sha256, :size,"
    " :offset, :mime, :metadata, :lease, :state, :held, :made, :expires, :way, :touched)"
    " ON CONFLICT (id) DO"
)


def add(session: Session, row: UploadRow) -> None:
    """Insert a new upload; one that is there already stays as it is."""
    batch.run(session, f"{_INSERT} NOTHING", touched=row.made_ms, **_bound(row))


def _bound(row: UploadRow) -> dict[str, Any]:
    return {
        "id": row.id.bytes,
        "device": row.device.bytes,
        "sha256": row.sha256,
        "size": row.size_bytes,
        "offset": row.offset_bytes,
        "mime": row.mime,
        "metadata": row.metadata,
        "lease": row.lease,
        "state": row.state,
        "held": row.held_until_ms,
        "made": row.made_ms,
        "expires": row.expires_ms,
        "way": row.way,
    }


def get(session: Session, upload: UUID) -> UploadRow | None:
    """An upload, if there is one by this id."""
    rows = _select(session, "id = :id", id=upload.bytes)
    return rows[0] if rows else None


def of_device(session: Session, device: UUID, hashes: Iterable[bytes]) -> list[UploadRow]:
    """A device's uploads of these bytes, the newest first."""
    wanted = set(hashes)
    rows: list[UploadRow] = []
    for sha256 in sorted(wanted):
        rows += _select(session, "device = :d AND sha256 = :s", d=device.bytes, s=sha256)
    return sorted(rows, key=lambda row: (-row.made_ms, row.id))


def open_ones(session: Session, device: UUID, now_ms: int) -> dict[UUID, int]:
    """The unfinished uploads of a device, and until when each is held (ms since 1970)."""
    query = (
        "SELECT id, held_until_ms FROM upload"
        " WHERE device = :d AND state = 'open' AND expires_ms > :now"
    )
    rows = batch.run(session, query, d=device.bytes, now=now_ms)
    return {UUID(bytes=bytes(row[0])): row[1] for row in rows}


def senders(session: Session, hashes: Iterable[bytes]) -> dict[bytes, set[UUID]]:
    """The devices that have sent these bytes, all of them and with the right hash."""
    query = "SELECT sha256, device FROM upload WHERE state = 'done' AND sha256 {}"
    found: dict[bytes, set[UUID]] = {}
    for row in batch.select_in(session, query, sorted(hashes)):
        found.setdefault(bytes(row[0]), set()).add(UUID(bytes=bytes(row[1])))
    return found


def being_written(session: Session, device: UUID, now_ms: int) -> set[UUID]:
    """The uploads of a device that are being written now, as far as their rows say."""
    batch.lock(session, [device])
    query = "SELECT id FROM upload WHERE device = :d AND state = 'open' AND held_until_ms > :now"
    rows = batch.run(session, query, d=device.bytes, now=now_ms)
    return {UUID(bytes=bytes(row[0])) for row in rows}


def make_room(session: Session, device: UUID, most: int, now_ms: int, idle_ms: int) -> bool:
    """Whether a device may begin one more upload: fewer than ``most`` are open.

    Expired ones do not count, and of those into which nothing was ever written and that were begun
    more than ``idle_ms`` ago, so many are ended as are needed, the oldest first.
    """
    batch.lock(session, [device])
    rows = _select(
        session,
        "device = :d AND state = 'open' AND expires_ms > :now ORDER BY made_ms, id",
        d=device.bytes,
        now=now_ms,
    )
    excess = len(rows) - most + 1
    idle = [
        row
        for row in rows
        if not row.offset_bytes and row.held_until_ms <= now_ms and row.made_ms <= now_ms - idle_ms
    ]
    if excess > len(idle):
        return False
    for row in idle[: max(0, excess)]:
        settle(session, row.id, "ended", "open", now_ms)
    return True


def take(
    session: Session, upload: UUID, offset_bytes: int, held_until_ms: int, lease: int
) -> UploadRow | None:
    """Take the lease that comes after ``lease``, at exactly this offset.

    None if the upload stands elsewhere, is not open, or somebody has taken that lease before.
    """
    return _change(
        session,
        "lease = lease + 1, held_until_ms = :until",
        "id = :id AND state = 'open' AND offset_bytes = :offset AND lease = :lease",
        id=upload.bytes,
        offset=offset_bytes,
        lease=lease,
        until=held_until_ms,
    )


def hold(session: Session, held: UploadRow, held_until_ms: int) -> None:
    """Say that the holder of this lease writes; nothing happens if it holds it no more."""
    _change(
        session,
        "held_until_ms = :until",
        "id = :id AND lease = :lease AND state = 'open'",
        id=held.id.bytes,
        lease=held.lease,
        until=held_until_ms,
    )


def fence(session: Session, row: UploadRow) -> UploadRow | None:
    """Take the lease away from whoever held it at ``row``; None if something changed meanwhile."""
    return _change(
        session,
        "lease = lease + 1, held_until_ms = 0",
        "id = :id AND state = 'open' AND lease = :lease AND offset_bytes = :offset",
        id=row.id.bytes,
        lease=row.lease,
        offset=row.offset_bytes,
    )


def advance(
    session: Session,
    held: UploadRow,
    offset_bytes: int,
    held_until_ms: int,
    expires_ms: int,
    now_ms: int,
) -> UploadRow | None:
    """Acknowledge durable bytes; all of them make it ``verifying``.  None if the lease is lost."""
    return _change(
        session,
        "touched_ms = CASE WHEN offset_bytes < :offset THEN :now ELSE touched_ms END,"
        " offset_bytes = :offset, held_until_ms = :until, expires_ms = :expires,"
        " state = CASE WHEN size_bytes = :offset THEN 'verifying' ELSE 'open' END",
        "id = :id AND lease = :lease AND state = 'open'",
        id=held.id.bytes,
        lease=held.lease,
        offset=offset_bytes,
        until=held_until_ms,
        expires=expires_ms,
        now=now_ms,
    )


def complete(session: Session, held: UploadRow, now_ms: int) -> bool:
    """All of an upload is stored, by the holder of this lease; False if the lease is lost.

    An upload that has no row yet gets it here.
    """
    bound = _bound(held) | {"state": "done", "offset": held.size_bytes, "held": 0}
    query = (
        f"{_INSERT} UPDATE SET state = excluded.state, offset_bytes = excluded.offset_bytes,"
        " held_until_ms = 0, touched_ms = excluded.touched_ms"
        " WHERE upload.lease = excluded.lease AND upload.state = 'open' RETURNING id"
    )
    return bool(batch.run(session, query, touched=now_ms, **bound))


def release(session: Session, held: UploadRow) -> None:
    """The holder of this lease writes no more; nothing happens if it holds it no more."""
    _change(
        session,
        "held_until_ms = 0",
        "id = :id AND lease = :lease",
        id=held.id.bytes,
        lease=held.lease,
    )


def settle(
    session: Session, upload: UUID, state: UploadState, before: UploadState, now_ms: int
) -> bool:
    """Move an upload on; False if it is not in the state ``before``."""
    done = _change(
        session,
        "state = :state, held_until_ms = 0, lease = lease + 1, touched_ms = :now",
        "id = :id AND state = :before",
        id=upload.bytes,
        state=state,
        before=before,
        now=now_ms,
    )
    return done is not None


def verifying(session: Session, limit: int) -> list[UUID]:
    """Uploads whose bytes are all here and that are not in the blob store yet, oldest first."""
    rows = _select(session, "state = 'verifying' ORDER BY made_ms, id LIMIT :limit", limit=limit)
    return [row.id for row in rows]


def expired(session: Session, now_ms: int, limit: int) -> list[UUID]:
    """Unfinished uploads whose time is up."""
    where = "state = 'open' AND expires_ms <= :now ORDER BY expires_ms, id LIMIT :limit"
    return [row.id for row in _select(session, where, now=now_ms, limit=limit)]


def forget(session: Session, before_ms: int) -> int:
    """Delete the rows of uploads that ended before an instant; returns how many.

    One that is done stays while its bytes do and its device has not named them: an op of it may
    still wait in quarantine.
    """
    done: Any = session.execute(
        text(
            "DELETE FROM upload WHERE touched_ms < :before AND (state IN ('bad', 'ended') OR"
            " state = 'done' AND (EXISTS (SELECT 1 FROM media_ref r WHERE r.sha256 = upload.sha256"
            " AND r.device = upload.device) OR NOT EXISTS (SELECT 1 FROM media m"
            " WHERE m.sha256 = upload.sha256 AND m.state = 'stored')))"
        ),
        {"before": before_ms},
    )
    return int(done.rowcount)


def unfinished(session: Session, ids: Iterable[UUID]) -> set[UUID]:
    """Those of the uploads whose bytes still stand in the spool."""
    query = "SELECT id FROM upload WHERE state IN ('open', 'verifying') AND id {}"
    rows = batch.select_in(session, query, [one.bytes for one in ids])
    return {UUID(bytes=bytes(row[0])) for row in rows}


def _change(session: Session, sets: str, where: str, **bound: Any) -> UploadRow | None:
    query = f"UPDATE upload SET {sets} WHERE {where} RETURNING {_COLUMNS}"
    rows = batch.run(session, query, **bound)
    return _row(rows[0]) if rows else None


def _select(session: Session, where: str, **bound: Any) -> list[UploadRow]:
    rows = batch.run(session, f"SELECT {_COLUMNS} FROM upload WHERE {where}", **bound)
    return [_row(row) for row in rows]


def _row(row: Any) -> UploadRow:
    return UploadRow(
        id=UUID(bytes=bytes(row[0])),
        device=UUID(bytes=bytes(row[1])),
        sha256=bytes(row[2]),
        size_bytes=row[3],
        offset_bytes=row[4],
        mime=row[5],
        metadata=row[6],
        lease=row[7],
        state=cast(UploadState, row[8]),
        held_until_ms=row[9],
        made_ms=row[10],
        expires_ms=row[11],
        way=cast(UploadWay, row[12]),
    )
