"""Pitfall 14: a small body unpacks to all the memory there is."""

import gzip
import tracemalloc
import zlib
from collections.abc import Callable

import pytest
from tests.factories import Server, Tablet

from fieldops.web import bodies
from fieldops_sync.bodies import compress

UNPACKED_BYTES = 256 * 1024 * 1024
PEAK_BYTES = 40 * 1024 * 1024
"""What one push may take beside its 4 MiB: buffers, the answer, the client in this process."""


def gzip_bomb() -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = bytes(1024 * 1024)
    parts = [packer.compress(block) for _ in range(UNPACKED_BYTES // len(block))]
    return b"".join([*parts, packer.flush()])


def zstd_bomb() -> bytes:
    return compress(bytes(64 * 1024 * 1024), "zstd") * 8


def many_gzip_members() -> bytes:
    return gzip.compress(bytes(3 * 1024 * 1024)) * 100


def many_empty_members() -> bytes:
    return gzip.compress(b"") * 200_000


BOMBS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "gzip": ("gzip", gzip_bomb),
    "zstd-frames": ("zstd", zstd_bomb),
    "gzip-members": ("gzip", many_gzip_members),
    "empty-members": ("gzip", many_empty_members),
}


def drop(tablet: Tablet, encoding: str, bomb: bytes) -> tuple[int, int]:
    """The status of the answer, and the peak of memory in bytes."""
    tablet.headers["content-encoding"] = encoding
    tracemalloc.start()
    try:
        status = tablet.post("push", bomb).status_code
        return status, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        tablet.headers.clear()


@pytest.fixture
def database_url(sqlite_database: str) -> str:
    """No bomb gets as far as the database."""
    return sqlite_database


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_within_bounded_memory(server: Server, tablet: Tablet, name: str):
    encoding, make = BOMBS[name]
    status, peak_bytes = drop(tablet, encoding, make())
    assert status in (400, 413)
    assert peak_bytes < PEAK_BYTES
    assert tablet.receipts_of([tablet.op("feedback.record@1", text="x")])[0]["status"] == "applied"


def test_without_the_bound_memory_goes(
    server: Server, tablet: Tablet, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(bodies, "decompress", lambda body, *_: gzip.decompress(body))
    _, peak_bytes = drop(tablet, "gzip", gzip.compress(bytes(2 * PEAK_BYTES)))
    assert peak_bytes > PEAK_BYTES
