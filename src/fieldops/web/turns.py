"""Turns at what takes a processor long: a few at once, the others in a line of bounded length.

    run ─┬─ the line is short ─→ wait ─→ work in a thread ─→ its value
         └─ it is too long ────→ 503 too-busy; Retry-After says when it will have room

Who asks gives up after some time and asks again.  A server that worked off every request, however
old, would answer nobody in time any more, and would never recover: 200 tablets that bootstrapped at
once held one up for good.
"""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from math import ceil
from typing import TypeVar

from fieldops.model.problem import ProblemError, problem

T = TypeVar("T")

LINE_S = 8.0
"""A line longer than this is too long: a tablet waits 30 s for an answer, a hurried one 10."""
_AWAY_S = 120.0
"""Nobody is sent away for longer: what the line will be then is not known now."""
_GUESS_S = 0.02
"""What a turn is taken to need before the first one was seen."""
_NEWS = 0.1
"""How much of what is expected of a turn comes from the last one."""


class Turns:
    """``width`` turns at once.  ``run`` belongs to the event loop, the work to threads."""

    def __init__(
        self, name: str, width: int, monotonic_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._threads = ThreadPoolExecutor(width, thread_name_prefix=name)
        self._width = width
        self._monotonic_s = monotonic_s
        self._turn_s = _GUESS_S
        self._inside = 0
        self._promised_s = 0.0

    async def run(self, work: Callable[[], T]) -> T:
        """The value of ``work``.  Raises ``ProblemError`` too-busy, and what ``work`` raises."""
        line_s = self._inside * self._turn_s / self._width
        if line_s > LINE_S:
            raise ProblemError(problem("too-busy", retry_after_s=self._promise(line_s)))
        self._inside += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, self._do, work)
        finally:
            self._inside -= 1

    def close(self) -> None:
        """Begin no turn any more; those under way may end."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _do(self, work: Callable[[], T]) -> T:
        began_s = self._monotonic_s()
        try:
            return work()
        finally:
            # Threads that write this together lose one of two numbers, which is no harm.
            self._turn_s += _NEWS * (self._monotonic_s() - began_s - self._turn_s)

    def _promise(self, line_s: float) -> int:
        """Seconds to stay away: whoever is sent away gets a time behind all others who were."""
        now_s = self._monotonic_s()
        earliest_s = max(self._promised_s, now_s + line_s / 2)
        self._promised_s = min(earliest_s + self._turn_s / self._width, now_s + _AWAY_S)
        return ceil(self._promised_s - now_s)
