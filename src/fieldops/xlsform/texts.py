"""XLSForms written as text: CSV with the sheet's name in the first column, Markdown tables.

Both notations are pyxform's; they are read here since pyxform does not say which line a row is in.
"""

import csv
import io
import re
from pathlib import Path

from fieldops.xlsform.book import COLUMNS_MAX, Line, Sheet, Unreadable, sheet_of
from fieldops.xlsform.form import Notice

_CELLS = re.compile(r"\s*\|(.*)\|\s*")
_RULE = re.compile(r"^[\s|:-]+$")
_BAR = re.compile(r"(?<!\\)\|")
_Found = tuple[list[Sheet], list[Notice]]


def _text(path: Path) -> str:
    """UTF-8, or GB18030, which spreadsheets write in China (GB 18030-2022)."""
    raw = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable("encoding", name=path.name)


def _sheets(rows: list[tuple[int, list[str]]]) -> _Found:
    """Rows with the sheet's name in their first cell, or with nothing there and cells behind it."""
    lines: dict[str, list[Line]] = {}
    title = ""
    for number, row in rows:
        if row and row[0].strip():
            title = row[0].strip()
            lines.setdefault(title, [])
        cells = {at: text.strip() for at, text in enumerate(row[1:]) if text.strip()}
        if not cells:
            continue
        if not title:
            raise Unreadable("no-survey", titles="–")
        if max(cells) >= COLUMNS_MAX:
            raise Unreadable("columns", title, number, high=str(COLUMNS_MAX))
        lines[title].append(Line(number, cells))
    return [sheet_of(title, found) for title, found in lines.items()], []


def read_csv(path: Path) -> _Found:
    """A CSV; rows are numbered as a spreadsheet shows them.  Raises ``Unreadable``."""
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    try:
        return _sheets(list(enumerate(reader, 1)))
    except csv.Error as error:
        raise Unreadable("csv", name=path.name, reason=str(error)) from error


def read_markdown(path: Path) -> _Found:
    """Markdown tables; rows are numbered by the lines of the file.  Raises ``Unreadable``."""
    rows: list[tuple[int, list[str]]] = []
    for number, line in enumerate(_text(path).split("\n"), 1):
        found = _CELLS.fullmatch(line)
        if line.lstrip().startswith("#") or found is None or _RULE.match(found[1]):
            continue
        rows.append((number, [cell.replace(r"\|", "|") for cell in _BAR.split(found[1])]))
    if not rows:
        raise Unreadable("no-survey", titles="–")
    return _sheets(rows)
