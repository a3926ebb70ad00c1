"""Registers (台账): what a site has that walks refer to, such as assets, patrol points, zones.

A plugin declares the registers of its domain and their columns; a company fills them, site by site.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from fieldops.model.answertypes import Titles

RegisterName = Annotated[str, Meta(pattern="^[a-z][a-z0-9-]{0,63}$")]
ColumnName = Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{0,63}$")]
ColumnType = Literal["text", "integer", "decimal", "date", "time", "choice"]
"""``date`` is ``2026-11-21``, ``time`` ``08:30``, ``choice`` one of the column's ``choices``."""

RESERVED = ("site", "key", "retired")
"""Columns that every register has."""


class Column(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One column of a register.  ``level`` is the data level (1 to 3) of what stands in it."""

    name: ColumnName
    titles: Titles
    type: ColumnType = "text"
    required: bool = False
    choices: tuple[str, ...] = ()
    level: Literal[1, 2, 3] = 1


class RegisterSpec(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A register that a plugin declares.  Its entries have a key, unique at their site.

    ``coded`` says that the key stands at the place as a QR code, which tablets scan.
    """

    name: RegisterName
    titles: Titles
    columns: tuple[Column, ...] = ()
    coded: bool = False


class Entry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of a site's register: values by column, as text.  ``retired`` ones are history."""

    register: str
    key: str
    values: dict[str, str] = {}
    retired: bool = False

    def get(self, column: str) -> str:
        """The value of a column, or an empty text."""
        return self.values.get(column, "")
