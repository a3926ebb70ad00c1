"""Finishing uploads, each once for all who wait for it, and even if none of them stays.

The threads that talk to the blob store are their own: one that hangs must not keep anybody from
writing into the spool.
"""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from uuid import UUID

import structlog

from fieldops.flow import direct
from fieldops.flow.begin import Wanted
from fieldops.flow.direct import Leftovers
from fieldops.flow.finish import Finished, finish, finish_pending
from fieldops.flow.spool import Spool
from fieldops.store.blobs import BlobStore
from fieldops.store.engine import Store

FINISH_S = 20.0
"""How long a request waits for the blob store before it is asked to come back."""
_THREADS = 32
"""Most of the time they wait, for the store or for the writer."""
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
        self._tasks: dict[object, asyncio.Task[Finished]] = {}
        self._leftovers = Leftovers()
        self._digests: dict[UUID, bytes] = {}

    def hashed(self, upload: UUID, digest: bytes) -> None:
        """Remember the SHA-256 of an upload that came in one part, for its finish."""
        self._digests[upload] = digest

    async def wait(self, upload: UUID, seconds: float) -> Finished:
        """Finish an upload; what became of it, ``down`` if that takes longer."""
        if (task := self._tasks.get(upload)) is None:
            digest = self._digests.pop(upload, None)
            work = self.on_blobs(finish, *self._places, upload, self._clock(), digest)
            task = self._begun(upload, work)
        return await _patiently(task, seconds)

    async def complete(self, wanted: Wanted, life_ms: int) -> Finished:
        """Store what was sent straight to the store; ``down`` if that takes too long."""
        key = wanted.device, wanted.sha256
        if (task := self._tasks.get(key)) is None:
            terms = wanted, self._clock(), life_ms
            task = self._begun(key, self.on_blobs(direct.complete, *self._places, *terms))
        outcome = await _patiently(task, FINISH_S)
        if outcome == "stored" and self._leftovers.add(wanted):
            await self.tidy()
        return outcome

    async def tidy(self) -> None:
        """Remove from `incoming/` what is stored."""
        if sent := self._leftovers.take():
            await self.on_blobs(direct.tidy, self._places[1], sent)

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

    def _begun(self, key: object, work: Coroutine[Any, Any, Finished]) -> "asyncio.Task[Finished]":
        task = self._tasks[key] = asyncio.create_task(work)
        task.add_done_callback(lambda done: self._note(key, done))
        return task

    def _note(self, key: object, task: "asyncio.Task[Finished]") -> None:
        del self._tasks[key]
        if not task.cancelled() and (error := task.exception()) is not None:
            _logger.error("upload not finished", upload=str(key), exc_info=error)


async def _patiently(task: "asyncio.Task[Finished]", seconds: float) -> Finished:
    """What a task comes to, which goes on even if nobody waits any more."""
    await asyncio.wait({task}, timeout=seconds)
    return task.result() if task.done() else "down"
