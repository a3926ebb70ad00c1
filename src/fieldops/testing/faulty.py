"""A plugin of which one call goes wrong, and the calls that are worth it."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from msgspec import Struct

from fieldops.model.plugin import PluginFault
from fieldops.plugin.host import Host

Kind = Literal["killed", "slow", "store-down", "no-checklist"]
_CODES: dict[Kind, str] = {"killed": "crashed", "slow": "timeout"}


class Trial(Struct, frozen=True):
    """One fault that was tried: at the ``call``-th call of a hook, counted from 0."""

    kind: Kind
    hook: str = ""
    call: int = 0


class Faulty:
    """A plugin of which one call goes wrong, once; it counts the calls."""

    def __init__(self, host: Host, trial: Trial | None) -> None:
        self.card = host.card
        self.calls: dict[str, int] = {}
        self._host = host
        self._trial = trial

    def call(self, hook: str, arguments: Mapping[str, Any]) -> Any | PluginFault:
        """Call a hook; a slow one has worked for nothing."""
        number = self.calls.get(hook, 0)
        self.calls[hook] = number + 1
        trial = self._trial
        if trial is None or (trial.hook, trial.call) != (hook, number):
            return self._host.call(hook, arguments)
        self._trial = None
        if trial.kind == "slow":
            self._host.call(hook, arguments)
        return self._host.fault(_CODES[trial.kind], hook)


def trials(calls: Mapping[str, int]) -> Iterator[Trial]:
    """The first call of each hook and one in the middle, killed and late."""
    for hook, count in calls.items():
        for call in sorted({0, count // 2}):
            yield Trial("killed", hook, call)
            yield Trial("slow", hook, call)
