"""Two servers and a worker behind a real Caddy with TLS, as deploy/compose puts them together.

with proxied(tmp_path, settings_lines) as house:
    house.url                    https://localhost:…, by Caddy
    house.straight("a")          the address of one server, past Caddy
    house.kill("a")              kill -9
    house.roll("a")              stop it as an operator does, and start it again
"""

import contextlib
import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
from tests.factories import asked, free_port
from tests.soak.product import ROOT, _environment

CADDYFILE = ROOT / "deploy" / "compose" / "Caddyfile"
_START_S = 60.0
_STOP_S = 20.0


class House:
    """The processes, and where they answer."""

    def __init__(self, folder: Path, settings: str) -> None:
        self._folder, self._settings = folder, settings
        self._ports = {"a": free_port(), "b": free_port()}
        self._https = free_port()
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self.url = f"https://localhost:{self._https}"

    def straight(self, name: str) -> str:
        """The address of one server."""
        return f"http://127.0.0.1:{self._ports[name]}"

    def trust(self) -> ssl.SSLContext:
        """What believes the certificate that Caddy made for itself."""
        root = self._folder / "caddy" / "caddy/pki/authorities/local/root.crt"
        until(root.exists, "Caddy has made its certificate")
        return ssl.create_default_context(cafile=str(root))

    def start(self, name: str) -> None:
        """Start a server, and wait until it is ready."""
        self._begin(name, "web", FIELDOPS_PORT=str(self._ports[name]))
        until(lambda: asked(self.straight(name), "/readyz") == 200, f"server {name} is ready")

    def start_worker(self) -> None:
        self._begin("worker", "worker")

    def start_caddy(self) -> None:
        """Caddy, as deploy/compose configures it, on ports of this test."""
        servers = " ".join(f"127.0.0.1:{port}" for port in self._ports.values())
        given = {
            "FIELDOPS_SITE": "localhost",
            "FIELDOPS_SERVERS": servers,
            "FIELDOPS_HTTPS_PORT": str(self._https),
            "FIELDOPS_HTTP_PORT": str(free_port()),
            "FIELDOPS_CADDY_ADMIN": "off",
            "XDG_DATA_HOME": str(self._folder / "caddy"),
            "XDG_CONFIG_HOME": str(self._folder / "caddy"),
        }
        command = ["caddy", "run", "--adapter", "caddyfile", "--config", str(CADDYFILE)]
        self._spawn("caddy", command, given)

    def kill(self, name: str) -> None:
        """Kill -9."""
        process = self._running.pop(name)
        process.kill()
        process.wait(_STOP_S)

    def roll(self, name: str) -> None:
        """What a rolling restart does to one server."""
        process = self._running.pop(name)
        process.send_signal(signal.SIGTERM)
        process.wait(_STOP_S)
        self.start(name)

    def holder(self, file: str) -> str:
        """The server that has a file open whose name holds ``file``; empty while none has."""
        for name in self._ports:
            opened = psutil.Process(self._running[name].pid).open_files()
            if any(file in Path(one.path).name for one in opened):
                return name
        return ""

    def close(self) -> None:
        for process in self._running.values():
            process.kill()
            process.wait(_STOP_S)

    def _begin(self, name: str, program: str, **more: str) -> None:
        config = self._folder / f"{name}.toml"
        own = f"data_dir = {str(self._folder / name)!r}\npublic_url = {self.url!r}\n"
        config.write_text(own + self._settings)
        (self._folder / name).mkdir(exist_ok=True)
        command = [sys.executable, "-m", "fieldops", "--config", str(config), program]
        self._spawn(name, command, more)

    def _spawn(self, name: str, command: list[str], more: dict[str, str]) -> None:
        with (self._folder / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                command,
                cwd=self._folder,
                env=_environment() | {"PATH": os.environ["PATH"]} | more,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )


@contextlib.contextmanager
def proxied(folder: Path, settings: str) -> Iterator[House]:
    """Everything started and ready; gone at the end, whatever happens."""
    house = House(folder, settings)
    try:
        for name in ("a", "b"):
            house.start(name)
        house.start_worker()
        house.start_caddy()
        yield house
    finally:
        house.close()


def until(is_so: Callable[[], bool], what: str) -> None:
    """Wait until something is so."""
    end = time.monotonic() + _START_S
    while not is_so():
        assert time.monotonic() < end, f"not so after {_START_S:.0f} s: {what}"
        time.sleep(0.05)
