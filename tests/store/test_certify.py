"""The certification of a blob store: one suite for every kind, on real servers."""

import io
import os
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.store.stores import ABSENT, Open, put, read, sha256

from fieldops.store.blobs import Blob, BlobMissing, BlobStore, HashMismatch
from fieldops.store.blobs.s3 import S3Blobs

MIB = 1024 * 1024
SIZES = [
    *(0, 1, 5 * MIB - 1, 5 * MIB, 5 * MIB + 1, 8 * MIB),
    *(32 * MIB - 1, 32 * MIB, 32 * MIB + 1, 64 * MIB),
    pytest.param(100 * MIB, marks=pytest.mark.soak),
]
"""Around the least part, the size of ours, where multipart begins, and beyond the largest photo."""


class Counted(io.BytesIO):
    """A source that tells the most that was ever read at once."""

    most_bytes = 0

    def read(self, size: int | None = -1) -> bytes:
        found = super().read(size)
        self.most_bytes = max(self.most_bytes, len(found))
        return found


@pytest.mark.parametrize("size_bytes", SIZES)
def test_what_was_put_comes_back(blobs: BlobStore, size_bytes: int):
    data = os.urandom(min(size_bytes, MIB + 1)) * (size_bytes // (MIB + 1) + 1)
    data = data[:size_bytes]
    source = Counted(data)
    blobs.put(sha256(data), source, size_bytes)
    assert source.most_bytes <= 8 * MIB, "a photo is never held whole"
    assert blobs.head(sha256(data)) == size_bytes
    assert read(blobs, sha256(data)) == data
    blobs.delete(sha256(data))
    assert blobs.head(sha256(data)) is None


def test_another_process_sees_it(make_blobs: Open):
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
    [(0, 1), (0, 10), (3, 4), (9, 1), (9, 100), (10, 1), (4, 0), (0, 0), (0, 10_000), (99, 5)],
)
def test_a_range_is_that_part(blobs: BlobStore, start: int, length: int):
    name = put(blobs, b"0123456789")
    with blobs.get_range(name, start, length) as stream:
        assert stream.read() == b"0123456789"[start : start + length]


def test_a_range_of_a_large_blob_is_that_part(blobs: BlobStore):
    data = os.urandom(3 * MIB)
    name = put(blobs, data)
    for start, length in ((0, 70_000), (MIB - 1, MIB + 2), (3 * MIB - 5, 100)):
        with blobs.get_range(name, start, length) as stream:
            assert stream.read() == data[start : start + length]


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


@pytest.mark.parametrize("size_bytes", [200_000, 33 * MIB])
def test_many_at_once_put_the_same(make_blobs: Open, size_bytes: int):
    data = os.urandom(size_bytes)
    stores = [make_blobs() for _ in range(6 if size_bytes < MIB else 2)]
    together = threading.Barrier(len(stores))

    def work(store: BlobStore) -> str:
        together.wait()
        return put(store, data)

    with ThreadPoolExecutor(len(stores)) as threads:
        assert set(threads.map(work, stores)) == {sha256(data)}
    assert list(make_blobs().list()) == [Blob(sha256(data), len(data))]
    assert read(make_blobs(), sha256(data)) == data
    assert make_blobs().sweep(0) == 0, "nothing was left half-done"


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
    assert [blob.sha256 for blob in blobs.list(after=ABSENT)] == names


@pytest.mark.parametrize(
    "make_blobs",
    [
        "disk",
        "seaweed",
        *(pytest.param(kind, marks=pytest.mark.soak) for kind in ("nanio", "moto")),
    ],
    indirect=True,
)
def test_a_list_of_more_than_a_thousand_is_whole(make_blobs: Open):
    """More than S3 gives in one answer."""
    store, names = make_blobs(), sorted(sha256(b"blob %d" % number) for number in range(1_010))

    def place(name: str) -> None:
        """As a put does at last, without its questions: they would take most of the time."""
        if isinstance(store, S3Blobs):
            store._wire.send("PUT", store._key(name), body=b"x")
        else:
            put(store, b"blob %d" % known[name])

    known = {sha256(b"blob %d" % number): number for number in range(1_010)}
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(place, names))
    assert [blob.sha256 for blob in store.list()] == names
    assert [blob.sha256 for blob in store.list(after=names[5])] == names[6:]


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
