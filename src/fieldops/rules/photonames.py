"""What a photo is called as a file, and of what type it is: by what was found, not what was said.

A name holds the day, the item and the beginning of the SHA-256.  Whatever a tablet has sent, it is
a plain ASCII name without folders.
"""

import re
from collections.abc import Mapping
from typing import Any

from fieldops.model.access import Level
from fieldops.rules.personal import mask

UNKNOWN = "application/octet-stream"
"""The type of bytes that nobody could read as a picture: no browser shows or runs them."""
_TYPES = {
    "jpeg": ("image/jpeg", "jpg"),
    "png": ("image/png", "png"),
    "webp": ("image/webp", "webp"),
    "heic": ("image/heic", "heic"),
    "heif": ("image/heif", "heif"),
}
"""Type and ending by the format that the picture worker found (IANA media types)."""
_ENDINGS = {"image/jpeg": "jpg", "image/webp": "webp"}
ORIGINALS = (*(mime for mime, _ending in _TYPES.values()), UNKNOWN)
"""The media types that originals are handed out with."""
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_STRANGE = re.compile(r"[^A-Za-z0-9_-]+")
_ITEM_MAX = 40
_HASH_DIGITS = 12


def is_day(text: str) -> bool:
    """Whether a text is a date and nothing else."""
    return _DAY.fullmatch(text) is not None


def mime(format: str) -> str:
    """The media type of an original of this format."""
    return _TYPES.get(format.lower(), (UNKNOWN, ""))[0]


def name(sha256: str, body: Mapping[str, Any], format: str) -> str:
    """The name of an original; ``body`` is that of a record that names it."""
    ending = _TYPES.get(format.lower(), ("", "bin"))[1]
    return f"{stem(sha256, body)}.{ending}"


def stem(sha256: str, body: Mapping[str, Any]) -> str:
    """The name without its ending."""
    taken = body.get("taken")
    wall = str(taken.get("wall") or "") if isinstance(taken, Mapping) else ""
    day = _DAY.match(wall)
    item = _STRANGE.sub("_", mask(str(body.get("item") or ""), Level.L1))[:_ITEM_MAX].strip("_")
    parts = [day[0] if day else "", item, sha256[:_HASH_DIGITS]]
    return "-".join(part for part in parts if part)


def derivative(original: str, kind: str, mime: str) -> str:
    """The name of a derivative of the original of this name."""
    return f"{original.rpartition('.')[0]}-{kind}.{_ENDINGS[mime]}"
