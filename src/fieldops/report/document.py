"""A report as it is told in one language: parts of blocks, which every format shows in its way."""

from decimal import Decimal
from typing import Literal

from msgspec import Struct

from fieldops.settings import Language

Cell = str | int | Decimal | None
Align = Literal["left", "right"]
Tone = Literal["plain", "small", "notice", "strong"]


class Text(Struct, frozen=True, tag="text"):
    """A paragraph."""

    text: str
    tone: Tone = "plain"


class Column(Struct, frozen=True):
    """A column; ``share`` is its part of the width, figures stand to the right."""

    title: str
    align: Align = "left"
    share: int = 2


class Table(Struct, frozen=True, tag="table"):
    """Rows under columns; ``name`` is that of the sheet in a workbook."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    is_small: bool = False


class Series(Struct, frozen=True):
    """One line or one set of bars; None leaves a gap."""

    title: str
    values: tuple[Decimal | int | None, ...]


class Chart(Struct, frozen=True, tag="chart"):
    """A chart with labelled axes; ``alt`` says in words what it shows."""

    kind: Literal["line", "bar", "across"]
    title: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    across: str
    up: str
    alt: str


class Photo(Struct, frozen=True):
    """A photo by the SHA-256 of its derivatives, with what stands under it."""

    view: str
    thumb: str
    lines: tuple[str, ...]
    alt: str


class Photos(Struct, frozen=True, tag="photos"):
    """Photos side by side."""

    photos: tuple[Photo, ...]


class Key(Struct, frozen=True):
    """One figure of the first page, with what it was before."""

    label: str
    value: str
    beside: str


class Keys(Struct, frozen=True, tag="keys"):
    """The figures of the first page."""

    keys: tuple[Key, ...]


class Steps(Struct, frozen=True, tag="steps"):
    """One proposal: what, why, what to do, what it rests on."""

    title: str
    lines: tuple[tuple[str, str], ...]


Block = Text | Table | Chart | Photos | Keys | Steps


class Part(Struct, frozen=True):
    """A chapter; ``name`` is the same in every language."""

    name: str
    title: str
    blocks: tuple[Block, ...]
    is_appendix: bool = False


class Document(Struct, frozen=True):
    """All that is told.  ``date`` is the day of ``as_of_ms`` as (year, month, day)."""

    language: Language
    title: str
    subtitle: str
    organisation: str
    month: str
    stamp: str
    pages: str
    contents: str
    as_of_ms: int
    date: tuple[int, int, int]
    parts: tuple[Part, ...]
