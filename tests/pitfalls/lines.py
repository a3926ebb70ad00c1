"""Photos over real sockets: whole parts, and parts that stop on their way.

upload = create(tablet, url)
with Line(tablet, upload) as line:          a PATCH of everything: its head is sent
    line.send(PHOTO[:70_000])               … and some of its bytes, and then nothing more
    await_bytes(server, upload, 70_000)     the server has them
"""

import hashlib
import os
import socket
import time
from base64 import b64encode
from collections.abc import Callable
from types import TracebackType
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import pytest
from sqlmodel import Session
from tests.factories import Server, Tablet

from fieldops.flow import receive, takeover
from fieldops.flow.holders import Holder
from fieldops.store import uploads
from fieldops.store.uploads import UploadRow
from fieldops.web.app import create_app, open_core

PHOTO = os.urandom(200_000)
SHA256 = hashlib.sha256(PHOTO).hexdigest()
PATIENCE_S = 20.0
"""For answers whose time is not what a test is about."""
_BODY_TYPE = "application/offset+octet-stream"


class Line:
    """A PATCH in the hands of the test, from an offset to the end of the photo."""

    def __init__(
        self, tablet: Tablet, upload: str, offset: int = 0, size_bytes: int | None = None
    ) -> None:
        parts = urlsplit(upload)
        length = len(PHOTO) - offset if size_bytes is None else size_bytes
        fields = _headers(tablet, host=parts.netloc, content_length=str(length))
        fields |= {"upload-offset": str(offset), "content-type": _BODY_TYPE}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        self._socket = socket.create_connection((parts.hostname or "", parts.port or 0), PATIENCE_S)
        self.send(f"PATCH {parts.path} HTTP/1.1\r\n{head}\r\n".encode())

    def send(self, content: bytes) -> None:
        self._socket.sendall(content)

    def status(self) -> int:
        """Wait for the answer."""
        return int(self._socket.recv(65_536).split()[1])

    def close(self) -> None:
        self._socket.close()

    def __enter__(self) -> "Line":
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None
    ) -> None:
        self.close()


def create(tablet: Tablet, url: str) -> str:
    """Begin the photo's upload; its address."""
    metadata = f"sha256 {b64encode(SHA256.encode()).decode()}"
    headers = _headers(tablet, upload_length=str(len(PHOTO)), upload_metadata=metadata)
    answer = httpx.post(f"{url}/sync/v1/uploads", headers=headers, trust_env=False)
    assert answer.status_code == 201, answer.text
    return str(answer.headers["location"])


def ask(tablet: Tablet, upload: str, timeout_s: float = PATIENCE_S) -> httpx.Response:
    """HEAD, on a new connection."""
    return httpx.head(upload, headers=_headers(tablet), trust_env=False, timeout=timeout_s)


def stand(tablet: Tablet, upload: str, timeout_s: float = PATIENCE_S) -> int:
    """The offset that HEAD answers."""
    return int(ask(tablet, upload, timeout_s).headers["upload-offset"])


def part(
    tablet: Tablet, upload: str, offset: int, content: bytes, timeout_s: float = PATIENCE_S
) -> httpx.Response:
    """PATCH, on a new connection."""
    headers = _headers(tablet, upload_offset=str(offset), content_type=_BODY_TYPE)
    return httpx.patch(upload, headers=headers, content=content, trust_env=False, timeout=timeout_s)


def rest(tablet: Tablet, upload: str, offset: int, timeout_s: float = PATIENCE_S) -> int:
    """Send everything from an offset on; the status of the answer."""
    return part(tablet, upload, offset, PHOTO[offset:], timeout_s).status_code


def is_stored(server: Server) -> bool:
    """Whether the photo is in the blob store, byte for byte."""
    if server.core.blobs.head(SHA256) is None:
        return False
    with server.core.blobs.get(SHA256) as stream:
        return bool(stream.read() == PHOTO)


def second(server: Server) -> Server:
    """Another server on the same database, spool and blobs."""
    core = open_core(server.core.settings, server.core.store)
    core.clock = server.clock
    return Server(core, create_app(core), server.client, server.clock)


def elsewhere(upload: str, url: str) -> str:
    """The same upload's address at another server."""
    return url + urlsplit(upload).path


def id_of(upload: str) -> UUID:
    return UUID(upload.rpartition("/")[2])


def holder(server: Server, upload: str) -> Holder | None:
    """Who writes the upload at this server."""
    return server.core.uploads._holders.get(id_of(upload))


def await_bytes(server: Server, upload: str, offset: int) -> None:
    """Wait until a server has taken a part's bytes up to an offset."""
    until(lambda: (h := holder(server, upload)) is not None and h.received == offset)


def written_bytes(server: Server, upload: str) -> int:
    """How much stands in the upload's files, acknowledged or not."""
    return server.core.uploads.spool.written_bytes(id_of(upload))


def hasten(monkeypatch: pytest.MonkeyPatch) -> None:
    """A HEAD takes over after 0.2 s; a part is acknowledged only when it ends."""
    monkeypatch.setattr(takeover, "SILENT_S", 0.2)
    monkeypatch.setattr(takeover, "_PEEK_S", 0.05)
    monkeypatch.setattr(receive, "FLUSH_S", 60.0)


def without_the_check_in_the_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks gets the lease, wherever the upload stands."""
    take = uploads.take

    def anywhere(
        session: Session, upload: UUID, _offset: int, until_ms: int, _lease: int
    ) -> UploadRow | None:
        row = uploads.get(session, upload)
        return row and take(session, upload, row.offset_bytes, until_ms, row.lease)

    monkeypatch.setattr(uploads, "take", anywhere)


def until(what: Callable[[], bool], seconds: float = PATIENCE_S) -> None:
    """Wait for something that the server does."""
    end_s = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end_s, "it did not happen"
        time.sleep(0.005)


def _headers(tablet: Tablet, **more: str) -> dict[str, str]:
    named = {name.replace("_", "-"): value for name, value in more.items()}
    return {"authorization": f"Bearer {tablet.token}", "tus-resumable": "1.0.0", **named}
