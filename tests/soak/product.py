"""The server as its users run it: ``fieldops serve``, to be killed and started again.

with Product(config) as product:
    product.kill("web")         kill -9; the supervisor starts it again
    product.await_ready()       seconds until it answers
"""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Literal

import psutil
from tests.servers import _free_ports

ROOT = Path(__file__).parents[2]
Victim = Literal["web", "worker", "everything"]
_START_S = 60.0
_STOP_S = 30.0
_LOOK_S = 0.02


class Product:
    """One ``fieldops serve`` on a port of its own; whatever happens, it is gone at the end.

    ``environment`` is what its processes are told beside what they need.
    """

    def __init__(self, config: Path, **environment: str) -> None:
        self._config = config
        self._more = environment
        (self._port,) = _free_ports(1)
        self.url = f"http://127.0.0.1:{self._port}"
        self._log = config.with_name("server.log")
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Product":
        self.start()
        self.await_ready()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for process in self._family():
            process.kill()
        if self._process is not None:
            self._process.wait(_STOP_S)
        for orphan in self.orphans():
            orphan.kill()

    def start(self) -> None:
        """Start the supervisor, which starts the others."""
        command = [sys.executable, "-m", "fieldops", "--config", str(self._config), "serve"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "--host", "127.0.0.1", "--port", str(self._port)],
                cwd=self._config.parent,
                env=_environment() | self._more,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def await_ready(self) -> float:
        """Wait until the server is ready and the worker runs; the seconds that it took."""
        began = time.monotonic()
        while not (self._answers() and self._named("worker")):
            waited = time.monotonic() - began
            assert waited < _START_S, f"not ready after {waited:.0f} s: {self._tail()}"
            assert self._process is not None
            assert self._process.poll() is None, f"the supervisor ended: {self._tail()}"
            time.sleep(_LOOK_S)
        return time.monotonic() - began

    def kill(self, victim: Victim) -> None:
        """Kill -9; after ``everything`` the supervisor is started again, as an init system does."""
        if victim == "everything":
            assert self._process is not None
            self._process.kill()
            self._process.wait(_STOP_S)
            self.start()
            return
        for process in self._named(victim):
            # A child that is not on its own yet bears its parent's command, and dies with it.
            with suppress(psutil.NoSuchProcess):
                process.kill()
            # Its parent must have seen it die, or "ready" would be the answer of the dead.
            process.wait(_STOP_S)

    def stop(self) -> int:
        """Ask it to stop, as an operator does; the exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(_STOP_S)

    def orphans(self) -> list[psutil.Process]:
        """Processes of this server that outlived it."""
        mark = str(self._config.parent)
        return [one for one in psutil.process_iter() if mark in _command(one)]

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=2) as answer:
                return bool(json.load(answer)["state"] != "down")
        except (OSError, urllib.error.URLError, ValueError):
            return False

    def _named(self, name: str) -> list[psutil.Process]:
        return [one for one in self._family() if f" {name} --parent" in _command(one)]

    def _family(self) -> list[psutil.Process]:
        return list(self._living())

    def _living(self) -> Iterator[psutil.Process]:
        if self._process is None or self._process.poll() is not None:
            return
        try:
            parent = psutil.Process(self._process.pid)
            yield from [parent, *parent.children(recursive=True)]
        except psutil.NoSuchProcess:
            return

    def _tail(self) -> str:
        return self._log.read_text(errors="replace")[-2000:]


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return ""


def _environment() -> dict[str, str]:
    """No settings of other servers; and what is killed cannot be counted by coverage."""
    left = {k: v for k, v in os.environ.items() if not k.startswith(("FIELDOPS_", "COVERAGE_"))}
    return left | {"PYTHONPATH": str(ROOT), "no_proxy": "*"}
