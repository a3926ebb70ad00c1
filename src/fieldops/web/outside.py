"""Asking other machines: in threads of their own, for such a call may take minutes to fail.

Whatever else a server does shares a handful of threads.  Were they to wait for a photo store that
accepts connections and then keeps silent, nobody could push, sign in or look at anything.
"""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from fieldops.store.blobs import BlobError

_T = TypeVar("_T")

PATIENCE_S = 1.0
"""A photo store that needs longer to say a word counts as away: who asks whether a server is ready
(a proxy, an orchestrator) passes it over after two seconds, and its tablets with it."""
_THREADS = 8


class Line:
    """One question after the other, in a thread of its own: who comes meanwhile shares the answer.

    What is asked in one line is always the same, and raises nothing.
    """

    def __init__(self, name: str) -> None:
        self._thread = ThreadPoolExecutor(1, name)
        self._asked: Future[Any] | None = None
        self._asked_s = 0.0

    async def answer(self, ask: Callable[[], _T], patience_s: float) -> _T | None:
        """What ``ask`` says; None if that does not come in time."""
        if self._asked is None or self._asked.done():
            self._asked, self._asked_s = self._thread.submit(ask), time.monotonic()
        asked: asyncio.Future[_T] = asyncio.wrap_future(self._asked)
        left_s = self._asked_s + patience_s - time.monotonic()
        done, _ = await asyncio.wait({asked}, timeout=max(left_s, 0))
        return asked.result() if done else None

    def close(self) -> None:
        """Ask nothing more; what is under way may end."""
        self._thread.shutdown(wait=False, cancel_futures=True)


class Outside:
    """Calls to other machines.  ``ask_store`` raises ``BlobError`` if the photo store is away."""

    def __init__(self, ask_store: Callable[[], object]) -> None:
        self._ask_store = ask_store
        self._threads = ThreadPoolExecutor(_THREADS, "outside")
        self._store = Line("store")
        self.database, self.standing, self.gauges = (
            Line("database"),
            Line("standing"),
            Line("gauges"),
        )

    async def run(self, work: Callable[..., _T], *arguments: object) -> _T:
        """The value of ``work``, which waits for another machine; raises what it raises."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, work, *arguments)

    async def store_answers(self) -> bool:
        """Whether the photo store answers in time; one call is under way for all who ask."""
        return bool(await self._store.answer(self._answers, PATIENCE_S))

    def close(self) -> None:
        """Begin nothing more; what is under way may end."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        for line in (self._store, self.database, self.standing, self.gauges):
            line.close()

    def _answers(self) -> bool:
        try:
            self._ask_store()
        except BlobError:
            return False
        return True
