"""One line of the doctor: a part, how it stands, and what to do next if something is amiss."""

from typing import Literal

from msgspec import Struct

from fieldops.model.answertypes import Titles

State = Literal["ok", "warn", "bad"]


class Check(Struct, frozen=True):
    """One part: what was ``found``, and ``advice`` unless it is ``ok``, in both languages."""

    name: str
    state: State
    found: Titles
    advice: Titles = {}


def both(zh: str, en: str) -> Titles:
    """A text in both languages."""
    return {"zh-CN": zh, "en": en}


def same(text: str) -> Titles:
    """What is no language's: names, places, versions, what a library said of a fault."""
    return both(text, text)


def at(place: object, found: Titles) -> Titles:
    """What was found at a place."""
    return both(f"{place}：{found['zh-CN']}", f"{place}: {found['en']}")


def ok(name: str, found: Titles) -> Check:
    """A part that stands well."""
    return Check(name, "ok", found)


def amiss(name: str, state: State, found: Titles, zh: str, en: str) -> Check:
    """A part that does not, and what to do about it."""
    return Check(name, state, found, both(zh, en))
