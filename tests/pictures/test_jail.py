"""The jail of the process that decodes: limits beside the rights that are taken."""

import signal
import subprocess
import sys

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
