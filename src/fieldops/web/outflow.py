"""Bytes on their way out: read in threads of their own, a piece at a time, never more in memory.

A piece is read when the one before it was taken, so a slow caller costs a piece and an open file.
When the caller goes, the source is closed.  An answer that has begun can only be broken off: then
the caller has fewer bytes than the header Content-Length promised, and knows it.
"""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import structlog
from litestar.background_tasks import BackgroundTask
from litestar.response import Stream

from fieldops.flow.outgoing import Source
from fieldops.store.blobs import BlobStoreDown
from fieldops.web.ranges import Part

_logger = structlog.get_logger(__name__)
THREADS = 16
"""How many reads wait for the disk or the bucket at once; other requests have threads of theirs."""
BEGIN_S = 20.0
"""How long somebody who looks at a photo waits for its first bytes, before the store is down."""


def reading_threads() -> ThreadPoolExecutor:
    """The threads of one server; each is started when it is needed."""
    return ThreadPoolExecutor(THREADS, "photos")


class Outflow(AsyncIterator[bytes]):
    """A generator of bytes that is run in ``threads``; ``what`` names it in the log."""

    def __init__(self, source: Source, threads: ThreadPoolExecutor, what: str) -> None:
        self._source = source
        self._threads = threads
        self._what = what
        self._busy = Lock()
        self._first: bytes | None = None
        self._is_left = False

    async def begin(self, patience_s: float | None = None) -> "Outflow":
        """Read the first piece: what cannot be opened is told before an answer has begun.

        Raises ``BlobStoreDown`` after ``patience_s``; who waits for a thread by then needs none.
        """
        step = asyncio.ensure_future(self._step())
        if not (await asyncio.wait({step}, timeout=patience_s))[0]:
            self._is_left = True
            step.cancel()
            raise BlobStoreDown(f"{self._what}: nothing came for {patience_s:.0f} s")
        self._first = step.result()
        return self

    async def __anext__(self) -> bytes:
        piece, self._first = self._first, None
        if piece is None:
            try:
                piece = await self._step()
            except Exception as error:
                kind = type(error).__name__
                _logger.error("a download was broken off", what=self._what, kind=kind)
                raise
        if not piece:
            raise StopAsyncIteration
        return piece

    async def close(self) -> None:
        """Close the source, after the read that may be under way."""
        await asyncio.get_running_loop().run_in_executor(self._threads, self._close)

    async def _step(self) -> bytes:
        """The next piece, empty at the end."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._next)

    def _next(self) -> bytes:
        with self._busy:
            piece = next(self._source, b"")
            if self._is_left:
                self._source.close()
            return piece

    def _close(self) -> None:
        with self._busy:
            self._source.close()


def streamed(outflow: Outflow, part: Part, is_part: bool, headers: dict[str, str]) -> Stream:
    """The answer: 206 where a part was asked for, else 200; ``headers`` hold the Content-Type."""
    headers = headers | {"Content-Length": str(part.length)}
    if is_part:
        headers["Content-Range"] = part.content_range
    mime = headers.pop("Content-Type")
    return Stream(
        outflow,
        status_code=206 if is_part else 200,
        media_type=mime,
        headers=headers,
        background=BackgroundTask(outflow.close),
    )
