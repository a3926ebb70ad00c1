"""Whether a module keeps to the hookspecs: pluggy drops what it does not know without a word."""

import difflib
import inspect
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

from fieldops.model.plugin import PluginFault
from fieldops.plugin import hookspecs

_MARK = f"{hookspecs.PROJECT}_impl"
"""The attribute that ``hookimpl`` leaves on a function."""


def faults_of(name: str, module: ModuleType) -> tuple[PluginFault, ...]:
    """Everything in a plugin's module that would be silently ignored or cannot work."""
    held = ((hook, value) for hook, value in vars(module).items() if callable(value))
    found = (_faults_of_one(name, hook, value) for hook, value in held)
    faults = [fault for faults in found for fault in faults]
    if "declare_plugin" not in implemented(module):
        faults.append(PluginFault(plugin=name, code="no-declaration", detail=module.__name__))
    return tuple(faults)


def implemented(module: ModuleType) -> tuple[str, ...]:
    """The hooks that a module implements, sorted."""
    known = hookspecs.names()
    return tuple(name for name in known if hasattr(vars(module).get(name), _MARK))


def _faults_of_one(plugin: str, name: str, function: Callable[..., Any]) -> Iterator[PluginFault]:
    """The faults of what the module calls ``name``: pluggy goes by that, not by ``__name__``."""
    known = name in hookspecs.names()
    if not hasattr(function, _MARK):
        if known:
            yield PluginFault(plugin=plugin, code="unmarked-hook", hook=name)
        return
    if not known:
        near = difflib.get_close_matches(name, hookspecs.names(), n=1)
        detail = f"{name}: did you mean {near[0]}?" if near else name
        yield PluginFault(plugin=plugin, code="unknown-hook", hook=name, detail=detail)
        return
    options = getattr(function, _MARK)
    if options.get("wrapper") or options.get("hookwrapper"):
        yield PluginFault(plugin=plugin, code="wrapper-hook", hook=name)
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        yield PluginFault(plugin=plugin, code="coroutine-hook", hook=name)
    for argument in inspect.signature(function).parameters:
        if argument not in inspect.signature(hookspecs.spec(name)).parameters:
            detail = f"{name}({argument})"
            yield PluginFault(plugin=plugin, code="extra-argument", hook=name, detail=detail)
