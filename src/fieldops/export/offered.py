"""Which datasets a run brings: the core's own, wide results, those of plugins, what is left out.

``datasets`` of ``Wanted`` names all of them (``results_wide``: of every version); none are all.
A plugin's come with full and incremental runs only: they are whole, and a backfill is a part.
"""

from collections.abc import Mapping, Sequence

from sqlmodel import Session

from fieldops.export import wide
from fieldops.export.datasets import DATASETS
from fieldops.export.manifest import LeftOut
from fieldops.export.pluginsets import DECLARED, PluginSet, sets_of, undeclared
from fieldops.export.wanted import Wanted
from fieldops.export.widesets import WIDE
from fieldops.model.dataset import Dataset
from fieldops.model.plugin import PluginCard
from fieldops.settings import Settings
from fieldops.store import plugins


class Offered:
    """``core`` by name, ``wide`` ones of checklist versions, ``sets`` of plugins, and ``left_out``
    by name with the reason.  ``versions`` are the wide ones that there are."""

    def __init__(
        self,
        cards: Mapping[str, PluginCard],
        settings: Settings,
        wanted: Wanted,
        versions: Sequence[str],
    ) -> None:
        found = sets_of(cards, settings)
        names = wanted.datasets or (*sorted(DATASETS), WIDE, *sorted(found))
        self.core = [name for name in names if name in DATASETS]
        self.wide = [name for name in names if name == WIDE or name.startswith((*versions,))]
        theirs = [name for name in names if name not in {*self.core, *self.wide}]
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


def every(session: Session, settings: Settings) -> dict[str, Dataset]:
    """All datasets that a run may bring, by name: what ``fieldops export schema`` shows."""
    found = dict(DATASETS)
    found |= {one.name: one for one in wide.declared(session)}
    sets = sets_of(plugins.cards(session), settings)
    return found | {name: one.dataset for name, one in sets.items()}
