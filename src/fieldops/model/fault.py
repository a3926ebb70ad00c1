"""A fault in a checklist file, for the person who writes it."""

from typing import Literal

from msgspec import Struct

from fieldops.model.answertypes import Titles

Gravity = Literal["fault", "remark"]


class Fault(Struct, frozen=True, kw_only=True):
    """What is wrong, where (line and column count from 1), and what to write instead.

    A ``remark`` is what is probably not meant; it keeps nobody from publishing.
    """

    path: str
    line: int
    column: int
    code: str
    messages: Titles
    advice: Titles
    severity: Gravity = "fault"


class Texts(Struct, frozen=True):
    """The templates of a fault: what is wrong (``zh``, ``en``), and what to write instead."""

    zh: str
    en: str
    zh_advice: str
    en_advice: str
