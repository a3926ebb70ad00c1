"""What one plugin's process is granted."""

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct


class Bounds(Struct, frozen=True):
    """What one plugin is granted: seconds a hook, seconds to start, MB of address space.

    ``budgets_s`` are other seconds for single hooks, by name.
    """

    budget_s: float = 10
    start_s: float = 30
    memory_mb: int = 512
    budgets_s: Mapping[str, float] = MappingProxyType({})

    def seconds(self, hook: str) -> float:
        """How long a call of a hook may take."""
        return self.budgets_s.get(hook, self.budget_s)
