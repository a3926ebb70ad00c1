"""The couriers of a worker, in threads: nobody waits for another's endpoint."""

import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.consumers import consumer
from tests.flow.telling import Telling, telling

from fieldops.flow import endpoints
from fieldops.flow.couriers import Couriers
from fieldops.flow.handin import HandinAnswer, HandinDown, HandinRequest
from fieldops.flow.setup import SYSTEM
from fieldops.model.problem import ProblemError
from fieldops_sync.endpointpayloads import EndpointSet


def await_until(condition: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


class Running:
    """The couriers of a worker."""

    def __init__(self, told: Telling) -> None:
        self.stop = threading.Event()
        core = told.server.core
        self.couriers = Couriers(core.settings, core.store, self, self.stop, told.clock)
        self.thread = threading.Thread(target=self.couriers.run)
        self.failures: list[Exception] = []
        self._handin = told.handin

    def __call__(self, request: HandinRequest) -> HandinAnswer:
        """Hand in, unless the test wants it to fail."""
        if self.failures:
            raise self.failures.pop()
        return self._handin(request)

    def __enter__(self) -> "Running":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self.thread.join(30)
        assert not self.thread.is_alive()


def hold(release: threading.Event) -> Callable[[BaseHTTPRequestHandler], None]:
    """A consumer that takes its time."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        release.wait(30)
        handler.send_response(200)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def do(told: Telling, verb: str, endpoint: UUID) -> None:
    job = getattr(endpoints, verb)
    told.server.do(lambda s: job(s, endpoint, "a test", SYSTEM, told.clock()))


def test_a_slow_endpoint_keeps_nobody_else_waiting(database_url: str, tmp_path: Path):
    release = threading.Event()
    with (
        consumer() as slow,
        consumer() as good,
        telling(database_url, tmp_path, slow, good, read_s=30) as told,
        Running(told),
    ):
        slow.answers.append(hold(release))
        told.add(slow)
        told.add(good)
        last = told.happen(5)[-1]
        await_until(lambda: good.positions[-1:] == [last])
        await_until(lambda: len(slow.requests) == 1)
        time.sleep(0.05)
        assert len(slow.requests) == 1
        release.set()
        await_until(lambda: slow.positions[-1:] == [last])
        assert slow.ids == good.ids


def test_endpoints_come_and_go_while_the_worker_runs(sqlite_database: str, tmp_path: Path):
    with consumer() as one, telling(sqlite_database, tmp_path, one) as told, Running(told):
        endpoint = told.add(one, position=None).endpoint
        first = told.happen()[0]
        await_until(lambda: one.positions == [first])
        do(told, "pause", endpoint)
        await_until(lambda: told.show(told.courier(endpoint)).state == "paused")
        assert told.courier(endpoint).step().ended
        one.went_down()
        told.happen(2)
        do(told, "resume", endpoint)
        await_until(lambda: told.show(told.courier(endpoint)).state == "waiting")
        one.came_up()
        # The clock stands still: only a person makes it go on at once.
        do(told, "resume", endpoint)
        await_until(lambda: len(one.positions) == 3)
        assert one.positions == sorted(one.positions)


def test_a_server_that_is_away_and_a_fault_of_ours_are_got_over(
    sqlite_database: str, tmp_path: Path
):
    with consumer() as one, telling(sqlite_database, tmp_path, one) as told:
        told.add(one, position=None)
        place = told.happen()[0]
        running = Running(told)
        running.failures = [ValueError("a fault"), HandinDown("away")]
        with running:
            await_until(lambda: len(one.requests) == 3)
            await_until(lambda: not running.failures)
        assert one.positions == [place] * 3
        assert len(set(one.ids)) == 1


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"url": "http://127.0.0.1/x"}, "only https"),
        ({"url": "https://127.0.0.1/x"}, "not public"),
        ({"url": "https://[::ffff:10.0.0.1]/x"}, "not public"),
        ({"url": "https://[64:ff9b::7f00:1]/x"}, "not public"),
        ({"url": "https://[2002:7f00:1::]/x"}, "not public"),
        ({"url": "https://169.254.169.254/latest"}, "not public"),
        ({"url": "https://example.com:22/x"}, "port 22"),
        ({"url": "https://user:secret@example.com/"}, "holds a name"),
        ({"url": "https://:443/"}, "is no address"),
        ({"url": "https://example.com:99999/"}, "is no address"),
        ({"url": "https://exa mple.com/"}, "is no address"),
        ({"url": "https://example.com/", "types": ["no.such@1"]}, "no op type"),
        ({"url": "https://example.com/", "kinds": ["person"]}, "'person'"),
        ({"url": "https://example.com/", "reason": " "}, "reason"),
        ({}, "needs an address"),
    ],
)
def test_an_endpoint_that_cannot_be_is_not_made(
    sqlite_database: str, tmp_path: Path, fields: dict[str, Any], wrong: str
):
    with telling(sqlite_database, tmp_path, http=False, networks=[]) as told:
        asked = EndpointSet(**{"reason": "a test", **fields})
        with pytest.raises(ProblemError, match=wrong):
            told.server.do(lambda s: endpoints.add(s, told.given, asked, SYSTEM, told.clock()))
        assert told.server.look(endpoints.states) == []
