"""Which asset a result is about: by the plate scanned beside it, else by the name of its repeat.

An item whose key ends in ``_code`` is a plate (answer type ``code``): what it says stands for every
result of its section and repeat.  So a checklist needs no more than that item to have its lifts,
pumps and meters known by the register.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from fieldops import EarlierResult, EarlierWalk, Inspection, ResultView
from fieldops_facilities.once import once

PLATE = "_code"
Place = tuple[str, str]
"""A section and one of its repeats (empty outside repeat groups)."""


class Known(NamedTuple):
    """What was scanned at each place: in this walk, and elsewhere in earlier ones."""

    here: dict[Place, str]
    before: dict[Place, str]

    def code(self, place: Place) -> str:
        """What the plate of a place says; empty where none was scanned, now or before."""
        return self.here.get(place) or self.before.get(place, "")

    def key(self, place: Place) -> str:
        """The key under which the register may have the asset."""
        return self.code(place) or place[1]

    def name(self, place: Place) -> str:
        """What tells the asset from the others of a site, in every walk."""
        return self.code(place) or " ".join(place).strip()


def scans(results: Iterable[ResultView | EarlierResult]) -> dict[Place, str]:
    """The plates scanned, by their place; a second plate of a place is left out."""
    found: dict[Place, str] = {}
    for result in results:
        if result.item.endswith(PLATE) and isinstance(result.value, str) and result.value:
            found.setdefault((result.section, result.repeat), result.value)
    return found


@once
def known(inspection: Inspection) -> Known:
    """What this walk scanned and, for places that it did not scan, what the newest walk did."""
    return Known(scans(inspection.results), _before(inspection.earlier))


def known_then(walk: EarlierWalk, now: Known) -> Known:
    """The same for an earlier walk: a place that it did not scan is what it is known to be."""
    return Known(scans(walk.results), {**now.before, **now.here})


def _before(earlier: Iterable[EarlierWalk]) -> dict[Place, str]:
    found: dict[Place, str] = {}
    for walk in earlier:
        for place, code in scans(walk.results).items():
            found.setdefault(place, code)
    return found


def plates(inspection: Inspection) -> Iterator[ResultView]:
    """The results that are plates with something scanned."""
    for result in inspection.results:
        if result.item.endswith(PLATE) and isinstance(result.value, str) and result.value:
            yield result


def place(result: ResultView | EarlierResult) -> Place:
    """Where a result belongs."""
    return result.section, result.repeat
