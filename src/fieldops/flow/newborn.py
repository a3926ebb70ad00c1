"""Uploads that this process has just begun: their first part needs neither a look nor a lease.

    create ─ row with lease 0, kept in mind ─> first part, within ``FRESH_MS`` ─> stored
                                                  └─ longer than ``ANNOUNCE_S``: the row says so
    create that carries the photo ─ no row ─> stored, with its row
                ├─ after ``BIRTH_S``: its row is written
                └─ or as soon as anything is asked, or said, of it

Lease 0 is its creator's, and only once: who takes the upload from here on, in this process or in
another, gets lease 1 or more, and what is written under 0 cannot be committed any more.  So does
who asks another process where it stands, for what was answered holds.  A photo on a fast link is
through before anybody could have asked.

A row that is written late costs a commit less where the photo is through before.  Only where one
request brings both: what a client was answered, the upload's address too, is durable.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

from msgspec import Struct

from fieldops.store import uploads
from fieldops.store.engine import Store
from fieldops.store.media import MediaRow
from fieldops.store.uploads import UploadRow
from fieldops.store.writer import StoreBusy

BIRTH_S = 0.1
"""What is not through by then gets its row: it may last."""
FRESH_MS = 30_000
"""Half of what lets an upload without a byte make room for another (``begin``)."""
_MOST = 1000
"""So many are kept in mind; an older one's first part looks and takes a lease like any other."""


class Birth:
    """The row of an upload, written late: see above.  It lives on the event loop."""

    def __init__(self, store: Store, row: UploadRow, ended: Callable[[], object]) -> None:
        """``ended`` is called once the row is there."""
        self.row = row
        self._store = store
        self._ended = ended
        self._writing: asyncio.Task[None] | None = None
        self._telling: asyncio.Task[None] | None = None
        self._timer = self._later()

    async def written(self) -> None:
        """The row is there from here on.  Raises ``StoreBusy``."""
        self._timer.cancel()
        if self._writing is None:
            self._writing = asyncio.ensure_future(self._write())
            self._writing.add_done_callback(self._note)
        await asyncio.shield(self._writing)

    def over(self) -> None:
        """The row is there already: the upload was stored with it."""
        self._timer.cancel()
        self._ended()

    def _later(self) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(BIRTH_S, self._begin)

    def _begin(self) -> None:
        self._telling = asyncio.ensure_future(self._tell())

    async def _tell(self) -> None:
        with suppress(StoreBusy):
            await self.written()

    async def _write(self) -> None:
        job = self._store.write(lambda session: uploads.add(session, self.row))
        await asyncio.wrap_future(job)

    def _note(self, writing: asyncio.Task[None]) -> None:
        if writing.cancelled() or writing.exception() is not None:
            self._writing, self._timer = None, self._later()
        else:
            self._ended()


class Newborn(Struct, frozen=True):
    """An upload as it was begun; what was known of its bytes, and what else its device wrote.

    ``birth`` where its row may not be there yet.
    """

    row: UploadRow
    known: MediaRow
    others: set[UUID]
    birth: Birth | None = None


class Newborns:
    """Those of one process; it lives on the event loop."""

    def __init__(self) -> None:
        self._newborns: dict[UUID, Newborn] = {}
        self._births: dict[UUID, Birth] = {}

    def __contains__(self, upload: UUID) -> bool:
        return upload in self._newborns

    def add(self, newborn: Newborn) -> None:
        """Keep an upload in mind that has just been begun."""
        if len(self._newborns) >= _MOST:
            self.forget(next(iter(self._newborns)))
        self._newborns[newborn.row.id] = newborn

    def bear(self, store: Store, row: UploadRow) -> Birth:
        """Have the row of an upload written later."""
        upload = row.id
        birth = self._births[upload] = Birth(store, row, lambda: self._births.pop(upload, None))
        return birth

    def unwritten(self, device: UUID) -> set[UUID]:
        """The uploads of a device whose rows may not be there yet."""
        return {upload for upload, birth in self._births.items() if birth.row.device == device}

    async def written(self, upload: UUID) -> None:
        """The row of an upload is there.  Raises ``StoreBusy``."""
        if birth := self._births.get(upload):
            await birth.written()

    async def all_written(self, device: UUID | None = None) -> None:
        """The rows of all uploads are there, or of all of a device.  Raises ``StoreBusy``."""
        for birth in [*self._births.values()]:
            if device in (None, birth.row.device):
                await birth.written()

    def take(self, upload: UUID, device: UUID, now_ms: int) -> Newborn | None:
        """The upload, for its first part; nothing if it is not new, or another device's."""
        newborn = self._newborns.get(upload)
        if newborn is None or newborn.row.device != device:
            return None
        self.forget(upload)
        return newborn if now_ms < newborn.row.made_ms + FRESH_MS else None

    def forget(self, upload: UUID) -> None:
        """It is an upload like any other from here on."""
        self._newborns.pop(upload, None)
