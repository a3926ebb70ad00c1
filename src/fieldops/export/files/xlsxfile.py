"""XLSX for people: text is text and never a formula, numbers are numbers, the same rows the same
bytes.  What one sheet cannot hold goes on in the next.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from fieldops.export.columns import Columns
from fieldops.export.files.sheet import SHEET_ROWS
from fieldops.model.dataset import Dataset

TEXT_MAX = 32_767
"""Characters of a cell, as above; a longer text is cut, and ends with ``…``."""
_NAME_MAX = 28
_CREATED = datetime(1980, 1, 1, tzinfo=UTC)
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


class XlsxFile:
    """Instants, days and ids are text; integers and decimals are numbers."""

    def __init__(self, path: Path, dataset: Dataset, sheet_rows: int = SHEET_ROWS) -> None:
        self.path = path
        self._dataset, self._sheet_rows = dataset, sheet_rows
        self._book = xlsxwriter.Workbook(str(path), _OPTIONS)
        self._book.set_properties({"created": _CREATED})
        self._kinds = [column.type for column in dataset.columns]
        self._sheets = 0
        self._begin()

    def _begin(self) -> None:
        self._sheets += 1
        suffix = "" if self._sheets == 1 else f" {self._sheets}"
        self._sheet = self._book.add_worksheet(self._dataset.name[:_NAME_MAX] + suffix)
        for at, column in enumerate(self._dataset.columns):
            self._sheet.write_string(0, at, column.name)
        self._next = 1

    def write(self, columns: Columns) -> None:
        """Add rows."""
        for row in zip(*columns, strict=True):
            if self._next == self._sheet_rows:
                self._begin()
            for at, value in enumerate(row):
                if value is not None:
                    self._cell(at, value)
            self._next += 1

    def _cell(self, at: int, value: Any) -> None:
        kind = self._kinds[at]
        if kind == "boolean":
            self._sheet.write_boolean(self._next, at, value)
        elif kind in ("integer", "decimal"):
            self._sheet.write_number(self._next, at, float(value))
        else:
            text = value if len(value) <= TEXT_MAX else value[: TEXT_MAX - 1] + "…"
            self._sheet.write_string(self._next, at, text)

    def close(self) -> None:
        """Write what is left."""
        self._book.close()
