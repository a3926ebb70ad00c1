"""The blob store: one suite for every kind, on real servers."""

import hashlib
import io
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import urllib3
from tests import servers

from fieldops.settings import load_settings
from fieldops.store.blobs import (
    Blob,
    BlobMissing,
    BlobStore,
    DirectUploads,
    HashMismatch,
    open_blobs,
)
from fieldops.store.blobs.s3 import S3Blobs

KINDS = ("disk", "seaweed", "moto")
SENDER = "tablet-7"
ABSENT = "0" * 64


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def s3_settings(server: servers.Note, bucket: str, **more: object) -> dict[str, object]:
    given: dict[str, object] = {"kind": "s3", "endpoint": server["endpoint"], "bucket": bucket}
    given |= {"access_key": server["access_key"], "secret_key": server["secret_key"]}
    return given | {"secure": False} | more


@pytest.fixture(params=KINDS)
def make_blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], BlobStore]:
    """Opens the same store again and again, as several processes would."""
    section: dict[str, object] = {"kind": "disk"}
    if request.param == "seaweed":
        server, bucket = request.getfixturevalue("s3_server"), request.getfixturevalue("s3_bucket")
        section = s3_settings(server, bucket, prefix="/house/")
    if request.param == "moto":
        bucket = request.getfixturevalue("moto_bucket")
        section = s3_settings(request.getfixturevalue("moto_server"), bucket)
    settings = load_settings(data_dir=tmp_path / "data", blobs=section)
    return lambda: open_blobs(settings)


@pytest.fixture
def blobs(make_blobs: Callable[[], BlobStore]) -> BlobStore:
    return make_blobs()


def put(blobs: BlobStore, data: bytes) -> str:
    name = sha256(data)
    blobs.put(name, io.BytesIO(data), len(data))
    return name


def read(blobs: BlobStore, name: str) -> bytes:
    with blobs.get(name) as stream:
        return stream.read()


@pytest.mark.parametrize("size_bytes", [0, 1, 12 * 1024 * 1024 + 17])
def test_what_was_put_comes_back(blobs: BlobStore, size_bytes: int):
    data = os.urandom(size_bytes)
    name = put(blobs, data)
    assert blobs.head(name) == size_bytes
    assert read(blobs, name) == data


def test_another_process_sees_it(make_blobs: Callable[[], BlobStore]):
    name = put(make_blobs(), b"seen by all")
    assert read(make_blobs(), name) == b"seen by all"


def test_a_stream_can_be_read_in_pieces(blobs: BlobStore):
    data = os.urandom(300_000)
    with blobs.get(put(blobs, data)) as stream:
        pieces = list(iter(lambda: stream.read(70_000), b""))
    assert b"".join(pieces) == data
    assert len(pieces) == 5


@pytest.mark.parametrize(
    ("start", "length"),
    [(0, 1), (0, 10), (3, 4), (9, 1), (9, 100), (10, 1), (4, 0), (0, 10_000)],
)
def test_a_range_is_that_part(blobs: BlobStore, start: int, length: int):
    name = put(blobs, b"0123456789")
    with blobs.get_range(name, start, length) as stream:
        assert stream.read() == b"0123456789"[start : start + length]


def test_one_flipped_byte_is_never_stored(blobs: BlobStore):
    data = bytearray(os.urandom(100_000))
    name = sha256(bytes(data))
    data[50_000] ^= 1
    with pytest.raises(HashMismatch) as caught:
        blobs.put(name, io.BytesIO(bytes(data)), len(data))
    assert (caught.value.expected, caught.value.found) == (name, sha256(bytes(data)))
    assert blobs.head(name) is None
    assert list(blobs.list()) == []


@pytest.mark.parametrize("announced", [99, 101])
def test_another_size_than_announced_is_never_stored(blobs: BlobStore, announced: int):
    data = os.urandom(100)
    with pytest.raises(HashMismatch):
        blobs.put(sha256(data), io.BytesIO(data), announced)
    assert blobs.head(sha256(data)) is None


def test_putting_twice_changes_nothing(blobs: BlobStore):
    assert put(blobs, b"twice") == put(blobs, b"twice")
    assert list(blobs.list()) == [Blob(sha256(b"twice"), 5)]


def test_a_wrong_copy_of_a_stored_blob_is_refused_and_harms_nothing(blobs: BlobStore):
    name = put(blobs, b"right")
    with pytest.raises(HashMismatch):
        blobs.put(name, io.BytesIO(b"wrong"), 5)
    assert read(blobs, name) == b"right"


def test_many_at_once_put_the_same(make_blobs: Callable[[], BlobStore]):
    data = os.urandom(200_000)
    failures: list[Exception] = []

    def work() -> None:
        try:
            put(make_blobs(), data)
        except Exception as error:  # noqa: BLE001 - whatever it is, the test must see it.
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert list(make_blobs().list()) == [Blob(sha256(data), len(data))]
    assert read(make_blobs(), sha256(data)) == data


def test_absent_bytes_are_told_as_absent(blobs: BlobStore):
    assert blobs.head(ABSENT) is None
    with pytest.raises(BlobMissing):
        blobs.get(ABSENT)
    with pytest.raises(BlobMissing):
        blobs.get_range(ABSENT, 0, 1)
    blobs.delete(ABSENT)


def test_deleted_bytes_are_gone(blobs: BlobStore):
    name, other = put(blobs, b"one"), put(blobs, b"other")
    blobs.delete(name)
    blobs.delete(name)
    assert blobs.head(name) is None
    assert list(blobs.list()) == [Blob(other, 5)]


def test_the_list_is_in_order_and_can_go_on(blobs: BlobStore):
    names = sorted(put(blobs, f"blob {number}".encode()) for number in range(12))
    assert [blob.sha256 for blob in blobs.list()] == names
    assert [blob.sha256 for blob in blobs.list(after=names[4])] == names[5:]
    assert list(blobs.list(after=names[-1])) == []


@pytest.mark.parametrize("name", ["", "../../etc/passwd", ABSENT[:-1], ABSENT.replace("0", "A")])
def test_what_is_no_hash_leads_nowhere(blobs: BlobStore, name: str):
    for call in (blobs.get, blobs.head, blobs.delete):
        with pytest.raises(ValueError, match="64 lower-case"):
            call(name)
    with pytest.raises(ValueError, match="64 lower-case"):
        blobs.put(name, io.BytesIO(b""), 0)


def test_a_healthy_store_passes_its_check(blobs: BlobStore):
    blobs.check()
    assert list(blobs.list()) == []


@pytest.fixture(params=["seaweed", "moto"])
def direct(request: pytest.FixtureRequest) -> S3Blobs:
    kind = "s3" if request.param == "seaweed" else "moto"
    server = request.getfixturevalue(f"{kind}_server")
    bucket = request.getfixturevalue(f"{kind}_bucket")
    store = open_blobs(load_settings(blobs=s3_settings(server, bucket)))
    assert isinstance(store, S3Blobs)
    assert isinstance(store, DirectUploads)
    return store


def send(direct: S3Blobs, data: bytes, announced: bytes, **headers: str) -> int:
    """Do as a client does: one PUT with the headers of the plan; the status of the answer."""
    plan = direct.plan_upload(SENDER, sha256(announced), len(announced), 60)
    answer = urllib3.request(
        "PUT", plan.url, body=data, headers=plan.headers | headers, retries=False
    )
    return answer.status


def test_bytes_sent_straight_to_the_store_are_kept_once_complete(direct: S3Blobs):
    data = os.urandom(50_000)
    assert send(direct, data, announced=data) == 200
    assert direct.head(sha256(data)) is None
    direct.complete_upload(SENDER, sha256(data), len(data))
    assert read(direct, sha256(data)) == data
    direct.complete_upload(SENDER, sha256(data), len(data))
    direct.drop_upload(SENDER, sha256(data))
    assert direct.sweep(0) == 0
    assert read(direct, sha256(data)) == data


def test_what_another_has_sent_cannot_be_completed(direct: S3Blobs):
    """Or who knows a hash could find out that its bytes are there."""
    data = os.urandom(5000)
    assert send(direct, data, announced=data) == 200
    for _stored in (False, True):
        with pytest.raises(BlobMissing):
            direct.complete_upload("another", sha256(data), len(data))
        direct.complete_upload(SENDER, sha256(data), len(data))


def test_completing_what_was_never_sent_tells_so(direct: S3Blobs):
    with pytest.raises(BlobMissing):
        direct.complete_upload(SENDER, ABSENT, 1)


def test_an_upload_that_nobody_completed_is_swept(direct: S3Blobs):
    assert send(direct, b"abandoned", announced=b"abandoned") == 200
    assert direct.sweep(3600) == 0
    assert direct.sweep(0) == 1
    with pytest.raises(BlobMissing):
        direct.complete_upload(SENDER, sha256(b"abandoned"), 9)


def test_complete_verifies_the_bytes_itself(direct: S3Blobs):
    """A store that does not check what it is sent is found out by reading it back."""
    client, bucket = direct._client, direct._bucket
    client.put_object(bucket, f"incoming/{SENDER}/{sha256(b'right')}", io.BytesIO(b"wrong"), 5)
    with pytest.raises(HashMismatch):
        direct.complete_upload(SENDER, sha256(b"right"), 5)
    assert direct.head(sha256(b"right")) is None
    with pytest.raises(BlobMissing):
        direct.complete_upload(SENDER, sha256(b"right"), 5)


def test_a_careful_store_takes_only_the_planned_bytes_once(s3_server: servers.Note, s3_bucket: str):
    """SeaweedFS checks checksum, condition and signature; moto does not, hence only here."""
    direct = open_blobs(load_settings(blobs=s3_settings(s3_server, s3_bucket)))
    assert isinstance(direct, S3Blobs)
    assert send(direct, b"wrong", announced=b"right") == 400
    other = {"x-amz-checksum-sha256": "x" * 43 + "="}
    assert send(direct, b"wrong", announced=b"right", **other) == 403
    assert send(direct, b"right", announced=b"right") == 200
    assert send(direct, b"right", announced=b"right") == 412
