"""Landing: bytes are put into the blob store and recorded as stored, and all who await them told.

Bytes that are collected at the same moment are put again: what was read of them before the put
must still stand when they are recorded (``land``).
"""

from collections.abc import Callable, Sequence
from functools import partial
from uuid import UUID

from sqlmodel import Session

from fieldops.flow import keep as keeper
from fieldops.flow import possession
from fieldops.flow.enter import enter_server, server_op
from fieldops.flow.remove import finish_removal
from fieldops.model.record import State
from fieldops.store import audit, batch, debts, media, orphans, records, uploads
from fieldops.store.blobs import BlobStore
from fieldops.store.engine import Store
from fieldops.store.uploads import UploadRow
from fieldops_sync.ids import actor_id

ACTOR = "media"
"""The server's actor that says which bytes are stored."""
_LANDINGS = 5
"""How often bytes are put again when they were removed, or found damaged, meanwhile."""
_UNKNOWN = media.MediaRow(b"", 0, "", "gone", 0)
"""What there is of bytes without a row."""


def land(
    store: Store,
    blobs: BlobStore,
    sha256: bytes,
    put: Callable[[media.MediaState], object],
    record: Callable[[Session, int], bool],
    now_ms: int,
    known: media.MediaRow | None = None,
) -> bool:
    """Put bytes into the store and record them as stored; False if that must wait.

    ``put`` is told what is known of what lies there: ``bad`` and ``lost`` must be written over;
    ``record`` is ``keep``, given the generation that the bytes had before they were put.  ``known``
    is what the caller read of them, at any time before.
    """
    for attempt in range(_LANDINGS):
        before = known if known and not attempt else before_of(store, sha256)
        if before.state == "condemned":
            # Whoever deletes them is at it, or has died: then it is done here.
            finish_removal(store, blobs, partial(_bury, store, now_ms))
            if (before := before_of(store, sha256)).state == "condemned":
                return False
        put(before.state)
        generation = before.generation
        if store.write(lambda session: record(session, generation)).result():  # noqa: B023
            return True
    return False


def keep(
    session: Session,
    generation: int,
    row: UploadRow,
    now_ms: int,
    settle: Callable[[Session], bool] | None = None,
) -> bool:
    """Record stored bytes: the media row, an op for each photo that awaits them, the audit.

    ``settle`` says whether the upload is done by this; else one that is being verified is.

    False, and nothing is recorded, unless they still have the ``generation`` that they had before
    they were put: since then they may have been deleted.
    """
    refs = locked_refs(session, [row.sha256]).get(row.sha256, [])
    mine = possession.scope(session, row.device, now_ms) if refs else None
    known = known_of(session, row.sha256)
    if known.state == "condemned" or known.generation != generation:
        return False
    debts.prove(session, row.sha256, possession.sender_sites(row.device, mine, refs))
    new = media.put(session, media.MediaRow(row.sha256, row.size_bytes, row.mime, "stored", now_ms))
    told = tell_stored(session, row.sha256, row.size_bytes, row.mime, now_ms)
    if settle is None:
        is_done = uploads.settle(session, row.id, "done", "verifying", now_ms)
    else:
        is_done = settle(session)
    if is_done or new:
        audit_upload(session, row, "media.store", now_ms, photos=told)
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


def before_of(store: Store, sha256: bytes) -> media.MediaRow:
    """What is known of bytes now, on a snapshot of its own."""
    with store.read() as session:
        return known_of(session, sha256)


def known_of(session: Session, sha256: bytes) -> media.MediaRow:
    """What is known of bytes; ``gone`` where there is nothing."""
    return media.get(session, [sha256]).get(sha256, _UNKNOWN)


def _bury(store: Store, now_ms: int, deleted: Sequence[bytes], kept: Sequence[bytes]) -> None:
    def job(session: Session) -> None:
        orphans.bury(session, deleted, now_ms)
        orphans.spare(session, kept, now_ms)

    store.write(job).result()


def locked_refs(session: Session, hashes: Sequence[bytes]) -> dict[bytes, list[media.Ref]]:
    """Who names these bytes, with their sites locked and then the bytes, in a push's order."""
    before = media.refs(session, hashes).values()
    batch.lock(session, [ref.feed for refs in before for ref in refs])
    media.lock(session, hashes)
    return media.refs(session, hashes)


def audit_upload(session: Session, row: UploadRow, action: str, now_ms: int, **more: int) -> None:
    detail = {"sha256": row.sha256.hex(), "size_bytes": row.size_bytes, **more}
    audit.add(
        session,
        audit.Entry(action, now_ms, actor=actor_id(ACTOR), device=row.device, detail=detail),
    )
