"""Packing and unpacking request and answer bodies, within bounded memory.

A body is unpacked in one go up to its bound and not a byte further: a bomb costs its bound.
"""

import sys
import zlib
from typing import Literal

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

Encoding = Literal["identity", "gzip", "zstd"]
"""The content codings (RFC 9110, section 8.4.1; zstd: RFC 8878)."""

ENCODINGS: tuple[Encoding, ...] = ("zstd", "gzip", "identity")
"""Every coding spoken here, the best first."""

MEMBERS_MAX = 8
"""gzip members or zstd frames in one body: 200,000 empty ones would take half a minute."""

WINDOW_LOG_MAX = 23
"""A zstd window of 8 MiB, what RFC 8878, section 3.1.1.1.2 asks every decoder to support."""

RATIO_FREE_BYTES = 64 * 1024
"""A body that unpacks to no more than this is never refused for its ratio."""

_GZIP_WBITS = 31
"""zlib: a gzip header and trailer around a 32 KiB window."""


class BodyUndecodable(ValueError):
    """A body that is not what its encoding says: unknown coding, truncated, trailing garbage."""


class BodyTooLarge(ValueError):
    """A body whose decoded size passes a limit; ``limit`` is that limit's name in ``hello``."""

    def __init__(self, limit: Literal["batch_bytes", "decompression_ratio"]) -> None:
        super().__init__(f"the decoded body passes the limit {limit}")
        self.limit = limit


def decompress(body: bytes, encoding: str, limit_bytes: int, ratio: int = 100) -> bytes:
    """Unpack a body to at most ``limit_bytes`` and at most ``ratio`` times its packed size.

    Raises BodyTooLarge or BodyUndecodable.  An empty ``encoding`` is identity.
    """
    coding = encoding.strip().lower() or "identity"
    if coding == "identity":
        if len(body) > limit_bytes:
            raise BodyTooLarge("batch_bytes")
        return body
    if coding not in ENCODINGS:
        raise BodyUndecodable(f"unknown content coding {coding[:40]!r}")
    bound_bytes = min(limit_bytes, max(RATIO_FREE_BYTES, ratio * len(body)))
    try:
        whole = _unpack(body, coding, bound_bytes)
    except (zlib.error, zstd.ZstdError, EOFError) as error:
        raise BodyUndecodable(f"not a {coding} body: {error}") from error
    if len(whole) > bound_bytes:
        raise BodyTooLarge("batch_bytes" if bound_bytes == limit_bytes else "decompression_ratio")
    return whole


def compress(body: bytes, encoding: str) -> bytes:
    """Pack a body; raises BodyUndecodable for an unknown coding."""
    coding = encoding.strip().lower() or "identity"
    if coding == "gzip":
        packer = zlib.compressobj(6, zlib.DEFLATED, _GZIP_WBITS)
        return packer.compress(body) + packer.flush()
    if coding == "zstd":
        return zstd.compress(body, level=3)
    if coding == "identity":
        return body
    raise BodyUndecodable(f"unknown content coding {coding[:40]!r}")


def _unpack(body: bytes, coding: str, bound_bytes: int) -> bytes:
    """All members of a body, or the first ``bound_bytes`` + 1 bytes of them."""
    parts: list[bytes] = []
    room_bytes = bound_bytes + 1
    rest = body
    for _ in range(MEMBERS_MAX):
        part, rest = _member(rest, coding, room_bytes)
        parts.append(part)
        room_bytes -= len(part)
        if not rest or room_bytes == 0:
            return b"".join(parts)
    raise BodyUndecodable(f"more than {MEMBERS_MAX} {coding} members")


def _member(body: bytes, coding: str, room_bytes: int) -> tuple[bytes, bytes]:
    """One gzip member or zstd frame up to ``room_bytes``, and what follows it."""
    unpacker = _unpacker(coding)
    part = unpacker.decompress(body, room_bytes)
    if not unpacker.eof and len(part) < room_bytes:
        raise BodyUndecodable(f"the {coding} body is truncated")
    return part, unpacker.unused_data


def _unpacker(coding: str) -> "zlib._Decompress | zstd.ZstdDecompressor":
    if coding == "gzip":
        return zlib.decompressobj(_GZIP_WBITS)
    bounded = {int(zstd.DecompressionParameter.window_log_max): WINDOW_LOG_MAX}
    return zstd.ZstdDecompressor(options=bounded)
