"""Getting an upload from whoever writes it: in this process by asking, in another by its lease.

    a holder here ───────── asked to let go: keeps what came, or drops it
    silent for ``SILENT_S`` ─ asked by a HEAD
    maybe one elsewhere ─── its file is watched for a moment; unless it grows: the next lease

What a HEAD answered holds: it takes a lease away even where nobody seems to write, for a part that
its server comes to late may have read the row already, and has taken nothing yet.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeVar
from uuid import UUID

from fieldops.flow.holders import Holder, Holders, Turn, Why
from fieldops.flow.spool import Spool
from fieldops.flow.uploadsaid import ANOTHER
from fieldops.model.problem import ProblemError, problem
from fieldops.store import uploads
from fieldops.store.engine import Store
from fieldops.store.uploads import UploadRow

SILENT_S = 1.0
"""A HEAD takes over from a holder that was silent for this long (recipes.md, ruling 6)."""
LET_GO_S = 5.0
"""How long a holder may take to let go: an fsync and a commit."""
_PEEK_S = 0.1
_T = TypeVar("_T")


class Takeover:
    """For the uploads of one process; it lives on the event loop."""

    def __init__(
        self,
        store: Store,
        spool: Spool,
        holders: Holders,
        disk: Executor,
        clock: Callable[[], int],
    ) -> None:
        self._store = store
        self._spool = spool
        self._holders = holders
        self._disk = disk
        self._clock = clock

    async def wait_for_turn(self, upload: UUID, offset: int, turn: Turn) -> bool:
        """Send a holder away, unless the newcomer is out of step, by its offset or in time.

        Whether there was one.  Raises ``ProblemError`` upload-offset, upload-locked.
        """
        had_one = False
        while not turn.is_late and (holder := self._holders.get(upload)) is not None:
            if not holder.committed <= offset <= holder.received:
                raise ProblemError(problem("upload-offset", offset_bytes=holder.committed))
            await _let_go(holder, "dropped" if offset == holder.committed else "taken")
            had_one = True
        if turn.is_late:
            raise ProblemError(problem("upload-locked", ANOTHER))
        return had_one

    async def clear(self, upload: UUID, why: Why) -> None:
        """Nobody here writes it any more.  Raises ``ProblemError`` upload-locked."""
        while (holder := self._holders.get(upload)) is not None:
            await _let_go(holder, why)

    async def quieten(self, upload: UUID) -> bool:
        """Wait until nobody here writes, or begins to, for a second at most; a silent one must go.

        Whether there was anybody.  Raises ``ProblemError`` upload-locked.
        """
        if not self._is_busy(upload):
            return False
        for _ in range(int(SILENT_S / _PEEK_S) + 1):
            holder = self._holders.get(upload)
            if holder is not None and holder.silent_s >= SILENT_S:
                await _let_go(holder, "taken")
                return True
            if not self._is_busy(upload):
                return True
            await asyncio.sleep(_PEEK_S)
        self._holders.outdate(upload)
        return True

    async def fence(self, row: UploadRow) -> UploadRow | None:
        """Take the lease away from whoever has it elsewhere, or is about to use it.

        The upload as it stands then; None where it has changed: it lives, for its file grows or
        somebody has taken it meanwhile.
        """
        if row.held_until_ms > self._clock() and await self._lives(row):
            return None
        return await asyncio.wrap_future(
            self._store.write(lambda session: uploads.fence(session, row))
        )

    async def _lives(self, row: UploadRow) -> bool:
        """Whether its holder does anything within a second, or until its hold is over."""
        before_bytes = await self._on_disk(self._spool.written_bytes, row.id)
        for _ in range(int(SILENT_S / _PEEK_S)):
            if row.held_until_ms <= self._clock():
                return False
            await asyncio.sleep(_PEEK_S)
            if await self._on_disk(self._changed, row, before_bytes):
                return True
        return False

    def _changed(self, row: UploadRow, before_bytes: int) -> bool:
        with self._store.read() as session:
            now = uploads.get(session, row.id)
        return now != row or self._spool.written_bytes(row.id) > before_bytes

    async def _on_disk(self, work: Callable[..., _T], *arguments: object) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._disk, work, *arguments)

    def _is_busy(self, upload: UUID) -> bool:
        return self._holders.get(upload) is not None or self._holders.is_waited_for(upload)


async def _let_go(holder: Holder, why: Why) -> None:
    holder.preempt(why)
    try:
        await asyncio.wait_for(holder.released.wait(), LET_GO_S)
    except TimeoutError as error:
        raise ProblemError(problem("upload-locked", retry_after_s=1)) from error
