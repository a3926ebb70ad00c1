"""Runs of digits in a text: which of them are a mobile, identity or card number, and where.

text ─ runs ─ chunks ┬ a chunk that is a number by itself
                     └ chunks that are one number written in groups
"""

import re
from collections.abc import Callable, Iterator

from fieldops.model.personal import LEVELS, Hit, Kind
from fieldops.rules.checkdigits import CARD_DIGITS, is_card, is_identity

STARS = "****"
"""The fewest that cover anything: what they touch is the rest of something masked."""
_RUN = re.compile(r"[0-9](?:[ -]{0,3}[0-9]){10,}")
_CHUNK = re.compile(r"[0-9]+")
_SINGLE_MOBILE = re.compile(r"(?:00)?(?:86)?(1[3-9][0-9]{9})")
_SHORTEST_NUMBER = 11
_GROUPS: dict[Kind, tuple[tuple[int, ...], ...]] = {
    "mobile": ((3, 4, 4), (3, 8), (7, 4)),
    "identity-number": ((6, 8, 4), (6, 12), (14, 4), (6, 8, 3), (6, 11), (14, 3)),
}
"""As people write them; without its X the last group of an identity number is a digit short."""
_CARD_GROUP_MIN = 4
"""A card's groups have four digits and more, but for the last one."""
_COUNTRY = frozenset({"86", "0086"})
_CALLED = re.compile(r"(?:^|[^0-9a-z])(?:tel|phone|mobile|mob|cell|id|card|wechat|wx|vx)$", re.I)
"""Words that may stand before a number without a blank; other letters make it a code."""
_WORD = len("-mobile--")
_UNIT = re.compile(r" ?(?:[kMG]?Wh|[kMG]?Pa|kvarh|m3|m³|㎥|立方|度|吨|元)(?![A-Za-z])")
"""A figure with a unit is a reading."""


def numbers(plain: str) -> Iterator[Hit]:
    """The numbers in a text whose digits, blanks and dashes are ASCII, in any order."""
    for run in _RUN.finditer(plain):
        yield from _Run(plain, run.start(), run.end()).hits()


class _Run:
    """Digits with at most blanks and dashes between them: one number, or several."""

    def __init__(self, plain: str, start: int, end: int) -> None:
        self._plain = plain
        self._chunks = [one.span() for one in _CHUNK.finditer(plain, start, end)]
        self._sizes = tuple(b - a for a, b in self._chunks)
        self._taken = [False] * len(self._chunks)

    def hits(self) -> Iterator[Hit]:
        """Whole chunks first; then groups, those of the narrowest form first."""
        for at in range(len(self._chunks)):
            hit = self._single(at)
            if hit is not None:
                self._taken[at] = True
                yield hit
        for kind in _GROUPED:
            yield from self._grouped(kind)

    def _single(self, at: int) -> Hit | None:
        start, end = self._chunks[at]
        if not _SHORTEST_NUMBER <= end - start <= CARD_DIGITS[1]:
            return None
        behind = self._with_check(start, end)
        if not self._stands_alone(start, behind):
            return None
        digits = self._plain[start:behind]
        if (mobile := _SINGLE_MOBILE.fullmatch(digits)) is not None:
            return _hit("mobile", start + mobile.start(1), end)
        if is_identity(digits):
            return _hit("identity-number", start, behind)
        return _hit("bank-card", start, end) if is_card(digits) else None

    def _with_check(self, start: int, end: int) -> int:
        """The end of 17 digits with the X that may follow them."""
        digits = sum(map(str.isdecimal, self._plain[start:end]))
        return end + (digits == 17 and self._plain[end : end + 1] in ("X", "x"))

    def _grouped(self, kind: Kind) -> Iterator[Hit]:
        first = 0
        while first < len(self._chunks):
            hit, behind = self._longest(kind, first)
            if hit is not None:
                self._taken[first:behind] = [True] * (behind - first)
                yield hit
            first = behind

    def _longest(self, kind: Kind, first: int) -> tuple[Hit | None, int]:
        """The longest number that begins with a chunk, and the chunk behind it."""
        for behind in sorted(self._ends(kind, first), reverse=True):
            hit = self._group(kind, first, behind)
            if hit is not None:
                return hit, behind
        return None, first + 1

    def _ends(self, kind: Kind, first: int) -> Iterator[int]:
        """Behind which chunks a number in groups may end that begins with this one."""
        if kind != "bank-card":
            for form in _GROUPS[kind]:
                if self._sizes[first : first + len(form)] == form:
                    yield first + len(form)
            return
        digits = 0
        for at in range(first, len(self._sizes)):
            digits += self._sizes[at]
            if digits > CARD_DIGITS[1]:
                return
            if at > first and digits >= CARD_DIGITS[0]:
                yield at + 1
            if self._sizes[at] < _CARD_GROUP_MIN:
                return

    def _group(self, kind: Kind, first: int, behind: int) -> Hit | None:
        start, end = self._chunks[first][0], self._chunks[behind - 1][1]
        end = self._with_check(start, end) if kind == "identity-number" else end
        if any(self._taken[first:behind]) or not self._is_whole(first, start, end):
            return None
        number = "".join(one for one in self._plain[start:end] if one.isalnum())
        return _hit(kind, start, end) if _RIGHT[kind](number) else None

    def _is_whole(self, first: int, start: int, end: int) -> bool:
        """Groups bound by a dash to more of them are a UUID, a date, a serial number."""
        before = self._plain[max(0, start - 2) : start]
        country = self._plain[slice(*self._chunks[first - 1])] if first else ""
        if before[1:] == "-" and _is_word(before[:1]) and country not in _COUNTRY:
            return False
        after = self._plain[end : end + 2]
        if after[:1] == "-" and (_is_word(after[1:]) or _is_figure(after[1:])):
            return False
        return self._stands_alone(start, end)

    def _stands_alone(self, start: int, end: int) -> bool:
        """Whether nothing makes it part of a code, a hash, a reading or something masked."""
        plain = self._plain
        before, after = plain[max(0, start - _WORD) : start], plain[end : end + len(STARS)]
        if before.endswith(STARS) or after == STARS:
            return False
        if _is_bound(before) and _CALLED.search(before.rstrip("-")) is None:
            return False
        if _is_word(after[:1]) or (after[:1] == "." and _is_figure(after[1:2])):
            return False
        return _UNIT.match(plain, end) is None


_GROUPED: tuple[Kind, ...] = ("mobile", "identity-number", "bank-card")
_RIGHT: dict[Kind, Callable[[str], object]] = {
    "mobile": _SINGLE_MOBILE.fullmatch,
    "identity-number": is_identity,
    "bank-card": is_card,
}


def _is_word(one: str) -> bool:
    """Letters and digits of ASCII; Chinese may touch a number."""
    return one == "_" or (one.isascii() and one.isalnum())


def _is_figure(one: str) -> bool:
    """A digit, or the first of a number that is masked."""
    return one == "*" or one.isdecimal()


def _is_bound(before: str) -> bool:
    """Whether letters bind a number into a code, or a point makes it decimals."""
    last, beyond = before[-1:], before[-2:-1]
    if last == ".":
        return beyond.isdecimal()
    return _is_word(last) or (last == "-" and _is_word(beyond) and not beyond.isdecimal())


def _hit(kind: Kind, start: int, end: int) -> Hit:
    return Hit(kind, start, end, LEVELS[kind])
