"""tus 1.0 at the door: real sockets, real tokens."""

import base64
import hashlib
import os
import socket
import time
import tracemalloc
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import msgspec
import pytest
from tests.cli.helping import wait_for
from tests.factories import (
    SOON_S,
    Company,
    Server,
    Tablet,
    enrol_tablet,
    found_company,
    on_loopback,
    running,
)
from tusclient.client import TusClient

from fieldops.store import devices
from fieldops.web import tus

TUS = {"tus-resumable": "1.0.0"}
BODY = {"content-type": "application/offset+octet-stream"}


class Door:
    """One tablet before the server's real door."""

    def __init__(self, server: Server, tablet: Tablet, url: str) -> None:
        self.server = server
        self.tablet = tablet
        self.base = url
        self.http = httpx.Client(trust_env=False, timeout=30)

    @property
    def headers(self) -> dict[str, str]:
        return {**TUS, "authorization": f"Bearer {self.tablet.token}"}

    def call(self, method: str, url: str, content: Any = None, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.request(method, url, headers={**self.headers, **named}, content=content)

    def create(self, data: bytes, content: Any = None, **headers: Any) -> httpx.Response:
        return self.call(
            "POST",
            f"{self.base}/sync/v1/uploads",
            content,
            **{"upload_length": str(len(data)), "upload_metadata": metadata(data), **headers},
        )

    def patch(self, url: str, offset: int, content: Any, **headers: str) -> httpx.Response:
        named = {"upload_offset": str(offset), "content_type": BODY["content-type"], **headers}
        return self.call("PATCH", url, content, **named)

    def offset(self, url: str) -> int:
        answer = self.call("HEAD", url)
        assert answer.status_code == 200
        return int(answer.headers["upload-offset"])

    def socket_patch(self, url: str, offset: int, length: int, first: bytes) -> socket.socket:
        """A PATCH by hand, of which only ``first`` is sent."""
        parts = urlsplit(url)
        wire = socket.create_connection(("127.0.0.1", parts.port or 80))
        lines = [
            f"PATCH {parts.path} HTTP/1.1",
            f"host: {parts.netloc}",
            f"content-length: {length}",
            f"upload-offset: {offset}",
            *(f"{name}: {value}" for name, value in {**self.headers, **BODY}.items()),
        ]
        wire.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + first)
        return wire

    @property
    def written(self) -> set[int]:
        """How far those are who write here now."""
        return {one.received for one in self.server.core.uploads._holders.all()}

    def status(self, *data: bytes) -> list[str]:
        hashes = [hashlib.sha256(one).hexdigest() for one in data]
        answer = self.call("POST", f"{self.base}/sync/v1/media/status", msgspec.json.encode(hashes))
        assert answer.status_code == 200, answer.text
        return [one["state"] for one in answer.json()]

    def stored(self, data: bytes) -> bool:
        blobs, name = self.server.core.blobs, hashlib.sha256(data).hexdigest()
        if blobs.head(name) is None:
            return False
        with blobs.get(name) as stream:
            return stream.read() == data


def metadata(data: bytes, mime: str = "image/jpeg") -> str:
    digest = hashlib.sha256(data).hexdigest()
    pairs = {"sha256": digest, "filetype": mime}
    return ",".join(f"{key} {base64.b64encode(v.encode()).decode()}" for key, v in pairs.items())


def checksum(data: bytes, algorithm: str = "sha256") -> str:
    digest = hashlib.new(algorithm, data).digest()
    return f"{algorithm} {base64.b64encode(digest).decode()}"


def slug(answer: httpx.Response) -> str:
    return str(answer.json()["type"]).rpartition(":")[2]


@pytest.fixture
def company_of(sqlite_database: str, tmp_path: Path) -> Iterator[tuple[Server, Company]]:
    with running(sqlite_database, tmp_path) as server:
        yield server, found_company(server)


@pytest.fixture
def door(company_of: tuple[Server, Company]) -> Iterator[Door]:
    server, company = company_of
    with on_loopback(server) as url:
        made = Door(server, enrol_tablet(server, [company.inspector], company.site), url)
        yield made
        made.http.close()


def test_options_tell_what_the_server_can_do_without_a_token(door: Door):
    answer = httpx.options(f"{door.base}/sync/v1/uploads", trust_env=False)
    assert answer.status_code == 204
    assert answer.headers["tus-version"] == "1.0.0"
    assert answer.headers["tus-extension"] == tus.EXTENSIONS
    assert answer.headers["tus-max-size"] == str(64 * 1024 * 1024)
    assert answer.headers["tus-checksum-algorithm"] == "sha1,sha256"


def test_a_photo_in_parts(door: Door):
    data = os.urandom(300_000)
    created = door.create(data)
    assert created.status_code == 201
    url = created.headers["location"]
    assert url.startswith(f"{door.base}/sync/v1/uploads/")
    expires = parsedate_to_datetime(created.headers["upload-expires"])
    assert expires.timestamp() * 1000 == door.server.clock() + 72 * 3_600_000
    first = door.patch(url, 0, data[:100_000], upload_checksum=checksum(data[:100_000], "sha1"))
    assert first.status_code == 204
    assert first.headers["upload-offset"] == "100000"
    stands = door.call("HEAD", url)
    assert stands.headers["upload-length"] == "300000"
    assert stands.headers["upload-metadata"] == metadata(data)
    assert stands.headers["cache-control"] == "no-store"
    last = door.patch(url, 100_000, iter([data[100_000:200_000], data[200_000:]]))
    assert (last.status_code, last.headers["upload-offset"]) == (204, "300000")
    assert "upload-expires" not in last.headers
    for answer in (created, first, stands, last):
        assert answer.headers["tus-resumable"] == "1.0.0"
    assert door.status(data) == ["stored"]
    assert door.stored(data)


@pytest.mark.parametrize("size_bytes", [5000, 16 * 1024 * 1024])
def test_creation_with_upload(door: Door, size_bytes: int):
    data = os.urandom(size_bytes)
    created = door.create(data, data, content_type=BODY["content-type"])
    assert (created.status_code, created.headers["upload-offset"]) == (201, str(size_bytes))
    assert "upload-expires" not in created.headers
    assert door.stored(data)


def test_creation_with_a_first_part(door: Door):
    data, damaged = os.urandom(5000), os.urandom(5000)
    part = door.create(damaged, iter([damaged[:500]]), content_type=BODY["content-type"])
    assert (part.status_code, part.headers["upload-offset"]) == (201, "500")
    bad = door.create(data, bytes([data[0] ^ 1]) + data[1:], content_type=BODY["content-type"])
    assert (bad.status_code, slug(bad)) == (460, "media-hash-mismatch")


@pytest.mark.parametrize(
    ("headers", "status", "problem"),
    [
        ({"tus_resumable": "0.2.2"}, 412, "tus-version"),
        ({"upload_length": ""}, 400, "validation"),
        ({"upload_length": "-1"}, 400, "validation"),
        ({"upload_length": "1" * 16}, 400, "validation"),
        ({"upload_length": str(64 * 1024 * 1024 + 1)}, 413, "upload-too-large"),
        ({"upload_metadata": ""}, 400, "validation"),
        ({"upload_metadata": "sha256 !!"}, 400, "validation"),
        ({"upload_metadata": "sha256 /w=="}, 400, "validation"),
        ({"upload_metadata": "sha256 YWJj"}, 400, "validation"),
        ({"upload_metadata": metadata(b"x", "a" * 101)}, 400, "validation"),
        ({"upload_metadata": metadata(b"x") + "," + "a" * 4096}, 400, "validation"),
    ],
)
def test_a_creation_that_is_wrong_says_what(
    door: Door, headers: dict[str, str], status: int, problem: str
):
    answer = door.create(b"x", **headers)
    assert (answer.status_code, slug(answer)) == (status, problem)
    assert answer.headers["tus-resumable"] == "1.0.0"
    if status == 412:
        assert answer.headers["tus-version"] == "1.0.0"


@pytest.mark.parametrize(
    ("headers", "status", "problem"),
    [
        ({"tus_resumable": ""}, 412, "tus-version"),
        ({"upload_offset": "x"}, 400, "validation"),
        ({"upload_offset": "1"}, 409, "upload-offset"),
        ({"content_type": "image/jpeg"}, 415, "upload-type"),
        ({"upload_checksum": "md5 AAAA"}, 400, "validation"),
        ({"upload_checksum": "sha1 !"}, 400, "validation"),
        ({"upload_checksum": "sha1 AAAA"}, 400, "validation"),
        ({"upload_checksum": "sha256"}, 400, "validation"),
        ({"upload_checksum": checksum(b"other")}, 460, "chunk-checksum-mismatch"),
    ],
)
def test_a_part_that_is_wrong_says_what_and_writes_nothing(
    door: Door, headers: dict[str, str], status: int, problem: str
):
    data = os.urandom(2_000_000)
    url = door.create(data).headers["location"]
    answer = door.patch(url, 0, data[:1_900_000], **headers)
    assert (answer.status_code, slug(answer)) == (status, problem)
    assert door.offset(url) == 0


def test_a_flipped_byte_ends_the_upload(door: Door):
    data = os.urandom(100_000)
    url = door.create(data).headers["location"]
    answer = door.patch(url, 0, bytes([data[0] ^ 1]) + data[1:])
    assert (answer.status_code, slug(answer)) == (460, "media-hash-mismatch")
    assert door.call("HEAD", url).status_code == 410
    assert door.status(data) == ["bad"]


def test_a_frozen_part_gives_way_to_a_new_connection_within_two_seconds(door: Door):
    data = os.urandom(300_000)
    url = door.create(data).headers["location"]
    wire = door.socket_patch(url, 0, len(data), data[:77_777])
    wait_for(lambda: 77_777 in door.written, "all that was sent has come")
    begun = time.monotonic()
    offset = door.offset(url)
    assert offset == 77_777
    answer = door.patch(url, offset, data[offset:])
    assert time.monotonic() - begun < SOON_S
    assert answer.status_code == 204
    assert door.stored(data)
    wire.close()


def test_a_cut_connection_keeps_what_came(door: Door):
    data = os.urandom(300_000)
    url = door.create(data).headers["location"]
    door.socket_patch(url, 0, len(data), data[:55_555]).close()
    for _ in range(100):
        if (offset := door.offset(url)) == 55_555:
            break
        time.sleep(0.02)
    assert offset == 55_555
    assert door.patch(url, offset, data[offset:]).status_code == 204
    assert door.stored(data)


def test_an_early_refusal_reaches_a_client_that_is_still_sending(door: Door):
    data = os.urandom(6 * 1024 * 1024)
    url = door.create(data).headers["location"]
    answer = door.patch(url, 5, iter([data[5:3_000_000], data[3_000_000:]]))
    assert (answer.status_code, slug(answer)) == (409, "upload-offset")


def test_a_refusal_does_not_wait_for_a_client_that_stops_sending(
    door: Door, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(tus, "_DRAIN_S", 0.1)
    url = door.create(b"x" * 1000).headers["location"]
    with door.socket_patch(url, 5, 995, b"x") as wire:
        wire.settimeout(5)
        assert wire.recv(100).startswith(b"HTTP/1.1 409 ")


def test_a_refusal_reads_only_so_much(door: Door, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tus, "_DRAIN_BYTES", 1000)
    url = door.create(b"x" * 100_000).headers["location"]
    with door.socket_patch(url, 5, 99_995, b"x" * 50_000) as wire:
        wire.settimeout(5)
        assert wire.recv(100).startswith(b"HTTP/1.1 409 ")


def test_termination(door: Door):
    url = door.create(b"x" * 1000).headers["location"]
    assert door.call("DELETE", url, tus_resumable="9").status_code == 412
    assert door.call("DELETE", url).status_code == 204
    assert door.call("HEAD", url).status_code == 410
    assert door.patch(url, 0, b"x").status_code == 410


def test_methods_may_be_overridden(door: Door):
    data = os.urandom(1000)
    url = door.create(data).headers["location"]
    named = {"content_type": BODY["content-type"], "upload_offset": "0"}
    part = door.call("POST", url, data[:10], x_http_method_override="PATCH", **named)
    assert (part.status_code, part.headers["upload-offset"]) == (204, "10")
    assert door.call("POST", url, x_http_method_override="DELETE").status_code == 204
    refused = door.call("POST", url)
    assert (refused.status_code, slug(refused)) == (405, "method-not-allowed")


def test_foreign_absent_and_nonsense_are_the_same(door: Door, company_of: tuple[Server, Company]):
    server, company = company_of
    url = door.create(b"x").headers["location"]
    mine = door.tablet
    door.tablet = enrol_tablet(server, [company.supervisor])
    answers = [
        door.patch(f"{door.base}/sync/v1/uploads/{name}", 0, b"x")
        for name in (url.rpartition("/")[2], uuid4(), "nonsense")
    ]
    assert len({answer.text for answer in answers}) == 1
    assert {answer.status_code for answer in answers} == {404}
    door.tablet = mine
    assert door.patch(url, 0, b"x").status_code == 204


def test_a_token_may_run_out_mid_upload_but_not_a_revoked_device(door: Door):
    data = os.urandom(1000)
    url = door.create(data).headers["location"]
    door.server.clock.forward(hours=3)
    assert door.patch(url, 0, data[:10]).status_code == 204
    assert door.call("POST", f"{door.base}/sync/v1/media/status", b"[]").status_code == 401
    now_ms = door.server.clock()
    door.server.do(lambda s: devices.revoke(s, door.tablet.device, now_ms))
    door.server.clock.forward(hours=0.1)
    answer = door.patch(url, 10, data[10:])
    assert (answer.status_code, slug(answer)) == (401, "device-revoked")


def test_expired_uploads_are_gone(door: Door):
    url = door.create(b"x").headers["location"]
    door.server.clock.forward(hours=72)
    assert door.call("HEAD", url).status_code == 410


def test_memory_does_not_grow_with_the_photo(door: Door):
    data = os.urandom(32 * 1024 * 1024)
    url = door.create(data).headers["location"]
    tracemalloc.start()
    try:
        chunks = (data[at : at + 65_536] for at in range(0, len(data), 65_536))
        answer = door.patch(url, 0, chunks, content_length=str(len(data)))
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert answer.status_code == 204
    assert peak_bytes < 12 * 1024 * 1024


def test_tuspy_sends_a_photo_in_chunks(door: Door, tmp_path: Path):
    data = os.urandom(1_234_567)
    path = tmp_path / "photo.jpg"
    path.write_bytes(data)
    client = TusClient(f"{door.base}/sync/v1/uploads", headers=door.headers)
    given = {"sha256": hashlib.sha256(data).hexdigest(), "filetype": "image/jpeg"}
    sender = client.uploader(str(path), chunk_size=400_000, metadata=given, upload_checksum=True)
    sender.upload(stop_at=800_000)
    resumed = client.uploader(str(path), chunk_size=400_000, url=sender.url)
    assert resumed.offset == 800_000
    resumed.upload()
    assert door.stored(data)
    assert door.status(data) == ["stored"]
