"""How much room the photos of a person's sites take."""

from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.model.access import Person, Role
from fieldops.rules.access import sites
from fieldops.store import records, totals
from fieldops.store.totals import Room

READERS = (Role.SUPERVISOR, Role.OPS, Role.AUDITOR, Role.ADMINISTRATOR)


class SiteRoom(Struct, frozen=True):
    """The room of one site."""

    site: UUID
    name: str
    room: Room


class Storage(Struct, frozen=True, omit_defaults=True):
    """Room by site, and in total: bytes that several sites share count once there.

    ``unnamed`` is what no record names yet; only who sees every site is told.
    """

    sites: list[SiteRoom]
    total: Room
    unnamed: Room | None = None


def storage(session: Session, person: Person, now_ms: int) -> Storage:
    """The room of the sites where the person has one of the roles."""
    mine = sites(person, READERS, now_ms)
    return room_of(session, sorted(mine), False) if mine is not None else whole(session)


def whole(session: Session) -> Storage:
    """The room of every site, and of what nobody names."""
    return room_of(session, records.site_ids(session), True)


def room_of(session: Session, wanted: list[UUID], with_unnamed: bool) -> Storage:
    """The room of these sites, sorted by name."""
    states, rooms = records.get(session, wanted), totals.by_site(session, wanted)
    rows = [
        SiteRoom(site, state.body.get("name", ""), rooms.get(site, Room()))
        for site, state in states.items()
    ]
    rows.sort(key=lambda one: (one.name, one.site))
    unnamed = totals.unnamed(session) if with_unnamed else None
    return Storage(rows, totals.together(session, wanted), unnamed)
