import gzip
import random
import tracemalloc
import zlib

import pytest
from backports import zstd
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldops_sync.bodies import (
    ENCODINGS,
    MEMBERS_MAX,
    RATIO_FREE_BYTES,
    BodyTooLarge,
    BodyUndecodable,
    compress,
    decompress,
)

LIMIT_BYTES = 4 * 1024 * 1024


@settings(deadline=None)
@given(st.binary(max_size=2000), st.sampled_from(ENCODINGS))
def test_a_body_comes_back_as_it_was(body: bytes, encoding: str) -> None:
    assert decompress(compress(body, encoding), encoding, LIMIT_BYTES) == body


@pytest.mark.parametrize("encoding", ["identity", "gzip", "zstd"])
def test_the_limit_is_inclusive(encoding: str) -> None:
    body = random.Random(1).randbytes(1000)
    assert decompress(compress(body, encoding), encoding, 1000) == body
    with pytest.raises(BodyTooLarge) as caught:
        decompress(compress(body, encoding), encoding, 999)
    assert caught.value.limit == "batch_bytes"


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_a_small_output_is_never_refused_for_its_ratio(encoding: str) -> None:
    packed = compress(bytes(RATIO_FREE_BYTES), encoding)
    assert 100 * len(packed) < RATIO_FREE_BYTES
    assert decompress(packed, encoding, LIMIT_BYTES) == bytes(RATIO_FREE_BYTES)
    with pytest.raises(BodyTooLarge) as caught:
        decompress(compress(bytes(RATIO_FREE_BYTES + 1), encoding), encoding, LIMIT_BYTES)
    assert caught.value.limit == "decompression_ratio"


def bomb(encoding: str) -> bytes:
    block = bytes(1024 * 1024)
    gzipped = encoding == "gzip"
    packer = zlib.compressobj(1, zlib.DEFLATED, 31) if gzipped else zstd.ZstdCompressor()
    return b"".join(packer.compress(block) for _ in range(256)) + packer.flush()


@pytest.mark.parametrize(
    ("encoding", "ratio", "limit"),
    [
        ("gzip", 100, "batch_bytes"),
        ("zstd", 100, "decompression_ratio"),
        ("zstd", 10**6, "batch_bytes"),
    ],
)
def test_a_bomb_is_refused_within_bounded_memory(encoding: str, ratio: int, limit: str) -> None:
    packed = bomb(encoding)
    tracemalloc.start()
    with pytest.raises(BodyTooLarge) as caught:
        decompress(packed, encoding, LIMIT_BYTES, ratio)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert caught.value.limit == limit
    assert peak_bytes < 4 * LIMIT_BYTES


def test_concatenated_bombs_are_refused_as_one() -> None:
    members = gzip.compress(bytes(LIMIT_BYTES // 2 + 1)) * 2
    with pytest.raises(BodyTooLarge):
        decompress(members, "gzip", LIMIT_BYTES, 10**6)


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_members_are_counted(encoding: str) -> None:
    assert decompress(compress(b"ab", encoding) * MEMBERS_MAX, encoding, 99) == b"ab" * MEMBERS_MAX
    with pytest.raises(BodyUndecodable):
        decompress(compress(b"", encoding) * (MEMBERS_MAX + 1), encoding, 99)


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_truncated_or_trailed_bodies_are_refused(encoding: str) -> None:
    packed = compress(b"some text, long enough to pack" * 9, encoding)
    for end in range(len(packed)):
        with pytest.raises(BodyUndecodable):
            decompress(packed[:end], encoding, LIMIT_BYTES)
    with pytest.raises(BodyUndecodable):
        decompress(packed + b"garbage", encoding, LIMIT_BYTES)


def test_a_large_window_is_refused() -> None:
    options = {int(zstd.CompressionParameter.window_log): 27}
    packer = zstd.ZstdCompressor(options=options)
    packed = packer.compress(random.Random(1).randbytes(99_000)) + packer.flush()
    with pytest.raises(BodyUndecodable):
        decompress(packed, "zstd", LIMIT_BYTES)


def test_unknown_encodings_are_told() -> None:
    with pytest.raises(BodyUndecodable):
        decompress(b"x", "br", LIMIT_BYTES)
    with pytest.raises(BodyUndecodable):
        compress(b"x", "br")


def test_no_encoding_is_identity() -> None:
    assert decompress(b"x", "", 1) == compress(b"x", " Identity ") == b"x"
