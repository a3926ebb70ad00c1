"""Who is writing which upload in this process, and how a new connection gets them to let go.

A connection that died in a tunnel looks alive for minutes.  Its holder waits for the next bytes
and, at the same time, to be pre-empted: it lets go within milliseconds of a tablet's return.

A request whose connection has died may still be on its way through this server when the tablet has
long come back on another.  It is late then, and must not send away whoever came after it.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any, Literal
from uuid import UUID

IDLE_S = 60.0
"""A holder that hears nothing for this long lets go by itself."""

Why = Literal["taken", "dropped", "idle", "cut"]
"""Why no more bytes are coming: taken over (``dropped``: what is not acknowledged is not wanted),
silent for too long, or the connection broke."""


class Cut(Exception):
    """Raised by a stream whose connection broke before its end."""


class Stopped(Exception):
    """The holder must let go now."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why = why


class Holder:
    """Whoever writes an upload here; ``committed`` and ``received`` are offsets in bytes."""

    def __init__(self, start: int, idle_s: float = IDLE_S) -> None:
        self.committed = self.received = start
        self.released = asyncio.Event()
        self._idle_s = idle_s
        self._asked: asyncio.Future[Why] = asyncio.get_running_loop().create_future()
        self._heard_s = time.monotonic()

    @property
    def silent_s(self) -> float:
        """How long ago the last bytes came."""
        return time.monotonic() - self._heard_s

    def preempt(self, why: Why) -> None:
        """Ask the holder to let go; the first wish counts."""
        if not self._asked.done():
            self._asked.set_result(why)

    async def chunks(self, stream: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """The chunks of a stream until its end; raises ``Stopped``."""
        while (chunk := await self._next(stream)) is not None:
            self._heard_s = time.monotonic()
            yield chunk

    async def _next(self, stream: AsyncIterator[bytes]) -> bytes | None:
        following = asyncio.ensure_future(_advance(stream))
        either: set[asyncio.Future[Any]] = {following, self._asked}
        try:
            await asyncio.wait(either, timeout=self._idle_s, return_when=asyncio.FIRST_COMPLETED)
            if self._asked.done():
                raise Stopped(self._asked.result())
            if not following.done():
                raise Stopped("idle")
        except BaseException:
            await _abandon(following)
            raise
        try:
            return following.result()
        except Cut as cut:
            raise Stopped("cut") from cut


class Turn:
    """That of a part which does not write yet; ``is_late`` when it never will."""

    def __init__(self) -> None:
        self.is_late = False


class Holders:
    """The holders of this process, one an upload."""

    def __init__(self) -> None:
        self._holders: dict[UUID, Holder] = {}
        self._turns: dict[UUID, Turn] = {}

    def get(self, upload: UUID) -> Holder | None:
        """Who writes the upload here now."""
        return self._holders.get(upload)

    def all(self) -> list[Holder]:
        """Everybody who writes here now."""
        return list(self._holders.values())

    @contextmanager
    def turn(self, upload: UUID) -> Iterator[Turn]:
        """Wait to become the one who writes; whoever waited before has come too late."""
        self.outdate(upload)
        turn = self._turns[upload] = Turn()
        try:
            yield turn
        finally:
            if self._turns.get(upload) is turn:
                del self._turns[upload]

    def outdate(self, upload: UUID) -> None:
        """Whoever waits to write the upload will not: its tablet has gone on without it."""
        if (waiting := self._turns.pop(upload, None)) is not None:
            waiting.is_late = True

    def is_waited_for(self, upload: UUID) -> bool:
        """Whether somebody waits to write the upload here."""
        return upload in self._turns

    @contextmanager
    def hold(self, upload: UUID, start: int) -> Iterator[Holder]:
        """Be the one who writes; the caller has made sure that nobody else does."""
        holder = self._holders[upload] = Holder(start)
        self._turns.pop(upload, None)
        try:
            yield holder
        finally:
            del self._holders[upload]
            holder.released.set()


async def _advance(stream: AsyncIterator[bytes]) -> bytes | None:
    return await anext(stream, None)


async def _abandon(task: "asyncio.Task[bytes | None]") -> None:
    """Stop waiting for bytes; what comes of it does not matter any more."""
    task.cancel()
    await asyncio.wait({task})
    if not task.cancelled():
        task.exception()
