"""Who read which original, or file of an export: on record before the first byte goes out, once an
hour and file.

A download in parts, or many at once, is one read.  What was recorded lately is remembered by each
server process for itself, so that several processes write a few rows more.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from uuid import UUID

from sqlmodel import Session

from fieldops.flow.photos import Photo, note_read
from fieldops.store.engine import Store

AGAIN_MS = 3_600_000
"""After this long a read is recorded anew."""
KEPT = 10_000
"""How many reads are remembered; of the oldest the next one is recorded again."""
Key = tuple[UUID, str]
"""Who read, and what."""


class Reads:
    """The reads that are on record, or on their way there."""

    def __init__(self) -> None:
        self._known: OrderedDict[Key, tuple[int, Future[None]]] = OrderedDict()

    async def record(self, store: Store, who: UUID, photo: Photo, by: str, now_ms: int) -> None:
        """Return when the read is on record.  Raises ``StoreBusy`` if it cannot be recorded."""

        def job(session: Session) -> None:
            note_read(session, who, photo, by, now_ms)

        await self.once(store, (who, photo.sha256), job, now_ms)

    async def once(
        self, store: Store, key: Key, job: Callable[[Session], None], now_ms: int
    ) -> None:
        """Return when what ``job`` writes of this read is on record.  Raises ``StoreBusy``."""
        since_ms, written = self._known.get(key, (0, None))
        if written is None or now_ms - since_ms >= AGAIN_MS:
            written = store.write(job)
            self._remember(key, now_ms, written)
        try:
            await asyncio.shield(asyncio.wrap_future(written))
        except Exception:
            self._known.pop(key, None)
            raise

    def _remember(self, key: Key, now_ms: int, written: "Future[None]") -> None:
        self._known[key] = (now_ms, written)
        self._known.move_to_end(key)
        while len(self._known) > KEPT:
            self._known.popitem(last=False)
