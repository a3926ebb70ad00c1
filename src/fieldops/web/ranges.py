"""Which part of a file is asked for, and whether the caller has it already (RFC 9110, 13 and 14).

The tag of a file is the SHA-256 of its bytes, hence a strong one.  One range is answered by that
part; several, and what is no range of bytes, by the whole, as the standard allows.
"""

import re
from collections.abc import Mapping

from msgspec import Struct

from fieldops.model.problem import ProblemError, problem

_RANGE = re.compile(r"bytes=\s*(?:([0-9]+)-([0-9]*)|-([0-9]+))\s*", re.IGNORECASE)
_DIGITS_MAX = 18
"""More digits than any size has; Python would take its time over thousands of them."""


class Part(Struct, frozen=True):
    """``length`` bytes from ``start`` of a file of ``size_bytes``."""

    start: int
    length: int
    size_bytes: int

    @property
    def is_whole(self) -> bool:
        """Whether it is the whole file."""
        return self.length == self.size_bytes

    @property
    def content_range(self) -> str:
        """The value of the header Content-Range."""
        return f"bytes {self.start}-{self.start + self.length - 1}/{self.size_bytes}"


def etag(sha256: str) -> str:
    """The strong tag of these bytes."""
    return f'"{sha256}"'


def is_known(headers: Mapping[str, str], tag: str) -> bool:
    """Whether the caller has these bytes: If-None-Match, compared weakly (RFC 9110, 13.1.2)."""
    given = headers.get("if-none-match", "")
    if given.strip() == "*":
        return True
    return tag in {one.strip().removeprefix("W/") for one in given.split(",")}


def asked(headers: Mapping[str, str], tag: str, size_bytes: int) -> Part | None:
    """The part that a GET asks for, None for the whole file.

    Raises ``ProblemError`` range-not-satisfiable for a range behind the end.  If-Range is compared
    strongly; a date in it never fits, because bytes have no date here.
    """
    if headers.get("if-range", tag).strip() != tag:
        return None
    found = _RANGE.fullmatch(headers.get("range", "").strip())
    if found is None:
        return None
    first, last, suffix = (text[:_DIGITS_MAX] if text else "" for text in found.groups())
    if suffix:
        start, end = max(0, size_bytes - int(suffix)), size_bytes
    else:
        start, end = int(first), min(size_bytes, int(last) + 1 if last else size_bytes)
    if last and int(last) < int(first):
        return None
    if start >= end:
        raise ProblemError(problem("range-not-satisfiable", size_bytes=size_bytes))
    return Part(start, end - start, size_bytes)
