"""From the spool into the blob store: verify, store, tell every photo, and only then say stored.

in the spool, hashed on the way ─────── adopt ─┐
in the spool, in several parts ─── put (hash) ─┼─ one transaction: media, ops, audit, upload done
in the store's incoming/ ────────── hash, copy ─┼─ other bytes: upload bad
                                               └─ store down: they wait where they are

Bytes that one process received in one part were hashed as they were written, and the very file that
was fsynced becomes the blob: reading and writing them once more would prove nothing further.

Bytes that are collected at the same moment are put again: what was read of them before the put
must still stand when they are recorded (``land``).
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Literal
from uuid import UUID

import structlog
from sqlmodel import Session

from fieldops.flow import keep as keeper
from fieldops.flow import possession
from fieldops.flow.enter import enter_server, server_op
from fieldops.flow.remove import finish_removal
from fieldops.flow.spool import Spool, SpoolLost
from fieldops.model.record import State
from fieldops.store import audit, batch, debts, media, orphans, records, uploads
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
from fieldops_sync.ids import actor_id

_logger = structlog.get_logger(__name__)

ACTOR = "media"
"""The server's actor that says which bytes are stored."""
ORPHAN_DAYS = 30
"""How long bytes without a photo, and rows of ended uploads, are kept (PROTOCOL.md, "Photos")."""
_IDLE_S = 3600
"""Files in the spool without an upload are somebody's who is just beginning, until this old."""
_BATCH = 200
_LANDINGS = 5
"""How often bytes are put again when they were removed, or found damaged, meanwhile."""
_DAY_MS = 24 * 3600 * 1000

_UNKNOWN = media.MediaRow(b"", 0, "", "gone", 0)
"""What there is of bytes without a row."""

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
    if row is None or row.state != "verifying":
        return _ended(row)
    try:
        put = partial(_put, blobs, spool, row, digest)
        record = partial(keep, row=row, now_ms=now_ms)
        if not land(store, blobs, row.sha256, put, record, now_ms):
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


def land(
    store: Store,
    blobs: BlobStore,
    sha256: bytes,
    put: Callable[[media.MediaState], object],
    record: Callable[[Session, int], bool],
    now_ms: int,
) -> bool:
    """Put bytes into the store and record them as stored; False if that must wait.

    ``put`` is told what is known of what lies there: ``bad`` and ``lost`` must be written over;
    ``record`` is ``keep``, given the generation that the bytes had before they were put.
    """
    for _ in range(_LANDINGS):
        before = _before(store, sha256)
        if before.state == "condemned":
            # Whoever deletes them is at it, or has died: then it is done here.
            finish_removal(store, blobs, partial(_bury, store, now_ms))
            if (before := _before(store, sha256)).state == "condemned":
                return False
        put(before.state)
        generation = before.generation
        if store.write(lambda session: record(session, generation)).result():  # noqa: B023
            return True
    return False


def keep(session: Session, generation: int, row: UploadRow, now_ms: int) -> bool:
    """Record stored bytes: the media row, an op for each photo that awaits them, the audit.

    False, and nothing is recorded, unless they still have the ``generation`` that they had before
    they were put: since then they may have been deleted.
    """
    refs = locked_refs(session, [row.sha256]).get(row.sha256, [])
    mine = possession.scope(session, row.device, now_ms)
    known = media.get(session, [row.sha256]).get(row.sha256, _UNKNOWN)
    if known.state == "condemned" or known.generation != generation:
        return False
    debts.prove(session, row.sha256, possession.sender_sites(row.device, mine, refs))
    new = media.put(session, media.MediaRow(row.sha256, row.size_bytes, row.mime, "stored", now_ms))
    told = tell_stored(session, row.sha256, row.size_bytes, row.mime, now_ms)
    if uploads.settle(session, row.id, "done", "verifying", now_ms) or new:
        _audit(session, row, "media.store", now_ms, photos=told)
    return True


def tell_stored(
    session: Session,
    sha256: bytes,
    size_bytes: int,
    mime: str,
    now_ms: int,
    again: bool = False,
) -> int:
    """An op for each photo that awaits these bytes, at the sites that have them; how many.

    With ``again`` those that have them are told as well.  Where a result or feedback names them by
    itself no record changes, so that nobody who follows the log looks again: an inspection to which
    nothing is owed any more is sealed here.
    """
    payload = {"sha256": sha256.hex(), "size_bytes": size_bytes, "mime": mime}
    refs = media.refs(session, [sha256]).get(sha256, [])
    feeds = {ref.feed for ref in refs if ref.is_proven}
    named = records.get(session, [ref.subject for ref in refs if ref.feed in feeds])
    awaiting = [
        state
        for state in named.values()
        if state.kind == "photo" and state.state != "voided"
        if again or not state.body.get("stored")
    ]
    ops = [
        server_op(
            "media.stored@1", ("photo", state.id), state.feed, ACTOR, payload | _cause(state, again)
        )
        for state in awaiting
    ]
    told = len(ops)
    silent = {(one.feed, one.parent) for one in named.values() if one.kind != "photo"}
    seals = [keeper.seal_op(session, feed, walk, now_ms) for feed, walk in sorted(silent)]
    ops += [seal for seal in seals if seal is not None]
    if ops:
        enter_server(session, ops, now_ms)
    return told


def arrive(session: Session, sha256: bytes, feeds: set[UUID], now_ms: int) -> None:
    """Stored bytes come to be those of further sites; the sites and the bytes are locked.

    Nothing awaits them there any more, and every photo is told.
    """
    row = media.get(session, [sha256])[sha256]
    debts.prove(session, sha256, feeds)
    debts.settle(session, sha256)
    tell_stored(session, sha256, row.size_bytes, row.mime, now_ms)


def _cause(state: State, again: bool) -> dict[str, str]:
    """Bytes that come again are told by another op than when they came first."""
    was_there = again or state.body.get("damaged") or state.body.get("removed")
    return {"cause": str(state.change)} if was_there else {}


def _before(store: Store, sha256: bytes) -> media.MediaRow:
    with store.read() as session:
        return media.get(session, [sha256]).get(sha256, _UNKNOWN)


def _bury(store: Store, now_ms: int, deleted: Sequence[bytes], kept: Sequence[bytes]) -> None:
    def job(session: Session) -> None:
        orphans.bury(session, deleted, now_ms)
        orphans.spare(session, kept, now_ms)

    store.write(job).result()


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


def _put(
    blobs: BlobStore, spool: Spool, row: UploadRow, digest: bytes | None, before: media.MediaState
) -> None:
    if row.way == "put":
        if not isinstance(blobs, DirectUploads):
            raise BlobMissing(row.sha256.hex())
        # Where nobody knows of a blob there is hardly one: to copy costs less than to look.
        afresh = before != "stored"
        blobs.complete_upload(sender(row.device), row.sha256.hex(), row.size_bytes, afresh)
        return
    if digest is not None and _adopt(blobs, spool, row, digest):
        return
    with spool.assembled(row.id, row.size_bytes) as source:
        blobs.put(row.sha256.hex(), source, row.size_bytes, before in media.DAMAGED)


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
            blobs.drop_upload(sender(row.device), row.sha256.hex())


def sender(device: UUID) -> str:
    """The name of a device's own place in `incoming/`."""
    return device.hex


def locked_refs(session: Session, hashes: Sequence[bytes]) -> dict[bytes, list[media.Ref]]:
    """Who names these bytes, with their sites locked and then the bytes, in a push's order."""
    before = media.refs(session, hashes).values()
    batch.lock(session, [ref.feed for refs in before for ref in refs])
    media.lock(session, hashes)
    return media.refs(session, hashes)


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
