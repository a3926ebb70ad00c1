"""CSV (RFC 4180, UTF-8): a header, CR LF, no text that a spreadsheet would take for a formula."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from fieldops.export.files.sheet import TEXTS, places
from fieldops.export.source import Cells
from fieldops.model.dataset import Dataset
from fieldops.rules.cellsafety import RISKY, safe_cell

_BOOLEAN = {None: None, True: "true", False: "false"}
_BUFFER_BYTES = 1024 * 1024


class CsvFile:
    """With ``bom`` the file begins with a byte order mark, which older spreadsheets need."""

    def __init__(self, path: Path, dataset: Dataset, bom: bool) -> None:
        self.path = path
        encoding = "utf-8-sig" if bom else "utf-8"
        self._file = path.open("w", _BUFFER_BYTES, encoding=encoding, newline="")
        self._writer = csv.writer(self._file)
        self._writer.writerow([column.name for column in dataset.columns])
        self._texts = places(dataset, TEXTS)
        self._booleans = places(dataset, frozenset({"boolean"}))

    def write(self, rows: Sequence[Cells]) -> None:
        """Add rows."""
        self._writer.writerows(self._lines(rows))

    def _lines(self, rows: Sequence[Cells]) -> Iterator[Sequence[object]]:
        texts, booleans = self._texts, self._booleans
        for row in rows:
            line = [*row]
            for at in texts:
                text = line[at]
                if text and text[0] in RISKY:
                    line[at] = safe_cell(text)
            for at in booleans:
                line[at] = _BOOLEAN[line[at]]
            yield line

    def close(self) -> None:
        """Write what is left."""
        self._file.close()
