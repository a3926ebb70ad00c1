"""What plugins cover of an export beyond what the core masks: cell by cell, never less.

    masked cell ─ columns that a plugin names ─ redact_value, isolated ─┬─ shows no more → the cell
                                                                        └─ else, or a fault → empty

Columns that nobody names are written as before.  After its first fault a plugin is asked no more in
a run: all that it was to look at stays empty.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from functools import lru_cache, partial
from typing import Any

import structlog

from fieldops.export.pluginsets import Open
from fieldops.export.widesets import OWN, WIDE
from fieldops.model.dataset import CONTROL, Audience, Column, Dataset, ExportCell, ExportField
from fieldops.model.plugin import PluginCard, PluginFault
from fieldops.plugin import entry
from fieldops.plugin.meter import Caller
from fieldops.rules.covering import taken
from fieldops.settings import Settings

HOOK = "redact_value"
TOTAL_S = 900.0
"""What one plugin may take in one run, all calls together; beyond it cells stay empty."""
_KNOWN = 65_536
"""Cells of a column whose word is remembered: most are said again and again."""
_ANSWERS = "results.value"
"""Who cares for the answers of the long table does for every item of wide ones."""
_logger = structlog.get_logger(__name__)
Change = Callable[[Any], Any]


class Redactors:
    """Those of one run; ``faults`` by plugin.  To be closed: it ends their processes."""

    def __init__(
        self,
        cards: Mapping[str, PluginCard],
        settings: Settings,
        audience: Audience,
        open_: Open,
    ) -> None:
        chosen = [cards[name] for name in entry.chosen(settings.plugins) if name in cards]
        cards_ = [card for card in chosen if HOOK in card.hooks and card.redacts]
        self._opened = ExitStack()
        self._redactors = [_Redactor(card, audience, open_, self._opened) for card in cards_]

    @property
    def faults(self) -> dict[str, str]:
        """The code of the fault of each plugin that failed."""
        return {one.card.name: one.fault for one in self._redactors if one.fault}

    def of(self, dataset: Dataset) -> dict[str, tuple[Change, ...]]:
        """How cells of a dataset are covered, by column; columns that nobody names are not in it.

        Keys of rows are not to be covered: nothing could be reconciled by them.
        """
        found: dict[str, tuple[Change, ...]] = {}
        for one in self._redactors:
            for column in _named(dataset, one.card.redacts):
                field = ExportField(dataset.name, column.name, column.type, column.level)
                change = lru_cache(_KNOWN)(partial(one.cover, field))
                found[column.name] = (*found.get(column.name, ()), change)
        return found

    def close(self) -> None:
        """End the processes of the plugins."""
        self._opened.close()


def _named(dataset: Dataset, redacts: tuple[str, ...]) -> Iterator[Column]:
    name = WIDE if dataset.checklist else dataset.name
    items = dataset.columns[len(OWN) :] if dataset.checklist and _ANSWERS in redacts else ()
    kept = {*CONTROL, *dataset.key}
    for column in dataset.columns:
        is_named = f"{name}.{column.name}" in redacts or column in items
        if is_named and column.name not in kept:
            yield column


class _Redactor:
    """One plugin, started when it is first asked."""

    def __init__(
        self, card: PluginCard, audience: Audience, open_: Open, opened: ExitStack
    ) -> None:
        self.card = card
        self.fault = ""
        self._audience, self._open, self._opened = audience, open_, opened
        self._caller: Caller | None = None
        self._left_s = TOTAL_S

    def cover(self, field: ExportField, value: ExportCell) -> ExportCell:
        """What is left of a cell; nothing once the plugin has failed."""
        if self.fault:
            return None
        told = self._ask(field, value)
        if isinstance(told, PluginFault):
            self._fail(told.code, told.detail, field)
        elif self._left_s < 0:
            self._fail("timeout", f"{TOTAL_S:g} s", field)
        elif not taken(field.type, value, told):
            self._fail("wrong-result", "it shows what it was not given", field)
        else:
            kept: ExportCell = told or None if isinstance(told, str) else told
            return kept
        return None

    def _ask(self, field: ExportField, value: ExportCell) -> Any | PluginFault:
        began_s = time.monotonic()
        if self._caller is None:
            self._caller = self._opened.enter_context(self._open(self.card))
        given = {"value": value, "field": field, "audience": self._audience}
        told = self._caller.call(HOOK, given)
        self._left_s -= time.monotonic() - began_s
        return told

    def _fail(self, code: str, detail: str, field: ExportField) -> None:
        self.fault = code
        _logger.warning(
            "cells withheld", plugin=self.card.name, code=code, detail=detail,
            dataset=field.dataset, column=field.column,
        )  # fmt: skip
