"""The lease of a run: who holds it works on it, and nobody else does.

It is kept on by a thread of its own, so that a slow destination loses nothing; a worker that is
killed stops keeping it on, and another one goes on after ``lease_s``.
"""

import secrets
import threading
import time
from types import TracebackType
from typing import Self
from uuid import UUID

from fieldops.flow.exportwork import ClaimRun, RestRun
from fieldops.flow.handin import HandinDown
from fieldops.flow.worker import Tools
from fieldops.store.writer import StoreBusy

_TURNS = 3
"""So often within its length a lease is kept on."""


class Ended(Exception):
    """The work on a run is to end here: the worker stops, or somebody else holds the lease."""


class Lease:
    """A lease for the length of a block.  Entering raises ``Ended`` if somebody else holds it."""

    def __init__(self, tools: Tools, run: UUID) -> None:
        self.token = secrets.token_hex(8)
        self._tools, self._run = tools, run
        self._length_s = tools.settings.export.lease_s
        self._over, self._lost = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._keep_on, name=f"lease-{run}")

    def __enter__(self) -> Self:
        if not self._claim():
            raise Ended("somebody else works on it")
        self._thread.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def beat(self, _count: int = 0) -> None:
        """Raises ``Ended`` if the work is to end here."""
        if self._lost.is_set():
            raise Ended("the lease is lost")
        if self._tools.stop.is_set():
            raise Ended("the worker stops")

    def give_back(
        self, why: str = "", rest_ms: int = 0, is_back: bool = False, is_over: bool = False
    ) -> None:
        """Let the run rest, or let anybody go on with it."""
        self._over.set()  # Who keeps it on would take it again.
        self._thread.join()
        self._tools.handin(RestRun(self._run, self.token, why, rest_ms, is_back, is_over))

    def _claim(self) -> bool:
        return self._tools.handin(ClaimRun(self._run, self.token, self._length_s * 1000)).moved

    def _keep_on(self) -> None:
        kept_s = time.monotonic()
        while not self._over.wait(self._length_s / _TURNS):
            try:
                if not self._claim():
                    self._lost.set()
                    return
                kept_s = time.monotonic()
            except (HandinDown, StoreBusy):
                if time.monotonic() - kept_s >= self._length_s:
                    self._lost.set()
                    return
