"""What a device or a person may do now: read from the store once per request."""

from collections.abc import Iterable
from uuid import UUID

from sqlmodel import Session

from fieldops.flow.admit import Source
from fieldops.model.access import Person, Role
from fieldops.rules.access import WALKERS, sites
from fieldops.store import devices, people


def device_people(session: Session, device: UUID) -> dict[UUID, Person]:
    """The people granted on a device who are not disabled."""
    return people.on_device(session, device)


def device_sites(persons: Iterable[Person], now_ms: int) -> frozenset[UUID] | None:
    """The sites of a device: all where one of its people walks.  None means every site."""
    found: frozenset[UUID] = frozenset()
    for person in persons:
        mine = sites(person, WALKERS, now_ms)
        if mine is None:
            return None
        found |= mine
    return found


def device_source(session: Session, device: UUID, named: Iterable[UUID], now_ms: int) -> Source:
    """The rights of a push that names these sites."""
    persons = device_people(session, device)
    mine = device_sites(persons.values(), now_ms)
    foreign = [] if mine is None else [site for site in named if site not in mine]
    lost = people.lost_sites(session, persons, foreign, now_ms) if foreign else {}
    return Source(
        origin="device",
        people=persons,
        sites=mine,
        now_ms=now_ms,
        device=device,
        lost_ms=lost,
        untold=_told_last(session, device) & lost.keys() if lost else frozenset(),
    )


def _told_last(session: Session, device: UUID) -> frozenset[UUID]:
    """The sites that the device knows to be its own."""
    told = [row for row in devices.scopes(session, device) if row.told]
    return frozenset(told[-1].sites) if told else frozenset()


def desk_source(session: Session, user: UUID, now_ms: int) -> Source:
    """The rights of a person at a desk."""
    persons = people.people(session, [user])
    mine = sites(persons[user], Role, now_ms) if user in persons else frozenset()
    return Source(origin="desk", people=persons, sites=mine, now_ms=now_ms)
