"""What all formats have in common."""

from pathlib import Path
from typing import Protocol

from fieldops.export.columns import Columns
from fieldops.model.dataset import Dataset

TEXTS = frozenset({"string", "json"})
"""The types of columns in which people's words may stand."""

SHEET_ROWS = 1_048_576
"""Rows of a sheet of XLSX, with its header (ECMA-376; Excel's own limit)."""


class Sheet(Protocol):
    """One file of one dataset; rows come in order, ``close`` comes last and makes it whole."""

    path: Path

    def write(self, columns: Columns) -> None:
        """Add rows, given as the columns of the dataset."""

    def close(self) -> None:
        """Write what is left."""


def places(dataset: Dataset, types: frozenset[str]) -> tuple[int, ...]:
    """Where the columns of some types stand."""
    return tuple(at for at, column in enumerate(dataset.columns) if column.type in types)
