"""A fault in a checklist file, for the person who writes it."""

from msgspec import Struct

from fieldops.model.answertypes import Titles


class Fault(Struct, frozen=True, kw_only=True):
    """What is wrong, where (line and column count from 1), and what to write instead."""

    path: str
    line: int
    column: int
    code: str
    messages: Titles
    advice: Titles
