"""Photos that a device sends straight to the store, by a signed PUT: what its ``complete`` does.

    done before ───────────────────────────────────> stored
    verify, copy ─ one transaction: media, ops, audit, the upload as a row that is done
       ├─ other bytes: a row that is bad
       ├─ nothing there: gone, unless somebody has just completed it
       └─ store down: a row that is verifying, finished by itself later (``finish_pending``)

Until then there is no row: who is killed in between is asked again.  Only what is recorded as
stored leaves `incoming/`, many at a time (``Leftovers``).
"""

from contextlib import suppress
from functools import partial

import msgspec
import structlog
from sqlmodel import Session

from fieldops.flow.begin import Wanted, sent_row
from fieldops.flow.finish import Finished, finish, sender, take_sent
from fieldops.flow.land import audit_upload, keep, known_of, land
from fieldops.flow.spool import Spool
from fieldops.store import media, uploads
from fieldops.store.blobs import BlobMissing, BlobStore, BlobStoreDown, DirectUploads, HashMismatch
from fieldops.store.engine import Store
from fieldops.store.uploads import UploadRow, UploadState
from fieldops.store.writer import StoreBusy

AT_ONCE = 100
"""So many that lie in `incoming/` without need are removed at once, or what there is in time."""

_logger = structlog.get_logger(__name__)


class Leftovers:
    """What is stored and still lies in `incoming/`, by sender and hash.

    It lives on the event loop.  What a process that dies had not removed, the sweep takes.
    """

    def __init__(self) -> None:
        self._sent: set[tuple[str, str]] = set()

    def add(self, wanted: Wanted) -> bool:
        """One more; whether it is time to remove them."""
        self._sent.add((sender(wanted.device), wanted.sha256.hex()))
        return len(self._sent) >= AT_ONCE

    def take(self) -> list[tuple[str, str]]:
        """All of them, to be removed now."""
        taken, self._sent = sorted(self._sent), set()
        return taken


def tidy(blobs: BlobStore, sent: list[tuple[str, str]]) -> None:
    """Remove leftovers; should this fail, the sweep of `incoming/` takes them."""
    if sent and isinstance(blobs, DirectUploads):
        with suppress(BlobStoreDown):
            blobs.drop_uploads(sent)


def complete(
    store: Store, blobs: BlobStore, spool: Spool, wanted: Wanted, now_ms: int, life_ms: int
) -> Finished:
    """Verify and store what a device says it has sent.  Any number may try at the same time.

    ``life_ms`` is how long an upload lives.
    """
    with store.read() as session:
        before = _before(session, wanted)
        known = known_of(session, wanted.sha256)
    if before is not None and before.state == "verifying":
        return finish(store, blobs, spool, before.id, now_ms)
    if before is not None and known.state == "stored":
        # An upload that was done once says nothing of bytes that are not stored any more.
        return "stored"
    row = sent_row(wanted, now_ms, life_ms)
    try:
        return _store(store, blobs, row, known, now_ms)
    except HashMismatch:
        return _reject(store, row, now_ms)
    except BlobMissing:
        return _missing(store, row)
    except (BlobStoreDown, OSError, StoreBusy) as error:
        _logger.warning("photo waits to be stored", upload=str(row.id), reason=str(error))
        return _wait(store, row)


def _before(session: Session, wanted: Wanted) -> UploadRow | None:
    """The device's upload of these bytes that is done, or a PUT of it that is being verified."""
    mine = uploads.of_device(session, wanted.device, [wanted.sha256])
    same = [row for row in mine if row.size_bytes == wanted.size_bytes]
    waiting = [row for row in same if row.state == "verifying" and row.way == "put"]
    done = [row for row in same if row.state == "done"]
    return next(iter(waiting + done), None)


def _store(
    store: Store, blobs: BlobStore, row: UploadRow, known: media.MediaRow, now_ms: int
) -> Finished:
    put = partial(take_sent, blobs, row)
    record = partial(keep, row=row, now_ms=now_ms, settle=partial(_add, row=row, state="done"))
    if land(store, blobs, row.sha256, put, record, now_ms, known):
        return "stored"
    return _wait(store, row)


def _add(session: Session, row: UploadRow, state: UploadState) -> bool:
    uploads.add(session, msgspec.structs.replace(row, state=state))
    return True


def _reject(store: Store, row: UploadRow, now_ms: int) -> Finished:
    def job(session: Session) -> None:
        _add(session, row, "bad")
        audit_upload(session, row, "media.reject", now_ms)

    store.write(job).result()
    return "bad"


def _missing(store: Store, row: UploadRow) -> Finished:
    """Nothing is there: it was never sent, or another has completed and removed it meanwhile."""
    with store.read() as session:
        mine = uploads.of_device(session, row.device, [row.sha256])
        is_stored = known_of(session, row.sha256).state == "stored"
    done = any(one.state == "done" and one.size_bytes == row.size_bytes for one in mine)
    return "stored" if done and is_stored else "gone"


def _wait(store: Store, row: UploadRow) -> Finished:
    """Let it be tried again without being asked, if that can be written down at all."""
    with suppress(StoreBusy):
        store.write(partial(_add, row=row, state="verifying")).result()
    return "down"
