"""Read what a person types as an answer, by the type of the item."""

import hashlib
import re
from collections.abc import Sequence

from msgspec import Struct

from fieldops.model.answertypes import (
    Choice,
    Location,
    Meter,
    Multiple,
    PassFail,
    PhotoOnly,
    Signature,
    Single,
)
from fieldops.model.checklist import Item, Outcome, RawValue
from fieldops.rules.difftexts import Words

_PASSFAIL = {
    **dict.fromkeys(("p", "pass", "y", "合格", "1"), "pass"),
    **dict.fromkeys(("f", "fail", "n", "不合格", "2"), "fail"),
}
_SEPARATORS = re.compile(r"[,，、;；\s]+")
_NOTHING = "-"
"""Typed for a list that is empty."""


class Said(Struct, frozen=True):
    """An answer as typed: its value, the person's claim, the photos of an item that is photos."""

    value: RawValue = None
    claim: Outcome | None = None
    photos: int | None = None


SKIPPED = Said()
"""Left open."""


def read_said(item: Item, text: str) -> Said:
    """What a line means as an answer; what cannot be read is left to the rules to refuse."""
    if text == "na":
        return Said(claim="na")
    claim: Outcome | None = "fail" if text.startswith("!") else None
    rest = text.removeprefix("!").strip()
    if claim and not rest:
        return Said(claim=claim)
    if isinstance(item.answer, PhotoOnly):
        return Said(claim=claim, photos=int(rest) if rest.isdecimal() else 0)
    return Said(_value(item, rest), claim)


def hint(item: Item) -> Words:
    """How to type an answer to this item, where that is not plain."""
    match item.answer:
        case PassFail():
            return "p 合格，f 不合格", "p passes, f fails"
        case Single(choices=choices) | Multiple(choices=choices):
            listed = [f"{at} {{}}" for at, _ in enumerate(choices, 1)]
            zh = "，".join(listed).format(*(one.titles.get("zh-CN", one.key) for one in choices))
            en = ", ".join(listed).format(*(one.titles.get("en", one.key) for one in choices))
            several = isinstance(item.answer, Multiple)
            return zh + "；没有则 -" * several, en + "; - for none" * several
        case Meter():
            return "本次读数 上次读数", "this reading and the previous one"
        case Location():
            return "纬度 经度 精度", "latitude longitude accuracy"
        case Signature():
            return "签名人", "who signs"
        case PhotoOnly():
            return "照片张数", "how many photos"
        case _:
            return "", ""


def _value(item: Item, text: str) -> RawValue:
    match item.answer:
        case PassFail():
            return _PASSFAIL.get(text.lower(), text)
        case Single(choices=choices):
            return _key(choices, text)
        case Multiple(choices=choices):
            words = [] if text == _NOTHING else [one for one in _SEPARATORS.split(text) if one]
            return [_key(choices, one) for one in words]
        case Meter():
            reading, _, previous = text.partition(" ")
            parts = {"reading": reading, "previous": previous.strip()}
            return {name: part for name, part in parts.items() if part}
        case Location():
            names = ("latitude", "longitude", "accuracy_m")
            words = [one for one in _SEPARATORS.split(text) if one]
            return dict(zip(names, words, strict=False))
        case Signature():
            return {"sha256": hashlib.sha256(text.encode()).hexdigest(), "name": text}
        case _:
            return text


def _key(choices: Sequence[Choice], text: str) -> str:
    """A choice by its number in the list, its title or its key."""
    if text.isdecimal() and 0 < int(text) <= len(choices):
        return choices[int(text) - 1].key
    said = text.casefold()
    named = (one.key for one in choices if said in map(str.casefold, one.titles.values()))
    return next(named, text)
