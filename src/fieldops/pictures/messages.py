"""What the worker and the process that decodes say to each other, in MessagePack.

worker                          the process
                         ←─     Ready(protections, formats)      once
Look(size_bytes)         ─→
                         ←─     Looked(picture, thumb, view)
"""

from typing import Literal

import msgspec
from msgspec import Struct

from fieldops.jail.protections import Protection
from fieldops.model.picture import Picture
from fieldops.pictures.sniff import Format

Reason = Literal[
    "format", "empty", "truncated", "too-large", "damaged", "out-of-memory", "timeout", "crashed"
]
"""Why a picture is undecodable.

``format`` is none of the allowlist; ``empty`` has no bytes; ``truncated`` ends too early;
``too-large`` has more pixels or bytes than are decoded; ``damaged`` cannot be read; the last three
happened to the process that decoded it.
"""


class Ready(Struct, frozen=True):
    """The process can decode; ``protections`` are those that the kernel took."""

    protections: tuple[Protection, ...]
    formats: tuple[Format, ...]


class Look(Struct, frozen=True):
    """The photo in the shared file, which has so many bytes."""

    size_bytes: int


class Looked(Struct, frozen=True):
    """What was found; both derivatives (WebP and JPEG) if the picture could be decoded."""

    picture: Picture
    thumb: bytes = b""
    view: bytes = b""


encode = msgspec.msgpack.Encoder().encode
read_ready = msgspec.msgpack.Decoder(Ready).decode
read_look = msgspec.msgpack.Decoder(Look).decode
read_looked = msgspec.msgpack.Decoder(Looked).decode
