"""Rows as the audience of a destination may have them (domain.md, rules 11 and 12).

    cell ─┬─ its column is keyed and above the audience  → a pseudonymous key
          ├─ its column is above the audience            → nothing: the manifest says ``withheld``
          ├─ its column holds what people wrote          → personal information above it is covered
          └─ else                                        → as it is
                    ─ and then what plugins cover of it (``redacting``)

Keys are HMAC-SHA-256 (RFC 2104) of the id with the destination's secret, cut to 128 bits: the same
person has the same key in every run of one destination, and another one at the next.
"""

import hmac
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fieldops.export.columns import Columns, Memo, changed
from fieldops.export.context import Context
from fieldops.export.text import id_text
from fieldops.model.access import Level
from fieldops.model.dataset import Column, Dataset

_KEY_BYTES = 16
Change = Callable[[Any], Any]
_NONE: Mapping[str, Sequence[Change]] = {}


class Masker:
    """Masks the rows of one dataset; ``withheld`` are the columns that stay empty, by name.

    ``redact`` are further changes of columns, by name: each gets what the one before has left.
    """

    def __init__(
        self,
        dataset: Dataset,
        context: Context,
        secret: bytes,
        redact: Mapping[str, Sequence[Change]] = _NONE,
    ) -> None:
        self._level, self._context = context.level, context
        self._keys = Memo(lambda value: pseudonym(secret, value))
        self._changes: list[tuple[int, Change]] = []
        for at, column in enumerate(dataset.columns):
            own = self._change(column)
            self._changes += [(at, own)] if own is not None else []
            if own is not _withhold:
                self._changes += [(at, change) for change in redact.get(column.name, ())]
        self.withheld = tuple(c.name for c in dataset.columns if self._change(c) is _withhold)

    def _change(self, column: Column) -> Change | None:
        if column.level > self._level:
            return self._keys.__getitem__ if column.keyed else _withhold
        # Nothing that is found in texts is above L3 (``model.personal``).
        return self._context.masked if column.free and self._level < Level.L3 else None

    def apply(self, columns: Columns) -> Columns:
        """The rows for the audience, in the same order."""
        made = [*columns]
        for at, change in self._changes:
            made[at] = changed(made[at], change)
        return made


def _withhold(_value: Any) -> None:
    return None


def pseudonym(secret: bytes, value: str) -> str:
    """The key that stands for an id, written as a UUID is: 128 bits of an HMAC."""
    return id_text(hmac.digest(secret, value.encode(), "sha256")[:_KEY_BYTES])
