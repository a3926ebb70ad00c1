"""Asking other machines: in threads of their own, for such a call may take minutes to fail.

Whatever else a server does shares a handful of threads.  Were they to wait for a photo store that
accepts connections and then keeps silent, nobody could push, sign in or look at anything.
"""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from fieldops.store.blobs import BlobError

_T = TypeVar("_T")

PATIENCE_S = 1.0
"""A photo store that needs longer to say a word counts as away: who asks whether a server is ready
(a proxy, an orchestrator) passes it over after two seconds, and its tablets with it."""
_THREADS = 8


class Outside:
    """Calls to other machines.  ``ask_store`` raises ``BlobError`` if the photo store is away."""

    def __init__(self, ask_store: Callable[[], object]) -> None:
        self._ask_store = ask_store
        self._threads = ThreadPoolExecutor(_THREADS, "outside")
        self._asking = ThreadPoolExecutor(1, "store")
        self._asked: Future[bool] | None = None
        self._asked_s = 0.0

    async def run(self, work: Callable[..., _T], *arguments: object) -> _T:
        """The value of ``work``, which waits for another machine; raises what it raises."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, work, *arguments)

    async def store_answers(self) -> bool:
        """Whether the photo store answers in time; one call is under way for all who ask."""
        if self._asked is None or self._asked.done():
            self._asked, self._asked_s = self._asking.submit(self._answers), time.monotonic()
        asked = asyncio.wrap_future(self._asked)
        left_s = self._asked_s + PATIENCE_S - time.monotonic()
        done, _ = await asyncio.wait({asked}, timeout=max(left_s, 0))
        return bool(done) and asked.result()

    def close(self) -> None:
        """Begin nothing more; what is under way may end."""
        for threads in (self._threads, self._asking):
            threads.shutdown(wait=False, cancel_futures=True)

    def _answers(self) -> bool:
        try:
            self._ask_store()
        except BlobError:
            return False
        return True
