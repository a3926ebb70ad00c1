"""The size of a picture by its first bytes: enough to tell whether a code or a stain can be seen.

Nothing is decoded, so a damaged or hostile file costs no more than reading its head.  Sources: JPEG
ITU-T T.81 (1992), B.2.2; PNG ISO/IEC 15948:2004, 11.2.2.
"""

from typing import BinaryIO

_PNG = b"\x89PNG\r\n\x1a\n"
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""The markers SOF0 to SOF15 that open a frame; C4, C8 and CC are tables and reserved."""
_SEGMENTS_MAX = 200
"""A camera writes a dozen before the frame: EXIF, colour profile, previews."""


def picture_size(file: BinaryIO) -> tuple[int, int] | None:
    """Width and height in pixels as stored, of a JPEG or PNG; None for every other file.

    A camera held upright stores its pictures lying, so only the shorter and the longer side tell.
    """
    head = file.read(24)
    if head.startswith(_PNG):
        return _known(int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big"))
    if head.startswith(b"\xff\xd8"):
        return _jpeg_size(file)
    return None


def _jpeg_size(file: BinaryIO) -> tuple[int, int] | None:
    at = 2
    for _ in range(_SEGMENTS_MAX):
        file.seek(at)
        head = file.read(9)
        if len(head) < 9 or head[0] != 0xFF:
            return None
        if head[1] in _FRAMES:
            return _known(int.from_bytes(head[7:9], "big"), int.from_bytes(head[5:7], "big"))
        at += 2 + int.from_bytes(head[2:4], "big")
    return None


def _known(width: int, height: int) -> tuple[int, int] | None:
    return (width, height) if width and height else None


HEAD_BYTES = 12
"""As many first bytes tell what a picture is."""
_HEIC = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
"""The brands of HEIF files with HEVC pictures (ISO/IEC 23008-12:2022, annex B)."""


def picture_mime(head: bytes) -> str:
    """The media type of a JPEG, PNG or HEIC file by its first bytes; empty for every other."""
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(_PNG):
        return "image/png"
    return "image/heic" if head[4:8] == b"ftyp" and head[8:12] in _HEIC else ""
