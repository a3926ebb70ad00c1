"""One plugin under test: its checklists, walks by them, and what it makes of a walk."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType, ModuleType
from typing import Any

from msgspec.structs import replace

from fieldops.flow.judge import Asked, Verdict, judge, no_bytes
from fieldops.flow.view import Case, read_results
from fieldops.model.checklist import Checklist, Example
from fieldops.model.finding import FindingDraft, Score
from fieldops.model.inspection import EarlierWalk, Inspection, PhotoView
from fieldops.model.plugin import ChecklistFile, PluginFault
from fieldops.model.register import Entry
from fieldops.plugin.hookspecs import OpenPhoto
from fieldops.rules.checklists import address, parse
from fieldops.rules.examples import sheet_of
from fieldops.rules.inspections import earlier_walk, score_of
from fieldops.testing.build import DAY, SITE, WALK, change, site
from fieldops.testing.fresh import PluginRefused, fresh_host, told


class Kit:
    """One plugin under test, with its checklists, called as the worker calls it.

    ``plugin`` is a module or the name of one.  Raises ``PluginRefused`` if it does not load.
    """

    def __init__(self, plugin: str | ModuleType) -> None:
        self.host = fresh_host(plugin)
        self._checklists: list[Checklist] = []

    def checklists(self) -> list[Checklist]:
        """The checklists that the plugin declares; raises ``PluginRefused`` for one with faults."""
        if not self._checklists:
            files = self.call("declare_checklists", settings=self.host.settings)
            self._checklists = [_read(file) for file in files]
        return self._checklists

    def checklist(self, key: str) -> Checklist:
        """The checklist of a key or of a SHA-256; raises ``KeyError`` if there is none."""
        return {name: one for one in self.checklists() for name in (one.key, address(one))}[key]

    def walk(
        self,
        checklist: Checklist | str | None = None,
        state: str = "submitted",
        photos: Sequence[PhotoView] = (),
        earlier: Sequence[Inspection | EarlierWalk] = (),
        entries: Sequence[Entry] = (),
        like: int | None = None,
        members: Mapping[str, Any] = MappingProxyType({}),
        **example: Any,
    ) -> Inspection:
        """A walk with these answers, by the plugin's first checklist unless another is given.

        ``example`` is written as in a checklist's worked examples: ``answers``, ``na``, ``fail``,
        ``repeats``, and ``rest="pass"`` to pass every other pass/fail item.  With ``like`` it goes
        on from that worked example of the checklist, counted from 0; an answer of None is left out.
        ``earlier`` are walks of earlier days, newest first (say ``date``).  Any other member of
        the inspection may be given in ``members``, such as its ``id``, ``site`` or ``area``.
        """
        standard = self.standard(checklist)
        worked = worked_example(standard, like, example)
        sheet = sheet_of(standard, worked)
        walk = members.get("id", WALK)
        usual = {"id": walk, "site": SITE, "checklist": address(standard), "date": worked.date}
        given = {
            "state": state,
            "results": read_results(standard, sheet, walk),
            "photos": tuple(photos),
            "earlier": tuple(self._earlier(one, standard) for one in earlier),
            "entries": tuple(entries),
        }
        return Inspection(**{**usual, **given, **members})

    def standard(self, checklist: Checklist | str | None) -> Checklist:
        """The checklist that is meant: itself, the one of a key, or the plugin's first."""
        if isinstance(checklist, str):
            return self.checklist(checklist)
        return checklist or self.checklists()[0]

    def judge(self, walk: Inspection, open_photo: OpenPhoto = no_bytes) -> Verdict | PluginFault:
        """Everything that the plugin makes of a walk, by the checklist that it names."""
        photos = frozenset(one.id for one in walk.photos)
        case = Case(walk, self._cited(walk), site(id=walk.site), {})
        asked = Asked(case, change(subject=walk.id, site=walk.site), photos, scores=True)
        return judge(self.host, asked, open_photo)

    def findings(self, walk: Inspection, checklist: Checklist | None = None) -> list[FindingDraft]:
        """What the plugin raises about a walk; raises ``PluginRefused`` if a hook fails.

        The walk's photos are not looked at: ``judge`` does that.
        """
        case = Case(walk, checklist or self._cited(walk), site(id=walk.site), {})
        verdict = judge(self.host, Asked(case, change(subject=walk.id, site=walk.site)), no_bytes)
        if not isinstance(verdict, Verdict):
            raise PluginRefused(told(verdict))
        return [one.draft for one in verdict.raised]

    def rules(self, walk: Inspection, checklist: Checklist | None = None) -> list[str]:
        """The rules by which the plugin raises findings about a walk, sorted."""
        return sorted(draft.rule for draft in self.findings(walk, checklist))

    def score(self, walk: Inspection) -> Score:
        """The score of a walk: the plugin's own if it has one, else by the checklist's rules."""
        checklist = self._cited(walk)
        own: Score | None = None
        if "score_inspection" in self.host.card.hooks:
            own = self.call("score_inspection", inspection=walk, checklist=checklist)
        return own or score_of(walk, checklist)

    def call(self, hook: str, **arguments: Any) -> Any:
        """Call one hook that the plugin has; raises ``PluginRefused`` if it fails."""
        done = self.host.call(hook, arguments)
        if isinstance(done, PluginFault):
            raise PluginRefused(told(done))
        return done

    def _cited(self, walk: Inspection) -> Checklist:
        known = {address(one): one for one in self.checklists()}
        return known.get(walk.checklist) or self.checklists()[0]

    def _earlier(self, walk: Inspection | EarlierWalk, standard: Checklist) -> EarlierWalk:
        if isinstance(walk, EarlierWalk):
            return walk
        known = {address(one): one for one in self.checklists()}
        return earlier_walk(walk, known.get(walk.checklist, standard))


def worked_example(standard: Checklist, like: int | None, changes: dict[str, Any]) -> Example:
    """A worked example with some answers changed and other members replaced."""
    start = Example(date=DAY) if like is None else standard.examples[like]
    others = dict(changes)
    answers = {**start.answers, **others.pop("answers", {})}
    answers = {address: value for address, value in answers.items() if value is not None}
    return replace(start, answers=answers, **others)


def _read(file: ChecklistFile) -> Checklist:
    checklist = parse(file.text, file.name)
    if not isinstance(checklist, Checklist):
        raise PluginRefused("; ".join(f"{f.path}:{f.line} {f.code}" for f in checklist))
    return checklist
