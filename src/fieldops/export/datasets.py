"""All datasets of the core, by name."""

from fieldops.export.source import Source
from fieldops.export.sources import places, walks
from fieldops.model.dataset import Dataset

SOURCES: dict[str, Source] = {
    source.dataset.name: source for source in (*places.SOURCES, *walks.SOURCES)
}


def core_datasets() -> tuple[Dataset, ...]:
    """What ``fieldops export schema`` shows of the core, by name."""
    return tuple(SOURCES[name].dataset for name in sorted(SOURCES))
