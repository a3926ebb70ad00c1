"""Workbooks for tests, written as tables: the first line names the columns, cells end at ``|``."""

from collections.abc import Sequence
from pathlib import Path

from fieldops.xlsform.importing import Imported, import_xlsform
from fieldops.xlsform.mapping import Wish
from fieldops.xlsform.remarks import Remark

Cells = Sequence[Sequence[str | None]]


def cells(table: str) -> Cells:
    """The rows of a table; an empty line is an empty row, ``¶`` a line break in a cell."""
    lines = [line.strip() for line in table.strip("\n").split("\n")]
    return [[cell.strip().replace("¶", "\n") or None for cell in line.split("|")] for line in lines]


def workbook(path: Path, **sheets: str | Cells) -> Path:
    """An .xlsx with these sheets, by openpyxl."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    for name, table in sheets.items():
        sheet = book.create_sheet(name)
        for row in cells(table) if isinstance(table, str) else table:
            sheet.append(row)
    book.save(path)
    return path


def markdown(path: Path, **sheets: str) -> Path:
    """The same as Markdown, which pyxform reads as well, and which is faster to write."""
    lines = []
    for name, table in sheets.items():
        lines.append(f"| {name} |")
        for row in cells(table):
            said = [(cell or "").replace("\n", " ").replace("|", r"\|") for cell in row]
            lines.append(f"| | {' | '.join(said)} |")
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def imported(path: Path, **wish: str) -> Imported:
    """The import of a file, with a domain unless the test is about that."""
    return import_xlsform(path, Wish(**{"domain": "cleaning", **wish}))  # type: ignore[arg-type]


def said(found: Imported, code: str) -> list[Remark]:
    """The remarks of one code."""
    return [remark for remark in found.mapped.remarks if remark.code == code]


def gaps(found: Imported) -> set[str]:
    """What lint still names."""
    return {fault.code for fault in found.faults}
