"""Texts of a report as its audience may have them: each by its column of the exports.

    text ─ its column ─┬─ is above the audience → nothing
                       └─ holds what people wrote → personal information above it is covered
                              ─ and then what plugins cover of it (``redact_value``)

Whatever a report tells is covered where it is read: proposals, sections of plugins, tables and
pictures have no other text to show.
"""

from functools import cache

from fieldops.export.datasets import DATASETS
from fieldops.export.redacting import Change, Redactors
from fieldops.model.access import Level
from fieldops.model.answertypes import Titles
from fieldops.model.dataset import Column
from fieldops.rules.personal import mask

_COLUMNS: Titles = {"zh-CN": "title_zh", "en": "title_en"}


class Cover:
    """Covers the texts of one report; without ``redactors`` as the core does alone."""

    def __init__(self, level: Level, redactors: Redactors | None = None) -> None:
        self._level, self._redactors = level, redactors
        self._changes = cache(self._changes_of)
        self._columns = cache(self._columns_of)

    def text(self, place: str, value: str) -> str:
        """What is left of a text; ``place`` is its column, such as ``photos.caption``."""
        dataset, name = place.split(".")
        column = self._columns(dataset)[name]
        if not value or column.level > self._level:
            return ""
        left: str | None = mask(value, self._level) if column.free else value
        for change in self._changes(dataset).get(name, ()):
            left = change(left)
        return left or ""

    def titles(self, dataset: str, titles: Titles) -> Titles:
        """What is left of a title in both languages; a language of which nothing is has none."""
        told = {language: self.text(f"{dataset}.{_COLUMNS[language]}", text)
                for language, text in titles.items()}  # fmt: skip
        return {language: text for language, text in told.items() if text}

    def _columns_of(self, dataset: str) -> dict[str, Column]:
        return {one.name: one for one in DATASETS[dataset].columns}

    def _changes_of(self, dataset: str) -> dict[str, tuple[Change, ...]]:
        return {} if self._redactors is None else self._redactors.of(DATASETS[dataset])
