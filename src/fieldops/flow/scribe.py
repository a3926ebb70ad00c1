"""Hashing and writing a part on another thread, in order, while more of it comes in.

    event loop    add  add  add ──── room ──── add  add ─ … ─ done
    disk thread     └─ hash, write ─┘   └─ hash, write ─┘

Nobody waits for a hand-over to come back, but who is too fast and who wants to be sure: each switch
between threads costs as much as hashing some ten thousand bytes.
"""

import asyncio
import os
import threading
from collections.abc import Sequence
from concurrent.futures import Executor
from typing import Protocol

from fieldops.flow.spool import Segment

HAND_BYTES = 512 * 1024
"""What came is handed over when it is so much, as each hand-over costs the same."""
GATHER_S = 0.05
"""Or when it has waited so long."""
BACKLOG_BYTES = 1024 * 1024
"""So much may wait or be under way; what its last chunk brings is on top."""


class Hash(Protocol):
    """What is fed with bytes (``hashlib``)."""

    def update(self, data: bytes, /) -> None: ...


class Scribe:
    """Appends to one segment and feeds its hashes.  Made and fed on the event loop."""

    def __init__(self, segment: Segment, hashes: Sequence[Hash], disk: Executor) -> None:
        self._segment = segment
        self._hashes = hashes
        self._disk = disk
        self._loop = asyncio.get_running_loop()
        self._lock = threading.Lock()
        self._turn = threading.Lock()
        self._chunks: list[bytes] = []
        self._waiting_bytes = 0
        self._backlog_bytes = 0
        self._is_handed = False
        self._error: BaseException | None = None
        self._waiters: list[asyncio.Future[None]] = []
        self._gathering: asyncio.TimerHandle | None = None

    @property
    def is_full(self) -> bool:
        """Whether to wait for ``room`` before more is added."""
        return self._backlog_bytes >= BACKLOG_BYTES

    def add(self, chunk: bytes) -> None:
        """Write this next.  Raises what an earlier write has raised."""
        self._check()
        with self._lock:
            self._chunks.append(chunk)
            self._waiting_bytes += len(chunk)
            self._backlog_bytes += len(chunk)
        if self._waiting_bytes >= HAND_BYTES:
            self._hand_over()
        elif self._gathering is None:
            self._gathering = self._loop.call_later(GATHER_S, self._hand_over)

    async def room(self) -> None:
        """Wait until there is some.  Raises what a write has raised."""
        while self.is_full and self._error is None:
            self._hand_over()
            await self._next()
        self._check()

    async def done(self) -> None:
        """Wait until everything is written.  Raises what a write has raised."""
        await self.rested()
        self._check()

    async def rested(self) -> None:
        """Wait until nothing is being written any more, whatever came of it."""
        while self._backlog_bytes and self._error is None:
            self._hand_over()
            await self._next()

    def finish(self) -> None:
        """Write the rest on this thread.  Raises what a write has raised."""
        self._work()
        self._check()

    def _check(self) -> None:
        if self._error is not None:
            raise self._error

    def _hand_over(self) -> None:
        if self._gathering is not None:
            self._gathering.cancel()
            self._gathering = None
        with self._lock:
            if self._is_handed or not self._chunks:
                return
            self._is_handed = True
        self._disk.submit(self._work)

    async def _next(self) -> None:
        """Wait until something more is written."""
        waiter = self._loop.create_future()
        with self._lock:
            # What was handed over may be through before anybody waits.
            if self._error is not None or not self._backlog_bytes:
                return
            self._waiters.append(waiter)
        await waiter

    def _work(self) -> None:
        with self._turn:
            while chunks := self._take():
                try:
                    self._write(chunks)
                except BaseException as error:  # noqa: BLE001  # whoever feeds this is told
                    self._error = error
                self._tell(sum(map(len, chunks)))

    def _take(self) -> list[bytes]:
        with self._lock:
            chunks, self._chunks, self._waiting_bytes = self._chunks, [], 0
            self._is_handed = bool(chunks)
        return [] if self._error is not None else chunks

    def _write(self, chunks: list[bytes]) -> None:
        for chunk in chunks:
            for hashed in self._hashes:
                hashed.update(chunk)
            self._segment.write(chunk)

    def _tell(self, written_bytes: int) -> None:
        with self._lock:
            self._backlog_bytes -= written_bytes
            waiters, self._waiters = self._waiters, []
        if waiters:
            self._loop.call_soon_threadsafe(_wake, waiters)


def scribes() -> int:
    """How many threads hash and write: a core is left for who takes bytes in, and answers."""
    return max(1, len(os.sched_getaffinity(0)) - 1)


def _wake(waiters: list[asyncio.Future[None]]) -> None:
    for waiter in waiters:
        if not waiter.done():
            waiter.set_result(None)
