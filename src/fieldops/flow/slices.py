"""What the worker does as long as there is any of it, a slice a transaction.

Between two slices others write.  Nothing is kept here: what is left stands in the database, and a
worker that starts goes on with it.
"""

import threading
from collections.abc import Callable

from fieldops.flow.due import MOST
from fieldops.flow.handin import Due, Handin, Release, Sweep
from fieldops.flow.hold import MOST as HELD_MOST
from fieldops.store import due, releases
from fieldops.store.engine import Store


class Slices:
    """Each method works until nothing is left, or ``stop`` is set; raises ``HandinDown`` or
    ``StoreBusy``.
    """

    def __init__(
        self, store: Store, handin: Handin, stop: threading.Event, clock_ms: Callable[[], int]
    ) -> None:
        self._store = store
        self._handin = handin
        self._stop = stop
        self._clock_ms = clock_ms

    def let_time_act(self) -> None:
        """Hand in as long as anything is due; looking alone writes nothing."""
        while not self._stop.is_set():
            with self._store.read() as session:
                if not due.is_any(session, self._clock_ms()):
                    return
            if self._handin(Due()).position < MOST:
                return

    def release(self) -> None:
        """Go on with what is being released."""
        while not self._stop.is_set():
            with self._store.read() as session:
                if not releases.is_any(session):
                    return
            self._handin(Release())

    def sweep(self) -> None:
        """Settle what was held too long, or for nothing."""
        while not self._stop.is_set():
            if self._handin(Sweep()).position < HELD_MOST:
                return
