"""UUIDs from 16 bytes and back, many of them: what every row and every record begins with."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from uuid import UUID

import msgspec

_BIN_16 = b"\xc4\x10"
"""How MessagePack opens 16 bytes (its specification, "bin format family")."""
_ARRAY_32 = b"\xdd"
"""How it opens an array whose length takes four bytes ("array format family")."""
_decode = msgspec.msgpack.Decoder(UUID).decode
_decode_many = msgspec.msgpack.Decoder(list[UUID]).decode


def uuid_of(raw: bytes | memoryview) -> UUID:
    """The same as ``UUID(bytes=bytes(raw))``, in a sixth of the time: it is made in C.

    Raises ``msgspec.DecodeError`` for other than 16 bytes.
    """
    return _decode(_BIN_16 + raw)


def uuids_of(raws: Sequence[bytes]) -> list[UUID]:
    """The same of many at once, in a third of the time again."""
    return _decode_many(_ARRAY_32 + len(raws).to_bytes(4, "big") + _BIN_16.join((b"", *raws)))


@lru_cache(maxsize=4096)
def text_of(named: str) -> str:
    """A UUID's text in its one form, 36 characters in lower case, from one that was sent."""
    return str(UUID(named))


def bytes_of(ids: Iterable[UUID]) -> list[bytes]:
    """The 16 bytes of each; ``UUID.bytes`` is a property in Python, and takes twice as long."""
    return [one.int.to_bytes(16) for one in ids]
