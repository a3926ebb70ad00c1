"""All datasets of the core, by name."""

from collections.abc import Sequence

from fieldops.export.source import Source, Table
from fieldops.export.sources import (
    assessments,
    findings,
    photos,
    places,
    residents,
    roster,
    rounds,
    standards,
    walks,
)
from fieldops.model.dataset import Dataset

_ROOMS = (findings, photos, places, residents, rounds, standards, walks)
_ALL: tuple[Source, ...] = tuple(source for room in _ROOMS for source in room.SOURCES)
TABLES: dict[str, Table] = {
    "assessments": Table(assessments.ASSESSMENTS, assessments.assessments),
    "devices": Table(
        roster.DEVICES, lambda session, wanted, _zone: roster.devices(session, wanted)
    ),
    "people": Table(roster.PEOPLE, lambda session, wanted, _zone: roster.people(session, wanted)),
}
"""What is not made of records."""
_EVERY: tuple[Source | Table, ...] = (*_ALL, *TABLES.values())
SOURCES: dict[str, Source | Table] = {
    one.dataset.name: one for one in sorted(_EVERY, key=lambda source: source.dataset.name)
}
"""One source of each dataset, by name."""
DATASETS: dict[str, Dataset] = {name: one.dataset for name, one in SOURCES.items()}
"""What ``fieldops export schema`` shows of the core, by name."""


def sources_of(name: str) -> Sequence[Source]:
    """Where the rows of a dataset come from: more than one where several kinds have them."""
    return [source for source in _ALL if source.dataset.name == name]
