"""What an import has to say, row by row, and the ledger that sees to it that nothing is forgotten.

Every cell of a workbook is either *taken* (it stands in the checklist) or *said* (a remark names
it).  Cells that are neither when the mapping is done get a remark from ``leftover``: so nothing can
be dropped in silence, whatever a workbook holds.
"""

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from fieldops.model.answertypes import Titles
from fieldops.xlsform.form import Form, Notice, Path, Row
from fieldops.xlsform.remarktexts import TEXTS

Level = Literal["lost", "changed", "fill", "note"]
"""``lost``: not carried over; ``changed``: carried in another way; ``fill``: a person must write or
check something; ``note``: nothing to do."""

SAYS_MAX = 200
"""Characters of a cell that a remark quotes."""


class Remark(Struct, frozen=True):
    """One remark.  ``row`` is 0 where it is about a sheet, ``cell`` empty where about a row."""

    level: Level
    code: str
    sheet: str
    row: int
    column: str
    cell: str
    name: str
    says: str
    why: Titles
    done: Titles
    advice: Titles


class Ledger:
    """Remarks so far, and the cells that are spoken for."""

    def __init__(self) -> None:
        self.remarks: list[Remark] = []
        self._spoken: set[tuple[str, int, Path]] = set()
        self._once: set[tuple[str, str]] = set()

    def take(self, row: Row, *paths: Path) -> None:
        """These cells stand in the checklist."""
        self._spoken |= {(row.sheet, row.number, path) for path in paths}

    def take_all(self, row: Row) -> None:
        """The whole row is spoken for."""
        self.take(row, *row.cells)

    def is_spoken(self, row: Row, path: Path) -> bool:
        """Whether a cell was taken or said."""
        return (row.sheet, row.number, path) in self._spoken

    def say(self, code: str, row: Row, path: Path = (), /, **details: str) -> None:
        """A remark about a row, or about one of its cells, which is spoken for thereby."""
        cell = row.cells.get(path)
        self.take(row, path)
        self._add(
            code,
            row.sheet,
            row.number,
            cell.column if cell else "",
            f"{cell.letter}{row.number}" if cell else "",
            row.name,
            cell.text if cell else row.text("type"),
            details,
        )

    def say_once(self, code: str, key: str, row: Row, path: Path = (), /, **details: str) -> None:
        """The same, but only the first time for this ``key``; later cells are spoken for too."""
        self.take(row, path)
        if (code, key) not in self._once:
            self._once.add((code, key))
            self.say(code, row, path, **details)

    def notice(self, notice: Notice) -> None:
        """A remark about something seen while reading."""
        place = (notice.sheet, notice.row, notice.column, notice.cell)
        self._add(notice.code, *place, "", notice.says, {})

    def _add(
        self,
        code: str,
        sheet: str,
        row: int,
        column: str,
        cell: str,
        name: str,
        says: str,
        details: dict[str, str],
    ) -> None:
        words = TEXTS[code]
        filled = {"says": says[:SAYS_MAX], "name": name, "column": column} | details
        why, done, advice = (_fill(one, filled) for one in (words.why, words.done, words.advice))
        self.remarks.append(
            Remark(
                words.level,
                code,
                sheet,
                row,
                column,
                cell,
                name,
                says[:SAYS_MAX],
                why,
                done,
                advice,
            )
        )

    def leftover(self, form: Form) -> None:
        """A remark for every cell that nobody spoke for."""
        for row in form.rows():
            for path in row.cells:
                if not self.is_spoken(row, path):
                    self._leftover(row, path)

    def _leftover(self, row: Row, path: Path) -> None:
        if row.sheet in {"survey", "settings"}:
            self.say(_code_of(row, path), row, path)
        else:
            code = _CHOICE_CODES.get(path[0], "column-choice")
            self.say_once(code, f"{row.sheet}:{'::'.join(path)}", row, path)

    def sorted(self) -> list[Remark]:
        """All remarks in the order of the workbook."""
        sheets = {"": -1, "survey": 0, "choices": 1, "external_choices": 2, "settings": 3}
        return sorted(self.remarks, key=lambda one: (sheets.get(one.sheet, 9), one.row))


def _fill(texts: tuple[str, str], filled: dict[str, str]) -> Titles:
    zh, en = texts
    return {"zh-CN": zh.format_map(filled), "en": en.format_map(filled)}


_CODES: dict[Path, str] = {
    ("control", "appearance"): "appearance",
    ("control", "jr:count"): "repeat-count",
    ("default",): "default",
    ("bind", "calculate"): "calculation",
    ("bind", "readonly"): "read-only",
    ("bind", "required"): "required-group",
    ("choice_filter",): "choice-filter",
    ("parameters",): "parameters",
    ("trigger",): "trigger",
}
_FIRST_CODES = {
    "media": "media",
    "?": "no-heading",
    "hint": "hint-unused",
    "guidance_hint": "hint-unused",
    "label": "label-unused",
}
_CHOICE_CODES = {"media": "media-choice", "?": "no-heading", "label": "label-unused"}


def _code_of(row: Row, path: Path) -> str:
    if path[:2] == ("bind", "jr:requiredMsg"):
        return "required-message"
    if path[:2] == ("bind", "jr:constraintMsg"):
        return "constraint-message"
    if path[0] == "label" and row.kind.word in {"group", "repeat"}:
        return "label-group"
    return _CODES.get(path) or _FIRST_CODES.get(path[0], "column")


def count_by_level(remarks: Iterable[Remark]) -> dict[str, int]:
    """How many remarks there are of each level."""
    counts = {"lost": 0, "changed": 0, "fill": 0, "note": 0}
    for one in remarks:
        counts[one.level] += 1
    return counts
