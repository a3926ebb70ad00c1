"""Which datasets a run brings: the core's own, those of plugins, and what is left out of it.

``datasets`` of ``Wanted`` names both; none are all.  A plugin's come with full and incremental runs
only: they are whole, and a backfill is a part.
"""

from collections.abc import Mapping

from fieldops.export.datasets import DATASETS
from fieldops.export.manifest import LeftOut
from fieldops.export.pluginsets import DECLARED, PluginSet, sets_of, undeclared
from fieldops.export.wanted import Wanted
from fieldops.model.plugin import PluginCard
from fieldops.settings import Settings


class Offered:
    """``core`` by name, ``sets`` of plugins, and ``left_out`` by name with the reason."""

    def __init__(self, cards: Mapping[str, PluginCard], settings: Settings, wanted: Wanted) -> None:
        found = sets_of(cards, settings)
        names = wanted.datasets or (*sorted(DATASETS), *sorted(found))
        self.core = [name for name in names if name in DATASETS]
        theirs = [name for name in names if name not in DATASETS]
        self.sets: list[PluginSet] = []
        self.left_out: dict[str, LeftOut] = {}
        for name in theirs:
            if name not in found:
                self.left_out[name] = LeftOut("", "unknown")
            elif wanted.kind == "backfill":
                self.left_out[name] = LeftOut(found[name].card.name, "backfill")
            else:
                self.sets.append(found[name])
        if not wanted.datasets:
            self.left_out |= {one: LeftOut(one, DECLARED) for one in undeclared(cards, settings)}
