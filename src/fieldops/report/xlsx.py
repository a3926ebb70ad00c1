"""The report as a workbook: a sheet a part, all figures as figures, no text as a formula.

Its times are those of the report, so that the same report gives the same bytes.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from fieldops.report.document import Cell, Document, Keys, Part, Photos, Steps, Table, Text

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
_NAME_MAX = 31
_CELL_MAX = 32_767
"""Characters; more no cell holds (Excel specifications and limits)."""
_WIDTH = 9
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


class Formats(Struct, frozen=True):
    """How cells look."""

    title: "Format"
    head: "Format"
    text: "Format"


def render(document: Document) -> bytes:
    """The whole workbook."""
    from xlsxwriter import Workbook

    into = BytesIO()
    book = Workbook(into, _OPTIONS)
    made = datetime.fromtimestamp(document.as_of_ms // 1000, UTC).replace(tzinfo=None)
    title = f"{document.title} {document.subtitle} {document.month}"
    book.set_properties(
        {"title": title[:255], "company": document.organisation[:255], "created": made}
    )
    formats = _formats(book)
    names: set[str] = set()
    for part in document.parts:
        sheet = book.add_worksheet(_name(part.title, names))
        _fill(sheet, document, part, formats)
    book.close()
    return into.getvalue()


def _formats(book: "Workbook") -> Formats:
    return Formats(
        title=book.add_format({"bold": True, "font_size": 14}),
        head=book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
        text=book.add_format({"text_wrap": True, "valign": "top"}),
    )


def _name(title: str, names: set[str]) -> str:
    """What a sheet may be called, unlike every other."""
    plain = _FORBIDDEN.sub(" ", title).strip()[:_NAME_MAX] or "-"
    name, number = plain, 2
    while name.casefold() in names:
        name = f"{plain[: _NAME_MAX - 4]} {number}"
        number += 1
    names.add(name.casefold())
    return name


def _fill(sheet: "Worksheet", document: Document, part: Part, formats: Formats) -> None:
    sheet.write_string(0, 0, part.title, formats.title)
    sheet.write_string(1, 0, f"{document.subtitle} · {document.month} · {document.stamp}")
    row, widths = 3, dict[int, int]()
    for block in part.blocks:
        for line, is_head in _lines(block):
            for column, cell in enumerate(line):
                _write(sheet, row, column, cell, formats.head if is_head else formats.text)
            row += 1
        if isinstance(block, Table):
            for number, column_ in enumerate(block.columns):
                widths[number] = max(widths.get(number, 0), _WIDTH * max(2, column_.share))
        row += 1
    for number, width in widths.items():
        sheet.set_column(number, number, min(width, 60))
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _lines(block: Any) -> Iterator[tuple[tuple[Cell, ...], bool]]:
    """The rows of a block, and whether each is a heading; charts are the tables beside them."""
    match block:
        case Text():
            yield (block.text,), False
        case Table():
            yield (block.title,), True
            yield tuple(column.title for column in block.columns), True
            for row in block.rows:
                yield row, False
        case Keys():
            for one in block.keys:
                yield (one.label, _figure(one.value), one.beside), False
        case Steps():
            yield (block.title,), True
            for line in block.lines:
                yield line, False
        case Photos():
            for photo in block.photos:
                yield (*photo.lines, photo.view), False


def _figure(text: str) -> Cell:
    plain = text.replace(",", "")
    return Decimal(plain) if re.fullmatch(r"\d+(\.\d+)?", plain) else text


def _write(sheet: "Worksheet", row: int, column: int, cell: Cell, as_: "Format") -> None:
    if cell is None:
        return
    if isinstance(cell, str):
        sheet.write_string(row, column, cell[:_CELL_MAX], as_)
    else:
        sheet.write_number(row, column, cell, as_)
