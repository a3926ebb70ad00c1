"""A reader that watches the log while it is written: no position may ever appear late."""

import sys
import threading
from types import TracebackType

from fieldops.store import log
from fieldops.store.engine import open_store

_LOOK_S = 0.002


class Watcher:
    """Reads the log again and again by itself; ``faults`` says what it saw skipped or changed.

    In every snapshot the positions must be 1, 2, 3, …: a gap that fills later is a change that a
    tablet with a cursor behind the gap would never get.
    """

    def __init__(self, database_url: str) -> None:
        self.faults: list[str] = []
        self.looks = 0
        self._store = open_store(database_url)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="log watcher")
        self._last = 0

    def __enter__(self) -> "Watcher":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()
        self.close()

    def close(self) -> None:
        """Close the database."""
        self._store.close()

    def _watch(self) -> None:
        while not self._stop.wait(_LOOK_S):
            self.look()

    def look(self) -> None:
        """Read what is new since the last look."""
        with self._store.read() as session:
            changes = log.read(session, self._last, sys.maxsize)
        positions = [change.position for change in changes]
        self.looks += 1
        expected = list(range(self._last + 1, self._last + 1 + len(positions)))
        if positions != expected:
            self.faults.append(f"watcher: after {self._last} came {positions[:5]}")
        self._last = max([self._last, *positions])
