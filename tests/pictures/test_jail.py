"""The jail: what was taken cannot be done any more, and nothing is claimed that was not taken."""

import os
import platform
import re
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from fieldops.pictures import jail, seccomp, syscalls

EVERYTHING = {"no-new-privileges", "network-namespace", "system-call-filter"}


def in_jail(job: Callable[[], object]) -> list[str]:
    """Run a job in a thread of this process that has closed the filter for itself alone.

    Gives the protections that were taken, and what the job raised.
    """
    said: list[str] = []

    def run() -> None:
        said.extend(jail.forbid())
        try:
            job()
        except OSError as error:
            said.append(f"errno {error.errno}")
        except RuntimeError as error:
            said.append(str(error))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return said


REFUSED: dict[str, Callable[[], object]] = {
    "socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
    "unix-socket": lambda: socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM),
    "socketpair": socket.socketpair,
    "open-to-read": lambda: os.open("/etc/passwd", os.O_RDONLY),
    "open-to-write": lambda: os.open("evil", os.O_WRONLY | os.O_CREAT),
    "list": lambda: os.listdir("/"),
    "program": lambda: os.execv(sys.executable, [sys.executable, "-c", "pass"]),
    "fork": os.fork,
    "spawn": lambda: subprocess.Popen([sys.executable, "-c", "pass"]),
    "kill-parent": lambda: os.kill(os.getppid(), 0),
    "remove": lambda: os.unlink("evil"),
    "rename": lambda: os.rename("evil", "good"),
    "mkdir": lambda: os.mkdir("evil"),
    "change-directory": lambda: os.chdir("/"),
    "memory-file": lambda: os.memfd_create("evil"),
    "root": lambda: os.chroot("/"),
    "priority-of-others": lambda: os.setpriority(os.PRIO_PROCESS, os.getppid(), 5),
    "limits-of-others": lambda: resource.prlimit(os.getppid(), resource.RLIMIT_CORE),
    "pipe": os.pipe,
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_decoding_does_not_need_is_refused(what: str):
    *taken, outcome = in_jail(REFUSED[what])
    assert "system-call-filter" in taken
    assert outcome == "errno 1"


def test_what_decoding_needs_is_allowed():
    def needed() -> None:
        assert len(bytearray(50_000_000)) == 50_000_000
        assert os.getpid() > 0
        assert resource.getrlimit(resource.RLIMIT_AS)
        assert time.monotonic()
        other = threading.Thread(target=lambda: None)
        other.start()
        other.join()

    assert set(in_jail(needed)) <= EVERYTHING


def test_threads_of_a_jailed_thread_are_jailed():
    seen: list[object] = []

    def attempt() -> None:
        try:
            seen.append(socket.socket())
        except OSError as error:
            seen.append(error.errno)

    def start_another() -> None:
        other = threading.Thread(target=attempt)
        other.start()
        other.join()

    in_jail(start_another)
    assert seen == [1]


def test_this_process_is_as_free_as_before():
    in_jail(lambda: None)
    socket.socket().close()


def test_other_machines_and_systems_claim_nothing(monkeypatch):
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    assert seccomp.close_calls() is False
    monkeypatch.setattr(sys, "platform", "darwin")
    assert jail.forbid() == ()


def test_filter_is_closed_on_both_machines():
    for machine in syscalls.MACHINES.values():
        code = seccomp.program(machine, 4711)
        assert len(code) % 8 == 0
        assert len(code) // 8 < 4096
        assert code[-8:] == seccomp._step(0x06, 0x0005_0001)
    x86_64, aarch64 = (syscalls.MACHINES[name].calls for name in ("x86_64", "aarch64"))
    assert set(aarch64) < set(x86_64)
    for forbidden in ("socket", "connect", "bind", "open", "openat", "execve", "fork", "kill"):
        assert forbidden not in x86_64


HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}


def test_numbers_are_those_of_the_kernel_headers():
    for machine, path in HEADERS.items():
        text = path.read_text() if path.exists() else ""
        known = dict(re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", text))
        known.setdefault("newfstatat", known.get("fstatat", ""))
        calls = syscalls.MACHINES[machine].calls
        found = {name: int(known[name]) for name in calls} if text else calls
        assert found == calls


CLOSED = """
import os, sys
from fieldops.pictures import jail
taken = jail.close(os.getppid(), 300)
print(",".join(taken), flush=True)
try:
    {attempt}
except BaseException as error:
    print(type(error).__name__, flush=True)
os._exit(0)
"""


def closed(attempt: str) -> tuple[list[str], int]:
    """What a process in the whole jail says of an attempt; its exit code."""
    run = subprocess.run(
        [sys.executable, "-c", CLOSED.format(attempt=attempt)], capture_output=True, text=True
    )
    return run.stdout.split(), run.returncode


def test_memory_is_bounded():
    (taken, outcome), code = closed("bytearray(400 * 1024 * 1024)")
    assert taken.startswith("limits,")
    assert (outcome, code) == ("MemoryError", 0)


def test_files_that_are_open_cannot_grow(tmp_path):
    with (tmp_path / "evil").open("wb") as evil:
        code = CLOSED.format(attempt=f"os.write({evil.fileno()}, b'x')")
        run = subprocess.run(
            [sys.executable, "-c", code], pass_fds=[evil.fileno()], capture_output=True
        )
    assert (tmp_path / "evil").stat().st_size == 0
    assert run.returncode in (0, -signal.SIGXFSZ)


def test_time_is_bounded():
    (_taken, *rest), code = closed("jail.begin_photo(1)\n    while True: pass")
    assert rest == []
    assert code in (-signal.SIGPROF, -signal.SIGXCPU)
