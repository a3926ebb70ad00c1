"""What each hook of a plugin costs, counted where it is called."""

import time
from collections.abc import Mapping
from typing import Any, Protocol

from fieldops.model.plugin import HookMeasure, PluginCard, PluginFault


class Caller(Protocol):
    """A plugin that can be asked: ``plugin.host.Host`` or ``plugin.isolate.Isolated``.

    ``call`` returns the hook's checked result or a fault, and never raises for what a plugin does.
    """

    card: PluginCard

    def call(self, hook: str, arguments: Mapping[str, Any]) -> Any | PluginFault:
        """Call a hook that the card names."""
        ...


class Meter:
    """A caller that counts calls, time and faults of another."""

    def __init__(self, caller: Caller) -> None:
        self.card = caller.card
        self._caller = caller
        self._counted: dict[str, HookMeasure] = {}

    def call(self, hook: str, arguments: Mapping[str, Any]) -> Any | PluginFault:
        """Call a hook, and count it."""
        began_ns = time.perf_counter_ns()
        done = self._caller.call(hook, arguments)
        took_us = (time.perf_counter_ns() - began_ns) // 1000
        one = HookMeasure(1, took_us, took_us, int(isinstance(done, PluginFault)))
        self._counted[hook] = self._counted.get(hook, HookMeasure()).plus(one)
        return done

    def take(self) -> dict[str, HookMeasure]:
        """What was counted since it was last taken, by hook."""
        counted, self._counted = self._counted, {}
        return counted
