"""What plugins declare, how they fail, and where each stands."""

from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta, Struct

from fieldops.model.access import DataLevel as DataLevel
from fieldops.model.answertypes import Titles
from fieldops.model.dataset import Dataset
from fieldops.model.register import RegisterSpec

API = 1
"""The one number of the plugin interface: additions keep it, removals raise it."""

Name = Annotated[str, Meta(pattern="^[a-z][a-z0-9-]{0,63}$")]
Redacted = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,79}\.[a-z][a-z0-9_]{0,62}$")]
"""A column of exports, as ``dataset.column``."""
State = Literal["running", "waiting", "parked", "off", "new"]
"""``waiting`` tries a change again; ``parked`` waits for a person; ``off`` could not be loaded."""


WidgetPage = Literal["review", "report"]
"""A page of the console that shows widgets."""
WIDGET_CHARACTERS = 65_536


class Widget(Struct, frozen=True):
    """A module for the console: JavaScript as a text, never run on the server.

    It exports a function for each of its ``pages``: ``review(root, record, helpers)``,
    ``report(root, data, helpers)``.
    """

    module: Annotated[str, Meta(min_length=1, max_length=WIDGET_CHARACTERS)]
    pages: Annotated[tuple[WidgetPage, ...], Meta(min_length=1, max_length=2)]


class Plugin(Struct, frozen=True, kw_only=True):
    """What ``declare_plugin`` returns.

    ``name`` is the entry point's.  A plugin with a ``domain`` is asked about inspections by
    checklists of that domain, one without about all.  ``settings`` is a frozen msgspec struct with
    defaults, or None.  With ``earlier_days`` an inspection comes with the earlier walks of that
    many days, with ``registers`` with the site's entries in them.  ``redacts`` names the columns of
    exports that ``redact_value`` is asked about, as ``dataset.column``; ``results.value`` are the
    answers of wide results as well, and ``results_wide`` stands for these of any checklist.
    ``widget`` is what the console shows for it.
    """

    name: Name
    version: Annotated[str, Meta(min_length=1, max_length=60)]
    api: int
    domain: str = ""
    summary: Titles = {}
    settings: type[Struct] | None = None
    earlier_days: Annotated[int, Meta(ge=0, le=400)] = 0
    registers: tuple[RegisterSpec, ...] = ()
    redacts: tuple[Redacted, ...] = ()
    widget: Widget | None = None


class PluginCard(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A plugin as its probe read it; ``hooks`` are those that it implements, sorted.

    ``checklists`` are those that it declares, as ``key@version``, or the name of a file that cannot
    be read.  ``datasets`` are as it declares them, each by a name of its own.  ``protections`` are
    those that the kernel took when its process was jailed.  ``widget`` are the pages that it has a
    widget for.
    """

    name: Name
    version: str
    api: int
    domain: str = ""
    summary: Titles = {}
    hooks: tuple[str, ...] = ()
    earlier_days: int = 0
    registers: tuple[RegisterSpec, ...] = ()
    redacts: tuple[Redacted, ...] = ()
    checklists: tuple[str, ...] = ()
    datasets: tuple[Dataset, ...] = ()
    protections: tuple[str, ...] = ()
    widget: tuple[WidgetPage, ...] = ()


class ChecklistFile(Struct, frozen=True):
    """The text of a declared checklist; ``name`` is the file's, for messages."""

    name: str
    text: str


class PluginFault(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One failure of a plugin, as a value.  ``plugin.faults`` says what each code means.

    ``detail`` names places and types, never what the plugin was working on.
    """

    plugin: str
    code: str
    detail: str = ""
    hook: str = ""
    version: str = ""
    position: int = 0
    change: UUID | None = None
    at_ms: int = 0


class Probe(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a probe found.  Without ``card`` the plugin is off.

    ``levels`` gives by checklist key and item key the data level of each answer.
    """

    name: str
    card: PluginCard | None = None
    checklists: tuple[ChecklistFile, ...] = ()
    levels: dict[str, dict[str, DataLevel]] = {}
    widget: Widget | None = None
    faults: tuple[PluginFault, ...] = ()


class PluginState(Struct, frozen=True, kw_only=True):
    """One line of `fieldops plugin list`; ``lag`` counts the changes it has still to see."""

    name: str
    state: State
    version: str
    domain: str
    cursor: int
    lag: int
    attempts: int
    faults: tuple[PluginFault, ...]


class HookMeasure(Struct, frozen=True):
    """What a hook has cost since the plugin's version came: calls, µs by the clock, faults.

    Measured by the worker, with the way to the plugin's process and back.
    """

    calls: int = 0
    took_us: int = 0
    slowest_us: int = 0
    faults: int = 0

    def plus(self, other: "HookMeasure") -> "HookMeasure":
        """Both together."""
        return HookMeasure(
            self.calls + other.calls,
            self.took_us + other.took_us,
            max(self.slowest_us, other.slowest_us),
            self.faults + other.faults,
        )


class PluginSheet(Struct, frozen=True, kw_only=True):
    """All of `fieldops plugin show`; without ``card`` the plugin was never loaded."""

    state: PluginState
    card: PluginCard | None
    measures: dict[str, HookMeasure]


Raw = dict[str, Any]
"""Settings of a plugin as the configuration file gives them."""
