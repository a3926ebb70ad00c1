"""What format a file has by its first bytes, and whether it goes on to its end.

Names and announced types are not believed: only these bytes say what is opened, and by which of the
four decoders that are allowed.
"""

import struct
from typing import BinaryIO, Literal

Format = Literal["", "JPEG", "PNG", "WEBP", "HEIC"]
"""A format of the allowlist; empty for everything else."""
FORMATS: tuple[Format, ...] = ("JPEG", "PNG", "WEBP", "HEIC")

_HEAD_BYTES = 64
_CHUNK_BYTES = 1 << 20
_PNG = b"\x89PNG\r\n\x1a\n"
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
"""ISO/IEC 23008-12, annex B: pictures coded in HEVC.  `mif1` alone does not say the codec."""
_SOS, _EOI = 0xDA, b"\xff\xd9"
_PARTS_MAX = 100_000
"""No photo has so many segments, chunks or boxes."""


def format_of(file: BinaryIO) -> Format:
    """The format of a file, which is left at its start."""
    file.seek(0)
    head = file.read(_HEAD_BYTES)
    file.seek(0)
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith(_PNG):
        return "PNG"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    return "HEIC" if _is_heic(head) else ""


def _is_heic(head: bytes) -> bool:
    if head[4:8] != b"ftyp" or len(head) < 16:
        return False
    end = min(int.from_bytes(head[:4], "big"), len(head))
    brands = {head[8:12], *(head[at : at + 4] for at in range(16, end, 4))}
    return bool(brands & _HEIC_BRANDS)


def webp_size(file: BinaryIO) -> tuple[int, int]:
    """The canvas of a WEBP (RFC 9649) before its decoder makes room for it; (0, 0) if unclear."""
    file.seek(12)
    head = file.read(18)
    file.seek(0)
    if len(head) < 18:
        return 0, 0
    if head[:4] == b"VP8X":
        width, height = int.from_bytes(head[12:15], "little"), int.from_bytes(head[15:18], "little")
        return width + 1, height + 1
    if head[:4] == b"VP8L":
        bits = int.from_bytes(head[9:13], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = struct.unpack("<HH", head[14:18])
    return width & 0x3FFF, height & 0x3FFF


def is_whole(file: BinaryIO, format_: Format, size_bytes: int) -> bool:
    """Whether the file goes on to where its format says that it ends."""
    return _ENDS[format_](file, size_bytes)


def _jpeg_ends(file: BinaryIO, size_bytes: int) -> bool:
    """The segments lead to a scan, and behind it the end of the image is marked."""
    at = 2
    for _ in range(_PARTS_MAX):
        file.seek(at)
        head = file.read(4)
        if len(head) < 4 or head[0] != 0xFF:
            return len(head) == 4 and at < size_bytes
        if head[1] == _SOS:
            return _has_behind(file, at, _EOI)
        at += 2 + int.from_bytes(head[2:4], "big")
    return True


def _has_behind(file: BinaryIO, start: int, wanted: bytes) -> bool:
    file.seek(start)
    last = b""
    while chunk := file.read(_CHUNK_BYTES):
        if wanted in last + chunk:
            return True
        last = chunk[-1:]
    return False


def _png_ends(file: BinaryIO, size_bytes: int) -> bool:
    at = len(_PNG)
    for _ in range(_PARTS_MAX):
        file.seek(at)
        head = file.read(8)
        if len(head) < 8:
            return False
        if head[4:] == b"IEND":
            return True
        at += 12 + int.from_bytes(head[:4], "big")
    return at <= size_bytes


def _webp_ends(file: BinaryIO, size_bytes: int) -> bool:
    file.seek(4)
    return int.from_bytes(file.read(4), "little") + 8 <= size_bytes


def _heic_ends(file: BinaryIO, size_bytes: int) -> bool:
    """The boxes of the top level (ISO/IEC 14496-12, 4.2) end within the file, the picture's too."""
    at, seen = 0, set()
    for _ in range(_PARTS_MAX):
        if at + 8 > size_bytes:
            break
        file.seek(at)
        head = file.read(16)
        length = int.from_bytes(head[:4], "big")
        seen.add(head[4:8])
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        at = size_bytes if length == 0 else at + max(length, 8)
    return at <= size_bytes and {b"meta", b"mdat"} <= seen


_ENDS = {"JPEG": _jpeg_ends, "PNG": _png_ends, "WEBP": _webp_ends, "HEIC": _heic_ends}
