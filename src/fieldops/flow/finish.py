"""From the spool into the blob store: verify, store, tell every photo, and only then say stored.

all bytes in the spool ──── put (hash again) ─┬─ one transaction: media, ops, audit, upload done
or in the store's incoming/ ─ hash, copy ─────┼─ other bytes: upload bad
                                              └─ store down: they wait where they are
"""

from contextlib import suppress
from typing import Literal
from uuid import UUID

import structlog
from sqlmodel import Session

from fieldops.flow.enter import enter_server, server_op
from fieldops.flow.spool import Spool, SpoolLost
from fieldops.store import audit, batch, media, records, uploads
from fieldops.store.blobs import (
    BlobMissing,
    BlobStore,
    BlobStoreDown,
    DirectUploads,
    HashMismatch,
)
from fieldops.store.engine import Store
from fieldops.store.uploads import UploadRow
from fieldops.store.writer import StoreBusy
from fieldops_sync.ids import actor_id

_logger = structlog.get_logger(__name__)

ACTOR = "media"
"""The server's actor that says which bytes are stored."""
ORPHAN_DAYS = 30
"""How long bytes without a photo, and rows of ended uploads, are kept (PROTOCOL.md, "Photos")."""
_IDLE_S = 3600
"""Files in the spool without an upload are somebody's who is just beginning, until this old."""
_BATCH = 200
_DAY_MS = 24 * 3600 * 1000

Finished = Literal["stored", "bad", "down", "gone"]
"""What became of an upload: ``down`` waits for the store, ``gone`` was terminated meanwhile."""


def finish(store: Store, blobs: BlobStore, spool: Spool, upload: UUID, now_ms: int) -> Finished:
    """Bring a complete upload into the blob store.  Any number may try at the same time."""
    with store.read() as session:
        row = uploads.get(session, upload)
    if row is None or row.state != "verifying":
        return _ended(row)
    try:
        _put(blobs, spool, row)
        store.write(lambda session: keep(session, row, now_ms)).result()
    except HashMismatch:
        return _reject(store, spool, row, now_ms)
    except (SpoolLost, FileNotFoundError, BlobMissing):
        return _lost(store, spool, row, now_ms)
    except (BlobStoreDown, OSError, StoreBusy) as error:
        _logger.warning("photo waits to be stored", upload=str(upload), reason=str(error))
        return "down"
    _drop(blobs, spool, row)
    return "stored"


def keep(session: Session, row: UploadRow, now_ms: int) -> None:
    """Record stored bytes: the media row, an op for each photo that awaits them, the audit."""
    refs = _locked_refs(session, row.sha256)
    new = media.put(session, media.MediaRow(row.sha256, row.size_bytes, row.mime, "stored", now_ms))
    payload = {"sha256": row.sha256.hex(), "size_bytes": row.size_bytes, "mime": row.mime}
    awaiting = [
        state
        for state in records.get(session, [ref.subject for ref in refs]).values()
        if state.kind == "photo" and state.state != "voided" and not state.body.get("stored")
    ]
    ops = [
        server_op("media.stored@1", ("photo", state.id), state.feed, ACTOR, payload)
        for state in awaiting
    ]
    if ops:
        enter_server(session, ops, now_ms)
    if uploads.settle(session, row.id, "done", "verifying", now_ms) or new:
        _audit(session, row, "media.store", now_ms, photos=len(awaiting))


def finish_pending(store: Store, blobs: BlobStore, spool: Spool, now_ms: int) -> int:
    """Finish what waited for the blob store; returns how many are stored now."""
    with store.read() as session:
        waiting = uploads.verifying(session, _BATCH)
    stored = 0
    for upload in waiting:
        outcome = finish(store, blobs, spool, upload, now_ms)
        if outcome == "down":
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


def _put(blobs: BlobStore, spool: Spool, row: UploadRow) -> None:
    if row.way == "put":
        if not isinstance(blobs, DirectUploads):
            raise BlobMissing(row.sha256.hex())
        blobs.complete_upload(sender(row.device), row.sha256.hex(), row.size_bytes)
        return
    with spool.assembled(row.id, row.size_bytes) as source:
        blobs.put(row.sha256.hex(), source, row.size_bytes)


def _drop(blobs: BlobStore, spool: Spool, row: UploadRow) -> None:
    """Forget the bytes on their way, now that they are stored and recorded."""
    spool.remove(row.id)
    if row.way == "put" and isinstance(blobs, DirectUploads):
        # Should this fail, the sweep of incoming/ takes them.
        with suppress(BlobStoreDown):
            blobs.drop_upload(sender(row.device), row.sha256.hex())


def sender(device: UUID) -> str:
    """The name of a device's own place in `incoming/`."""
    return device.hex


def _locked_refs(session: Session, sha256: bytes) -> list[media.Ref]:
    """Who names the bytes, with their sites locked and then the bytes, in a push's order."""
    before = media.refs(session, [sha256]).get(sha256, [])
    batch.lock(session, [ref.feed for ref in before])
    media.lock(session, [sha256])
    return media.refs(session, [sha256]).get(sha256, [])


def _ended(row: UploadRow | None) -> Finished:
    if row is None or row.state in ("ended", "open"):
        return "gone"
    return "stored" if row.state == "done" else "bad"


def _reject(store: Store, spool: Spool, row: UploadRow, now_ms: int) -> Finished:
    def job(session: Session) -> None:
        if uploads.settle(session, row.id, "bad", "verifying", now_ms):
            _audit(session, row, "media.reject", now_ms)

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


def _audit(session: Session, row: UploadRow, action: str, now_ms: int, **more: int) -> None:
    detail = {"sha256": row.sha256.hex(), "size_bytes": row.size_bytes, **more}
    audit.add(
        session,
        audit.Entry(action, now_ms, actor=actor_id(ACTOR), device=row.device, detail=detail),
    )
