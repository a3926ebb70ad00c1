"""The supervisor: starts the web server and the worker, restarts who dies, stops both in order.

It is small and does nothing else, so that there is always somebody left to restart the others.
"""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence

import structlog
from msgspec import Struct

LOOK_S = 0.1
"""How often it looks whether somebody died."""
BACKOFF_S = (0.2, 1.0)
"""The pause before a restart, the first and the longest; it doubles each time.

The longest, with what a start takes where tablets and a database want the processors as well (three
seconds were seen), stays below the five in which a server that was killed is promised to be ready
again, however often it is killed.
"""
SETTLED_S = 60.0
"""Who lived this long is restarted without delay again."""
STOP_S = 8.0
"""How long a child may take to end by itself before it is killed."""
GIVE_UP = 3
"""A child that ends with this exit code said why it cannot run: a restart would not help."""
AWAY = 4
"""A child that ends with this one said that its database is away.  Who starts the server must hear
of it; once everybody has run, the database comes back, and so does the child."""

_logger = structlog.get_logger(__name__)


class Program(Struct, frozen=True):
    """What is run: a command line, and the environment beside the supervisor's own."""

    name: str
    command: Sequence[str]
    environment: dict[str, str] = {}


class Child:
    """One program, running or waiting for its restart."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.restarts = 0
        self._pause_s = BACKOFF_S[0]
        self._due_s = 0.0
        self._started_s = 0.0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process id, while it runs."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start the program in a session of its own: Ctrl-C reaches the supervisor alone."""
        self._started_s = time.monotonic()
        self._process = subprocess.Popen(
            list(self.program.command),
            env=os.environ | self.program.environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )

    def look(self) -> int | None:
        """Restart the program if it died and its pause is over; its exit code if it just died."""
        if self._process is None:
            if time.monotonic() >= self._due_s:
                self.restarts += 1
                self.start()
            return None
        code = self._process.poll()
        if code is not None:
            self._process = None
            self._plan_restart()
        return code

    def _plan_restart(self) -> None:
        if time.monotonic() - self._started_s >= SETTLED_S:
            self._pause_s = BACKOFF_S[0]
        self._due_s = time.monotonic() + self._pause_s
        self._pause_s = min(self._pause_s * 2, BACKOFF_S[1])

    def ask_to_stop(self) -> None:
        """Send SIGTERM."""
        if self._process is not None:
            self._process.terminate()

    def await_end(self, until_s: float) -> None:
        """Wait until a moment of the monotonic clock, then kill."""
        if self._process is None:
            return
        try:
            self._process.wait(max(0.0, until_s - time.monotonic()))
        except subprocess.TimeoutExpired:
            _logger.warning("killed, since it did not stop", program=self.program.name)
            self._process.kill()
            self._process.wait()
        self._process = None


def supervise(
    first: Program,
    others: Sequence[Program],
    is_ready: Callable[[], bool],
    announce: Callable[[], None],
) -> int:
    """Run ``first``, and once it is ready ``others``, until SIGTERM or SIGINT; the exit code.

    ``announce`` is called when everybody runs.  0 after a wanted stop; ``GIVE_UP`` if a program
    said that it cannot run, or before everybody runs that its database is away.
    """
    wanted = _await_signals()
    children = [Child(first)]
    children[0].start()
    try:
        while not wanted.wait(LOOK_S):
            for child in children:
                code = child.look()
                if code is not None:
                    _logger.warning("it ended", program=child.program.name, exit_code=code)
                if code == GIVE_UP or (code == AWAY and len(children) == 1):
                    return GIVE_UP
            if len(children) == 1 and is_ready():
                children += [Child(program) for program in others]
                for child in children[1:]:
                    child.start()
                announce()
        return 0
    finally:
        _stop(children)


def _await_signals() -> threading.Event:
    wanted = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda _number, _frame: wanted.set())
    return wanted


def _stop(children: Sequence[Child]) -> None:
    """The last started first: a worker hands in to the web server what it has done."""
    for child in reversed(children):
        child.ask_to_stop()
    until_s = time.monotonic() + STOP_S
    for child in reversed(children):
        child.await_end(until_s)
