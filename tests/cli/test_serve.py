"""``fieldops serve``: nobody is left behind, whoever dies comes back, and the end is quick."""

import os
import signal
import socket
import time
from pathlib import Path

import psutil
import pytest
from tests.cli.helping import Line, Served, serving, wait_for
from tests.factories import asked

from fieldops.cli import serve, supervise


def answers(url: str, path: str = "/readyz") -> bool:
    return asked(url, path) == 200


def is_gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def has_worker(served: Served) -> bool:
    return bool(served.pids("worker"))


@pytest.fixture
def plain_line(sqlite_line: Line) -> Line:
    """The line of a server without plugins, which is up sooner."""
    return sqlite_line.without_plugins()


@pytest.mark.unmeasured
def test_a_killed_supervisor_leaves_no_process_and_no_port(plain_line: Line):
    with serving(plain_line) as served:
        wait_for(lambda: has_worker(served), "the worker runs")
        family = served.family()
        assert len(family) >= 3
        served.process.kill()
        served.process.wait(10)
        wait_for(lambda: all(map(is_gone, family)), "everybody ends")
        assert not answers(served.url, "/healthz")
    with serving(plain_line, "--port", str(served.port)) as again:
        assert again.port == served.port
        assert answers(again.url)


def kill_and_wait_for(served: Served, name: str) -> None:
    """Kill the supervisor's child of this name and wait for the next one."""
    (pid,) = served.pids(name)
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: bool(served.pids(name) - {pid}), f"{name} is restarted")


@pytest.mark.unmeasured
def test_a_killed_child_comes_back_on_the_same_port_and_ctrl_c_ends_all(plain_line: Line):
    with serving(plain_line) as served:
        wait_for(lambda: has_worker(served), "the worker runs")
        kill_and_wait_for(served, "worker")
        kill_and_wait_for(served, "web")
        wait_for(lambda: answers(served.url), "the server answers again")
        served.process.send_signal(signal.SIGINT)
        assert served.process.wait(15) == 0


@pytest.mark.unmeasured
def test_the_end_is_quick_although_an_upload_is_frozen(plain_line: Line):
    with (
        serving(plain_line) as served,
        socket.create_connection(("127.0.0.1", served.port)) as frozen,
    ):
        frozen.sendall(b"POST /sync/v1/push HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{")
        wait_for(lambda: has_worker(served), "the worker runs")
        family = served.family()
        began_s = time.monotonic()
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(15) == 0
        assert time.monotonic() - began_s < 9
        assert all(is_gone(process) for process in family)
    assert (plain_line.data_dir / serve.LOCK_FILE).read_text() == ""


def test_a_second_server_on_the_same_data_is_refused(plain_line: Line):
    with serving(plain_line) as served:
        assert served.url in plain_line.told("server-running", "serve", "--port", "0")
        assert serve.running_url(plain_line.data_dir) == served.url
        # The command line writes beside the running server (recipes.md, ruling 11).
        plain_line("site", "add", "CH", "翠湖花园")
        assert plain_line.problem("restore", "nowhere") == "server-running"
    assert serve.running_url(plain_line.data_dir) == ""


def test_a_taken_port_is_a_problem(sqlite_line: Line):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert str(port) in sqlite_line.told("address-in-use", "serve", "--port", port)


def test_no_server_is_told_of_where_there_is_no_data(tmp_path: Path):
    assert not serve.is_served(tmp_path / "nothing")
    assert serve.running_url(tmp_path / "nothing") == ""


def test_a_database_that_is_not_fit_ends_the_server_at_once(tmp_path: Path):
    line = Line(tmp_path / "data", f"sqlite:///{tmp_path}/missing/fieldops.db")
    done = line.run("web")
    assert done.exit_code == supervise.AWAY
    assert "database" in done.stderr
    assert "Traceback" not in done.output
