"""A workbook as sheets of text, each cell with the row and column that a spreadsheet shows.

Bounds (2026-11-22): the largest published forms have some 3,000 questions and 40,000 choices in a
few MB; what is ten times larger is not a form.
"""

from pathlib import Path

from msgspec import Struct

from fieldops.xlsform.form import Notice

FILE_BYTES_MAX = 20_000_000
SURVEY_ROWS_MAX = 10_000
CHOICE_ROWS_MAX = 50_000
COLUMNS_MAX = 300
KNOWN_SHEETS = ("survey", "choices", "settings", "external_choices", "entities", "osm")
"""Sheets that pyxform reads; all others are notes of the author."""


class Unreadable(Exception):
    """A workbook that cannot be imported: ``code`` is one of ``problems``, with its place."""

    def __init__(self, code: str, sheet: str = "", row: int = 0, **details: str) -> None:
        super().__init__(code, sheet, row, details)
        self.code, self.sheet, self.row, self.details = code, sheet, row, details


class Line(Struct, frozen=True):
    """A row with something in it; cells by column, counted from 0."""

    number: int
    cells: dict[int, str]


class Sheet(Struct, frozen=True):
    """A sheet: its title as written, headings by column, and the rows below the heading."""

    title: str
    headings: dict[int, str]
    lines: tuple[Line, ...]

    @property
    def name(self) -> str:
        """The name by which pyxform knows the sheet."""
        return self.title.strip().lower()


class Book(Struct, frozen=True):
    """The sheets of a file that belong to a form, and what was seen on the way."""

    stem: str
    sheets: dict[str, Sheet]
    titles: tuple[str, ...]
    notices: tuple[Notice, ...] = ()


def letter(column: int) -> str:
    """The letters that a spreadsheet gives a column: 0 → A, 26 → AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def sheet_of(title: str, lines: list[Line]) -> Sheet:
    """A sheet from its rows; the first one that is not empty gives the headings.

    Raises ``Unreadable`` for two columns of one heading, as nobody could tell which counts.
    """
    headings = {at: " ".join(text.split()) for at, text in lines[0].cells.items()} if lines else {}
    seen: dict[str, int] = {}
    for at, heading in headings.items():
        if heading in seen:
            places = f"{letter(seen[heading])}, {letter(at)}"
            raise Unreadable("heading-twice", title, lines[0].number, name=heading, places=places)
        seen[heading] = at
    rows = tuple(line for line in lines[1:] if line.cells)
    check_size(title, len(rows))
    return Sheet(title, headings, rows)


def check_size(title: str, rows: int) -> None:
    """Raises ``Unreadable`` for more rows than a form has."""
    most = CHOICE_ROWS_MAX if "choices" in title.lower() else SURVEY_ROWS_MAX
    if rows > most:
        raise Unreadable("rows", title, most + 1, high=str(most))


def chosen(sheets: list[Sheet]) -> dict[str, Sheet]:
    """The sheets of a form by name; a lone sheet of another name is the survey (as in pyxform)."""
    known = {sheet.name: sheet for sheet in sheets if sheet.name in KNOWN_SHEETS}
    if not known and len(sheets) == 1:
        known = {"survey": sheets[0]}
    if "survey" not in known or not known["survey"].headings:
        titles = ", ".join(sheet.title for sheet in sheets) or "–"
        raise Unreadable("no-survey", titles=titles)
    return known


def read_book(path: Path) -> Book:
    """The sheets of a file: .xlsx, .xlsm, .xls, .csv or .md.  Raises ``Unreadable``."""
    from fieldops.xlsform.texts import read_csv, read_markdown
    from fieldops.xlsform.workbook import read_xls, read_xlsx

    readers = {".csv": read_csv, ".md": read_markdown, ".xls": read_xls}
    readers |= {".xlsx": read_xlsx, ".xlsm": read_xlsx}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise Unreadable("file-kind", name=path.name)
    size = path.stat().st_size
    if not 0 < size <= FILE_BYTES_MAX:
        code = "file-size" if size else "file-empty"
        raise Unreadable(code, name=path.name, high=str(FILE_BYTES_MAX // 1_000_000))
    sheets, notices = reader(path)
    known = chosen(sheets)
    titles = tuple(sheet.title for sheet in sheets)
    return Book(path.stem, known, titles, tuple(notices))
