"""JSON Lines (UTF-8): an object a row, members in the order of the columns, decimals as text."""

from pathlib import Path

import msgspec

from fieldops.export.columns import Columns
from fieldops.model.dataset import Dataset

_encode_lines = msgspec.json.Encoder().encode_lines


class JsonLinesFile:
    """A member that has no value is null, so that every line has all members."""

    def __init__(self, path: Path, dataset: Dataset) -> None:
        self.path = path
        self._file = path.open("wb")
        self._row = msgspec.defstruct(
            "Row", [(column.name, object) for column in dataset.columns], frozen=True, gc=False
        )

    def write(self, columns: Columns) -> None:
        """Add rows."""
        self._file.write(_encode_lines([*map(self._row, *columns)]))

    def close(self) -> None:
        """Write what is left."""
        self._file.close()
