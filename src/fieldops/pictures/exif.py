"""What a camera wrote beside the pixels: time, place, make and model, orientation.

A reader of its own for these ten tags: it visits three directories at most, some hundred entries of
each, and never a maker's note, so that cycles, bombs and ten thousand tags cost nothing.
"""

import re
import struct
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from msgspec import Struct

_PREFIX = b"Exif\0\0"
_ENTRIES_MAX = 500
"""A camera writes below a hundred tags into a directory."""
_VALUE_BYTES_MAX = 1024
_WIDTHS = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8}
"""The bytes of one value by its type (TIFF 6.0, section 2)."""
_EXIF_IFD, _GPS_IFD = 0x8769, 0x8825
_MAKE, _MODEL, _ORIENTATION = 0x010F, 0x0110, 0x0112
_ORIGINAL, _OFFSET, _SUBSEC = 0x9003, 0x9011, 0x9291
_LATITUDE, _LONGITUDE = (1, 2, 90), (3, 4, 180)
"""The tags of the hemisphere and of the degrees, and the largest of these (Exif 2.32, 4.6.6)."""
_WANTED = frozenset(
    {_EXIF_IFD, _GPS_IFD, _MAKE, _MODEL, _ORIENTATION, _ORIGINAL, _OFFSET, _SUBSEC, 1, 2, 3, 4}
)
_CAMERA_CHARS = 200
_YEARS = range(1990, 2100)
_OFFSET_FORM = re.compile(r"[+-](0\d|1[0-4]):[0-5]\d")
_PLACES = Decimal("0.0000001")

_Tags = Mapping[int, bytes]


class Exif(Struct, frozen=True):
    """What was found; empty where the camera wrote nothing, or nothing sensible."""

    orientation: int = 1
    taken: str = ""
    latitude: str | None = None
    longitude: str | None = None
    camera: str = ""


def read(data: bytes) -> Exif:
    """Read the EXIF of a picture; whatever the bytes are, the worst is that nothing is found."""
    tiff = _Tiff(data.removeprefix(_PREFIX))
    main = tiff.directory(tiff.first())
    shot = tiff.directory(tiff.number(main.get(_EXIF_IFD)))
    gps = tiff.directory(tiff.number(main.get(_GPS_IFD)))
    latitude, longitude = tiff.degrees(gps, *_LATITUDE), tiff.degrees(gps, *_LONGITUDE)
    # No fix is written as 0° 0′ by some; there is nothing to inspect in the Gulf of Guinea.
    if latitude is None or longitude is None or latitude == longitude == "0":
        latitude = longitude = None
    orientation = tiff.number(main.get(_ORIENTATION))
    return Exif(
        orientation=orientation if orientation in range(1, 9) else 1,
        taken=_taken(shot),
        latitude=latitude,
        longitude=longitude,
        camera=_camera(_text(main.get(_MAKE)), _text(main.get(_MODEL))),
    )


class _Tiff:
    """The TIFF structure that EXIF is wrapped in."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._order = {b"II*\0": "<", b"MM\0*": ">"}.get(data[:4], "")

    def first(self) -> int:
        """Where the first directory lies; 0 if this is no TIFF."""
        return self._unpack("I", self._data[4:8]) if self._order else 0

    def directory(self, at: int) -> _Tags:
        """The wanted tags of the directory at an offset, as bytes."""
        found: dict[int, bytes] = {}
        if not at:
            return found
        count = min(self._unpack("H", self._data[at : at + 2]), _ENTRIES_MAX)
        for start in range(at + 2, at + 2 + 12 * count, 12):
            entry = self._data[start : start + 12]
            if len(entry) < 12:
                break
            tag, kind, values = struct.unpack(f"{self._order}HHI", entry[:8])
            size_bytes = values * _WIDTHS.get(kind, 0)
            if tag in _WANTED and 0 < size_bytes <= _VALUE_BYTES_MAX:
                place = self._unpack("I", entry[8:])
                whole = entry[8:] if size_bytes <= 4 else self._data[place:]
                found.setdefault(tag, whole[:size_bytes])
        return found

    def number(self, value: bytes | None) -> int:
        """A SHORT or LONG; 0 if there is none."""
        value = value or b""
        return self._unpack("H" if len(value) == 2 else "I", value)

    def degrees(self, gps: _Tags, ref_tag: int, tag: int, most: int) -> str | None:
        """Degrees, minutes and seconds as decimal text, at most seven places."""
        ref, value = _text(gps.get(ref_tag)).upper(), gps.get(tag, b"")
        if len(value) != 24 or ref not in ("N", "S", "E", "W"):
            return None
        parts = struct.unpack(f"{self._order}6I", value)
        if not all(parts[1::2]):
            return None
        whole, minutes, seconds = (Decimal(parts[at]) / parts[at + 1] for at in (0, 2, 4))
        found = (whole + minutes / 60 + seconds / 3600).quantize(_PLACES)
        if minutes >= 60 or seconds >= 60 or found > most:
            return None
        plain = f"{-found if ref in 'SW' else found:f}".rstrip("0").rstrip(".")
        return "0" if plain in ("", "-0") else plain

    def _unpack(self, kind: str, value: bytes) -> int:
        wanted = struct.calcsize(f"={kind}")
        found: tuple[Any, ...] = (
            struct.unpack(f"{self._order}{kind}", value) if len(value) == wanted else (0,)
        )
        return int(found[0])


def _taken(shot: _Tags) -> str:
    """The time of the shot as RFC 3339, without an offset where the camera gave none."""
    try:
        when = datetime.strptime(_text(shot.get(_ORIGINAL)), "%Y:%m:%d %H:%M:%S")
    except ValueError:
        return ""
    if when.year not in _YEARS:
        return ""
    fraction = _text(shot.get(_SUBSEC))[:3]
    offset = _text(shot.get(_OFFSET))
    digits = f".{fraction}" if fraction.isascii() and fraction.isdigit() else ""
    return when.isoformat() + digits + (offset if _OFFSET_FORM.fullmatch(offset) else "")


def _camera(make: str, model: str) -> str:
    whole = model if model.lower().startswith(make.lower()) else f"{make} {model}"
    return whole.strip()[:_CAMERA_CHARS]


def _text(value: bytes | None) -> str:
    """A text up to its NUL, without control characters and what is no text."""
    text = (value or b"").split(b"\0")[0].decode("utf-8", "replace")
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())
