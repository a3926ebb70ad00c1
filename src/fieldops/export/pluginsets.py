"""Datasets of plugins in a run: each walk's rows, asked of the plugin in its own process.

    Walk (all inspections at the position) ─ family as of ─ judged ─ shown to the audience's level
        ─ add_export_rows, isolated ─ cells ─→ rows | fault: the dataset is left out

Rows follow from the submitted walk alone, so a run can be repeated.  They are ``whole`` in every
run: see the Decisions of README.md.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, closing
from typing import Any
from uuid import UUID

import structlog
from msgspec import Struct
from msgspec.structs import replace
from sqlmodel import Session

from fieldops.export.asof import Since
from fieldops.export.bodies import ResultBody
from fieldops.export.context import Context
from fieldops.export.familyasof import Walked, read
from fieldops.export.source import Cells
from fieldops.export.spans import Days
from fieldops.export.walk import Progress, Taken, Walk
from fieldops.export.wanted import Wanted
from fieldops.flow.view import Case, Shelf, of_family
from fieldops.model.access import Level
from fieldops.model.checklist import Checklist
from fieldops.model.dataset import Dataset
from fieldops.model.inspection import Inspection, PhotoView, ResultView
from fieldops.model.plugin import PluginCard, PluginFault
from fieldops.plugin import entry
from fieldops.plugin.isolate import Isolated
from fieldops.plugin.meter import Caller
from fieldops.rules.inspections import levels_by_type
from fieldops.rules.pluginrows import BadRow, cells, published, row_id
from fieldops.rules.redaction import covered
from fieldops.settings import Settings
from fieldops.store.engine import Store

ROWS, DECLARED = "add_export_rows", "declare_datasets"
_WALKS = 200
"""Walks that are in memory at a time: some 20 MB, of 60 results each."""
_logger = structlog.get_logger(__name__)
Open = Callable[[PluginCard], AbstractContextManager[Caller]]
"""Opens a plugin to be called, and closes it afterwards."""
Take = Callable[[str, Sequence[Cells]], None]
"""Takes rows of a dataset by its published name, before they are masked."""


class PluginSet(Struct, frozen=True):
    """One dataset of a plugin: as declared, as published."""

    card: PluginCard
    declared: Dataset
    dataset: Dataset

    def is_about(self, domain: str) -> bool:
        """Whether walks by checklists of a domain have rows in it."""
        return self.card.domain in ("", domain)


def sets_of(cards: Mapping[str, PluginCard], settings: Settings) -> dict[str, PluginSet]:
    """The datasets of the plugins that the settings choose, by published name."""
    named = [cards[name] for name in entry.chosen(settings.plugins) if name in cards]
    found = (
        PluginSet(card, one, published(card.name, card.domain, one))
        for card in named
        for one in card.datasets
        if ROWS in card.hooks
    )
    return {one.dataset.name: one for one in found}


def undeclared(cards: Mapping[str, PluginCard], settings: Settings) -> list[str]:
    """The plugins whose declaration of datasets failed when they were probed."""
    named = [cards[name] for name in entry.chosen(settings.plugins) if name in cards]
    return [card.name for card in named if DECLARED in card.hooks and not card.datasets]


def isolated(settings: Settings) -> Open:
    """Plugins in jailed processes of their own, within the bounds of the settings."""
    from fieldops.flow.worker import plugin_bounds

    bounds, own = plugin_bounds(settings), settings.plugin_settings
    return lambda card: closing(Isolated(card, own.get(card.name, {}), bounds))


class PluginRows:
    """The rows of some datasets of plugins, walk by walk; ``faults`` by dataset end it there."""

    def __init__(self, sets: Sequence[PluginSet], wanted: Wanted, open_: Open) -> None:
        self._sets, self._wanted, self._open = sets, wanted, open_
        self._context = Context(wanted.audience)
        self._shelf = Shelf(Level.L3)
        self._callers: dict[str, Caller] = {}
        self.faults: dict[str, PluginFault] = {}

    def write(self, store: Store, days: Days, take: Take, progress: Progress) -> None:
        """Give all rows to ``take``, in the order in which walks were last changed."""
        full = replace(self._wanted, kind="full", after=0)
        with ExitStack() as opened:
            for card in {one.card.name: one.card for one in self._sets}.values():
                self._callers[card.name] = opened.enter_context(self._open(card))
            walk = Walk(store, full, days, ["inspection"])
            for session, page in walk.pages(progress):
                self._context.open(session)
                walks = [told for told in page.told if isinstance(told, Taken)]
                for begin in range(0, len(walks), _WALKS):
                    self._write(session, walks[begin : begin + _WALKS], walk.since, take)

    def _write(self, session: Session, walks: list[Taken], since: Since, take: Take) -> None:
        named = [Walked(UUID(bytes=one.feed), UUID(bytes=one.subject)) for one in walks]
        families = read(session, named, since, self._wanted.until)
        made: dict[str, list[Cells]] = {one.dataset.name: [] for one in self._sets}
        for told, one in zip(walks, named, strict=True):
            family = families[one.inspection]
            case = of_family(session, one.feed, one.inspection, family, self._shelf)
            if case is not None and case.checklist is not None and case.inspection.is_submitted:
                self._ask(case, case.checklist, told.position, made)
        for name in made.keys() - self.faults.keys():
            take(name, made[name])

    def _ask(
        self, case: Case, checklist: Checklist, position: int, made: dict[str, list[Cells]]
    ) -> None:
        shown: Inspection | None = None
        for one in self._sets:
            name = one.dataset.name
            if name in self.faults or not one.is_about(checklist.domain):
                continue
            shown = shown or self._shown(case.inspection, checklist)
            given = {"dataset": one.declared.name, "inspection": shown, "checklist": checklist}
            told = self._callers[one.card.name].call(ROWS, given)
            if isinstance(told, PluginFault):
                self._fail(name, told)
                continue
            try:
                made[name] += _rows(one, shown, position, told)
            except BadRow as wrong:
                self._fail(name, _fault(one.card, str(wrong)))

    def _fail(self, name: str, fault: PluginFault) -> None:
        _logger.warning(
            "dataset left out", dataset=name, plugin=fault.plugin, code=fault.code,
            detail=fault.detail,
        )  # fmt: skip
        self.faults[name] = fault

    def _shown(self, walk: Inspection, checklist: Checklist) -> Inspection:
        """The walk as the audience may see it."""
        personal = levels_by_type(checklist).keys()
        return replace(
            walk,
            results=tuple(self._result(walk, one, one.item in personal) for one in walk.results),
            photos=tuple(self._photo(one) for one in walk.photos),
        )

    def _result(self, walk: Inspection, one: ResultView, is_personal: bool) -> ResultView:
        """Names, signatures, places and words above the audience are gone; the rest is masked."""
        value = one.value
        if is_personal and value is not None:
            level, _ = self._context.answer(ResultBody(def_=walk.checklist, item=one.item))
            value = None if level > self._context.level else covered(value, self._context.level)
        return replace(one, value=value, note=self._context.masked(one.note), personal=())

    def _photo(self, one: PhotoView) -> PhotoView:
        return replace(one, caption=self._context.masked(one.caption), personal=())


def _rows(of: PluginSet, walk: Inspection, position: int, made: Sequence[Any]) -> Iterator[Cells]:
    """The rows of one walk; raises ``BadRow``."""
    places = [at for at, one in enumerate(of.declared.columns) if one.name in of.declared.key]
    about = (str(walk.id), str(walk.site), walk.date or None)
    seen: set[str] = set()
    for row in made:
        read_ = cells(of.declared, row)
        id_ = row_id(of.dataset.name, walk.id, [read_[at] for at in places])
        if id_ in seen:
            raise BadRow(f"{of.declared.name}: two rows of one walk have the same key")
        seen.add(id_)
        yield ("added", position, id_, *about, *read_)


def _fault(card: PluginCard, detail: str) -> PluginFault:
    return PluginFault(
        plugin=card.name, code="wrong-result", hook=ROWS, detail=detail, version=card.version
    )
