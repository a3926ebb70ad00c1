"""Rows as columns: what is done to a run's rows is done to a page of each column at once.

rows one by one ─ of_rows ─┐
plain rows, as columns ────┴─ in_order ─→ Columns ─ masking ─→ totals, files
"""

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any

Cells = tuple[Any, ...]
"""One row: text, int, bool, or None; decimals are decimal text."""
Columns = Sequence[Sequence[Any]]
"""The same turned on its side: of each column the values, all as many."""
_KEPT = 65_536
_position = itemgetter(1)


class Memo(dict[Any, Any]):
    """What a function makes of values, each made once: ``memo[value]``; it never grows large.

    Only for values that are alike if they are equal: True and 1 are the same key.
    """

    def __init__(self, make: Callable[[Any], Any]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, value: Any) -> Any:
        if len(self) >= _KEPT:
            self.clear()
        made = self[value] = self._make(value)
        return made


def of_rows(rows: Sequence[Cells]) -> Columns:
    """Rows as columns; no rows are no columns at all."""
    return [*zip(*rows, strict=True)]


def in_order(plain: Columns, rows: Sequence[Cells]) -> Columns:
    """Both together by their positions; each is in order already."""
    if not rows:
        return plain
    if not plain:
        return of_rows(rows)
    return of_rows(sorted([*rows, *zip(*plain, strict=True)], key=_position))


def changed(values: Sequence[Any], change: Callable[[Any], Any]) -> list[Any]:
    """A column with a function done to all that is not None."""
    return [None if value is None else change(value) for value in values]
