"""Who is writing which upload in this process, and how a new connection gets them to let go.

A connection that died in a tunnel looks alive for minutes.  Its holder waits for the next bytes
and, at the same time, to be pre-empted: it lets go within milliseconds of a tablet's return.

A request whose connection has died may still be on its way through this server when the tablet has
long come back on another.  It is late then, and must not send away whoever came after it.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Literal
from uuid import UUID

IDLE_S = 60.0
"""A holder that hears nothing for this long lets go by itself."""
Why = Literal["taken", "dropped", "idle", "cut"]
"""Why no more bytes are coming: taken over (``dropped``: what is not acknowledged is not wanted),
silent for too long, or the connection broke."""


Take = Callable[[bytes], Awaitable[None] | None]
"""Takes a chunk; what it returns is waited for before the next."""


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
        self._asked: Why | None = None
        self._heard_s = time.monotonic()
        self._feeding: asyncio.Task[None] | None = None
        self._patience: asyncio.TimerHandle | None = None

    @property
    def silent_s(self) -> float:
        """How long ago the last bytes came."""
        return time.monotonic() - self._heard_s

    def preempt(self, why: Why) -> None:
        """Ask the holder to let go; the first wish counts."""
        if self._asked is None:
            self._asked = why
            if self._feeding is not None:
                self._feeding.cancel()

    async def listen(self, stream: AsyncIterator[bytes], receive: Take) -> None:
        """Hand over every chunk until the stream ends; raises ``Stopped``, and what they raise.

        It may stop while ``receive`` is waited for: what that awaits must stand it.
        """
        feeding = self._feeding = asyncio.create_task(self._feed(stream, receive))
        if self._asked is not None:
            feeding.cancel()
        self._watch()
        try:
            await asyncio.wait({feeding})
            if self._asked is not None:
                raise Stopped(self._asked)
            await feeding
        except Cut as cut:
            raise Stopped("cut") from cut
        finally:
            if self._patience is not None:
                self._patience.cancel()
            await _abandon(feeding)

    async def _feed(self, stream: AsyncIterator[bytes], receive: Take) -> None:
        async for chunk in stream:
            self._heard_s = time.monotonic()
            if (wait := receive(chunk)) is not None:
                await wait

    def _watch(self) -> None:
        """Give up when nothing came for too long; else look again when that could be."""
        left_s = self._idle_s - self.silent_s
        if left_s <= 0:
            self.preempt("idle")
        else:
            self._patience = asyncio.get_running_loop().call_later(left_s, self._watch)


class Turn:
    """That of a part which does not write yet; ``is_late`` when it never will."""

    def __init__(self) -> None:
        self.is_late = False


class Holders:
    """The holders of this process, one an upload."""

    def __init__(self) -> None:
        self._holders: dict[UUID, Holder] = {}
        self._devices: dict[UUID, UUID] = {}
        self._turns: dict[UUID, Turn] = {}

    def get(self, upload: UUID) -> Holder | None:
        """Who writes the upload here now."""
        return self._holders.get(upload)

    def all(self) -> list[Holder]:
        """Everybody who writes here now."""
        return list(self._holders.values())

    def of(self, device: UUID) -> set[UUID]:
        """The uploads that a device writes here now (see ``own``)."""
        return {upload for upload, writer in self._devices.items() if writer == device}

    def own(self, upload: UUID, device: UUID) -> None:
        """The holder of an upload has its lease, and counts among its device's from now on."""
        self._devices[upload] = device

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
            self._devices.pop(upload, None)
            holder.released.set()


async def _abandon(feeding: "asyncio.Task[None]") -> None:
    """Stop waiting for bytes; what comes of it does not matter any more."""
    feeding.cancel()
    await asyncio.wait({feeding})
    if not feeding.cancelled():
        feeding.exception()
