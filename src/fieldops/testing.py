"""The kit for plugin authors: a pytest plugin that judges made-up walks by real checklists.

    def test_blocked_fire_lane(plugin_kit):
        kit = plugin_kit("fieldops_security")
        walk = kit.walk(answers={"fire_lane_width": 2}, rest="pass")
        assert kit.rules(walk) == ["fire-escape"]

pytest loads it by itself where fieldops is installed.  It imports fieldops only when it is used, so
that it costs other test runs nothing and coverage sees every import.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

if TYPE_CHECKING:
    from fieldops.model.checklist import Checklist, Example
    from fieldops.model.finding import FindingDraft
    from fieldops.model.inspection import EarlierWalk, Inspection, PhotoView
    from fieldops.model.register import Entry

WALK = UUID("00000000-0000-8000-8000-000000000001")
SITE = UUID("00000000-0000-8000-8000-000000000002")
NOON = "2026-11-21T12:00:00Z"


class PluginRefused(AssertionError):
    """The plugin does not load, or one of its hooks failed; the text says how."""


class Kit:
    """One plugin under test, with its checklists, called as the worker calls it."""

    def __init__(self, module_name: str) -> None:
        from importlib import import_module

        from fieldops.plugin.host import Host, host

        module = import_module(module_name)
        loaded = host(module.declare_plugin().name, module)
        if not isinstance(loaded, Host):
            raise PluginRefused("; ".join(f"{one.code} {one.detail}" for one in loaded))
        self.host = loaded

    def checklists(self) -> "list[Checklist]":
        """The checklists that the plugin declares; raises ``PluginRefused`` for one with faults."""
        from fieldops.model.checklist import Checklist
        from fieldops.rules.checklists import parse

        found = []
        for file in self._call("declare_checklists", settings=self.host.settings):
            checklist = parse(file.text, file.name)
            if not isinstance(checklist, Checklist):
                raise PluginRefused("; ".join(f"{f.path}:{f.line} {f.code}" for f in checklist))
            found.append(checklist)
        return found

    def walk(
        self,
        checklist: "Checklist | None" = None,
        state: str = "submitted",
        photos: "Sequence[PhotoView]" = (),
        earlier: "Sequence[Inspection]" = (),
        entries: "Sequence[Entry]" = (),
        like: int | None = None,
        **example: Any,
    ) -> "Inspection":
        """A walk with these answers, by the plugin's first checklist unless another is given.

        ``example`` is written as in a checklist's worked examples: ``answers``, ``na``, ``fail``,
        ``repeats``, and ``rest="pass"`` to pass every other pass/fail item.  With ``like`` it goes
        on from that worked example of the checklist, counted from 0; an answer of None is left out.
        ``earlier`` are walks of earlier days by the same checklist, newest first (say ``date``).
        """
        from fieldops.flow.view import read_results
        from fieldops.model.checklist import Example
        from fieldops.model.inspection import Inspection
        from fieldops.rules.checklists import address
        from fieldops.rules.examples import sheet_of

        standard = checklist or self.checklists()[0]
        start = Example(date="2026-11-21") if like is None else standard.examples[like]
        worked = _changed(start, example)
        results = read_results(standard, sheet_of(standard, worked), WALK)
        return Inspection(
            id=WALK,
            site=SITE,
            checklist=address(standard),
            state=state,
            date=worked.date,
            results=results,
            photos=tuple(photos),
            earlier=tuple(_earlier(one, standard) for one in earlier),
            entries=tuple(entries),
        )

    def findings(
        self, walk: "Inspection", checklist: "Checklist | None" = None
    ) -> "list[FindingDraft]":
        """What the plugin raises about a walk; raises ``PluginRefused`` if a hook fails."""
        from fieldops.flow.judge import Asked, Verdict, judge, no_bytes
        from fieldops.flow.view import Case
        from fieldops.model.inspection import LogChange, SiteView

        change = LogChange(position=1, kind="inspection", subject=WALK, site=SITE, op=WALK, at=NOON)
        case = Case(walk, checklist or self.checklists()[0], SiteView(id=SITE), {})
        verdict = judge(self.host, Asked(case, change), no_bytes)
        if not isinstance(verdict, Verdict):
            raise PluginRefused(f"{verdict.hook}: {verdict.code} {verdict.detail}")
        return [one.draft for one in verdict.raised]

    def rules(self, walk: "Inspection", checklist: "Checklist | None" = None) -> list[str]:
        """The rules by which the plugin raises findings about a walk, sorted."""
        return sorted(draft.rule for draft in self.findings(walk, checklist))

    def _call(self, hook: str, **arguments: Any) -> Any:
        from fieldops.model.plugin import PluginFault

        done = self.host.call(hook, arguments)
        if isinstance(done, PluginFault):
            raise PluginRefused(f"{hook}: {done.code} {done.detail}")
        return done


def _changed(start: "Example", changes: dict[str, Any]) -> "Example":
    """A worked example with some answers changed and other members replaced."""
    from msgspec.structs import replace

    answers = {**start.answers, **changes.pop("answers", {})}
    answers = {address: value for address, value in answers.items() if value is not None}
    return replace(start, answers=answers, **changes)


def _earlier(walk: "Inspection", checklist: "Checklist") -> "EarlierWalk":
    from fieldops.rules.inspections import earlier_walk

    return earlier_walk(walk, checklist)


def photo(
    item: str, role: str = "evidence", repeat: str = "", state: str = "stored"
) -> "PhotoView":
    """A photo of an item; each (item, repeat, role) has bytes of its own."""
    from hashlib import sha256
    from typing import cast

    from fieldops.model.inspection import PhotoState, PhotoView

    digest = sha256(f"{item} {repeat} {role}".encode()).hexdigest()
    own = UUID(digest[:32])
    where = cast("PhotoState", state)
    return PhotoView(id=own, sha256=digest, state=where, item=item, repeat=repeat, role=role)


@pytest.fixture
def plugin_kit() -> Callable[[str], Kit]:
    """Loads a plugin by its module's name."""
    return Kit
