"""Jobs of the worker that fail again and again: on record, told in both languages, cleared."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import Session
from tests.factories import Server, running

from fieldops.flow.handin import HandinAnswer, HandinDown, Sweep
from fieldops.flow.react import DirectHandin
from fieldops.flow.troubles import STALE_MS, Troubles, examine
from fieldops.rules.jobfaults import AGAIN, CATALOGUE
from fieldops.store import jobs
from fieldops.store.blobs import BlobStoreDown
from fieldops.store.jobs import JobRow
from fieldops.store.writer import StoreBusy

TOKEN = "of-the-metrics"


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[Server]:
    with running(database_url, tmp_path, metrics={"token": TOKEN}) as started:
        yield started


class Process:
    """What one worker process tells, with a door that may be shut."""

    def __init__(self, server: Server) -> None:
        self.server, self.is_shut = server, False
        self._direct = DirectHandin(server.core.store, server.clock)
        self._troubles = Troubles(server.core.store, self._handin, server.clock)

    def _handin(self, request: Any) -> HandinAnswer:
        if self.is_shut:
            raise HandinDown("away")
        return self._direct(request)

    def fails(self, error: Exception, job: str = "pictures", times: int = 1) -> None:
        for _ in range(times):
            self._troubles.tell(job, error)

    def sweep(self) -> None:
        self._direct(Sweep())

    def works(self, job: str = "pictures") -> None:
        self._troubles.tell(job, None)


def row(server: Server) -> JobRow:
    (found,) = server.look(jobs.everything)
    return found


def ready(server: Server) -> list[dict[str, Any]]:
    parts = server.client.get("/readyz").json()["parts"]
    return [one for one in parts if one["name"].startswith("job ")]


def counted(server: Server, job: str = "pictures") -> dict[str, float]:
    headers = {"authorization": f"Bearer {TOKEN}"}
    text = server.client.get("/metrics", headers=headers).text
    found = re.findall(rf'^fieldops_job_(\w+)\{{job="{job}"\}} (\S+)$', text, re.M)
    return {name: float(value) for name, value in found}


def test_a_job_that_fails_again_and_again_is_told_until_it_works(server: Server) -> None:
    ours = Process(server)
    ours.works()
    assert server.look(jobs.everything) == []
    since_ms = server.clock()
    ours.fails(BlobStoreDown("gone"), times=AGAIN - 1)
    assert ready(server) == []  # A hiccup is nobody's affair.
    server.clock.forward(1)
    ours.fails(ValueError("the name of a resident"))
    found = row(server)
    assert (found.since_ms, found.last_ms, found.times) == (since_ms, server.clock(), AGAIN)
    (part,) = ready(server)
    assert (part["name"], part["state"]) == ("job pictures", "degraded")
    assert part["why"] == part["titles"]["en"]
    assert part["titles"]["en"].startswith(f"failed {AGAIN} times in a row since 2026-")
    assert part["titles"]["en"].endswith("A fault of ours (ValueError)")
    assert "程序内部错误 (ValueError)" in part["titles"]["zh-CN"]
    (line,) = server.look(lambda s: [*examine(s)])
    assert (line.name, line.state, line.found) == ("job pictures", "warn", part["titles"])
    assert counted(server) == {"failures_total": AGAIN, "failing": AGAIN}
    for job in ("webhook 1", "webhook 2"):
        ours.fails(ValueError(), job)
    assert counted(server, "webhook") == {"failures_total": 2, "failing": 2}
    ours.works()
    assert ready(server) == []
    assert counted(server) == {"failures_total": AGAIN, "failing": 0}
    (line,) = server.look(lambda s: [*examine(s)])
    assert (line.name, line.state) == ("jobs", "ok")


def test_what_could_not_be_told_is_counted_later(server: Server) -> None:
    ours = Process(server)
    ours.is_shut = True
    ours.fails(HandinDown("away"), times=2)
    ours.fails(StoreBusy("full"))
    ours.works()
    assert server.look(jobs.everything) == []
    ours.is_shut = False
    ours.works()
    assert (row(server).failures, row(server).times, row(server).kind) == (3, 0, "database")
    ours.fails(OSError(28, "No space left"))
    assert (row(server).failures, row(server).times, row(server).kind) == (4, 1, "disk")


def test_what_another_process_left_is_cleared_by_the_first_that_works(server: Server) -> None:
    Process(server).fails(MemoryError(), times=AGAIN)
    assert "Memory has run out" in ready(server)[0]["why"]
    Process(server).works()
    assert ready(server) == []


def test_what_nobody_tells_of_any_more_is_forgotten(server: Server) -> None:
    """Its destination was taken out of the settings."""
    ours = Process(server)
    ours.fails(ValueError(), "export office", times=AGAIN)
    server.clock.now_ms += STALE_MS
    ours.sweep()
    assert len(ready(server)) == 1
    server.clock.now_ms += 1
    ours.sweep()
    assert ready(server) == []
    assert row(server).failures == AGAIN


def test_a_database_that_cannot_be_asked_is_asked_again(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    Process(server).fails(OperationalError("select", {}, ValueError()), times=AGAIN)
    assert "The database is busy or fails (OperationalError)" in ready(server)[0]["why"]
    ours, real = Process(server), jobs.get

    def get(_session: Session, _job: str) -> None:
        raise OperationalError("select", {}, ValueError())

    monkeypatch.setattr(jobs, "get", get)
    ours.works()
    monkeypatch.setattr(jobs, "get", real)
    assert len(ready(server)) == 1
    ours.works()
    assert ready(server) == []


def test_every_kind_is_told_in_both_languages() -> None:
    for kind in CATALOGUE.values():
        assert all({*one} == {"zh-CN", "en"} for one in (kind.titles, kind.advice))
