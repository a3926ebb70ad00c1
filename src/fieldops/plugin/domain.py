"""A domain as most are: checklists, data levels by the types of the answers, rules that find.

    domain = Domain(__name__, RULES, {"zh-CN": "泳池巡检", "en": "Pool inspections"})
    declare_plugin, declare_checklists, declare_fields, raise_findings = domain.hooks

These two statements make a module a plugin: the probe finds its four hooks there.  Further hooks
stand below them as functions.  Where one of the four is to be another, take the rest by name:
``declare_plugin = domain.declare_plugin``.
"""

from collections.abc import Callable, Iterator
from importlib.metadata import version

from msgspec import Struct

from fieldops.model.answertypes import Titles
from fieldops.model.checklist import Checklist
from fieldops.model.finding import FindingDraft
from fieldops.model.inspection import Inspection
from fieldops.model.plugin import ChecklistFile, DataLevel, Plugin, Widget
from fieldops.model.register import RegisterSpec
from fieldops.plugin.files import read_checklists
from fieldops.plugin.hookspecs import hookimpl
from fieldops.rules.inspections import levels_by_type

Rule = Callable[[Inspection, Checklist], Iterator[FindingDraft]]
"""One thing that can be wrong with an inspection: pure, and looks at its arguments only."""

Levels = Callable[[Checklist], dict[str, DataLevel]]
"""The data level of the answers to a checklist, by item key; items left out are level 1."""

Hooks = tuple[Callable[[], Plugin], Callable[[], tuple[ChecklistFile, ...]], Levels, Rule]


class Domain(Struct, frozen=True):
    """What a domain's package says of itself, and the hooks that follow from it.

    ``package`` is the module's ``__name__``; the domain ``pools`` is the package
    ``fieldops_pools``, and its version that of the installed package.  ``api`` is the interface
    that the plugin was written for, so its default stays 1 when the server's is raised.
    """

    package: str
    rules: tuple[Rule, ...]
    summary: Titles
    levels: Levels = levels_by_type
    earlier_days: int = 0
    registers: tuple[RegisterSpec, ...] = ()
    widget: Widget | None = None
    api: int = 1

    @property
    def name(self) -> str:
        """The one name of the domain, its plugin, its entry point and its folder of checklists."""
        return self.package.removeprefix("fieldops_").replace("_", "-")

    @property
    def hooks(self) -> Hooks:
        """``declare_plugin, declare_checklists, declare_fields, raise_findings``."""
        return (
            self.declare_plugin,
            self.declare_checklists,
            self.declare_fields,
            self.raise_findings,
        )

    @hookimpl
    def declare_plugin(self) -> Plugin:
        """Raises ``PackageNotFoundError`` where no package of this name is installed."""
        return Plugin(
            name=self.name,
            version=version(self.package),
            api=self.api,
            domain=self.name,
            summary=self.summary,
            earlier_days=self.earlier_days,
            registers=self.registers,
            widget=self.widget,
        )

    @hookimpl
    def declare_checklists(self) -> tuple[ChecklistFile, ...]:
        """Those that come with the package; raises ``FileNotFoundError`` where there are none."""
        return read_checklists(self.package, self.name)

    @hookimpl
    def declare_fields(self, checklist: Checklist) -> dict[str, DataLevel]:
        """By the types of the answers, unless the domain has ``levels`` of its own."""
        return self.levels(checklist)

    @hookimpl
    def raise_findings(
        self, inspection: Inspection, checklist: Checklist
    ) -> Iterator[FindingDraft]:
        """Everything that the rules find, in their order."""
        for rule in self.rules:
            yield from rule(inspection, checklist)
