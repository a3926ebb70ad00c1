"""Uploads across server processes: killed ones, frozen ones, several on one spool."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.factories import SOON_S, Server, await_answer, enrol_tablet, found_company, running
from tests.web.test_tus import Door

from fieldops.flow import receive
from fieldops.store import uploads
from fieldops.web.core import now_ms

pytestmark = pytest.mark.unmeasured

_SERVE = """
import sys
from pathlib import Path
from fieldops.settings import load_settings
from fieldops.web.serve import run
run(load_settings(Path(sys.argv[1])))
"""


class Processes:
    """Server processes on one database and one spool, as many as the test starts."""

    def __init__(self, server: Server, folder: Path, door: Callable[[str], Door]) -> None:
        self._server = server
        self._folder = folder
        self._door = door
        self.running: list[subprocess.Popen[bytes]] = []

    def start(self) -> Door:
        """One more process; the door to it."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        config = self._folder / f"server-{port}.toml"
        settings = self._server.core.settings
        config.write_text(
            f'data_dir = "{settings.data_dir}"\n'
            f'database_url = "{settings.database_url}"\n'
            f"port = {port}\n"
        )
        self.running.append(subprocess.Popen([sys.executable, "-c", _SERVE, str(config)]))
        url = f"http://127.0.0.1:{port}"
        await_answer(url)
        return self._door(url)

    def kill(self) -> None:
        """kill -9 the process that was started last."""
        process = self.running.pop()
        process.send_signal(signal.SIGKILL)
        process.wait()

    def close(self) -> None:
        while self.running:
            self.kill()


@pytest.fixture
def processes(database_url: str, tmp_path: Path) -> Iterator[Processes]:
    """Servers run with their own clock, so tokens are made by the real one."""
    with running(database_url, tmp_path, now_ms) as server:  # type: ignore[arg-type]
        company = found_company(server)
        tablet = enrol_tablet(server, [company.inspector], company.site)
        made = Processes(server, tmp_path, lambda url: Door(server, tablet, url))
        yield made
        made.close()


def held_bytes(door: Door) -> int:
    spool = door.server.core.uploads.spool.folder
    return sum(path.stat().st_size for path in spool.iterdir())


def acknowledged_bytes(door: Door, url: str) -> int:
    row = door.server.look(lambda s: uploads.get(s, UUID(url.rpartition("/")[2])))
    assert row is not None
    return row.offset_bytes


def until(what: Callable[[], Any]) -> None:
    for _ in range(500):
        if what():
            return
        time.sleep(0.01)
    raise AssertionError("it did not happen")


def test_a_killed_server_goes_on_at_what_it_acknowledged(processes: Processes):
    data = os.urandom(12 * 1024 * 1024)
    door = processes.start()
    url = door.create(data).headers["location"]
    assert door.patch(url, 0, data[:100_000]).status_code == 204
    wire = door.socket_patch(url, 100_000, len(data) - 100_000, data[100_000:9_000_000])
    until(lambda: acknowledged_bytes(door, url) > 100_000)
    processes.kill()
    wire.close()
    door = processes.start()
    begun = time.monotonic()
    url = f"{door.base}/sync/v1/uploads/{url.rpartition('/')[2]}"
    offset = door.offset(url)
    assert 100_000 + receive.FLUSH_BYTES <= offset <= 9_000_000
    assert time.monotonic() - begun < SOON_S
    assert door.patch(url, offset, data[offset:]).status_code == 204
    assert door.status(data) == ["stored"]
    assert door.stored(data)


def test_two_servers_share_one_upload(processes: Processes):
    data = os.urandom(3 * 1024 * 1024)
    one, two = processes.start(), processes.start()
    name = one.create(data).headers["location"].rpartition("/")[2]
    urls = [f"{door.base}/sync/v1/uploads/{name}" for door in (one, two)]
    assert one.patch(urls[0], 0, data[:1_000_000]).headers["upload-offset"] == "1000000"
    wire = one.socket_patch(urls[0], 1_000_000, len(data) - 1_000_000, data[1_000_000:1_500_000])
    until(lambda: held_bytes(one) == 1_500_000)
    begun = time.monotonic()
    offset = two.offset(urls[1])
    assert two.patch(urls[1], offset, data[offset:2_000_000]).status_code == 204
    assert time.monotonic() - begun < SOON_S
    wire.sendall(data[1_500_000:])
    wire.settimeout(10)
    assert wire.recv(100).startswith(b"HTTP/1.1 423 ")
    assert one.offset(urls[0]) == 2_000_000
    assert one.patch(urls[0], 2_000_000, data[2_000_000:]).status_code == 204
    assert two.status(data) == ["stored"]
    assert two.stored(data)
