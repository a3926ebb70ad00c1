"""The product's own web process, started on loopback as its supervisor starts it."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from msgspec import Struct

from bench.databases import Database
from bench.meter import CpuMeter, peak_rss_mb, tree_cpu

HOST = "127.0.0.1"
_START_S = 30.0
_STOP_S = 15.0


class Running(Struct, frozen=True):
    """A server that answers.  ``cpu`` counts it together with its database."""

    port: int
    pid: int
    cpu: CpuMeter

    def rss_mb(self) -> float:
        """The most memory that the server ever took, in MB."""
        return peak_rss_mb(self.pid)


@contextmanager
def serving(database: Database, folder: Path, **more: str) -> Iterator[Running]:
    """The web server on a database that has its tables; stopped afterwards.

    ``more`` are settings, named as in the environment.  The worker is not started: it is a reader
    of the log, and no part of what a push costs.
    """
    with socket.socket() as held:
        # As the supervisor does: the port stays ours, the server binds it a second time.
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind((HOST, 0))
        port = int(held.getsockname()[1])
        process = subprocess.Popen(_command(folder), env=_environment(database, port) | more)
        try:
            _await_answer(process, port)
            own, theirs = tree_cpu(process.pid), database.cpu
            yield Running(port, process.pid, lambda: own() + theirs())
        finally:
            _stop(process)


def _command(folder: Path) -> list[str]:
    command = [sys.executable, "-m", "fieldops", "--data-dir", str(folder / "data")]
    return [*command, "web", "--parent", str(os.getpid())]


def _environment(database: Database, port: int) -> dict[str, str]:
    """Everything as shipped, but for the daily quota of a tablet: here one sends for hundreds."""
    given = {
        "FIELDOPS_DATABASE_URL": database.url,
        "FIELDOPS_HOST": HOST,
        "FIELDOPS_PORT": str(port),
        "FIELDOPS_LOG_LEVEL": "warning",
        "FIELDOPS_LIMITS__DEVICE_OPS_PER_DAY": str(10**9),
    }
    return os.environ | given


def _await_answer(process: "subprocess.Popen[bytes]", port: int) -> None:
    end = time.monotonic() + _START_S
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode} instead of starting")
        with suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection(HOST, port, timeout=5)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        time.sleep(0.05)
    raise TimeoutError(f"the server was not ready in {_START_S:g} s")


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
