"""One plugin in this process: loaded alone, called in a guard, its results checked.

    entry point ─ requirements ─ import ─ conformity ─ declare_plugin ─→ Host
         └──────────────────── any failure ────────────────────────→ faults
    Host ─ call(hook) ─→ result | PluginFault

Only three kinds of process do this: the probe, a plugin's own isolated child, and the tests of its
author; and the worker, for ``builtin`` alone, which is part of fieldops.
"""

import traceback
from collections.abc import Mapping
from types import ModuleType
from typing import Any

import msgspec
import pluggy
from msgspec import Struct

from fieldops.model.plugin import API, Plugin, PluginCard, PluginFault, Raw
from fieldops.plugin import conformity, entry, hookspecs, requirements, results
from fieldops.plugin.telling import tell

Faults = tuple[PluginFault, ...]


class Host:
    """A plugin that loaded.  One pluggy manager each, so that no plugin sees another."""

    def __init__(self, name: str, module: ModuleType) -> None:
        self._manager = pluggy.PluginManager(hookspecs.PROJECT)
        self._manager.add_hookspecs(hookspecs.Hooks)
        self._manager.register(module, name)
        self.card = PluginCard(name=name, version="", api=0, hooks=conformity.implemented(module))
        self.declaration: Plugin | None = None
        self.settings: Struct | None = None

    def call(self, hook: str, arguments: Mapping[str, Any]) -> Any | PluginFault:
        """Call one hook; the checked result, or the fault.  Never raises for what a plugin does."""
        (implementation,) = getattr(self._manager.hook, hook).get_hookimpls()
        given = [arguments[name] for name in implementation.argnames]
        try:
            return results.check(hook, implementation.function(*given))
        except results.TooMuch as error:
            return self.fault("too-much", hook, str(error))
        except results.WrongResult as error:
            return self.fault("wrong-result", hook, str(error))
        except MemoryError:
            return self.fault("out-of-memory", hook)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - it becomes a fault
            # sys.exit and made-up exceptions are no more than a failure of this call.
            tell("hook raised", plugin=self.card.name, hook=hook)
            return self.fault("raised", hook, place_of(error))

    def fault(self, code: str, hook: str = "", detail: str = "") -> PluginFault:
        """A fault of this plugin."""
        card = self.card
        return PluginFault(
            plugin=card.name, code=code, hook=hook, detail=detail, version=card.version
        )


def load(name: str, settings: Raw | None = None) -> Host | Faults:
    """Load an installed plugin by its entry point's name."""
    point = entry.installed().get(name)
    if point is None:
        return (PluginFault(plugin=name, code="not-installed"),)
    unmet = requirements.unmet(point)
    if unmet:
        return tuple(
            PluginFault(plugin=name, code="unmet-requirement", detail=each) for each in unmet
        )
    try:
        module = point.load()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - it becomes a fault
        tell("plugin cannot be imported", plugin=name)
        return (PluginFault(plugin=name, code="import-failed", detail=place_of(error)),)
    if not isinstance(module, ModuleType):
        detail = "the entry point names no module"
        return (PluginFault(plugin=name, code="import-failed", detail=detail),)
    return host(name, module, settings)


def host(name: str, module: ModuleType, settings: Raw | None = None) -> Host | Faults:
    """Take in a module as the plugin ``name``."""
    faults = conformity.faults_of(name, module)
    if faults:
        return faults
    made = Host(name, module)
    declared = made.call("declare_plugin", {})
    if isinstance(declared, PluginFault):
        return (declared,)
    return _introduce(made, declared, settings or {})


def _introduce(made: Host, declared: Plugin, settings: Raw) -> Host | Faults:
    if declared.name != made.card.name:
        return (made.fault("name-differs", "declare_plugin", declared.name),)
    if declared.api != API:
        detail = f"the plugin says {declared.api}, the server {API}"
        return (made.fault("api-differs", "declare_plugin", detail),)
    made.declaration = declared
    made.card = PluginCard(
        name=declared.name,
        version=declared.version,
        api=declared.api,
        domain=declared.domain,
        summary=declared.summary,
        hooks=made.card.hooks,
        earlier_days=declared.earlier_days,
        registers=declared.registers,
        redacts=declared.redacts,
        widget=declared.widget.pages if declared.widget else (),
    )
    try:
        made.settings = msgspec.convert(settings, declared.settings) if declared.settings else None
    except msgspec.ValidationError as error:
        return (made.fault("bad-settings", detail=str(error)[:300]),)
    return made


def place_of(error: BaseException) -> str:
    """The type of an exception and where it was raised; its text may hold what must not leak."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return type(error).__name__
    last = frames[-1]
    return f"{type(error).__name__} at {last.filename.rsplit('/', 1)[-1]}:{last.lineno}"
