"""From the spool into the blob store: verify, store, tell every photo, and only then say stored.

in the spool, hashed on the way ─────── adopt ─┐
in the spool, in several parts ─── put (hash) ─┼─ one transaction: media, ops, audit, upload done
in the store's incoming/ ────────── hash, copy ─┼─ other bytes: upload bad
                                               └─ store down: they wait where they are

Bytes that one process received in one part were hashed as they were written, and the very file that
was fsynced becomes the blob: reading and writing them once more would prove nothing further.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Literal
from uuid import UUID

import structlog
from sqlmodel import Session

from fieldops.flow.land import audit_upload, keep, known_of, land
from fieldops.flow.receive import Filling
from fieldops.flow.remove import is_down
from fieldops.flow.spool import Spool, SpoolLost
from fieldops.store import media, uploads
from fieldops.store.blobs import (
    Adoption,
    BlobMissing,
    BlobStore,
    BlobStoreDown,
    DirectUploads,
    HashMismatch,
)
from fieldops.store.engine import Store
from fieldops.store.uploads import UploadRow
from fieldops.store.writer import StoreBusy

_logger = structlog.get_logger(__name__)

ORPHAN_DAYS = 30
"""How long bytes without a photo, and rows of ended uploads, are kept (PROTOCOL.md, "Photos")."""
_IDLE_S = 3600
"""Files in the spool without an upload are somebody's who is just beginning, until this old."""
_BATCH = 200
_DAY_MS = 24 * 3600 * 1000

Finished = Literal["stored", "bad", "down", "gone"]
"""What became of an upload: ``down`` waits for the store, ``gone`` was terminated meanwhile."""


def finish(
    store: Store,
    blobs: BlobStore,
    spool: Spool,
    upload: UUID,
    now_ms: int,
    digest: bytes | None = None,
) -> Finished:
    """Bring a complete upload into the blob store.  Any number may try at the same time.

    ``digest`` is the SHA-256 of all its bytes, by whoever wrote them into the spool in one part.
    """
    with store.read() as session:
        row = uploads.get(session, upload)
        known = known_of(session, row.sha256) if row else None
    if row is None or row.state != "verifying":
        return _ended(row)
    try:
        put = partial(_put, blobs, spool, row, digest)
        record = partial(keep, row=row, now_ms=now_ms)
        if not land(store, blobs, row.sha256, put, record, now_ms, known):
            return "down"
    except HashMismatch:
        return _reject(store, spool, row, now_ms)
    except (SpoolLost, FileNotFoundError, BlobMissing):
        return _lost(store, spool, row, now_ms)
    except (BlobStoreDown, OSError, StoreBusy) as error:
        _logger.warning("photo waits to be stored", upload=str(upload), reason=str(error))
        return "down"
    _drop(blobs, spool, row)
    return "stored"


def finish_whole(
    store: Store,
    blobs: BlobStore,
    spool: Spool,
    filling: Filling,
    now_ms: int,
    is_right: Callable[[], bool],
) -> bool:
    """Store what came in one part, if it is right, and acknowledge it with that.

    ``is_right`` writes the last of it, and compares its hash.  The segment is closed, and gone,
    once the bytes are stored.  False if they are wrong, or that cannot be now, or the lease was
    lost: then they are acknowledged, and finished, as an upload in several parts is.
    Raises OSError if the bytes cannot be made durable.
    """
    held, segment = filling.held, filling.segment
    if not is_right():
        return False
    segment.sync_bytes()
    is_settled = False

    def settle(session: Session) -> bool:
        nonlocal is_settled
        is_settled = uploads.complete(session, held, now_ms)
        return is_settled

    def put(_before: media.MediaState) -> None:
        name = held.sha256.hex()
        if not (isinstance(blobs, Adoption) and blobs.adopt(name, segment.path, held.size_bytes)):
            raise BlobStoreDown("the spool lies on another disk")

    record = partial(keep, row=held, now_ms=now_ms, settle=settle)
    try:
        is_kept = land(store, blobs, held.sha256, put, record, now_ms, filling.known)
    except (BlobStoreDown, StoreBusy) as error:
        _logger.warning("photo takes the long way", upload=str(held.id), reason=str(error))
        return False
    if is_kept and is_settled:
        segment.close(keep=False)
        if held.lease:
            # Who had the upload before may have left files behind.
            spool.remove(held.id)
    return is_kept and is_settled


def finish_pending(store: Store, blobs: BlobStore, spool: Spool, now_ms: int) -> int:
    """Finish what waited for the blob store; returns how many are stored now.

    One that cannot be read, or that the store alone refuses, keeps no other waiting.
    """
    with store.read() as session:
        waiting = uploads.verifying(session, _BATCH)
    stored = 0
    for upload in waiting:
        outcome = finish(store, blobs, spool, upload, now_ms)
        if outcome == "down" and is_down(blobs):
            break
        stored += outcome == "stored"
    return stored


def sweep(store: Store, spool: Spool, now_ms: int, idle_s: int = _IDLE_S) -> int:
    """End expired uploads, forget those long ended, empty the spool of leftovers.

    Returns how many uploads lost their bytes in the spool.
    """
    before_ms = now_ms - ORPHAN_DAYS * _DAY_MS

    def job(session: Session) -> list[UUID]:
        ended = uploads.expired(session, now_ms, _BATCH)
        for upload in ended:
            uploads.settle(session, upload, "ended", "open", now_ms)
        uploads.forget(session, before_ms)
        return ended

    swept = set(store.write(job).result())
    idle = spool.idle(idle_s)
    with store.read() as session:
        swept |= idle - uploads.unfinished(session, idle)
    for upload in swept:
        spool.remove(upload)
    return len(swept)


def _put(
    blobs: BlobStore, spool: Spool, row: UploadRow, digest: bytes | None, before: media.MediaState
) -> None:
    if row.way == "put":
        take_sent(blobs, row, before)
        return
    if digest is not None and _adopt(blobs, spool, row, digest):
        return
    with spool.assembled(row.id, row.size_bytes) as source:
        blobs.put(row.sha256.hex(), source, row.size_bytes, before in media.DAMAGED)


def take_sent(blobs: BlobStore, row: UploadRow, before: media.MediaState) -> None:
    """Verify and keep what lies in `incoming/`; raises as ``DirectUploads.complete_upload``."""
    if not isinstance(blobs, DirectUploads):
        raise BlobMissing(row.sha256.hex())
    # Where nobody knows of a blob there is hardly one: to copy costs less than to look.
    afresh = before != "stored"
    blobs.complete_upload(sender(row.device), row.sha256.hex(), row.size_bytes, afresh)


def _adopt(blobs: BlobStore, spool: Spool, row: UploadRow, digest: bytes) -> bool:
    """Whether the spool's own file became the blob."""
    if digest != row.sha256:
        raise HashMismatch(row.sha256.hex(), digest.hex(), row.size_bytes)
    file = spool.whole(row.id, row.size_bytes)
    if file is None or not isinstance(blobs, Adoption):
        return False
    return blobs.adopt(row.sha256.hex(), file, row.size_bytes)


def _drop(blobs: BlobStore, spool: Spool, row: UploadRow) -> None:
    """Forget the bytes on their way, now that they are stored and recorded."""
    spool.remove(row.id)
    if row.way == "put" and isinstance(blobs, DirectUploads):
        # Should this fail, the sweep of incoming/ takes them.
        with suppress(BlobStoreDown):
            blobs.drop_uploads([(sender(row.device), row.sha256.hex())])


def sender(device: UUID) -> str:
    """The name of a device's own place in `incoming/`."""
    return device.hex


def _ended(row: UploadRow | None) -> Finished:
    if row is None or row.state in ("ended", "open"):
        return "gone"
    return "stored" if row.state == "done" else "bad"


def _reject(store: Store, spool: Spool, row: UploadRow, now_ms: int) -> Finished:
    def job(session: Session) -> None:
        if uploads.settle(session, row.id, "bad", "verifying", now_ms):
            audit_upload(session, row, "media.reject", now_ms)

    store.write(job).result()
    spool.remove(row.id)
    return "bad"


def _lost(store: Store, spool: Spool, row: UploadRow, now_ms: int) -> Finished:
    """Its bytes are gone: another server has finished it meanwhile, or the spool was emptied."""
    with store.read() as session:
        now = uploads.get(session, row.id)
    if now is None or now.state != "verifying":
        return _ended(now)
    if row.way == "tus":
        _logger.error("bytes are missing from the spool", upload=str(row.id))
    store.write(
        lambda session: uploads.settle(session, row.id, "ended", "verifying", now_ms)
    ).result()
    spool.remove(row.id)
    return "gone"
