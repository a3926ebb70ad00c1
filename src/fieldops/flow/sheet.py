"""CSV and XLSX files as tables of text, each cell with the line and column that people see.

Both are read whole: the largest company has some thousands of rows.  What is far larger is refused
before it is unpacked or kept, so that nobody's file takes a server's memory.
"""

import csv
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Any

from msgspec import Struct

from fieldops.model.operation import operation
from fieldops.model.problem import ProblemError
from fieldops.model.said import Said

BYTES_MAX = 64_000_000
"""Bytes of a CSV file, and of a workbook's parts unpacked, as its directory states them: zipfile
unpacks no more of a part than that."""
ROWS_MAX, COLUMNS_MAX = 100_000, 1000
"""Filled rows of a table, and cells of a row up to its last filled one."""
_LAST_ROW = 1_048_576
"""Of a worksheet, in every program that writes them: a reader counts up to what a file says."""
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
    OSError,
    RuntimeError,
    ArithmeticError,
)
"""What openpyxl and the readers below it raise for what is no workbook, or a damaged one."""
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_OLD = Said(
    "是旧版 Excel 文件；请另存为 .xlsx 或 .csv", "is an old Excel file; save it as .xlsx or .csv"
)
_NO_ROWS = Said("没有数据行；首行须为列名", "holds no rows; the first line must name the columns")
_TOO_LARGE = Said(
    f"超过 {BYTES_MAX // 1_000_000} MB（工作簿按展开后计算）；请拆成几个文件",
    f"is larger than {BYTES_MAX // 1_000_000} MB (a workbook: unpacked); split it",
)
_TOO_LONG = Said(f"超过 {ROWS_MAX} 行；请拆成几个文件", f"has more than {ROWS_MAX} rows; split it")
_TOO_WIDE = Said(
    f"有超过 {COLUMNS_MAX} 列的行；请检查分隔符和引号",
    f"has a row of more than {COLUMNS_MAX} cells; look at its separators and quotes",
)
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
        return _table(path.name, "", _filled(path, _lines(text, delimiter)))
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
    raw = _read(path)
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

    # From here on whatever fails is the workbook's fault, not the disk's.
    packed = io.BytesIO(_read(path))
    try:
        with zipfile.ZipFile(packed) as archive:
            _check_size(path, sum(part.file_size for part in archive.infolist()))
        with closing(openpyxl.load_workbook(packed, read_only=True, data_only=True)) as book:
            return [
                _table(f"{path.name}[{sheet.title}]", sheet.title, _filled(path, _of_sheet(sheet)))
                for sheet in book.worksheets
            ]
    except (InvalidFileException, *_BROKEN) as error:
        raise _bad(path, _NO_WORKBOOK) from error


def _of_sheet(sheet: Any) -> Iterator[Line]:
    # Some programs state a size that is too small, which would hide cells, or far too large.
    sheet.reset_dimensions()
    for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
        if number > _LAST_ROW:
            raise ValueError("a row that no worksheet has")
        if cells.count(None) < len(cells):
            # What is only formatted, up to the last column, is not kept.
            width = max(at for at, cell in enumerate(cells, 1) if cell is not None)
            yield Line(number, [_text(cell) for cell in cells[:width]])


def _read(path: Path) -> bytes:
    _check_size(path, path.stat().st_size)
    return path.read_bytes()


def _check_size(path: Path, size: int) -> None:
    if size > BYTES_MAX:
        raise _bad(path, _TOO_LARGE)


def _filled(path: Path, lines: Iterable[Line]) -> list[Line]:
    """The lines that hold anything.  Raises ``ProblemError`` file where there are far too many."""
    filled: list[Line] = []
    for line in lines:
        if not any(line.cells):
            continue
        if len(line.cells) > COLUMNS_MAX and any(line.cells[COLUMNS_MAX:]):
            raise _bad(path, _TOO_WIDE)
        if len(filled) > ROWS_MAX:
            raise _bad(path, _TOO_LONG)
        filled.append(line)
    return filled


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


def _table(path: str, title: str, filled: list[Line]) -> Table | None:
    return Table(path, title, filled[0], filled[1:]) if filled else None
