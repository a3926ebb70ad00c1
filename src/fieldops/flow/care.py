"""The care of stored bytes, as the worker does it: collection, retention, scrubbing, by and by.

One process at a time: whoever has the turn; the others find that nothing is due.
"""

import threading
import time
from collections.abc import Callable

import structlog

from fieldops.flow.caretake import last_round
from fieldops.flow.collect import Collector, Write
from fieldops.flow.handin import Handin, HandinDown
from fieldops.flow.mirror import mirror
from fieldops.flow.retire import Retirer
from fieldops.flow.scrub import Paced, Scrubber
from fieldops.settings import Settings
from fieldops.store.blobs import BlobError, BlobStore
from fieldops.store.engine import Store
from fieldops.store.writer import StoreBusy

_logger = structlog.get_logger(__name__)
_HOUR_MS = 3600 * 1000
_DAY_MS = 24 * _HOUR_MS
_SCRUB_S = 300
"""How long it scrubs before it looks again whether something else is due."""


def writer(handin: Handin) -> Write:
    """What care writes by, made of what the readers hand in by."""
    return lambda request: handin(request).hashes


def collector(settings: Settings, store: Store, blobs: BlobStore, write: Write) -> Collector:
    """The collector that the settings ask for."""
    return Collector(store, blobs, write, settings.orphan_grace_days * _DAY_MS)


class Care:
    """Everything that is done about stored bytes from time to time."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        blobs: BlobStore,
        handin: Handin,
        stop: threading.Event,
    ) -> None:
        given, write = settings.care, writer(handin)
        self._store = store
        self._blobs = blobs
        self._write = write
        self._stop = stop
        self._hours = given.collect_hours
        self._days = given.retention_days
        self._collector = collector(settings, store, blobs, write)
        self._retirer = Retirer(store, blobs, write, self._days)
        self._scrubber = Scrubber(
            store, blobs, write, given.scrub_days, Paced(given.scrub_mb_s, stop.wait)
        )

    def run(self, now_ms: int) -> Exception | None:
        """Do what is due; what cannot be done now is logged and tried again at the next call.

        Gives the first thing that went wrong, if any did.
        """
        wrong = [self._try("hold", lambda: mirror(self._store, self._blobs, self._write, now_ms))]
        jobs: dict[str, Callable[[], object]] = {
            "collect": lambda: self._collector.run(now_ms),
            "retire": lambda: self._retirer.run(now_ms),
        }
        for kind, job in jobs.items():
            if (kind != "retire" or self._days) and self._is_due(kind, now_ms):
                wrong.append(self._try(kind, job))
        until_s = time.monotonic() + _SCRUB_S
        wrong.append(self._try("scrub", lambda: self._scrub(now_ms, until_s)))
        return next((one for one in wrong if one is not None), None)

    def _scrub(self, now_ms: int, until_s: float) -> object:
        def go_on() -> bool:
            return not self._stop.is_set() and time.monotonic() < until_s

        return self._scrubber.run_due(now_ms, go_on)

    def _is_due(self, kind: str, now_ms: int) -> bool:
        with self._store.read() as session:
            last = last_round(session, kind)
        return last is None or now_ms - last.at_ms >= self._hours * _HOUR_MS

    @staticmethod
    def _try(kind: str, job: Callable[[], object]) -> Exception | None:
        try:
            job()
        except (BlobError, StoreBusy, HandinDown, OSError) as error:
            _logger.warning("care of photos waits", kind=kind, why=str(error))
            return error
        except Exception as error:
            _logger.exception("care of photos failed", kind=kind)
            return error
        return None
