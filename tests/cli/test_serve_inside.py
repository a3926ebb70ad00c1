"""What ``serve``, ``web`` and ``worker`` do, in this very process, stopped by a signal to it."""

import os
import re
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlcipher3
import structlog
from click.exceptions import Exit
from structlog.testing import capture_logs
from tests.cli.helping import Line, free_port, wait_for
from tests.factories import asked

from fieldops.cli import serve, supervise
from fieldops.cli.shell import Shell
from fieldops.flow.upload import Uploads
from fieldops.model.operation import operation
from fieldops.model.problem import ProblemError, problem
from fieldops.store import readers
from fieldops.store.blobs import BlobStoreDown
from fieldops.store.engine import open_store
from fieldops.store.writer import StoreBusy
from fieldops.web import serve as server
from fieldops_sync.wire import Problem


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in numbers}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
    structlog.reset_defaults()


def stop_when(is_so: Callable[[], bool], what: str) -> threading.Thread:
    """Send this process SIGTERM once something is so."""

    def run() -> None:
        try:
            wait_for(is_so, what, 60)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def ready(port: int) -> bool:
    return asked(f"http://127.0.0.1:{port}", "/readyz") == 200


def test_the_web_process_serves_until_it_is_told(
    sqlite_line: Line, monkeypatch: pytest.MonkeyPatch
):
    """Its chores go on although the photo store is down, or something unforeseen happens."""
    port, rounds = free_port(), []

    async def finish(_uploads: Uploads) -> int:
        rounds.append(1)
        if len(rounds) == 1:
            raise BlobStoreDown("x")
        if len(rounds) == 2:
            raise ZeroDivisionError
        return 0

    monkeypatch.setattr(Uploads, "finish_pending", finish)
    monkeypatch.setattr(server, "_PENDING_S", 0.05)
    sqlite_line.environment |= {"FIELDOPS_PORT": str(port)}
    stopper = stop_when(lambda: len(rounds) > 3 and ready(port), "it serves")
    done = sqlite_line.run("web")
    stopper.join()
    assert done.exit_code == 0, done.output
    assert not ready(port)
    assert (sqlite_line.data_dir / "handin.json").exists()


def test_a_server_that_cannot_listen_ends_with_a_problem(sqlite_line: Line):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        sqlite_line.environment |= {"FIELDOPS_PORT": str(taken.getsockname()[1])}
        assert str(taken.getsockname()[1]) in sqlite_line.told("address-in-use", "web")


def test_the_supervisor_announces_the_url_and_ends(sqlite_line: Line):
    """Before that a plugin introduced itself over the door that the server opened."""
    url = sqlite_line.data_dir / serve.LOCK_FILE
    database = f"sqlite:///{sqlite_line.data_dir / 'fieldops.db'}"

    def runs() -> bool:
        return url.exists() and url.read_text() != "" and worker_is_in(database)

    config = sqlite_line.data_dir.parent / "fieldops.toml"
    config.write_text('organisation = "demo"\nplugins = ["cleaning"]\n')
    stopper = stop_when(runs, "everybody runs")
    words = ("--config", config, "--data-dir", sqlite_line.data_dir, "serve", "--port", "0")
    said = sqlite_line(*words)
    stopper.join()
    assert "fieldops is serving on http://127.0.0.1:" in said
    assert re.search(r"^  http://127\.0\.0\.1:\d+/first#code=[\w-]{22}$", said, re.MULTILINE)


def worker_is_in(url: str) -> bool:
    """Whether a plugin has introduced itself."""
    store = open_store(url)
    try:
        with store.read() as session:
            return any(row.name == "cleaning" for row in readers.everything(session))
    except (StoreBusy, sqlcipher3.dbapi2.Error):
        return False  # It is being made.
    finally:
        store.close()


def test_a_worker_follows_the_log_of_postgresql_by_itself(postgres_database: str, tmp_path: Path):
    line = Line(tmp_path / "data", postgres_database, FIELDOPS_PLUGINS='["cleaning"]')
    line("migrate")

    stopper = stop_when(lambda: worker_is_in(postgres_database), "the plugins run")
    done = line.run("worker")
    stopper.join()
    assert done.exit_code == 0, done.output


def test_a_supervisor_whose_program_cannot_run_fails(
    sqlite_line: Line, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(supervise, "supervise", lambda *_given: supervise.GIVE_UP)
    assert sqlite_line.run("serve", "--port", "0").exit_code == 1


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (operation("database-down", "refused"), supervise.AWAY),
        (problem("database-busy"), supervise.AWAY),
        (operation("schema-outdated"), supervise.GIVE_UP),
    ],
)
def test_what_a_restart_may_mend_is_told_from_what_it_does_not(error: Problem, code: int):
    with pytest.raises(Exit) as ended, serve._giving_up(Shell()):
        raise ProblemError(error)
    assert ended.value.exit_code == code


def test_a_database_that_takes_no_link_stops_no_server(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def full(*_: object) -> None:
        raise StoreBusy("nothing was kept") from OSError("database or disk is full")

    monkeypatch.setattr(serve, "show_first_link", full)
    with capture_logs() as logged:
        serve._announce(Shell("en"), "http://127.0.0.1:8400")
    assert "fieldops is serving on http://127.0.0.1:8400" in capsys.readouterr().out
    assert [line["why"] for line in logged] == ["database or disk is full"]


def test_a_server_for_every_address_is_asked_on_this_machine():
    assert serve._url("0.0.0.0", 8400) == "http://127.0.0.1:8400"
    assert serve._url("::", 8400) == "http://[::1]:8400"
    assert serve._url("10.0.0.7", 8400) == "http://10.0.0.7:8400"
