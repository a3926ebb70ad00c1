"""One line of the doctor: a part, how it stands, and what to do next if something is amiss."""

from typing import Literal

from msgspec import Struct

from fieldops.model.answertypes import Titles

State = Literal["ok", "warn", "bad"]


class Check(Struct, frozen=True):
    """One part: what was ``found``, and ``advice`` in both languages unless it is ``ok``."""

    name: str
    state: State
    found: str
    advice: Titles = {}


def ok(name: str, found: str) -> Check:
    """A part that stands well."""
    return Check(name, "ok", found)


def amiss(name: str, state: State, found: str, zh: str, en: str) -> Check:
    """A part that does not, and what to do about it."""
    return Check(name, state, found, {"zh-CN": zh, "en": en})
