"""Pitfall 12: the network dies after the ops and before the photos.

How single bytes go wrong on their way is tests/flow/test_upload.py and tests/web.
"""

import contextlib
import hashlib
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from tests.factories import Company, Server, sign_in
from tests.pitfalls.helping import RealTablet

from fieldops.flow.receive import Receiver
from fieldops.store.blobs.interface import Verifier
from fieldops_sync.ids import uuid7
from fieldops_sync.transport import SyncError
from fieldops_sync.wire import Subject


def photos(folder: Path, count: int) -> list[Path]:
    folder.mkdir()
    made = []
    for number in range(count):
        path = folder / f"{number}.jpg"
        path.write_bytes(b"\xff\xd8\xff" + str(number).encode() * 2000)
        made.append(path)
    return made


def missing(server: Server, user: UUID, walk: UUID) -> dict[str, object]:
    answer = server.client.get(f"/api/v1/inspections/{walk}", headers=sign_in(server, user))
    found: dict[str, object] = answer.json()
    return found


def walk_with_photos(tablet: RealTablet, taken: list[Path]) -> tuple[UUID, list[str]]:
    walk, hashes = uuid7(), []
    for path in taken:
        sha256 = tablet.outbox.capture(path, "image/jpeg", tablet.site)
        hashes.append(sha256)
        payload = {"inspection": str(walk), "sha256": sha256, "size_bytes": path.stat().st_size}
        tablet.outbox.record(
            "photo.attach@1",
            Subject("photo", uuid7()),
            tablet.site,
            payload,
            actor=tablet.actor,
            media=[sha256],
        )
    return walk, sorted(hashes)


def test_the_server_names_exactly_what_is_missing(server: Server, company: Company, tmp_path: Path):
    tablet = RealTablet(server, [company.inspector], company.site, tmp_path / "tablet")
    taken = photos(tmp_path / "camera", 5)
    walk, hashes = walk_with_photos(tablet, taken)
    tablet.client.push()
    seen = missing(server, company.supervisor, walk)
    assert (seen["photos_stored"], seen["photos_announced"]) == (0, 5)
    assert seen["photos_missing"] == hashes
    tablet.client.send_photos()
    seen = missing(server, company.supervisor, walk)
    assert (seen["photos_stored"], seen["photos_missing"]) == (5, [])
    for path in taken:
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        assert server.core.blobs.get(sha256).read() == path.read_bytes()


def flip(transport: httpx.BaseTransport, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every part loses one bit on its way, and its checksum with it."""
    handle = transport.handle_request

    def flipping(request: httpx.Request) -> httpx.Response:
        content = request.read()
        if request.method == "PATCH" or b"\xff\xd8\xff" in content:
            content = content[:-1] + bytes([content[-1] ^ 1])
            headers = {k: v for k, v in request.headers.items() if k != "upload-checksum"}
            request = httpx.Request(request.method, request.url, headers=headers, content=content)
        return handle(request)

    monkeypatch.setattr(transport, "handle_request", flipping)


def test_one_flipped_byte_is_never_stored(
    server: Server, company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    tablet = RealTablet(server, [company.inspector], company.site, tmp_path / "tablet")
    walk, hashes = walk_with_photos(tablet, photos(tmp_path / "camera", 1))
    tablet.client.push()
    with monkeypatch.context() as patch:
        flip(tablet.transport, patch)
        with contextlib.suppress(SyncError):
            tablet.client.send_photos()
    assert missing(server, company.supervisor, walk)["photos_missing"] == hashes
    assert server.core.blobs.head(hashes[0]) is None
    tablet.client.send_photos()
    assert missing(server, company.supervisor, walk)["photos_missing"] == []


def test_without_hashing_again_it_would_be_stored(
    server: Server, company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    tablet = RealTablet(server, [company.inspector], company.site, tmp_path / "tablet")
    _, hashes = walk_with_photos(tablet, photos(tmp_path / "camera", 1))
    # There are two checks: of what was hashed on the way, and of what is read from the spool.
    monkeypatch.setattr(Receiver, "digest", None)
    monkeypatch.setattr(Verifier, "finish", lambda _: None)
    flip(tablet.transport, monkeypatch)
    tablet.client.send_photos()
    stored = server.core.blobs.get(hashes[0]).read()
    assert hashlib.sha256(stored).hexdigest() != hashes[0]
