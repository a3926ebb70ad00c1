"""Uploads by tus 1.0: who may write, where to go on, when an upload is over.

    create ─> write ─> … ─> write the last byte ─> finish: verified, stored, told ─> done
                ^ └─ cut, frozen, killed
                └─── head: takes the lease from a dead holder, in this process or in another

One `Uploads` serves one process and lives on its event loop; several processes may share database
and spool.  An upload's id cannot be guessed, and a foreign one answers exactly like an absent one.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import msgspec
import structlog
from sqlmodel import Session

from fieldops.flow import finishing
from fieldops.flow.begin import Seen, Wanted, begin, begun_row, check_writers, look, take
from fieldops.flow.finish import Finished, finish_whole, sweep
from fieldops.flow.finishing import Finishing
from fieldops.flow.holders import Holder, Holders, Turn
from fieldops.flow.newborn import Newborn, Newborns
from fieldops.flow.receive import Filling, Part, Receiver, Terms, full_problem, offset_problem
from fieldops.flow.scribe import scribes
from fieldops.flow.spool import Room, Spool, SpoolLost
from fieldops.flow.takeover import LET_GO_S, SILENT_S, Takeover
from fieldops.flow.uploadsaid import MORE_BYTES, STOPPING
from fieldops.model.problem import ProblemError, problem, slug_of
from fieldops.store import audit, uploads
from fieldops.store.blobs import Adoption, BlobStore
from fieldops.store.engine import Store
from fieldops.store.uploads import UploadRow
from fieldops_sync.wire import Limits

_ANY_ROOM = Room()
_GO_ON = frozenset({"uploads-too-many", "upload-locked", "too-busy"})
_HOUR_MS = 3600 * 1000
_DISK_THREADS = 8
_T = TypeVar("_T")

_logger = structlog.get_logger(__name__)


class Uploads:
    """All uploads of one process.  ``clock`` gives ms since 1970; ``hours`` is an upload's life."""

    def __init__(
        self,
        store: Store,
        blobs: BlobStore,
        spool_dir: Path,
        limits: Limits,
        clock: Callable[[], int],
        hours: int = 72,
        room: Room = _ANY_ROOM,
    ) -> None:
        self.spool = Spool(spool_dir, room)
        self._store = store
        self._blobs = blobs
        self.limits = limits
        self._clock = clock
        self._disk = ThreadPoolExecutor(_DISK_THREADS, "spool")
        self._scribes = ThreadPoolExecutor(scribes(), "scribe")
        self._terms = Terms(store, self._disk, self._scribes, clock, hours * _HOUR_MS)
        self._holders = Holders()
        self._newborns = Newborns()
        self._takeover = Takeover(store, self.spool, self._holders, self._disk, clock)
        self._finishing = Finishing(store, blobs, self.spool, clock)
        self._is_closed = False

    async def create(self, wanted: Wanted, is_late: bool = False) -> UploadRow:
        """Begin an upload.  Raises ``ProblemError`` upload-too-large, uploads-too-many.

        Its row is durable, unless ``is_late``: then nobody is told of it before ``write_first``.
        """
        maximum = self.limits.photo_bytes
        if wanted.size_bytes > maximum:
            raise ProblemError(problem("upload-too-large", limit="photo_bytes", maximum=maximum))
        newborn = await self._begin_late(wanted) if is_late else None
        if newborn is None:
            terms = self._clock(), self._terms.life_ms, self.limits.open_uploads
            newborn = await self._write(lambda session: begin(session, wanted, *terms))
        if not wanted.size_bytes:
            return await self._finished(newborn.row)
        self._newborns.add(newborn)
        return newborn.row

    async def complete(self, wanted: Wanted) -> None:
        """Store what a device sent straight to the store.  Doing it again is fine.

        Raises ``ProblemError``: upload-gone if nothing of the kind was sent, media-hash-mismatch,
        store-down.
        """
        _check(await self._finishing.complete(wanted, self._terms.life_ms))

    async def written(self, device: UUID) -> None:
        """What a device has begun here can be looked for.  Raises ``StoreBusy``."""
        await self._newborns.all_written(device)

    async def head(self, device: UUID, upload: UUID) -> UploadRow:
        """Where an upload stands; takes it from a holder that is dead or silent.

        Raises ``ProblemError`` not-found, upload-gone, upload-locked.
        """
        row = await self._find(device, upload)
        if row.state == "verifying":
            await self._finishing.wait(upload, SILENT_S)
            return await self._find(device, upload)
        if row.state != "open":
            return row
        if await self._takeover.quieten(upload):
            return await self._find(device, upload)
        is_untouched = not row.lease and not row.held_until_ms
        if is_untouched and upload in self._newborns:
            return row
        return await self._takeover.fence(row) or await self._find(device, upload)

    async def write(
        self, device: UUID, upload: UUID, part: Part, stream: AsyncIterator[bytes]
    ) -> UploadRow:
        """Take the bytes of a PATCH; the last one answers only when all of it is stored.

        Raises ``ProblemError``: not-found, upload-gone, upload-offset, upload-too-large,
        upload-locked, uploads-too-many, chunk-checksum-mismatch, media-hash-mismatch, store-down.
        """
        if self._is_closed:
            raise ProblemError(problem("too-busy", STOPPING))
        with self._holders.turn(upload) as turn:
            newborn = None if part.offset else self._newborn(upload, device)
            row = newborn.row if newborn else await self._find(device, upload)
            if part.length is not None and part.offset + part.length > row.size_bytes:
                is_elsewhere = part.offset != row.offset_bytes
                raise offset_problem(row) if is_elsewhere else _too_long()
            if row.state == "open":
                row = await self._receive(row, part, stream, turn, newborn)
            elif part.offset != row.offset_bytes:
                raise offset_problem(row)
        return await self._finished(row) if row.state == "verifying" else row

    async def write_first(
        self, row: UploadRow, part: Part, stream: AsyncIterator[bytes]
    ) -> UploadRow:
        """Take the bytes that came with a creation.

        Raises as ``write``; but where the upload can simply go on later, it stands as it is: the
        client must learn its address.
        """
        try:
            return await self.write(row.device, row.id, part, stream)
        except ProblemError as error:
            if slug_of(error.problem) in _GO_ON:
                return await self._find(row.device, row.id)
            if slug_of(error.problem) == "chunk-checksum-mismatch":
                await self.end(row.device, row.id)
            raise

    async def end(self, device: UUID, upload: UUID) -> None:
        """Terminate an upload; what is stored already stays stored.

        Raises ``ProblemError`` not-found, upload-gone, upload-locked.
        """
        self._newborns.forget(upload)
        row = await self._find(device, upload)
        await self._takeover.clear(upload, "dropped")

        def job(session: Session) -> None:
            for state in ("open", "verifying", "done"):
                if uploads.settle(session, upload, "ended", state, self._clock()):
                    entry = audit.Entry("media.terminate", self._clock(), device=device)
                    audit.add(session, entry)

        await self._write(job)
        await self._on_disk(self.spool.remove, row.id)

    async def finish_pending(self) -> int:
        """Store what waits for the blob store; returns how many got through."""
        return await self._finishing.finish_pending()

    async def tidy(self) -> None:
        """Remove what was sent straight to the store and is stored now."""
        await self._finishing.tidy()

    async def sweep(self) -> int:
        """End expired uploads and empty the spool of leftovers; returns how many uploads."""
        return await self._on_disk(sweep, self._store, self.spool, self._clock())

    async def close(self) -> None:
        """Let every holder keep what it has and let go; no new ones begin."""
        self._is_closed = True
        holders = self._holders.all()
        for holder in holders:
            holder.preempt("taken")
        waits: list[asyncio.Future[Any]] = [*self._finishing.tasks()]
        waits.append(asyncio.ensure_future(self._newborns.all_written()))
        waits += [asyncio.ensure_future(holder.released.wait()) for holder in holders]
        await asyncio.wait(waits, timeout=LET_GO_S)
        for threads in (self._disk, self._scribes):
            threads.shutdown(wait=False, cancel_futures=True)
        self._finishing.close()

    async def _begin_late(self, wanted: Wanted) -> Newborn | None:
        """An upload whose row is written later; None where it must be there, or make room first."""
        device, now_ms = wanted.device, self._clock()
        unwritten = self._newborns.unwritten(device)
        seen = await self._on_disk(self._look, wanted, now_ms)
        unwritten |= self._newborns.unwritten(device) | seen.open
        if not wanted.size_bytes or len(unwritten) >= self.limits.open_uploads:
            await self.written(device)
            return None
        row = begun_row(wanted, now_ms, self._terms.life_ms)
        birth = self._newborns.bear(self._store, row)
        return Newborn(row, seen.known, seen.written, birth)

    def _look(self, wanted: Wanted, now_ms: int) -> Seen:
        with self._store.read() as session:
            return look(session, wanted, now_ms)

    async def _find(self, device: UUID, upload: UUID) -> UploadRow:
        await self._newborns.written(upload)
        row = await self._on_disk(self._get, upload)
        if row is None or row.device != device:
            raise ProblemError(problem("not-found"))
        is_late = row.state == "open" and row.expires_ms <= self._clock()
        if is_late or row.state in ("bad", "ended"):
            raise ProblemError(problem("upload-gone"))
        return row

    def _newborn(self, upload: UUID, device: UUID) -> Newborn | None:
        """An upload whose first part may begin at once, as far as is known here."""
        if newborn := self._newborns.take(upload, device, self._clock()):
            written = self._holders.of(device) | newborn.others
            return newborn if len(written) < self.limits.device_uploads else None
        return None

    def _get(self, upload: UUID) -> UploadRow | None:
        with self._store.read() as session:
            return uploads.get(session, upload)

    async def _receive(
        self,
        row: UploadRow,
        part: Part,
        stream: AsyncIterator[bytes],
        turn: Turn,
        newborn: Newborn | None = None,
    ) -> UploadRow:
        if self._holders.get(row.id) is None and part.offset != row.offset_bytes:
            raise offset_problem(row)
        try:
            if newborn is not None:
                return await self._receive_first(newborn, part, stream, turn)
            if not await self._on_disk(self.spool.has_room, part.length or 0):
                raise full_problem()
            if await self._takeover.wait_for_turn(row.id, part.offset, turn):
                row = await self._find(row.device, row.id)
            with self._holders.hold(row.id, part.offset) as holder:
                held = await self._take(row, part.offset)
                segment = await self._on_disk(self.spool.open, row.id, held.lease, part.offset)
                return await self._fill(holder, Filling(held, segment, part), stream)
        except SpoolLost as lost:
            raise await self._lost(row) from lost
        except OSError as error:
            _logger.error("spool cannot be written", upload=str(row.id), exc_info=error)
            raise ProblemError(problem("store-down", retry_after_s=5)) from error

    async def _receive_first(
        self, newborn: Newborn, part: Part, stream: AsyncIterator[bytes], turn: Turn
    ) -> UploadRow:
        """Take the first bytes of an upload that was begun here, under its first lease."""
        row = newborn.row
        segment = await self._on_disk(self.spool.first, row.id, part.length or 0)
        if segment is None:
            raise full_problem()
        try:
            await self._takeover.wait_for_turn(row.id, part.offset, turn)
            check_writers(len(self._holders.of(row.device)), self.limits.device_uploads)
        except ProblemError:
            await self._on_disk(segment.close, False)
            raise
        with self._holders.hold(row.id, part.offset) as holder:
            self._holders.own(row.id, row.device)
            return await self._fill(
                holder, Filling(row, segment, part, newborn.known, newborn.birth), stream
            )

    async def _fill(
        self, holder: Holder, filling: Filling, stream: AsyncIterator[bytes]
    ) -> UploadRow:
        land = self._land if filling.is_whole and isinstance(self._blobs, Adoption) else None
        receiver = Receiver(self._terms, filling, land)
        received = await receiver.run(holder, stream)
        if received.state == "verifying" and receiver.digest is not None:
            self._finishing.hashed(received.id, receiver.digest)
        return received

    async def _land(self, filling: Filling, is_right: Callable[[], bool]) -> UploadRow | None:
        """Store at once what came whole."""
        terms = self._store, self._blobs, self.spool, filling, self._clock()
        if not await self._finishing.on_blobs(finish_whole, *terms, is_right):
            return None
        if filling.birth is not None:
            filling.birth.over()
        held = filling.held
        return msgspec.structs.replace(held, state="done", offset_bytes=held.size_bytes)

    async def _take(self, row: UploadRow, offset: int) -> UploadRow:
        here, most = self._holders.of(row.device), self.limits.device_uploads
        held = await self._write(
            lambda session: take(session, row, offset, here, most, self._clock())
        )
        self._holders.own(row.id, row.device)
        return held

    async def _finished(self, row: UploadRow) -> UploadRow:
        """Wait for a complete upload to be stored.  Raises ``ProblemError``."""
        _check(await self._finishing.wait(row.id, finishing.FINISH_S))
        return msgspec.structs.replace(row, state="done")

    async def _lost(self, row: UploadRow) -> ProblemError:
        """The spool was emptied: the upload cannot go on."""
        _logger.error("bytes are missing from the spool", upload=str(row.id))
        await self._write(
            lambda session: uploads.settle(session, row.id, "ended", "open", self._clock())
        )
        return ProblemError(problem("upload-gone"))

    async def _write(self, job: Callable[[Session], _T]) -> _T:
        return await asyncio.wrap_future(self._store.write(job))

    async def _on_disk(self, work: Callable[..., _T], *arguments: object) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._disk, work, *arguments)


def _too_long() -> ProblemError:
    return ProblemError(problem("upload-too-large", MORE_BYTES))


def _check(outcome: Finished) -> None:
    """Raises ``ProblemError`` unless an upload is stored."""
    if outcome == "down":
        raise ProblemError(problem("store-down", retry_after_s=3))
    if outcome != "stored":
        raise ProblemError(problem("media-hash-mismatch" if outcome == "bad" else "upload-gone"))
