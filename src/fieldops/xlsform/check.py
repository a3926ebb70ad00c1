"""Have pyxform check a form before it is mapped: what it refuses, no tool of the family accepts."""

import logging
import re
from typing import Any

from fieldops.xlsform.book import Book, Sheet, Unreadable
from fieldops.xlsform.form import Notice

_ROW = re.compile(r"\[row : (\d+)\]")
_SHEET = re.compile(r"(?:[Oo]n the|for sheet:) '(\w+)'")
_COLUMN = re.compile(r"(?:the|in) '([\w:]+)' (?:value|column)")
_QUIET = (
    "max-pixels",
    "is missing the",
    "or_other",
    "machine-readable codes",
    "suppress this message",
)
"""Warnings of which the mapping itself speaks, or that mean nothing here."""


def check(book: Book) -> tuple[Notice, ...]:
    """pyxform's warnings.  Raises ``Unreadable`` for its errors, with their row."""
    from pyxform.errors import PyXFormError
    from pyxform.xls2xform import convert

    logging.getLogger("pyxform").setLevel(logging.CRITICAL)
    warnings: list[str] = []
    try:
        convert(_plain(book), warnings=warnings, validate=False, form_name="data")
    except PyXFormError as error:
        raise _unreadable(book, str(error)) from error
    except RecursionError as error:
        raise Unreadable("nested") from error
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        # pyxform was not asked to expect this; what it stumbles over is in the sheets all the same.
        raise Unreadable("pyxform", reason=f"{type(error).__name__}: {error}"[:300]) from error
    return tuple(_notice(book, text) for text in warnings if not _is_quiet(text))


def _plain(book: Book) -> dict[str, Any]:
    """The book as pyxform's own readers give it, with choices that bear one name let through."""
    found: dict[str, Any] = {"sheet_names": list(book.titles)}
    for name, sheet in book.sheets.items():
        # pyxform does not expect a title in several languages; ours may be.
        headings = {
            at: heading
            for at, heading in sheet.headings.items()
            if name != "settings" or "::" not in heading
        }
        found[name] = [
            {headings[at]: text for at, text in line.cells.items() if at in headings}
            for line in sheet.lines
        ]
        found[f"{name}_header"] = [dict.fromkeys(headings.values())]
    settings = found.setdefault("settings", [{}]) or [{}]
    settings[0]["allow_choice_duplicates"] = "yes"
    headings = found.setdefault("settings_header", [{}])
    headings[0]["allow_choice_duplicates"] = None
    found["settings"] = settings
    return found


def _is_quiet(text: str) -> bool:
    return any(part in text for part in _QUIET) or (text.startswith("[row") and "no label" in text)


def _place(book: Book, text: str) -> tuple[str, int]:
    """The sheet and the row that a message means; pyxform counts from the sheet's heading."""
    row, sheet = _ROW.search(text), _SHEET.search(text)
    name = sheet[1] if sheet and sheet[1] in book.sheets else "survey"
    if row is None:
        return (name if sheet else "", 0)
    return name, _number(book.sheets[name], int(row[1]))


def _number(sheet: Sheet, counted: int) -> int:
    at = counted - 2
    return sheet.lines[at].number if 0 <= at < len(sheet.lines) else counted


def _said(text: str) -> str:
    return " ".join(_ROW.sub("", text).split())[:400]


def _unreadable(book: Book, text: str) -> Unreadable:
    sheet, row = _place(book, text)
    for code, pattern in _KNOWN.items():
        found = re.search(pattern, text, re.DOTALL)
        if found:
            details = found.groupdict("")
            if code in _ROWLESS:
                sheet = _ROWLESS[code]
                row = _search(book.sheets[sheet], details["name"])
            return Unreadable(code, sheet, row, reason=_said(text), **details)
    return Unreadable("pyxform", sheet, row, reason=_said(text))


def _search(sheet: Sheet, said: str) -> int:
    """The row of a cell that says this, 0 if there is none."""
    return next((line.number for line in sheet.lines if said in line.cells.values()), 0)


def _notice(book: Book, text: str) -> Notice:
    sheet, row = _place(book, text)
    column = _COLUMN.search(text)
    return Notice("pyxform-warning", sheet, row, column[1] if column else "", says=_said(text))


_KNOWN = {
    "pyxform-reference": r"(?:Could not find the name|no survey element named) '(?P<name>[^']*)'",
    "pyxform-ambiguous": r"The name '(?P<name>[^']*)' appears more than once",
    "pyxform-braces": r"Reference variables must start with",
    "pyxform-list": r"List name not in (?:external )?choices sheet: (?P<name>\S+)",
    "pyxform-no-choices": r"There should be an? (?:external_)?choices sheet",
    "pyxform-no-name": r"Question or group with no name",
    "pyxform-no-type": r"Question with no type",
    "pyxform-no-label": r"element named '(?P<name>[^']*)' has no label or hint",
    "pyxform-no-calculation": r"Missing calculation",
    "pyxform-unknown-type": r"Unknown question type '(?P<name>[^']*)'",
    "pyxform-choice-name": r"Choices must have a name",
    "pyxform-choice-space": r"Choice names with spaces.*See \[(?P<name>[^]]*)\]",
    "pyxform-column-missing": r"required column headers were not found: (?P<name>.*?)\. ",
    "pyxform-column-twice": r"names for the same column were found: (?P<name>.*?)\. ",
    "pyxform-name": r"Names must begin with a letter or underscore",
    "pyxform-end": r"Unmatched '(?P<name>[^']*)'",
    "pyxform-twice": r"must be unique",
    "pyxform-parameters": r"'parameters' value is invalid|Accepted parameters",
}
"""Messages of pyxform 4.5 that we have better words for."""
_ROWLESS = {
    "pyxform-unknown-type": "survey",
    "pyxform-no-label": "survey",
    "pyxform-choice-space": "choices",
}
"""Messages that name no row, but what stands in it, and in which sheet."""
