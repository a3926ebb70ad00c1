"""The supervisor by itself: restarts with backoff, gives up when told, kills who does not stop."""

import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest
from tests.cli.helping import wait_for

from fieldops.cli import supervise, tie
from fieldops.cli.supervise import Child, Program

SLEEPS = "import time; time.sleep(60)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True)"


def program(code: str, name: str = "child", **environment: str) -> Program:
    return Program(name, [sys.executable, "-c", code], environment)


@pytest.fixture(autouse=True)
def _signals_as_before():
    before = {one: signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def stop_when(is_so, what: str) -> threading.Thread:
    """Send this process SIGTERM once something is so."""

    def run() -> None:
        try:
            wait_for(is_so, what)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_who_dies_is_restarted_more_and_more_slowly(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(supervise, "BACKOFF_S", (0.05, 0.1))
    child = Child(program("raise SystemExit(7)"))
    child.start()
    pauses = []
    for _ in range(4):
        wait_for(lambda: child.look() == 7, "it ends")
        assert child.pid is None
        pauses.append(child._pause_s)
        wait_for(lambda: (child.look(), child.pid is not None)[1], "it is restarted")
    assert pauses == [0.1, 0.1, 0.1, 0.1]
    assert child.restarts == 4
    child.await_end(time.monotonic() + 10)


def test_who_lived_long_is_restarted_at_once_again(monkeypatch: pytest.MonkeyPatch):
    child = Child(program("pass"))
    child._pause_s = 16.0
    monkeypatch.setattr(supervise, "SETTLED_S", 0.0)
    child.start()
    wait_for(lambda: child.look() == 0, "it ends")
    assert child._pause_s == 2 * supervise.BACKOFF_S[0]


def test_the_others_start_when_the_first_is_ready(tmp_path: Path):
    mark = tmp_path / "ready"
    first = program(f"open({str(mark)!r}, 'w'); {SLEEPS}", "first")
    second = program(
        "import os, pathlib, time; pathlib.Path(os.environ['MARK']).touch(); time.sleep(60)",
        "second",
        MARK=str(tmp_path / "second"),
    )
    announced: list[bool] = []
    stopper = stop_when(lambda: (tmp_path / "second").exists(), "the second runs")
    code = supervise.supervise(first, [second], mark.exists, lambda: announced.append(True))
    stopper.join()
    assert (code, announced) == (0, [True])


def test_a_program_that_cannot_run_ends_the_supervisor():
    first = program(f"raise SystemExit({supervise.GIVE_UP})")
    assert supervise.supervise(first, [], lambda: False, lambda: None) == supervise.GIVE_UP


def test_a_database_that_is_away_ends_only_who_has_never_run(tmp_path: Path):
    away = f"raise SystemExit({supervise.AWAY})"
    assert supervise.supervise(program(away), [], lambda: False, lambda: None) == supervise.GIVE_UP
    mark, first = tmp_path / "again", program(SLEEPS, "first")
    second = program(
        "import os, pathlib; mark = pathlib.Path(os.environ['MARK'])\n"
        "with mark.open('a') as out: out.write('.')\n" + away,
        "second",
        MARK=str(mark),
    )
    stopper = stop_when(lambda: mark.exists() and len(mark.read_text()) > 1, "it is tried again")
    assert supervise.supervise(first, [second], lambda: True, lambda: None) == 0
    stopper.join()


def test_who_does_not_stop_is_killed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(supervise, "STOP_S", 0.2)
    mark = tmp_path / "deaf"
    code = f"{DEAF}; open({str(mark)!r}, 'w'); time.sleep(60)"
    stopper = stop_when(mark.exists, "it is deaf")
    began_s = time.monotonic()
    assert supervise.supervise(program(code), [], lambda: False, lambda: None) == 0
    stopper.join()
    assert time.monotonic() - began_s < 30


def test_nothing_is_asked_of_who_is_not_running():
    child = Child(program("pass"))
    child.ask_to_stop()
    child.await_end(time.monotonic())
    assert child.pid is None


def test_a_process_whose_parent_is_gone_ends():
    with pytest.raises(SystemExit):
        tie.tie(os.getppid() + 1)
