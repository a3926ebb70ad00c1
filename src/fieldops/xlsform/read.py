"""From sheets to a form: headings by pyxform's own rules, so that every old spelling is known."""

from collections.abc import Container
from pathlib import Path as File

from pyxform import aliases
from pyxform.parsing.sheet_headers import clean_text_values, process_header
from pyxform.question import MultipleChoiceQuestion, Option
from pyxform.survey import Survey

from fieldops.xlsform.book import Book, Sheet, letter, read_book
from fieldops.xlsform.check import check
from fieldops.xlsform.form import Cell, Form, Notice, Path, Row
from fieldops.xlsform.kinds import kind_of

_LIST = ("list name",)
_UNNAMED = "?"
"""Cells below no heading are kept under this name, so that they are not lost unseen."""


def read_form(path: File) -> Form:
    """The form in a file, checked by pyxform.  Raises ``Unreadable``."""
    book = read_book(path)
    notices = check(book)
    return form_of(book, notices)


def form_of(book: Book, notices: tuple[Notice, ...] = ()) -> Form:
    """The form in a book."""
    question, option = MultipleChoiceQuestion.get_slot_names(), Option.get_slot_names()
    rows = {
        name: _rows(sheet, name, *_vocabulary(name, set(question), set(option)))
        for name, sheet in book.sheets.items()
    }
    choices, stray = _lists(rows.get("choices", ()))
    external, more = _lists(rows.get("external_choices", ()))
    settings = rows.get("settings", ())
    others = [*stray, *more, *settings[1:], *rows.get("entities", ()), *rows.get("osm", ())]
    return Form(
        stem=book.stem,
        survey=tuple(_with_kind(row) for row in rows["survey"]),
        choices=choices,
        external=external,
        settings=settings[0] if settings else Row("settings", 0, {}),
        others=tuple(others),
        notices=book.notices + notices,
    )


def _vocabulary(
    name: str, question: set[str], option: set[str]
) -> tuple[dict[str, str | tuple[str, ...]], Container[str]]:
    if name == "survey":
        return aliases.survey_header, question
    if name == "settings":
        return aliases.settings_header, set(Survey.get_slot_names())
    return aliases.list_header, option


def _rows(
    sheet: Sheet, name: str, known: dict[str, str | tuple[str, ...]], columns: Container[str]
) -> tuple[Row, ...]:
    double = any("::" in heading for heading in sheet.headings.values())
    paths: dict[int, Path] = {}
    for at, heading in sheet.headings.items():
        _new, tokens = process_header(heading, double, known, columns)
        paths[at] = tuple(tokens)
    return tuple(
        Row(
            name,
            line.number,
            dict(_cell(sheet, paths, at, text) for at, text in line.cells.items()),
        )
        for line in sheet.lines
    )


def _cell(sheet: Sheet, paths: dict[int, Path], at: int, text: str) -> tuple[Path, Cell]:
    path = paths.get(at, (_UNNAMED, letter(at)))
    return path, Cell(sheet.headings.get(at, ""), letter(at), str(clean_text_values(text)))


def _with_kind(row: Row) -> Row:
    return Row(row.sheet, row.number, row.cells, kind_of(row.text("type")))


def _lists(rows: tuple[Row, ...]) -> tuple[dict[str, tuple[Row, ...]], list[Row]]:
    """Choices by their list; rows that name no list or no choice apart."""
    lists: dict[str, list[Row]] = {}
    stray: list[Row] = []
    for row in rows:
        if row.text(*_LIST) and row.name:
            lists.setdefault(row.text(*_LIST), []).append(row)
        else:
            stray.append(row)
    return {name: tuple(found) for name, found in lists.items()}, stray
