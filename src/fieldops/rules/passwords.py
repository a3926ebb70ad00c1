"""What a password has to be, by profile, and what one lacks.  Pure: hashes are ``flow.passwords``'.

nist      NIST SP 800-63B-4, 3.1.1.2 (July 2025): 15 characters where nothing else is asked for, at
          least 64 allowed, Unicode normalised, compared with a blocklist (common passwords and
          words of the context), no rules of composition, no change by the calendar
cn-mlps   GB/T 22239-2019, 8.1.4.1 (等级保护 2.0, level 3) asks for complexity and regular change
          without figures; these are the figures that assessors take: 8 characters, three of four
          classes, a change every 90 days, none of the last five, a lock-out after five failures
"""

import unicodedata
from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from fieldops.rules.commonpasswords import ROWS, WORDS

Profile = Literal["nist", "cn-mlps"]
LENGTH_MAX = 256
"""Characters; beyond the 64 that NIST wants allowed, short enough to be hashed at once."""
_REST_MIN = 6
"""So many characters must be left without common words, words of the context and rows of keys."""
_ROW_MIN = 4
_CONTEXT_MIN = 3
_BETWEEN = frozenset(" -_.,/@+")
_DAY_MS = 24 * 3600 * 1000
WARNING_MS = 14 * _DAY_MS
"""From when on people are told that their password is about to run out."""


class PasswordRules(Struct, frozen=True):
    """Figures of a profile: ``classes`` of four, ``age_ms`` None for no end, ``past`` not again."""

    length: int
    classes: int = 0
    age_ms: int | None = None
    past: int = 0


PROFILES: dict[str, PasswordRules] = {
    "nist": PasswordRules(length=15),
    "cn-mlps": PasswordRules(length=8, classes=3, age_ms=90 * _DAY_MS, past=5),
}

Lack = Literal["short", "long", "classes", "common", "context", "past", "same"]
"""What a password lacks; the texts are ``passwordtexts``'.  ``past`` and ``same`` need hashes."""


def normal(password: str) -> str:
    """The form that is hashed: the same whichever keyboard wrote it (NFKC, as NIST recommends)."""
    return unicodedata.normalize("NFKC", password)


def lacks(password: str, rules: PasswordRules, context: Iterable[str] = ()) -> tuple[Lack, ...]:
    """What the password lacks; ``context`` are the person's names and the organisation's."""
    text = normal(password)
    found: list[Lack] = []
    if len(text) < rules.length:
        found.append("short")
    if len(text) > LENGTH_MAX:
        found.append("long")
    if _classes(text) < rules.classes:
        found.append("classes")
    if weakness := _weakness(text.casefold()[:LENGTH_MAX], context):
        found.append(weakness)
    return tuple(found)


def expires_ms(rules: PasswordRules, set_ms: int) -> int | None:
    """When a password that was set then must be changed, or None."""
    return None if rules.age_ms is None else set_ms + rules.age_ms


def _classes(text: str) -> int:
    """How many of lower case, upper case, digits and everything else it has."""
    lower = any(one.islower() for one in text)
    upper = any(one.isupper() for one in text)
    digit = any(one.isdigit() for one in text)
    other = any(not (one.islower() or one.isupper() or one.isdigit()) for one in text)
    return lower + upper + digit + other


def _weakness(folded: str, context: Iterable[str]) -> Lack | None:
    """Whether little is left of it without what everybody, or whoever knows them, tries first."""
    if _too_little(folded, _without(folded, WORDS)):
        return "common"
    rest = _without(folded, _context(context))
    is_weak = _too_little(folded, rest) or _too_little(folded, _without(rest, WORDS))
    return "context" if is_weak else None


def _too_little(whole: str, rest: str) -> bool:
    """What only stands between words counts for nothing; neither do a few letters again and again.

    Of what nothing was taken away the length alone decides, which is told by itself.
    """
    kept = _without_rows(rest)
    telling = [one for one in kept if one not in _BETWEEN]
    return len(set(telling)) < _ROW_MIN or (kept != whole and len(telling) < _REST_MIN)


def _context(words: Iterable[str]) -> frozenset[str]:
    """Each name and its parts, folded; what is shorter than three letters says nothing."""
    parts = [part for word in words for part in (word, *_parts(word))]
    folded = {normal(part).casefold().strip() for part in parts}
    return frozenset(one for one in folded if _is_telling(one))


def _parts(word: str) -> list[str]:
    return "".join(one if one.isalnum() else " " for one in word).split()


def _is_telling(word: str) -> bool:
    return len(word) >= (_CONTEXT_MIN if word.isascii() else _CONTEXT_MIN - 1)


def _without(text: str, words: frozenset[str]) -> str:
    """The text without these words, the longest first."""
    for word in sorted(words, key=lambda one: (-len(one), one)):
        text = text.replace(word, "")
    return text


def _without_rows(text: str) -> str:
    """The text without runs of four and more keys or letters in a row, or of one key."""
    kept, at = [], 0
    while at < len(text):
        run = _run(text, at)
        if run < _ROW_MIN:
            kept.append(text[at])
            run = 1
        at += run
    return "".join(kept)


def _run(text: str, at: int) -> int:
    """How many characters from here on go on in a row, one way or the other, or stay the same."""
    longest = 1
    while at + longest < len(text) and text[at + longest] == text[at]:
        longest += 1
    for row in _BOTH_WAYS:
        end = at + longest + 1
        while end <= len(text) and text[at:end] in row:
            longest, end = end - at, end + 1
    return longest


_BOTH_WAYS = (*ROWS, *(row[::-1] for row in ROWS))
