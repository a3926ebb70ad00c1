"""CSV (RFC 4180, UTF-8): a header, CR LF, no text that a spreadsheet would take for a formula.

The bytes are those of Python's ``csv.writer``, in less than half of its time: whether anything in a
column must be quoted is asked of the whole column, and mostly nothing must.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from fieldops.export.columns import Columns
from fieldops.export.files.sheet import TEXTS
from fieldops.model.dataset import Dataset
from fieldops.rules.cellsafety import RISKY, safe_cell

_BOOLEAN = {None: "", True: "true", False: "false"}
_QUOTED = ',"\r\n'
"""What a cell is quoted for."""
_BETWEEN = "\0"
_BUFFER_BYTES = 1024 * 1024


class CsvFile:
    """With ``bom`` the file begins with a byte order mark, which older spreadsheets need."""

    def __init__(self, path: Path, dataset: Dataset, bom: bool) -> None:
        self.path = path
        encoding = "utf-8-sig" if bom else "utf-8"
        self._file = path.open("w", _BUFFER_BYTES, encoding=encoding, newline="")
        self._file.write(",".join(column.name for column in dataset.columns) + "\r\n")
        self._written = [_written(column.type) for column in dataset.columns]

    def write(self, columns: Columns) -> None:
        """Add rows."""
        cells = [written(values) for written, values in zip(self._written, columns, strict=True)]
        self._file.write("\r\n".join(map(",".join, zip(*cells, strict=True))))
        self._file.write("\r\n")

    def close(self) -> None:
        """Write what is left."""
        self._file.close()


def _written(kind: str) -> Callable[[Sequence[Any]], Sequence[str]]:
    """How a column of a type is written."""
    if kind == "boolean":
        return lambda values: [_BOOLEAN[value] for value in values]
    if kind in ("integer", "decimal"):
        return lambda values: ["" if value is None else str(value) for value in values]
    return _safe if kind in TEXTS else _text


def _safe(values: Sequence[Any]) -> Sequence[str]:
    """What people may have written, and no formula."""
    if RISKY.isdisjoint({value[:1] for value in values if value}):
        return _text(values)
    return _text([value and safe_cell(value) for value in values])


def _text(values: Sequence[Any]) -> Sequence[str]:
    """Text as it is, quoted where it must be."""
    if None in values:
        values = [value or "" for value in values]
    whole = _BETWEEN.join(values)
    if not any(sign in whole for sign in _QUOTED):
        return values
    return [_quoted(value) for value in values]


def _quoted(text: str) -> str:
    if "," in text or '"' in text or "\r" in text or "\n" in text:
        return '"' + text.replace('"', '""') + '"'
    return text
