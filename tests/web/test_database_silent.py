"""A database that hangs, or keeps nothing: who asks is told so in time, and by nobody's thread."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any
from unittest import mock

import httpx
from sqlmodel import Session
from tests.factories import Server, enrol_tablet, found_company, on_loopback, running

from fieldops.flow import troubles
from fieldops.store.engine import Store
from fieldops.web import health, metrics

_ASKERS = 40
"""More than the threads that all requests share, on any machine of the tests."""
_SOON_S = 10.0
_TOKEN = "scrape-me"


@contextmanager
def hung(store: Store) -> Iterator[None]:
    """Nobody who reads hears a word, as of a server that was stopped (SIGSTOP)."""
    said, read = Event(), store.read

    @contextmanager
    def silent() -> Iterator[Session]:
        said.wait(60)
        with read() as session:
            yield session

    with mock.patch.object(store, "read", silent):
        try:
            yield
        finally:
            said.set()


def test_however_often_it_is_asked_a_hung_database_is_down_in_time(
    database_url: str, tmp_path: Path
):
    def ready(url: str) -> tuple[int, str]:
        answer = httpx.get(f"{url}/readyz", trust_env=False, timeout=_SOON_S)
        return answer.status_code, answer.json()["state"]

    with running(database_url, tmp_path) as server, on_loopback(server) as url:
        with hung(server.core.store), ThreadPoolExecutor(_ASKERS) as askers:
            found = list(askers.map(ready, [url] * _ASKERS))
            assert found == [(503, "down")] * _ASKERS
            began_s = time.monotonic()
            assert ready(url) == (503, "down")
            assert time.monotonic() - began_s < health.DATABASE_PATIENCE_S, "who comes late"
        wait_for(lambda: ready(url) == (200, "ok"))


def test_a_database_that_is_slow_at_the_rest_is_no_reason_to_pass_a_server_over(
    database_url: str, tmp_path: Path
):
    with running(database_url, tmp_path) as server:

        def slow(*_: object) -> None:
            time.sleep(2)

        with mock.patch.object(troubles, "standing_still", slow):
            answer = server.client.get("/readyz")
        assert (answer.status_code, answer.json()["state"]) == (200, "degraded")


def test_who_scrapes_a_hung_database_is_told_to_come_back(tmp_path: Path):
    url, given = f"sqlite:///{tmp_path / 'fieldops.db'}", {"token": _TOKEN}
    with (
        running(url, tmp_path, metrics=given) as server,
        mock.patch.object(metrics, "_PATIENCE_S", 0.1),
        hung(server.core.store),
    ):
        headers = {"authorization": f"Bearer {_TOKEN}"}
        answer = server.client.get("/metrics", headers=headers)
        assert answer.status_code == 503
        assert answer.headers["retry-after"]


def test_a_server_whose_database_keeps_nothing_is_down_until_it_does(tmp_path: Path):
    """Reading goes on when a disk is full, and every op is answered ``retry``."""
    with running(f"sqlite:///{tmp_path / 'fieldops.db'}", tmp_path) as server:
        company = found_company(server)
        tablet = enrol_tablet(server, [company.inspector], company.site)
        op = tablet.op("feedback.record@1", nature="praise", text="谢谢")
        only_read(server, True)
        assert ready_of(server) == (200, "ok"), "nobody has failed to write yet"
        assert tablet.receipts_of([op])[0]["status"] == "retry"
        for _ in range(2):
            assert ready_of(server) == (503, "down")
        assert "disk full" in server.client.get("/readyz").json()["parts"][0]["why"]
        only_read(server, False)
        assert ready_of(server) == (200, "ok"), "it is tried, for no proxy sends a push meanwhile"
        assert tablet.receipts_of([op])[0]["status"] == "applied"
        with mock.patch.object(server.core.store, "write") as written:
            assert ready_of(server) == (200, "ok")
        assert not written.called, "nothing is written while all is well"


def only_read(server: Server, wanted: bool) -> None:
    """Have SQLite refuse what the writer writes, as on a disk that is full or read-only."""
    connection = server.core.store.engine.raw_connection()
    connection.cursor().execute(f"PRAGMA query_only = {wanted}")
    connection.close()


def ready_of(server: Server) -> tuple[int, str]:
    answer = server.client.get("/readyz")
    return answer.status_code, answer.json()["state"]


def wait_for(what: Any) -> None:
    end_s = time.monotonic() + _SOON_S
    while not what():
        assert time.monotonic() < end_s
        time.sleep(0.05)
