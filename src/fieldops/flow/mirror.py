"""Legal holds on the objects themselves, where the bucket has object lock.

Our own guard stands in the database (``holds``); this is a second one, against whoever has the keys
of the bucket.  What a hold came to name since, and what nothing holds any more, follows within a
day; a hold that is new or released at the next round.
"""

from collections.abc import Callable, Iterable

from msgspec import Struct

from fieldops.flow.caretake import last_round
from fieldops.flow.carework import Round
from fieldops.flow.collect import Write
from fieldops.store import holds
from fieldops.store.blobs import BlobMissing, BlobStore, ObjectLocks
from fieldops.store.engine import Store
from fieldops.store.holds import HoldRow

_DAY_MS = 24 * 3600 * 1000
_THERE = ("stored", "bad")


class Mirrored(Struct, frozen=True):
    """How many objects were locked, and how many let go."""

    locked: int = 0
    freed: int = 0


def mirror(store: Store, blobs: BlobStore, write: Write, now_ms: int) -> Mirrored:
    """Do what is due.  Raises ``BlobStoreDown``, ``StoreBusy``, ``HandinDown``."""
    if not isinstance(blobs, ObjectLocks):
        return Mirrored()
    with store.read() as session:
        last = last_round(session, "hold")
        rows = holds.everything(session, released=True)
    since_ms = 0 if last is None else last.at_ms
    standing = [row for row in rows if row.released_ms is None]
    if now_ms - since_ms < _DAY_MS:
        standing = [row for row in standing if row.placed_ms >= since_ms]
    ended = [row for row in rows if row.released_ms is not None and row.released_ms >= since_ms]
    if not (standing or ended) or not blobs.protection().locks:
        return Mirrored()
    locked = _each(lambda one: blobs.hold(one.hex(), True), _named(store, standing))
    freed = _each(lambda one: blobs.hold(one.hex(), False), _named(store, ended, free=True))
    write(Round("hold", now_ms, {"locked": locked, "freed": freed}))
    return Mirrored(locked, freed)


def _named(store: Store, rows: Iterable[HoldRow], free: bool = False) -> set[bytes]:
    """The bytes that are there and that these holds name; with ``free`` those not held at all."""
    with store.read() as session:
        named = {
            sha256
            for row in rows
            for sha256, state in holds.named_by(session, row)
            if state in _THERE
        }
        return named - holds.held(session, named) if free else named


def _each(act: Callable[[bytes], bool], hashes: Iterable[bytes]) -> int:
    """How many objects it was done to; one that is missing is the scrubber's to find."""
    done = 0
    for sha256 in sorted(hashes):
        try:
            done += act(sha256)
        except BlobMissing:
            continue
    return done
