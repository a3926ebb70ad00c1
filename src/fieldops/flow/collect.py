"""Collection of orphans: bytes that nobody names and nobody has touched for the grace.

    rows, by hash ──> orphans ─ Condemn ─┐
    the store's list ──> unknown ─ Sight │ (a stray: it has its grace from now on)
                                         └──> remove.remove_condemned

One round walks all rows and all of the store, in pages, so that no transaction is long.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from msgspec import Struct

from fieldops.flow.carework import Bury, CareRequest, Condemn, Round, Sight, Tidy
from fieldops.flow.remove import remove_condemned
from fieldops.store import orphans
from fieldops.store.blobs import BlobStore
from fieldops.store.engine import Store
from fieldops.store.turn import turn

_ROWS = 2000
"""How many rows, and names of the store, are looked at in one read."""
_CONDEMNED = 50
"""How many orphans one transaction condemns; each is deleted before the next ones are."""

Write = Callable[[CareRequest], list[str]]
"""Hands one request in; the hashes that it concerned.  Raises ``StoreBusy`` or ``HandinDown``."""
Watch = Callable[[int], None]
"""Told how many rows and names were looked at since it was told last."""


class Collected(Struct, frozen=True):
    """What one round did: ``orphans`` were removed, ``strays`` were found and have their grace.

    ``waiting`` would not be deleted by the store.  ``ran`` is False if another process is at it.
    """

    orphans: int = 0
    strays: int = 0
    waiting: int = 0
    ran: bool = True


def bury(write: Write, deleted: Sequence[bytes], kept: Sequence[bytes]) -> None:
    """Record that bytes are deleted, or are kept by the store."""
    write(Bury([one.hex() for one in deleted], [one.hex() for one in kept]))


def unwatched(_count: int) -> None:
    """Tell nobody."""


class Collector:
    """Collects in one database and blob store; ``grace_ms`` is how long orphans are kept."""

    def __init__(self, store: Store, blobs: BlobStore, write: Write, grace_ms: int) -> None:
        self._store = store
        self._blobs = blobs
        self._write = write
        self._grace_ms = grace_ms

    def run(self, now_ms: int, watch: Watch = unwatched) -> Collected:
        """One round.  Raises ``BlobError``, ``StoreBusy``, ``HandinDown``."""
        with turn(self._store) as insist:
            if insist is None:
                return Collected(ran=False)
            before_ms = now_ms - self._grace_ms
            remove = partial(
                remove_condemned, self._store, self._blobs, partial(bury, self._write), insist
            )
            removed = remove()
            self._write(Tidy(before_ms))
            strays = self._sight(watch)
            count, waiting = removed.count, removed.waiting
            for page in self._pages(before_ms):
                self._write(Condemn(page, before_ms))
                removed = remove()
                count, waiting = count + removed.count, removed.waiting
                watch(len(page))
            done = {"orphans": count, "strays": strays, "waiting": waiting}
            self._write(Round("collect", now_ms, done))
            return Collected(count, strays, waiting)

    def orphans(self, now_ms: int) -> Iterator[str]:
        """What a round would look at to remove; it looks again at each."""
        for page in self._pages(now_ms - self._grace_ms):
            yield from page

    def _pages(self, before_ms: int) -> Iterator[list[str]]:
        last: bytes | None = b""
        while last is not None:
            with self._store.read() as session:
                page = orphans.page(session, last, before_ms, _ROWS)
            names = [sha256.hex() for sha256 in page.found]
            yield from (names[at : at + _CONDEMNED] for at in range(0, len(names), _CONDEMNED))
            last = page.last

    def _sight(self, watch: Watch) -> int:
        """Tell of what lies in the store and nobody knows; how much of that is new."""
        strays, names = 0, dict[str, int]()
        for blob in self._blobs.list():
            names[blob.sha256] = blob.size_bytes
            if len(names) == _ROWS:
                strays += self._tell(names)
                watch(len(names))
                names = {}
        strays += self._tell(names)
        watch(len(names))
        return strays

    def _tell(self, names: dict[str, int]) -> int:
        with self._store.read() as session:
            unknown = orphans.unknown(session, [bytes.fromhex(name) for name in names])
        if not unknown:
            return 0
        return len(self._write(Sight({one.hex(): names[one.hex()] for one in unknown})))
