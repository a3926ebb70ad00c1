"""The one place where stored bytes are deleted.

    condemn (a transaction: nobody names them, no hold) ── delete ── bury (a transaction)

Whoever deletes holds the turn, so nobody deletes late; a crash between the steps is finished by the
next one who has the turn.  Whoever stores the same bytes meanwhile sees the row's state or its
``generation`` change and puts them again (``finish.land``).
"""

from collections.abc import Callable, Sequence

import structlog
from msgspec import Struct

from fieldops.store import holds, orphans
from fieldops.store.blobs import BlobError, BlobKept, BlobStore
from fieldops.store.engine import Store
from fieldops.store.turn import Insist, turn

_logger = structlog.get_logger(__name__)
_BATCH = 50
"""So few are deleted between two transactions: who sends them again waits for no more."""

Bury = Callable[[Sequence[bytes], Sequence[bytes]], object]
"""Records, in a transaction, that bytes are deleted, and that others may not be: the store keeps
them for a time of its own.  Those are strays from then on, and tried again after their grace."""


class Removed(Struct, frozen=True):
    """How many bytes were deleted, and how many wait because the store would not."""

    count: int = 0
    waiting: int = 0


def remove_condemned(store: Store, blobs: BlobStore, bury: Bury, insist: Insist) -> Removed:
    """Delete everything that is condemned; the caller has the turn.  Raises ``StoreBusy``."""
    removed, left, last = 0, 0, b""
    while True:
        with store.read() as session:
            waiting = orphans.condemned(session, last, _BATCH)
            held = holds.held(session, waiting)
        if not waiting:
            return Removed(removed, left)
        for sha256 in held:
            # Placing a hold waits for what is condemned: this would be a fault of ours.
            _logger.error("bytes under a legal hold were condemned", sha256=sha256.hex())
        wanted = [sha256 for sha256 in waiting if sha256 not in held]
        deleted, kept = _delete(blobs, wanted, insist)
        if deleted or kept:
            bury(deleted, kept)
        removed, left = removed + len(deleted), left + len(waiting) - len(deleted)
        last = waiting[-1]


def finish_removal(store: Store, blobs: BlobStore, bury: Bury) -> None:
    """Delete what is condemned if nobody is at it: whoever was may have died."""
    with turn(store) as insist:
        if insist is not None:
            remove_condemned(store, blobs, bury, insist)


def _delete(
    blobs: BlobStore, hashes: Sequence[bytes], insist: Insist
) -> tuple[list[bytes], list[bytes]]:
    """(deleted, kept by the store's own rule); a store that is down leaves the others for later."""
    deleted: list[bytes] = []
    kept: list[bytes] = []
    for sha256 in hashes:
        insist()
        try:
            blobs.delete(sha256.hex())
        except BlobKept:
            kept.append(sha256)
        except BlobError as error:
            _logger.warning("bytes wait to be deleted", sha256=sha256.hex(), why=str(error))
            if is_down(blobs):
                break
        else:
            deleted.append(sha256)
    return deleted, kept


def is_down(blobs: BlobStore) -> bool:
    """Whether the store cannot do anything, or would only not take or delete these bytes."""
    try:
        blobs.check()
    except BlobError:
        return True
    return False
