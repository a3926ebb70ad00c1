"""CSV and XLSX files as tables of text, each cell with the line and column that people see.

Both are read whole: the largest company has some thousands of rows.
"""

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Any

from msgspec import Struct

from fieldops.model.operation import operation
from fieldops.model.problem import ProblemError
from fieldops.model.said import Said

_DELIMITERS = ",;\t"
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    SyntaxError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    EOFError,
    NotImplementedError,
)
"""What openpyxl and the readers below it raise for what is no workbook, or a damaged one."""
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_OLD = Said(
    "是旧版 Excel 文件；请另存为 .xlsx 或 .csv", "is an old Excel file; save it as .xlsx or .csv"
)
_NO_ROWS = Said("没有数据行；首行须为列名", "holds no rows; the first line must name the columns")
_NO_TEXT = Said(
    "不是 UTF-8 或 GB18030 文本；请另存为 CSV UTF-8",
    "is neither UTF-8 nor GB18030 text; save it as CSV UTF-8",
)
_NO_WORKBOOK = Said(
    "不是 Excel 工作簿，或已损坏；请重新保存", "is not an Excel workbook, or damaged; save it anew"
)


class Line(Struct, frozen=True):
    """One row: ``number`` counts lines of the file from 1; cells are stripped text."""

    number: int
    cells: list[str]


class Table(Struct, frozen=True):
    """A header and its rows without the empty ones; ``title`` is the worksheet's, empty for CSV."""

    path: str
    title: str
    header: Line
    rows: list[Line]


def read_tables(path: Path) -> list[Table]:
    """The tables of a file.  Raises ``ProblemError`` file."""
    suffix = path.suffix.lower()
    if suffix == ".xls":
        raise _bad(path, _OLD)
    found = _workbook(path) if suffix in (".xlsx", ".xlsm") else [_csv(path)]
    tables = [table for table in found if table is not None]
    if not tables:
        raise _bad(path, _NO_ROWS)
    return tables


def _bad(path: Path, why: Said) -> ProblemError:
    return ProblemError(operation("file", Said(f"{path.name} {why.zh}", f"{path.name} {why}")))


def _csv(path: Path) -> Table | None:
    text = _decoded(path)
    first = text.lstrip().split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first.count)
    try:
        return _table(path.name, "", list(_lines(text, delimiter)))
    except csv.Error as error:
        raise _bad(path, Said(f"不是有效的 CSV：{error}", f"is not valid CSV: {error}")) from error


def _lines(text: str, delimiter: str) -> Iterator[Line]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 1
    for cells in reader:
        yield Line(number, [cell.strip() for cell in cells])
        # A quoted cell may hold line breaks: the row is named by its first line.
        number = reader.line_num + 1


def _decoded(path: Path) -> str:
    """UTF-8, UTF-16 with its mark, or GB18030, which Excel writes in China (GB 18030-2022)."""
    raw = path.read_bytes()
    encodings = ("utf-16",) if raw.startswith(_UTF16) else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _bad(path, _NO_TEXT)


def _workbook(path: Path) -> list[Table | None]:
    import openpyxl  # a third of a second, for those who import workbooks
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with closing(openpyxl.load_workbook(path, read_only=True, data_only=True)) as book:
            return [
                _table(f"{path.name}[{sheet.title}]", sheet.title, list(_sheet_lines(sheet)))
                for sheet in book.worksheets
            ]
    except (InvalidFileException, *_BROKEN) as error:
        raise _bad(path, _NO_WORKBOOK) from error


def _sheet_lines(sheet: Any) -> Iterator[Line]:
    # Some programs state a size that is too small, which would hide cells, or far too large.
    sheet.reset_dimensions()
    for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
        yield Line(number, [_text(cell) for cell in cells])


def _text(cell: Any) -> str:
    """What the person who typed it sees: 7 and not 7.0, a day and not a day at midnight."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == datetime.min.time() else cell.isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _table(path: str, title: str, lines: list[Line]) -> Table | None:
    filled = [line for line in lines if any(line.cells)]
    return Table(path, title, filled[0], filled[1:]) if filled else None
