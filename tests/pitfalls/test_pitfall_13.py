"""Pitfall 13: an upload hangs on a dead connection, or goes on at a wrong place.

Over real sockets; every other way a part can end is in tests/flow/test_upload.py.
"""

import hashlib
import os
import socket
import time
from base64 import b64encode
from urllib.parse import urlsplit

import httpx
import pytest
from tests.factories import Server, Tablet, on_loopback

PHOTO = os.urandom(200_000)
SHA256 = hashlib.sha256(PHOTO).hexdigest()


def tus(tablet: Tablet, **more: str) -> dict[str, str]:
    named = {name.replace("_", "-"): value for name, value in more.items()}
    return {"authorization": f"Bearer {tablet.token}", "tus-resumable": "1.0.0", **named}


def create(tablet: Tablet, url: str) -> str:
    headers = tus(
        tablet,
        upload_length=str(len(PHOTO)),
        upload_metadata=f"sha256 {b64encode(SHA256.encode()).decode()}",
    )
    answer = httpx.post(f"{url}/sync/v1/uploads", headers=headers, trust_env=False)
    assert answer.status_code == 201, answer.text
    return str(answer.headers["location"])


def part(tablet: Tablet, upload: str, offset: int, content: bytes) -> httpx.Response:
    headers = tus(tablet, upload_offset=str(offset), content_type="application/offset+octet-stream")
    return httpx.patch(upload, headers=headers, content=content, trust_env=False)


def freeze(tablet: Tablet, upload: str, size_bytes: int) -> socket.socket:
    """Begin a PATCH of the whole photo, send some of it, and say nothing more."""
    parts = urlsplit(upload)
    headers = tus(
        tablet,
        host=parts.netloc,
        upload_offset="0",
        content_type="application/offset+octet-stream",
        content_length=str(len(PHOTO)),
    )
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    line = socket.create_connection((parts.hostname or "", parts.port or 0))
    line.sendall(f"PATCH {parts.path} HTTP/1.1\r\n{head}\r\n".encode() + PHOTO[:size_bytes])
    return line


def test_a_new_connection_takes_over_from_a_frozen_one(server: Server, tablet: Tablet):
    with on_loopback(server) as url:
        upload = create(tablet, url)
        with freeze(tablet, upload, 70_000):
            time.sleep(0.2)  # the bytes are on their way to the server
            began_s = time.monotonic()
            stand = httpx.head(upload, headers=tus(tablet), trust_env=False)
            offset = int(stand.headers["upload-offset"])
            done = part(tablet, upload, offset, PHOTO[offset:])
            took_s = time.monotonic() - began_s
        assert done.status_code == 204, done.text
        assert took_s < 2
    assert server.core.blobs.get(SHA256).read() == PHOTO


@pytest.mark.parametrize("offset", [0, 1, 999, 1001, 100_000])
def test_a_wrong_offset_writes_nothing(server: Server, tablet: Tablet, offset: int):
    with on_loopback(server) as url:
        upload = create(tablet, url)
        assert part(tablet, upload, 0, PHOTO[:1000]).status_code == 204
        answer = part(tablet, upload, offset, PHOTO[offset : offset + 10])
        assert (answer.status_code, answer.json()["extra"]["offset_bytes"]) == (409, 1000)
        stand = httpx.head(upload, headers=tus(tablet), trust_env=False)
        assert stand.headers["upload-offset"] == "1000"
        assert part(tablet, upload, 1000, PHOTO[1000:]).status_code == 204
    assert server.core.blobs.get(SHA256).read() == PHOTO
