"""Excel workbooks: bounded before anything is unpacked, read row by row, macros never run."""

import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from fieldops.xlsform.book import (
    CHOICE_ROWS_MAX,
    COLUMNS_MAX,
    KNOWN_SHEETS,
    SURVEY_ROWS_MAX,
    Line,
    Sheet,
    Unreadable,
    check_size,
    letter,
    sheet_of,
)
from fieldops.xlsform.form import Notice

UNPACKED_BYTES_MAX = 64_000_000
"""Bytes of all members of a workbook together, as its directory states them; zipfile unpacks no
member beyond that, so a bomb can neither hide nor go off."""
MEMBERS_MAX = 2_000
_LAST_ROW = 1_048_576
"""Of a worksheet, in every program that writes them: a reader counts up to what a file says."""
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""Of old workbooks, and of new ones that a password locks."""
_MERGED = re.compile(rb'<mergeCell[^>]*\bref="([A-Z]+[0-9]+:[A-Z]+[0-9]+)"')
_FORMULA = re.compile(rb"<f[ >/]")
_Found = tuple[list[Sheet], list[Notice]]


def read_xlsx(path: Path) -> _Found:
    """The sheets of a form in an .xlsx or .xlsm.  Raises ``Unreadable``."""
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    members = _members(path)
    try:
        with warnings.catch_warnings():
            # Of styles and validations that openpyxl does not know, and that no form needs.
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(path, read_only=True, data_only=True)
            try:
                return _read(path, book, members)
            finally:
                book.close()
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        zlib.error,
        KeyError,
        ValueError,
        TypeError,
        IndexError,
        AttributeError,
        SyntaxError,
        OSError,
        EOFError,
        NotImplementedError,
    ) as error:
        raise Unreadable("not-a-workbook", name=path.name) from error


def _members(path: Path) -> dict[str, bytes]:
    """The parts of the workbook that hold sheets, after a look at how large it would become."""
    with path.open("rb") as file:
        if file.read(8) == _OLE:
            raise Unreadable("locked", name=path.name)
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
            if len(infos) > MEMBERS_MAX or sum(i.file_size for i in infos) > UNPACKED_BYTES_MAX:
                high = str(UNPACKED_BYTES_MAX // 1_000_000)
                raise Unreadable("unpacked", name=path.name, high=high)
            xml = {i.filename: archive.read(i) for i in infos if i.filename.endswith(".xml")}
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError) as error:
        raise Unreadable("not-a-workbook", name=path.name) from error
    if any(b"<!DOCTYPE" in content[:4096] for content in xml.values()):
        # No spreadsheet writes one; it is where entity bombs live.
        raise Unreadable("not-a-workbook", name=path.name)
    return xml


def _read(path: Path, book: Any, members: dict[str, bytes]) -> _Found:
    sheets: list[Sheet] = []
    notices: list[Notice] = []
    for sheet in book.worksheets:
        if len(book.worksheets) > 1 and sheet.title.strip().lower() not in KNOWN_SHEETS:
            sheets.append(Sheet(sheet.title, {}, ()))
            continue
        sheets.append(sheet_of(sheet.title, list(_lines(sheet.title, sheet))))
        content = members.get(str(getattr(sheet, "_worksheet_path", "")).lstrip("/"), b"")
        notices += _seen(path, sheet, content, sheets[-1])
    if path.suffix.lower() == ".xlsm":
        notices.append(Notice("macros", "", says=path.name))
    return sheets, notices


def _lines(title: str, sheet: Any) -> Iterator[Line]:
    sheet.reset_dimensions()
    most = CHOICE_ROWS_MAX if "choices" in title.lower() else SURVEY_ROWS_MAX
    filled = 0
    for number, row in enumerate(sheet.iter_rows(values_only=True, max_col=COLUMNS_MAX + 1), 1):
        if number > _LAST_ROW:
            raise ValueError("a row that no worksheet has")
        if row.count(None) == len(row):
            continue
        cells = {at: text for at, value in enumerate(row) if (text := show(value))}
        if COLUMNS_MAX in cells:
            raise Unreadable("columns", title, number, high=str(COLUMNS_MAX))
        if cells:
            filled += 1
            yield Line(number, cells)
        if filled > most + 1:
            check_size(title, filled - 1)


def _seen(path: Path, sheet: Any, content: bytes, read: Sheet) -> Iterator[Notice]:
    """Merged cells, formulas that hold no value, a sheet that is hidden."""
    if sheet.sheet_state != "visible":
        yield Notice("hidden-sheet", sheet.title)
    for merged in _MERGED.findall(content):
        yield Notice("merged", sheet.title, cell=merged.decode())
    if _FORMULA.search(content):
        yield from _formulas(path, read)


def _formulas(path: Path, read: Sheet) -> Iterator[Notice]:
    """Formulas give the value that was saved with them; some programs save none."""
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True, data_only=False)
    try:
        sheet: Any = book[read.title]
        sheet.reset_dimensions()
        values = {line.number: line.cells for line in read.lines}
        values[0] = read.headings
        rows = sheet.iter_rows(values_only=True, max_col=COLUMNS_MAX)
        for number, row in enumerate(rows, 1):
            for at, value in enumerate(row):
                is_formula = isinstance(value, str) and value.startswith("=")
                if is_formula and at not in values.get(number, values[0] if number == 1 else {}):
                    cell = f"{letter(at)}{number}"
                    column = read.headings.get(at, "")
                    yield Notice("formula", read.title, number, column, cell, str(value)[:200])
    finally:
        book.close()


def read_xls(path: Path) -> _Found:
    """The sheets of a form in an old .xls, by the reader that pyxform uses.

    Raises ``Unreadable``.
    """
    import xlrd
    from xlrd.compdoc import CompDocError

    try:
        book = xlrd.open_workbook(path, on_demand=True, logfile=_Nowhere())
        sheets = [_old_sheet(book, at, len(book.sheet_names())) for at in range(book.nsheets)]
    except (
        xlrd.XLRDError,
        CompDocError,
        struct.error,
        AssertionError,
        AttributeError,
        LookupError,
        TypeError,
        ValueError,
        OverflowError,
        OSError,
    ) as error:
        raise Unreadable("not-a-workbook", name=path.name) from error
    return sheets, []


class _Nowhere:
    """xlrd speaks to the terminal of what it does not know."""

    def write(self, _text: str) -> None:
        """Say nothing."""


def _old_sheet(book: Any, at: int, count: int) -> Sheet:
    title = book.sheet_names()[at]
    if count > 1 and title.strip().lower() not in KNOWN_SHEETS:
        return Sheet(title, {}, ())
    sheet = book.sheet_by_index(at)
    lines = []
    for number in range(sheet.nrows):
        values = [_old_value(book, cell) for cell in sheet.row(number)]
        cells = {at: text for at, value in enumerate(values) if (text := show(value))}
        if cells:
            lines.append(Line(number + 1, cells))
    return sheet_of(title, lines)


def _old_value(book: Any, cell: Any) -> Any:
    import xlrd

    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return None
    if cell.ctype == xlrd.XL_CELL_DATE:
        return xlrd.xldate_as_datetime(cell.value, book.datemode)
    return cell.value


def show(value: Any) -> str:
    """A cell as the text that pyxform makes of it: 7 and not 7.0, TRUE, no-break spaces plain."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time.min:
        return value.date().isoformat()
    if isinstance(value, datetime | date | time):
        return str(value)
    return str(value).replace("\u00a0", " ").strip()
