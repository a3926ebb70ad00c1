"""The couriers of a worker: a thread an endpoint, begun and ended as endpoints come and go.

One thread looks at the log and at the endpoints for all of them, and rings when there is news; so
an endpoint that is slow, down or wrong keeps nobody waiting but itself.
"""

import threading
from collections.abc import Callable
from uuid import UUID

import structlog
from sqlmodel import Session

from fieldops.flow.courier import Courier
from fieldops.flow.endpoints import feed_of
from fieldops.flow.handin import Handin, HandinDown
from fieldops.flow.readingroom import ReadingRoom
from fieldops.rules.endpoints import endpoint_of
from fieldops.settings import Settings
from fieldops.store import log, outlets, records
from fieldops.store.engine import Store
from fieldops.store.writer import StoreBusy

_logger = structlog.get_logger(__name__)
_DOWN = (StoreBusy, HandinDown)
_LONGEST_S = 60.0
"""Clocks are set and settings change: nobody sleeps longer than this."""
_PAUSES_MAX = 20


class Couriers:
    """Keeps a courier for every endpoint that wants one, until ``stop`` is set."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        handin: Handin,
        stop: threading.Event,
        clock_ms: Callable[[], int],
        tell: Callable[[str, Exception | None], None] = lambda _job, _error: None,
    ) -> None:
        self._settings, self._store, self._handin = settings, store, handin
        self._stop, self._clock_ms = stop, clock_ms
        self._tell = tell
        self._room = ReadingRoom()
        self._threads: dict[UUID, threading.Thread] = {}
        self._news = threading.Condition()
        self._seen = (0, 0)

    def run(self) -> None:
        """Look and ring until the end; then wait for whoever is still under way."""
        while not self._stop.is_set():
            try:
                self.look()
            except StoreBusy as down:
                _logger.warning("endpoints wait", why=str(down))
                self._tell("webhooks", down)
            except Exception as error:
                # Those who are under way go on; begun again, each would have a double.
                _logger.exception("endpoints cannot be looked after")
                self._tell("webhooks", error)
            else:
                self._tell("webhooks", None)
            self._stop.wait(self._settings.worker.poll_ms / 1000)
        self._ring((0, 0))
        for thread in self._threads.values():
            thread.join()

    def look(self) -> None:
        """Begin couriers that are missing; ring if the log or an endpoint has changed."""
        with self._store.read() as session:
            seen = (log.counter(session), outlets.moved(session))
            wanted = _wanted(session) if seen != self._seen else set()
        for endpoint in wanted:
            known = self._threads.get(endpoint)
            if known is None or not known.is_alive():
                self._begin(endpoint)
        if seen != self._seen:
            self._ring(seen)

    def _begin(self, endpoint: UUID) -> None:
        courier = Courier(
            endpoint, self._store, self._handin, self._settings.webhooks, self._clock_ms, self._room
        )
        thread = threading.Thread(target=self._work, args=(courier,), name=f"webhook-{endpoint}")
        self._threads[endpoint] = thread
        thread.start()

    def _work(self, courier: Courier) -> None:
        bad, name = 0, f"webhook {courier.endpoint}"
        while not self._stop.is_set():
            seen = self._seen
            try:
                step = courier.step()
            except _DOWN as down:
                bad += 1
                _logger.warning("webhooks wait", endpoint=str(courier.endpoint), why=str(down))
                self._tell(name, down)
            except Exception as error:
                bad += 1
                _logger.exception("webhooks failed", endpoint=str(courier.endpoint))
                self._tell(name, error)
            else:
                bad = 0
                self._tell(name, None)
                if step.ended:
                    return
                if not step.more:
                    self._sleep(seen, step.wait_ms)
                continue
            self._stop.wait(min(bad, _PAUSES_MAX) * self._settings.worker.poll_ms / 1000)

    def _sleep(self, seen: tuple[int, int], wait_ms: int | None) -> None:
        """Until there is news since ``seen``, or until a failed one is due."""
        is_due_s = _LONGEST_S if wait_ms is None else min(wait_ms / 1000, _LONGEST_S)

        def is_called() -> bool:
            # Who waits for a consumer that is down need not hear how the log goes on.
            news = self._seen != seen if wait_ms is None else self._seen[1] != seen[1]
            return news or self._stop.is_set()

        with self._news:
            self._news.wait_for(is_called, is_due_s)

    def _ring(self, seen: tuple[int, int]) -> None:
        with self._news:
            self._seen = seen
            self._news.notify_all()


def _wanted(session: Session) -> set[UUID]:
    """The endpoints that are to be told: they are enabled and nothing suspends them."""
    places = outlets.everything(session)
    found = (
        endpoint_of(state.id, state.body)
        for state in records.of_kind(session, [feed_of(session)], "endpoint")
    )
    return {
        one.id
        for one in found
        if one is not None
        and one.enabled
        and one.id in places
        and places[one.id].state != "suspended"
    }
