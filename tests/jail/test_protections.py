"""Rights that were taken are gone, and nothing is claimed that was not taken."""

import ctypes
import fcntl
import os
import platform
import re
import resource
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

import pytest

from fieldops.jail import landlock, seccomp, syscalls
from fieldops.jail.protections import forbid
from fieldops.jail.syscalls import COMPUTING, READING

EVERYTHING = {"no-new-privileges", "network-namespace", "landlock", "system-call-filter"}


def in_jail(
    job: Callable[[], object],
    calls: Collection[str] = COMPUTING,
    readable: Sequence[Path] | None = None,
) -> list[str]:
    """Run a job in a thread of this process that has closed the jail for itself alone.

    Gives the protections that were taken, and what the job raised.
    """
    said: list[str] = []

    def run() -> None:
        said.extend(forbid(calls, readable))
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
    assert seccomp.close_calls(COMPUTING) is False
    monkeypatch.setattr(sys, "platform", "darwin")
    assert forbid(READING, []) == ()


def test_filter_is_closed_on_both_machines():
    for machine in syscalls.MACHINES.values():
        for calls in (COMPUTING, READING):
            code = seccomp.program(machine, calls, 4711)
            assert len(code) % 8 == 0
            assert len(code) // 8 < 4096
            assert code[-8:] == seccomp._step(0x06, 0x0005_0001)
    x86_64, aarch64 = (set(syscalls.MACHINES[name].calls) for name in ("x86_64", "aarch64"))
    assert aarch64 < x86_64
    assert x86_64 == COMPUTING | READING
    for forbidden in ("socket", "connect", "bind", "execve", "fork", "unlink", "chmod", "ioctl"):
        assert forbidden not in x86_64
    assert {"open", "openat", "kill"} <= READING - COMPUTING


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


# Who may read


ALSO_REFUSED: dict[str, Callable[[], object]] = {
    **REFUSED,
    "write-to-what-is-there": lambda: os.open("/etc/passwd", os.O_RDWR),
    "open-anew": lambda: os.open("evil", os.O_RDONLY | os.O_CREAT),
    "empty-what-is-there": lambda: os.open(__file__, os.O_RDONLY | os.O_TRUNC),
    "mode": lambda: os.chmod(__file__, 0o644),
    "times": lambda: os.utime(__file__),
    "link": lambda: os.link(__file__, "evil"),
    "signals-of-a-pipe": lambda: fcntl.fcntl(0, fcntl.F_SETOWN, os.getppid()),
}
STILL_ALLOWED = {"open-to-read", "list", "pipe"}


@pytest.mark.parametrize("what", sorted(ALSO_REFUSED.keys() - STILL_ALLOWED))
def test_who_may_read_can_do_nothing_else(what: str):
    *_taken, outcome = in_jail(ALSO_REFUSED[what], READING)
    assert outcome == "errno 1"
    assert not Path("evil").exists()


def test_who_may_read_cannot_raise_its_limits():
    here = resource.getrlimit(resource.RLIMIT_AS)

    def more() -> None:
        assert resource.getrlimit(resource.RLIMIT_AS) == here
        for pid in (0, os.getppid()):
            with pytest.raises((ValueError, PermissionError)):
                resource.prlimit(pid, resource.RLIMIT_AS, here)
        with pytest.raises(ValueError, match="not allowed"):
            resource.setrlimit(resource.RLIMIT_AS, here)

    assert set(in_jail(more, READING)) <= EVERYTHING


def test_only_what_is_named_can_be_read(tmp_path: Path):
    folder, other = tmp_path / "mine", tmp_path / "theirs"
    for place in (folder, other):
        place.mkdir()
        (place / "text").write_text("words")

    def read() -> None:
        assert (folder / "text").read_text() == "words"
        assert os.listdir(folder) == ["text"]
        for closed in ("/etc/passwd", f"/proc/{os.getppid()}/environ", other / "text"):
            with pytest.raises(PermissionError):
                Path(closed).read_bytes()
        with pytest.raises(PermissionError):
            os.listdir(other)
        os.kill(os.getpid(), 0)
        os.listdir("/")

    readable = [folder, tmp_path / "nothing-there"]
    assert in_jail(read, READING, readable) == [*ORDER, "errno 13"]


ORDER = ["no-new-privileges", "network-namespace", "landlock", "system-call-filter"]


def test_a_file_by_itself_can_be_named(tmp_path: Path):
    (tmp_path / "text").write_text("words")
    (tmp_path / "other").write_text("words")

    def read() -> None:
        assert (tmp_path / "text").read_text() == "words"
        (tmp_path / "other").read_text()

    assert in_jail(read, READING, [tmp_path / "text"])[-1] == "errno 13"


def test_kernels_without_landlock_are_not_said_to_have_it(monkeypatch):
    class Old:
        def syscall(self, *_given: object) -> int:
            return -1

    monkeypatch.setattr(ctypes, "CDLL", lambda *_args, **_more: Old())
    assert landlock.read_only([]) is False


def test_rules_are_as_long_as_the_version_knows_them():
    assert [len(landlock._ruleset(version)) for version in (1, 3, 4, 5, 6, 9)] == [
        8, 8, 16, 16, 24, 24,
    ]  # fmt: skip
