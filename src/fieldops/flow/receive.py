"""One PATCH: bytes from a stream into the spool, acknowledged only when they are durable.

    chunk ─ write ─ … ─ every 8 MiB or 2 s: fsync ─ commit the offset WHERE lease = ours ─ …

A part with a checksum is acknowledged as a whole or not at all.
"""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import Executor
from contextlib import suppress
from typing import Literal, TypeVar

from msgspec import Struct
from sqlmodel import Session

from fieldops.flow.holders import Holder, Stopped
from fieldops.flow.newborn import Birth
from fieldops.flow.scribe import Scribe
from fieldops.flow.spool import Segment
from fieldops.flow.uploadsaid import BROKE_OFF, MORE_BYTES, SILENT, SPOOL_FULL, TAKEN_OVER
from fieldops.model.problem import ProblemError, problem
from fieldops.store import uploads
from fieldops.store.engine import Store
from fieldops.store.media import MediaRow
from fieldops.store.uploads import UploadRow
from fieldops.store.writer import StoreBusy
from fieldops_sync.wire import Problem

FLUSH_BYTES = 8 * 1024 * 1024
FLUSH_S = 2.0
"""What a killed server costs at most: so many bytes, or what came in so long.

A photo of a tablet (2 to 8 MB, domain.md) that comes whole is acknowledged once, when it is stored.
"""
ANNOUNCE_S = 0.1
"""Who writes for longer says so in the row, to be seen by other processes and counted."""
FULL_S = 30
"""When to come back to a spool that is full: photos leave it as the blob store takes them."""
HOLD_MS = 5000
"""A holder renews its hold every ``FLUSH_S`` while bytes come; a dead one counts no longer."""

Algorithm = Literal["sha1", "sha256"]
_T = TypeVar("_T")


class Checksum(Struct, frozen=True):
    """What the bytes of one part must hash to (tus 1.0, extension "checksum")."""

    algorithm: Algorithm
    digest: bytes


class Part(Struct, frozen=True):
    """What a PATCH says of its body.  ``length`` is the Content-Length in bytes, if it has one."""

    offset: int
    checksum: Checksum | None = None
    length: int | None = None


class Filling(Struct, frozen=True):
    """A part under the lease ``held``, and where its bytes go.

    ``known`` is what was known of the bytes before, if somebody has looked; ``birth`` is there
    while the upload may have no row yet.
    """

    held: UploadRow
    segment: Segment
    part: Part
    known: MediaRow | None = None
    birth: Birth | None = None

    @property
    def is_whole(self) -> bool:
        """Whether all of the upload may come in this one part."""
        return self.part.offset == 0 and self.part.length in (None, self.held.size_bytes)

    @property
    def checksum_digest(self) -> bytes:
        """What the part's bytes must hash to; empty where nothing was said."""
        return self.part.checksum.digest if self.part.checksum else b""


Land = Callable[[Filling, Callable[[], bool]], Awaitable[UploadRow | None]]
"""Stores what has come whole, unless the call says that it is wrong; None if that must wait."""


class Terms(Struct, frozen=True):
    """Where a receiver works, its clock (ms since 1970), and how long an upload lives.

    ``scribes`` hash and write, ``disk`` does what is short.
    """

    store: Store
    disk: Executor
    scribes: Executor
    clock: Callable[[], int]
    life_ms: int


class Receiver:
    """Takes one part under one lease."""

    def __init__(self, terms: Terms, filling: Filling, land: Land | None = None) -> None:
        """``land`` is for what comes whole, where the blob store takes files over."""
        self._terms = terms
        self._filling = filling
        self._row = filling.held
        self._segment = filling.segment
        checksum = self._checksum = filling.part.checksum
        self._hash = hashlib.new(checksum.algorithm) if checksum else None
        self._land_whole = land
        self._whole = hashlib.sha256() if filling.is_whole else None
        hashes = [one for one in (self._hash, self._whole) if one is not None]
        self._scribe = Scribe(filling.segment, hashes, terms.scribes)
        self._tried = False
        self._flushed_s = time.monotonic()
        self._hold = _LateHold(terms, filling)
        self._renewing: asyncio.Task[None] | None = None

    @property
    def digest(self) -> bytes | None:
        """The SHA-256 of everything that came, if this part may have been all of the upload."""
        return self._whole.digest() if self._whole else None

    async def run(self, holder: Holder, stream: AsyncIterator[bytes]) -> UploadRow:
        """Take everything; the upload as it stands then.  Raises ``ProblemError``.

        Whatever ends it early, the bytes that came are kept, unless they carry a checksum or
        nobody wants them.
        """
        try:
            await self._listen(holder, stream)
            if (landed := await self._land(holder)) is not None:
                return landed
            await self._scribe.done()
            self._check_hash()
            return await self._flush(holder, 0)
        except Stopped as stopped:
            await self._stop(holder, stopped)
            raise ProblemError(_problem_of(stopped)) from stopped
        except BaseException:
            await self._release()
            raise
        finally:
            self._hold.cancel()
            if self._segment.is_open:
                await self._scribe.rested()
                await self._on_disk(self._segment.close, self._tried)

    async def _listen(self, holder: Holder, stream: AsyncIterator[bytes]) -> None:
        try:
            await holder.listen(stream, lambda chunk: self._receive(holder, chunk))
        finally:
            # What is being acknowledged is, before anything else is said of the upload.
            if self._renewing is not None:
                await asyncio.wait({self._renewing})
        if self._renewing is not None:
            self._renewing.result()

    def _receive(self, holder: Holder, chunk: bytes) -> Awaitable[None] | None:
        if holder.received + len(chunk) > self._row.size_bytes:
            raise ProblemError(problem("upload-too-large", MORE_BYTES))
        self._scribe.add(chunk)
        holder.received += len(chunk)
        if self._is_due(holder):
            self._renewing = asyncio.create_task(self._renew(holder))
            return asyncio.shield(self._renewing)
        return self._scribe.room() if self._scribe.is_full else None

    def _check_hash(self) -> None:
        if self._checksum and self._hash and self._hash.digest() != self._checksum.digest:
            raise ProblemError(problem("chunk-checksum-mismatch"))

    def _is_due(self, holder: Holder) -> bool:
        # With the last byte this part is over: to renew a hold that nobody needs would end it.
        if holder.received == self._row.size_bytes:
            return False
        waiting = holder.received - holder.committed
        return waiting >= FLUSH_BYTES or time.monotonic() - self._flushed_s >= FLUSH_S

    async def _renew(self, holder: Holder) -> None:
        """Acknowledge what came, or, before a checksum is known, only that bytes are coming."""
        until_ms = self._terms.clock() + HOLD_MS
        if self._checksum is None:
            await self._flush(holder, until_ms)
        else:
            await self._commit(holder.committed, until_ms)
        self._flushed_s = time.monotonic()

    async def _flush(self, holder: Holder, until_ms: int) -> UploadRow:
        if holder.received > holder.committed:
            await self._scribe.done()
            await self._on_disk(self._segment.sync)
            self._tried = True
        row = await self._commit(holder.received, until_ms)
        holder.committed = holder.received
        return row

    async def _land(self, holder: Holder) -> UploadRow | None:
        """Store all of it at once, if it came whole and there is nothing wrong with it."""
        is_all = holder.received == self._row.size_bytes and not holder.committed
        if self._land_whole is None or not is_all:
            return None
        return await self._land_whole(self._filling, self._is_right)

    def _is_right(self) -> bool:
        """Whether everything that came, once it is written, is what was announced."""
        self._scribe.finish()
        is_checked = self._hash is None or self._hash.digest() == self._filling.checksum_digest
        self._tried = is_checked and self.digest == self._row.sha256
        return self._tried

    async def _commit(self, offset_bytes: int, until_ms: int) -> UploadRow:
        now_ms = self._terms.clock()
        expires_ms = now_ms + self._terms.life_ms

        def job(session: Session) -> UploadRow | None:
            return uploads.advance(session, self._row, offset_bytes, until_ms, expires_ms, now_ms)

        await self._hold.end()
        row = await asyncio.wrap_future(self._terms.store.write(job))
        if row is None:
            raise ProblemError(problem("upload-locked", TAKEN_OVER))
        return row

    async def _stop(self, holder: Holder, stopped: Stopped) -> None:
        if self._checksum is not None or stopped.why == "dropped":
            await self._release()
        else:
            await self._flush(holder, 0)

    async def _release(self) -> None:
        """Let go without acknowledging anything more; a stale holder has nothing to let go of."""
        await self._hold.end()
        await asyncio.wrap_future(
            self._terms.store.write(lambda session: uploads.release(session, self._row))
        )

    async def _on_disk(self, work: Callable[..., _T], *arguments: object) -> _T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._terms.disk, work, *arguments)


class _LateHold:
    """Says in the row that somebody writes, once that takes longer than ``ANNOUNCE_S``.

    Only under the lease that an upload is born with: whoever takes one says so by that.  What is
    said late must not come after what the holder says next, so that waits for it (``end``).
    """

    def __init__(self, terms: Terms, filling: Filling) -> None:
        self._terms = terms
        self._row = filling.held
        self._birth = filling.birth
        self._told: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        if self._row.lease == 0:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(ANNOUNCE_S, self._tell)

    def cancel(self) -> None:
        """There is nothing to say any more."""
        if self._timer is not None:
            self._timer.cancel()

    async def end(self) -> None:
        """Say nothing from here on; the row is there, and what is being said has been said."""
        self.cancel()
        if self._told is not None:
            await asyncio.wait({self._told})
        if self._birth is not None:
            await self._birth.written()

    def _tell(self) -> None:
        self._told = asyncio.ensure_future(self._say())

    async def _say(self) -> None:
        with suppress(StoreBusy):
            if self._birth is not None:
                await self._birth.written()
            until_ms = self._terms.clock() + HOLD_MS
            said = self._terms.store.write(lambda s: uploads.hold(s, self._row, until_ms))
            await asyncio.wrap_future(said)


def _problem_of(stopped: Stopped) -> Problem:
    if stopped.why == "idle":
        return problem("too-busy", SILENT)
    if stopped.why == "cut":
        return problem("body-undecodable", BROKE_OFF)
    return problem("upload-locked", TAKEN_OVER, retry_after_s=1)


def full_problem() -> ProblemError:
    """The spool has no room for more now."""
    return ProblemError(problem("too-busy", SPOOL_FULL, retry_after_s=FULL_S))


def offset_problem(row: UploadRow) -> ProblemError:
    """Why a part cannot begin where it does."""
    if row.state in ("bad", "ended"):
        return ProblemError(problem("upload-gone"))
    return ProblemError(problem("upload-offset", offset_bytes=row.offset_bytes))
