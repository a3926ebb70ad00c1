"""What an item looked like before: its photo of an earlier walk of the same place.

walk ─ earlier walks of its site and area, newest first ─ their sightings ─ by item and repeat
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from msgspec import Struct

from fieldops.flow.audience import Audience
from fieldops.model.record import State, View
from fieldops.store import deskrows, records, sightings
from fieldops.store.deskrows import Wanted
from fieldops.store.sightings import Sighting

_WALKS = 12
"""So many earlier walks of a site are looked into."""


class Before(Struct, frozen=True):
    """A photo of the same item; ``day`` is its date at the site."""

    photo: UUID
    sha256: str
    inspection: UUID
    day: str


class Earlier:
    """The photos of the newest earlier walk that has any, for each item and repeat."""

    def __init__(self, who: Audience, walk: View, wanted: Collection[tuple[str, str]]) -> None:
        self._found: dict[tuple[str, str], list[Sighting]] = {}
        walks = _walks(who, walk) if wanted else []
        shots = sightings.of_walks(who.session, walks)
        for id_ in walks:
            mine: dict[tuple[str, str], list[Sighting]] = {}
            for one in shots.get(id_, ()):
                if (slot := (one.item, one.repeat)) in wanted and one.item:
                    mine.setdefault(slot, []).append(one)
            self._found = mine | self._found

    @property
    def hashes(self) -> set[str]:
        """The SHA-256 of all that may be shown."""
        return {one.sha256.hex() for several in self._found.values() for one in several}

    def of(self, slot: tuple[str, str], number: int) -> Before | None:
        """What goes beside the photo ``number`` of an item: the one that was as many before."""
        several = self._found.get(slot)
        if not several:
            return None
        one = several[min(number, len(several) - 1)]
        return Before(one.subject, one.sha256.hex(), one.parent, one.day)


def _walks(who: Audience, walk: View) -> list[UUID]:
    """The walks of the same area that began before, newest first."""
    place = deskrows.place(who.session, walk.id)
    if place is None:
        return []
    wanted = Wanted(kind="inspection")
    rows = deskrows.page(who.session, [walk.site], wanted, place, _WALKS)
    states = records.get(who.session, [one.id for one in rows])
    area = _area(walk.body)
    return [one.id for one in rows if _is_like(states.get(one.id), area)]


def _is_like(state: State | None, area: Any) -> bool:
    return state is not None and state.state != "voided" and _area(state.body) == area


def _area(body: dict[str, Any]) -> Any:
    return body.get("area") or None
