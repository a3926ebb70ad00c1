"""The whole worker: threads, probes and isolated plugins of every kind, beside a working server."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.factories import on_loopback
from tests.flow.following import CHECKLIST, Walk, walking

from fieldops import builtin
from fieldops.flow import auditkey, follow
from fieldops.flow import worker as workers
from fieldops.flow.handin import HandinDown, HttpHandin, Sweep, open_door
from fieldops.flow.react import DirectHandin
from fieldops.flow.troubles import troubles
from fieldops.flow.worker import Tools, Worker, handin_for
from fieldops.settings import Settings
from fieldops.store import jobs, readers


def settings_of(walk: Walk, *plugins: str) -> Settings:
    return walk.settings.model_copy(
        update={
            "plugins": plugins,
            "worker": walk.settings.worker.model_copy(
                update={"poll_ms": 20, "hook_budget_s": 4, "sweep_s": 1}
            ),
        }
    )


@contextlib.contextmanager
def at_work(walk: Walk, *plugins: str) -> Iterator[Settings]:
    """A worker with these plugins, handing in to the server's own store."""
    walk.settings = settings_of(walk, *plugins)
    stop = threading.Event()
    worker = Worker(walk.settings, walk.server.core.store, walk.handin, stop)
    thread = threading.Thread(target=worker.run, args=([builtin.load()],))
    thread.start()
    try:
        yield walk.settings
    finally:
        stop.set()
        thread.join(60)
    assert not thread.is_alive()


def wait_until(true: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it does not come true"
        time.sleep(0.05)


def test_domain_plugin_raises_findings_from_its_shipped_checklist(
    sqlite_database: str, tmp_path: Path
) -> None:
    text = (Path(__file__).parents[2] / "checklists/cleaning/cleaning-daily.toml").read_text()
    with walking(sqlite_database, tmp_path, text) as walk, at_work(walk, "cleaning"):
        walk.start()
        walk.record("toilet_odour", 5)
        walk.record("toilet_supplies", ["paper"])
        wait_until(lambda: "cleaning:toilet-unusable" in walk.rules())
        wait_until(lambda: walk.rules().count("builtin:failed") == 2)
        walk.record("toilet_odour", 1)
        wait_until(lambda: "cleaning:toilet-unusable" in walk.rules("withdrawn"))


def test_worker_waits_for_a_server_that_is_down(sqlite_database: str, tmp_path: Path) -> None:
    with walking(sqlite_database, tmp_path) as walk:
        direct, refusals = walk.handin, [HandinDown("down")] * 9

        def flaky(request: Any) -> Any:
            if refusals:
                raise refusals.pop()
            return direct(request)

        walk.handin = flaky
        walk.start()
        walk.record("floor", "fail")
        with at_work(walk):
            wait_until(lambda: walk.rules() == ["builtin:failed"])
        assert refusals == []


def test_reader_that_breaks_is_tried_again(
    sqlite_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, broken = follow.step, [True] * 3

    def step(*given: Any) -> Any:
        if broken:
            broken.pop()
            raise RuntimeError("a bug of ours")
        return real(*given)

    monkeypatch.setattr(workers, "step", step)
    with walking(sqlite_database, tmp_path) as walk:
        walk.start()
        walk.record("floor", "fail")
        with at_work(walk):
            wait_until(lambda: walk.rules() == ["builtin:failed"])
            wait_until(lambda: sum(one.failures for one in walk.server.look(jobs.everything)) == 3)
            wait_until(lambda: not any(one.times for one in walk.server.look(jobs.everything)))
    assert broken == []


def test_a_thread_that_breaks_is_begun_again_and_told(sqlite_database: str, tmp_path: Path) -> None:
    """The audit's key cannot be read: the chainer is not gone for good, and everybody sees it."""

    def told(walk: Walk) -> list[str]:
        return walk.server.look(lambda s: [one.job for one in troubles(s)])

    with walking(sqlite_database, tmp_path) as walk:
        key = walk.settings.data_dir / auditkey.FILE
        key.parent.mkdir(parents=True, exist_ok=True)
        key.write_bytes(b"no key")
        with at_work(walk):
            wait_until(lambda: told(walk) == ["audit"])
            key.unlink()
            wait_until(lambda: told(walk) == [])


def test_worker_that_is_stopped_at_once_ends(sqlite_database: str, tmp_path: Path) -> None:
    with walking(sqlite_database, tmp_path) as walk:
        stop = threading.Event()
        stop.set()
        worker = Worker(settings_of(walk, "cleaning"), walk.server.core.store, walk.handin, stop)
        worker.run([builtin.load()])
        assert walk.server.look(readers.everything) == []


def test_a_job_from_above_works_beside_the_readers_and_is_begun_again(
    sqlite_database: str, tmp_path: Path
) -> None:
    seen: list[Tools] = []

    def job(tools: Tools) -> None:
        seen.append(tools)
        if len(seen) < 3:
            raise HandinDown("away") if len(seen) == 1 else ValueError("a fault")
        tools.stop.set()

    with walking(sqlite_database, tmp_path) as walk:
        stop, store = threading.Event(), walk.server.core.store
        Worker(settings_of(walk), store, walk.handin, stop, {"exports": job}).run([])
    assert [(one.store, one.handin, one.stop) for one in seen] == [(store, walk.handin, stop)] * 3
    assert seen[0].clock_ms() > 0


def test_photo_is_read_from_the_blob_store_or_cannot_be_had(
    sqlite_database: str, tmp_path: Path
) -> None:
    from hashlib import sha256
    from io import BytesIO

    with walking(sqlite_database, tmp_path) as walk:
        digest = sha256(b"jpeg").hexdigest()
        walk.server.core.blobs.put(digest, BytesIO(b"jpeg"), 4)
        stop = threading.Event()
        worker = Worker(walk.settings, walk.server.core.store, walk.handin, stop)
        with worker.get_photo(digest) as source:
            assert source.read() == b"jpeg"
        with pytest.raises(OSError, match="cannot be had"):
            worker.get_photo("0" * 64)


def test_sqlite_is_handed_in_through_the_server_and_postgres_directly(
    sqlite_database: str, postgres_database: str, tmp_path: Path
) -> None:
    from fieldops.store.engine import open_store

    for url, kind in ((sqlite_database, HttpHandin), (postgres_database, DirectHandin)):
        store = open_store(url)
        settings = Settings(data_dir=tmp_path, database_url=url)
        assert isinstance(handin_for(settings, store), kind)
        store.close()


def test_worker_process_follows_by_itself_on_postgres(
    postgres_database: str, tmp_path: Path
) -> None:
    with walking(postgres_database, tmp_path, CHECKLIST) as walk:
        walk.start()
        walk.record("floor", "fail")
        stop = threading.Event()
        given = (settings_of(walk), [builtin.load()], stop)
        thread = threading.Thread(target=workers.run_worker, args=given)
        thread.start()
        try:
            wait_until(lambda: walk.rules() == ["builtin:failed"])
        finally:
            stop.set()
            thread.join(60)


def test_worker_hands_in_to_a_real_server_on_sqlite(sqlite_database: str, tmp_path: Path) -> None:
    with walking(sqlite_database, tmp_path) as walk, on_loopback(walk.server) as url:
        folder = walk.settings.data_dir
        walk.server.core.door = open_door(folder, url)
        walk.start()
        walk.record("floor", "fail")
        walk.submit(results=1)
        walk.handin = HttpHandin(folder)
        with at_work(walk, "cleaning"):
            wait_until(lambda: walk.rules() == ["builtin:failed", "cleaning:zone-below-threshold"])
            wait_until(lambda: walk.inspection.state == "sealed")
        stranger = HttpHandin(folder, tries=1)
        walk.server.core.door = open_door(tmp_path / "elsewhere", url)
        with pytest.raises(HandinDown, match="answers 404"):
            stranger(Sweep())
