"""What a plugin's process is shown before it is asked: each thing once, as long as it stays.

An inspection may lie before ninety earlier walks and a register of hundreds of assets, of which the
next inspection sees the most again.  The worker's side (``Shown``) leaves out what the plugin's
side (``Seen``) has.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from fieldops.model.checklist import Checklist
from fieldops.model.inspection import EarlierWalk, Inspection
from fieldops.model.register import Entry
from fieldops.plugin.messages import Show

SHOWN = frozenset({"inspection", "checklist"})
"""The arguments that are shown; the others travel with the question."""
_WALKS = 1000
"""Earlier walks that a process holds before it begins anew: 20 kB each, of 60 results."""


class Shown:
    """What was shown to one process, by identity: values are frozen."""

    def __init__(self) -> None:
        self._inspection: Inspection | None = None
        self._checklist: Checklist | None = None
        self._walks: dict[UUID, EarlierWalk] = {}
        self._entries: tuple[Entry, ...] = ()

    def news(self, arguments: Mapping[str, Any]) -> Show | None:
        """What is to be shown before a hook is asked with these arguments; None for nothing."""
        inspection: Inspection | None = arguments.get("inspection", self._inspection)
        checklist: Checklist | None = arguments.get("checklist", self._checklist)
        told = Show(checklist=None if checklist is self._checklist else checklist)
        if inspection is not None and inspection is not self._inspection:
            told = self._tell(inspection, told)
        self._inspection, self._checklist = inspection, checklist
        return None if told == Show() else told

    def _tell(self, inspection: Inspection, told: Show) -> Show:
        afresh = len(self._walks) + len(inspection.earlier) > _WALKS
        if afresh:
            self._walks.clear()
        new = [one for one in inspection.earlier if self._walks.get(one.id) is not one]
        self._walks |= {one.id: one for one in new}
        entries = None if inspection.entries == self._entries else inspection.entries
        self._entries = inspection.entries
        return replace(
            told,
            inspection=replace(inspection, earlier=(), entries=()),
            earlier=tuple(one.id for one in inspection.earlier),
            walks=tuple(new),
            afresh=afresh,
            entries=entries,
        )


class Seen:
    """What one process has been shown."""

    def __init__(self) -> None:
        self.inspection: Inspection | None = None
        self.checklist: Checklist | None = None
        self._walks: dict[UUID, EarlierWalk] = {}
        self._entries: tuple[Entry, ...] = ()

    def take(self, told: Show) -> None:
        """Take in what is shown."""
        self.checklist = told.checklist or self.checklist
        if told.inspection is None:
            return
        if told.afresh:
            self._walks.clear()
        self._walks |= {one.id: one for one in told.walks}
        self._entries = self._entries if told.entries is None else told.entries
        earlier = tuple(self._walks[walk] for walk in told.earlier)
        self.inspection = replace(told.inspection, earlier=earlier, entries=self._entries)
