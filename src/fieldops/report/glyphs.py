"""Which characters the report's font can show, read from the font itself.

A PDF for archives may hold no character without a glyph (ISO 19005-2, 6.2.11.8), and what people
type may hold any: what the font lacks is shown as ``□``, and control characters not at all.
Source of the table's form: OpenType, ``cmap``, format 12.
"""

import struct
import unicodedata
from bisect import bisect_right
from functools import cache
from pathlib import Path

LACKING = "□"
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
"""Controls, marks of direction, lone surrogates, private and unassigned characters."""
_KEPT = frozenset("\n")


def font_folder() -> Path:
    """The folder of the font, for typst to look in."""
    from pylopdf_fonts_zh_cn import sans_path

    return Path(sans_path()).parent


def showable(text: str) -> str:
    """The text with only what the font can show."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(one) for one in text)


def _shown(one: str) -> str:
    if one in _KEPT:
        return one
    if unicodedata.category(one) in _UNSEEN:
        return ""
    return one if _has(ord(one)) else LACKING


def _has(code: int) -> bool:
    starts, ends = _ranges()
    at = bisect_right(starts, code) - 1
    return at >= 0 and code <= ends[at]


@cache
def _ranges() -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The runs of characters that have glyphs: where each starts and ends."""
    from pylopdf_fonts_zh_cn import sans_path

    return read_ranges(Path(sans_path()).read_bytes())


def read_ranges(font: bytes) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The runs of a font's cmap of format 12.  Raises ``ValueError`` where it has none."""
    table = _table(font, b"cmap")
    (count,) = struct.unpack_from(">H", font, table + 2)
    for number in range(count):
        (offset,) = struct.unpack_from(">I", font, table + 4 + 8 * number + 4)
        at = table + offset
        if struct.unpack_from(">H", font, at)[0] == 12:
            (groups,) = struct.unpack_from(">I", font, at + 12)
            runs = [struct.unpack_from(">III", font, at + 16 + 12 * one) for one in range(groups)]
            return tuple(run[0] for run in runs), tuple(run[1] for run in runs)
    raise ValueError("the font has no cmap of format 12")


def _table(font: bytes, tag: bytes) -> int:
    """Where a table of the font begins."""
    (count,) = struct.unpack_from(">H", font, 4)
    for number in range(count):
        name, _sum, offset, _length = struct.unpack_from(">4sIII", font, 12 + 16 * number)
        if name == tag:
            return int(offset)
    raise ValueError(f"the font has no table {tag.decode()}")
