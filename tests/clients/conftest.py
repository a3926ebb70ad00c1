"""A real server process with one tablet, and a bad way to it."""

import hashlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests import measuring, servers
from tests.clients.cutter import Cutter
from tests.factories import Server, Tablet, await_answer, enrol_tablet, found_company, running
from tests.web.test_tus_processes import _SERVE

from fieldops.web.core import now_ms

PHOTO_BYTES = 5 * 1024 * 1024


@dataclass
class House:
    """``url`` and ``pid`` are a server process's; ``server`` shares its database and its photos."""

    server: Server
    tablet: Tablet
    url: str
    folder: Path
    pid: int

    @property
    def headers(self) -> dict[str, str]:
        """What a standard client has to be told beside the address."""
        return {"Authorization": f"Bearer {self.tablet.token}"}

    def stored(self, data: bytes) -> bool:
        """Whether exactly these bytes are in the blob store."""
        blobs, name = self.server.core.blobs, sha256(data)
        if blobs.head(name) is None:
            return False
        with blobs.get(name) as stream:
            return stream.read() == data

    def state(self, data: bytes) -> str:
        """What the server process says of these bytes."""
        answer = httpx.post(
            f"{self.url}/sync/v1/media/status",
            json=[sha256(data)],
            headers=self.headers,
            trust_env=False,
        )
        return str(answer.json()[0]["state"])

    def photo(self, data: bytes) -> Path:
        """The bytes as a file."""
        path = self.folder / f"{sha256(data)[:16]}.jpg"
        # A client knows a file again by its time of change, too.
        if not path.exists():
            path.write_bytes(data)
        return path


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def camera(size_bytes: int = PHOTO_BYTES) -> bytes:
    """A photo that no server has seen: what begins like a JPEG, and noise."""
    return b"\xff\xd8\xff\xe0" + os.urandom(size_bytes - 4)


@contextmanager
def serving(folder: Path, **blobs: Any) -> Iterator[House]:
    """A server process on a fresh SQLite file; ``blobs`` are the settings of its store."""
    more = {"blobs": blobs} if blobs else {}
    url = f"sqlite:///{folder / 'fieldops.db'}"
    with running(url, folder, now_ms, **more) as server:  # type: ignore[arg-type]
        company = found_company(server)
        tablet = enrol_tablet(server, [company.inspector], company.site)
        with _process(server, folder, blobs) as (address, pid):
            yield House(server, tablet, address, folder, pid)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A server process that keeps photos on disk, one a module: every test sends its own."""
    with serving(tmp_path_factory.mktemp("house")) as made:
        yield made


@pytest.fixture
def way(house: House) -> Iterator[Cutter]:
    """The bad way to ``house``."""
    with Cutter(house.url) as made:
        yield made


@pytest.fixture
def bucket(s3_server: servers.Note, s3_bucket: str) -> dict[str, Any]:
    """The settings of a store in a bucket of SeaweedFS that photos may be put into directly."""
    return {
        "kind": "s3",
        "endpoint": s3_server["endpoint"],
        "bucket": s3_bucket,
        "access_key": s3_server["access_key"],
        "secret_key": s3_server["secret_key"],
        "secure": False,
        "direct": True,
    }


@contextmanager
def _process(server: Server, folder: Path, blobs: dict[str, Any]) -> Iterator[tuple[str, int]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings, config = server.core.settings, folder / "server.toml"
    lines = [f'data_dir = "{settings.data_dir}"', f'database_url = "{settings.database_url}"']
    lines += [f"port = {port}", "[blobs]"] if blobs else [f"port = {port}"]
    lines += [f"{key} = {_toml(value)}" for key, value in blobs.items()]
    config.write_text("\n".join(lines) + "\n")
    command = [sys.executable, "-c", _SERVE, str(config)]
    process = subprocess.Popen(command, env=measuring.without_coverage())
    try:
        await_answer(url := f"http://127.0.0.1:{port}")
        yield url, process.pid
    finally:
        process.kill()
        process.wait()


def _toml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else f'"{value}"'
