"""Personal information in free text: found, and masked for those who may not see it.

    text ─ one character for one: full-width forms, odd blanks and dashes as ASCII
         ─ e-mail addresses: around each @
         ─ runs of digits ─ chunks ┬ a chunk that is a number by itself
                                   └ chunks that are one number written in groups
         ─→ hits, in order, none over another

All of it takes time that grows with the text only (domain.md, rule 12).  What stands inside of
something longer (a UUID, a hash, an asset code, a decimal) is none of it.
"""

import re
from collections.abc import Iterator

from fieldops.model.access import Level
from fieldops.model.personal import LEVELS, Hit, Kind
from fieldops.rules.digitruns import STARS, numbers

_ASCII = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}
"""The full-width forms of ASCII (Unicode, Halfwidth and Fullwidth Forms), one for one."""
_ASCII |= {ord(one): ord(" ") for one in "\u00a0\u2002\u2003\u2005\u2006\u2007\u2009\u202f\u3000"}
_ASCII |= {ord(one): ord("-") for one in "\u2010\u2011\u2012\u2013\u2014\u2212"}
_ELEVEN = re.compile("[0-9\uff10-\uff19](?:[^0-9\uff10-\uff19]{0,3}[0-9\uff10-\uff19]){10}")
"""Eleven digits near each other: without them, and without an @, there is nothing to be found."""
_SIGN = re.compile("[@\uff200-9\uff10-\uff19]")
"""What stands in all of it: a text without is looked through once."""
SHORTEST = len("a@b.cn")
"""Characters below which a text holds nothing."""

_LOCAL = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._%+-")
_LOCAL_MAX = 64
"""Octets of an address before its @ (RFC 5321, 4.5.3.1.1)."""
_DOMAIN = re.compile(r"(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,24}(?![A-Za-z])")
_DOMAIN_MAX = 255


def find(text: str) -> tuple[Hit, ...]:
    """Everything personal in a text, in order; spans never overlap.

    Chinese mobile numbers, resident identity numbers (GB 11643-1999), bank cards (ISO/IEC 7812,
    Luhn) and e-mail addresses.  An address whose name is an identity or card number has its level.
    """
    if not has_hint(text):
        return ()
    plain = text if text.isascii() else text.translate(_ASCII)
    hits = list(_mails(plain))
    hits += numbers(_without(plain, hits))
    return tuple(sorted(hits, key=lambda hit: hit.start))


def has_hint(text: str) -> bool:
    """Whether anything can be in a text at all: some 0.2 µs where nothing can."""
    return (
        len(text) >= SHORTEST
        and _SIGN.search(text) is not None
        and ("@" in text or "\uff20" in text or _ELEVEN.search(text) is not None)
    )


def _without(plain: str, hits: list[Hit]) -> str:
    """The text with line ends where something was found."""
    parts: list[str] = []
    end = 0
    for hit in hits:
        parts += plain[end : hit.start], "\n" * (hit.end - hit.start)
        end = hit.end
    return "".join((*parts, plain[end:]))


def level_of(text: str) -> Level:
    """The data level that a text has by what stands in it; L1 where nothing is found."""
    return max((hit.level for hit in find(text)), default=Level.L1)


def personal_kinds(text: str) -> frozenset[Kind]:
    """What kinds of personal information stand in a text, without what they say."""
    return frozenset(hit.kind for hit in find(text))


def mask(text: str, level: Level) -> str:
    """The text as somebody with this level may see it: what is above it is covered by ``*``.

    ``138****0000``, ``110101********1234``, the last four digits of a card, an address as
    ``z****@example.com``.  Masking what is masked changes nothing.
    """
    parts: list[str] = []
    end = 0
    for hit in find(text):
        if hit.level > level:
            parts += text[end : hit.start], _masked(hit.kind, text[hit.start : hit.end])
            end = hit.end
    return "".join((*parts, text[end:])) if parts else text


def covers(text: str, level: Level) -> frozenset[str]:
    """What ``mask`` puts in the place of each of what is above a level."""
    above = (hit for hit in find(text) if hit.level > level)
    return frozenset(_masked(hit.kind, text[hit.start : hit.end]) for hit in above)


_KEPT: dict[Kind, tuple[int, int]] = {
    "mobile": (3, 4),
    "identity-number": (6, 4),
    "bank-card": (0, 4),
}
"""How many characters of a number stay, from its beginning and to its end."""
_DOMAIN_DIGITS = 10
"""So many digits of an address' domain are no number yet; one with more is covered."""


def _masked(kind: Kind, found: str) -> str:
    """What stands for it; blanks and dashes between groups go, so that the stars touch the rest."""
    if kind == "e-mail":
        at = max(found.find("@"), found.find("\uff20"))
        digits = sum(map(str.isdecimal, found[at:]))
        domain = found[at + 1 :] if digits <= _DOMAIN_DIGITS else STARS
        return f"{found[0]}{STARS}{found[at]}{domain}"
    head, tail = _KEPT[kind]
    number = "".join(one for one in found if one.isalnum())
    return number[:head] + "*" * (len(number) - head - tail) + number[-tail:]


def _mails(plain: str) -> Iterator[Hit]:
    end, at = 0, plain.find("@")
    while at >= 0:
        start = at
        while start > max(end, at - _LOCAL_MAX) and plain[start - 1] in _LOCAL:
            start -= 1
        start += len(plain[start:at]) - len(plain[start:at].lstrip("._%+-"))
        domain = _DOMAIN.match(plain, at + 1, at + 1 + _DOMAIN_MAX)
        if domain is not None and start < at:
            inside = level_of(plain[start:at])
            yield Hit("e-mail", start, domain.end(), max(LEVELS["e-mail"], inside))
        if domain is not None and (start < at or plain.endswith(STARS, 0, at)):
            end = domain.end()  # also of one that is masked: its domain is no other's name
        at = plain.find("@", at + 1)
