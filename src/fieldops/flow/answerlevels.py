"""The data level of answers: what the plugins declare for an item, else what its type asks for.

    result ─ def, item ─ checklist version ─┬─ declared for (checklist, item)   by plugins
                                            ├─ by the type of the answer        where none does
                                            └─ L3, free text      for an item that it does not know

Two plugins that declare the same item: the higher level holds.
"""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from sqlmodel import Session

from fieldops.model.access import Level
from fieldops.model.answertypes import Text
from fieldops.model.plugin import DataLevel
from fieldops.rules import checklists
from fieldops.rules.inspections import levels_by_type
from fieldops.store import definitions, plugins


class _Version(Struct, frozen=True):
    """What a checklist version says of its answers, by item; ``texts`` are answered in words."""

    key: str
    levels: "_Levels"
    texts: frozenset[str]


class _Levels(dict[str | None, Level]):
    """Levels by item of one version; ``beyond`` is that of items that it does not know."""

    def __init__(self, levels: Mapping[str | None, Level], beyond: Level) -> None:
        super().__init__(levels)
        self._beyond = beyond

    def __missing__(self, _item: str | None) -> Level:
        return self._beyond


class AnswerLevels:
    """Asked about many results of one page; reads each version and the declarations once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._versions: dict[str, _Version | None] = {}
        self._levels: dict[str | None, _Levels] = {}
        self._declared: dict[str, dict[str, DataLevel]] | None = None

    def level(self, body: Mapping[str, Any]) -> Level:
        """The level of a result's answer; L1 where its version is not known.

        L3 where the version is known and has no such item: nobody says what was asked there.
        """
        sha256 = body.get("def")
        levels = self._levels.get(sha256)
        if levels is None:
            levels = self._levels[sha256] = self._levels_of(body)
        return levels[body.get("item")]

    def standing(self, body: Mapping[str, Any], conflict: Mapping[str, Any]) -> Level:
        """The level of a result's answer and of those that stand beside it: the highest of them.

        Each of these may cite another version, and who looks at one looks at all.
        """
        if "value" not in conflict:
            return self.level(body)
        cited = body.get("def")
        others = [named for one in conflict["value"] if (named := one.get("def")) != cited]
        return max([self.level(body), *(self.level({**body, "def": one}) for one in others)])

    def _levels_of(self, body: Mapping[str, Any]) -> _Levels:
        """By item what its version says of the answer, where no plugin says otherwise."""
        version = self._version(body)
        if version is None:
            return _UNKNOWN
        if self._declared is None:
            self._declared = plugins.levels(self._session)
        declared = self._declared.get(version.key)
        if not declared:
            return version.levels
        known: dict[str | None, Level] = {
            item: Level(one) for item, one in declared.items() if item in version.levels
        }
        return _Levels({**version.levels, **known}, Level.L3)

    def is_worded(self, body: Mapping[str, Any]) -> bool:
        """Whether an answer is free text: codes and readings only look like it.

        An answer of which nothing is known is taken for text.
        """
        version, item = self._version(body), body.get("item")
        return version is None or item in version.texts or item not in version.levels

    def _version(self, body: Mapping[str, Any]) -> _Version | None:
        sha256 = body.get("def") or ""
        if sha256 not in self._versions:
            self._versions[sha256] = self._look_up(sha256) if sha256 else None
        return self._versions[sha256]

    def _look_up(self, sha256: str) -> _Version | None:
        """A version that was read before by whomever: the same SHA-256 is the same text for ever.

        Reading it from the database alone took longer than a page of fifty results.
        """
        known = _kept.get(sha256)
        if known is None:
            found = definitions.get(self._session, bytes.fromhex(sha256))
            known = None if found is None else _read(found)
            if known is not None:
                if len(_kept) >= _KEPT:
                    _kept.clear()
                _kept[sha256] = known
        return known


_UNKNOWN = _Levels({}, Level.L1)
_KEPT = 64
_kept: dict[str, _Version] = {}


def _read(definition: bytes) -> _Version | None:
    try:
        checklist = checklists.decode(definition)
    except checklists.UnreadableChecklist:
        return None
    items = [item for section in checklist.sections for item in section.items]
    texts = frozenset(item.key for item in items if isinstance(item.answer, Text))
    by_type = levels_by_type(checklist)
    levels: dict[str | None, Level] = {
        item.key: Level(by_type.get(item.key, Level.L1)) for item in items
    }
    return _Version(checklist.key, _Levels(levels, Level.L3), texts)
