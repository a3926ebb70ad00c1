"""Which asset a result is about: by the plate scanned beside it, else by the name of its repeat.

An item whose key ends in ``_code`` is a plate (answer type ``code``): what it says stands for every
result of its section and repeat.  So a checklist needs no more than that item to have its lifts,
pumps and meters known by the register.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple
from uuid import UUID

from fieldops import EarlierResult, EarlierWalk, Inspection, ResultView, once, once_a_walk

PLATE = "_code"
Place = tuple[str, str]
"""A section and one of its repeats (empty outside repeat groups)."""
Name = tuple[str, ...]
"""What tells an asset from the others of its site in every walk: its code, else area and place."""


class Known(NamedTuple):
    """What is known of the places of a walk: ``here`` it scanned, ``elsewhere`` other walks did.

    Two buildings may both have a lift 1, so what other walks scanned counts for their area only.
    """

    area: UUID | None
    here: dict[Place, str]
    elsewhere: dict[tuple[UUID | None, Place], str]

    def code(self, place: Place) -> str:
        """What the plate of a place says.

        Where this walk did not scan it, a repeat has the plate that others found under its name; a
        section may be another room in another checklist, and has none.
        """
        if place in self.here or not place[1]:
            return self.here.get(place, "")
        return self.elsewhere.get((self.area, place), "")

    def key(self, place: Place) -> str:
        """The key under which the register may have the asset; empty where there is no asset."""
        return self.code(place) or place[1]

    def name(self, place: Place) -> Name:
        """The same asset has the same name in every walk."""
        code = self.code(place)
        return (code,) if code else (str(self.area), *place)


def scans(results: Iterable[ResultView | EarlierResult]) -> dict[Place, str]:
    """The plates scanned, by their place; a second plate of a place is left out."""
    found: dict[Place, str] = {}
    for result in results:
        if result.item.endswith(PLATE) and isinstance(result.value, str) and result.value:
            found.setdefault((result.section, result.repeat), result.value)
    return found


@once
def known(inspection: Inspection) -> Known:
    """For places that a walk did not scan, what the newest earlier one did."""
    elsewhere: dict[tuple[UUID | None, Place], str] = {}
    for walk in inspection.earlier:
        for where, code in _scanned_by(walk).items():
            elsewhere.setdefault((walk.area, where), code)
    return Known(inspection.area, scans(inspection.results), elsewhere)


def known_then(walk: EarlierWalk, now: Known) -> Known:
    """For places that an earlier walk did not scan, what is known of them now."""
    return Known(walk.area, _scanned_by(walk), _known_now(now))


@once
def _known_now(now: Known) -> dict[tuple[UUID | None, Place], str]:
    return {**now.elsewhere, **{(now.area, where): code for where, code in now.here.items()}}


@once_a_walk
def _scanned_by(walk: EarlierWalk) -> dict[Place, str]:
    return scans(walk.results)


def plates(inspection: Inspection) -> Iterator[ResultView]:
    """The results that are plates with something scanned."""
    for result in inspection.results:
        if result.item.endswith(PLATE) and isinstance(result.value, str) and result.value:
            yield result


def place(result: ResultView | EarlierResult) -> Place:
    """Where a result belongs."""
    return result.section, result.repeat
