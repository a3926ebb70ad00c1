"""Finishing uploads, each once for all who wait for it, and even if none of them stays.

The threads that talk to the blob store are their own: one that hangs must not keep anybody from
writing into the spool.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar
from uuid import UUID

import structlog

from fieldops.flow.finish import Finished, finish, finish_pending
from fieldops.flow.spool import Spool
from fieldops.store.blobs import BlobStore
from fieldops.store.engine import Store

FINISH_S = 20.0
"""How long a request waits for the blob store before it is asked to come back."""
_THREADS = 4
_T = TypeVar("_T")

_logger = structlog.get_logger(__name__)


class Finishing:
    """What one process finishes now; it lives on the event loop."""

    def __init__(
        self, store: Store, blobs: BlobStore, spool: Spool, clock: Callable[[], int]
    ) -> None:
        self._places = store, blobs, spool
        self._clock = clock
        self._threads = ThreadPoolExecutor(_THREADS, "blobs")
        self._tasks: dict[UUID, asyncio.Task[Finished]] = {}
        self._digests: dict[UUID, bytes] = {}

    def hashed(self, upload: UUID, digest: bytes) -> None:
        """Remember the SHA-256 of an upload that came in one part, for its finish."""
        self._digests[upload] = digest

    async def wait(self, upload: UUID, seconds: float) -> Finished:
        """Finish an upload; what became of it, ``down`` if that takes longer."""
        task = self._finish(upload)
        await asyncio.wait({task}, timeout=seconds)
        return task.result() if task.done() else "down"

    async def finish_pending(self) -> int:
        """Store what waits for the blob store; returns how many got through."""
        return await self.on_blobs(finish_pending, *self._places, self._clock())

    async def on_blobs(self, work: Callable[..., _T], *arguments: object) -> _T:
        """Run what waits for the blob store."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, work, *arguments)

    def tasks(self) -> list[asyncio.Task[Finished]]:
        """What is being finished now."""
        return [*self._tasks.values()]

    def close(self) -> None:
        """Begin nothing more."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _finish(self, upload: UUID) -> "asyncio.Task[Finished]":
        task = self._tasks.get(upload)
        if task is None:
            digest = self._digests.pop(upload, None)
            work = self.on_blobs(finish, *self._places, upload, self._clock(), digest)
            task = self._tasks[upload] = asyncio.ensure_future(work)
            task.add_done_callback(lambda done: self._note(upload, done))
        return task

    def _note(self, upload: UUID, task: "asyncio.Task[Finished]") -> None:
        del self._tasks[upload]
        if not task.cancelled() and (error := task.exception()) is not None:
            _logger.error("upload not finished", upload=str(upload), exc_info=error)
