"""Whether derivatives are what they should be: small, upright, and nothing but pixels.

Segments and chunks are counted here by hand: what Pillow does not show may still be there.
"""

import io
from collections.abc import Iterator

from PIL import Image
from tests.pictures.making import SECRET

from fieldops.pictures.messages import Looked

_WORDS = (b"Exif", b"http:", b"xmp", b"XMP", b"8BIM", b"ICC_PROFILE", b"acsp", SECRET.encode())
_JPEG_PARTS = {0xE0, 0xDB, 0xC0, 0xC4, 0xDA}
"""JFIF's head, tables, one baseline frame, one scan: no room for anything about the picture."""


def check(found: Looked) -> None:
    """Both derivatives of a decoded picture."""
    thumb, view = Image.open(io.BytesIO(found.thumb)), Image.open(io.BytesIO(found.view))
    thumb.load()
    view.load()
    assert (thumb.format, view.format) == ("WEBP", "JPEG")
    assert max(thumb.size) <= 320
    assert max(view.size) <= 1600
    facts = found.picture.facts
    assert max(view.size) == min(1600, max(facts.width, facts.height))
    assert set(webp_parts(found.thumb)) == {b"VP8 "}
    parts = list(jpeg_parts(found.view))
    assert set(parts) <= _JPEG_PARTS
    assert parts.count(0xE0) == 1
    assert found.view[4:11] == b"\0\x10JFIF\0"
    for word in _WORDS:
        assert word not in found.thumb
        assert word not in found.view


def webp_parts(data: bytes) -> Iterator[bytes]:
    """The kinds of a WEBP's chunks."""
    at = 12
    while at < len(data):
        yield data[at : at + 4]
        size_bytes = int.from_bytes(data[at + 4 : at + 8], "little")
        at += 8 + size_bytes + size_bytes % 2


def jpeg_parts(data: bytes) -> Iterator[int]:
    """The markers of a JPEG's segments, and of what comes behind its scan."""
    at = 2
    while data[at + 1] != 0xDA:
        yield data[at + 1]
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    yield 0xDA
    rest = data[at:]
    for place in range(2, len(rest) - 1):
        if rest[place] == 0xFF and rest[place + 1] not in (0, *range(0xD0, 0xD8)):
            assert place == len(rest) - 2
            assert rest[place + 1] == 0xD9
