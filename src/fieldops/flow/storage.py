"""How much room the photos of a person's sites take."""

from collections.abc import Mapping
from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.flow.paging import Ask, Page, after, cut
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


class StoragePage(Page[SiteRoom], frozen=True, kw_only=True):
    """The same with so many sites, of which ``total`` is not."""

    total: Room
    unnamed: Room | None = None


class _Place(Struct, frozen=True, array_like=True, order=True):
    """Behind which site a page begins."""

    name: str
    site: str


def storage(session: Session, person: Person, ask: Ask, now_ms: int) -> StoragePage:
    """A page of the sites where the person has one of the roles, by name.

    Raises ``ProblemError`` validation for a strange cursor.
    """
    mine = sites(person, READERS, now_ms)
    wanted = sorted(mine) if mine is not None else records.site_ids(session)
    place = after(ask, _Place)
    order = sorted(
        _Place(state.body.get("name", ""), site.hex)
        for site, state in records.get(session, wanted).items()
    )
    behind = [one for one in order if place is None or one > place][: ask.limit + 1]
    rooms = totals.by_site(session, [UUID(one.site) for one in behind])
    shown = cut(ask, behind, lambda one: one, lambda one: _room(one, rooms))
    return StoragePage(
        shown.items,
        shown.cursor,
        total=totals.together(session, wanted),
        unnamed=totals.unnamed(session) if mine is None else None,
    )


def _room(place: _Place, rooms: Mapping[UUID, Room]) -> SiteRoom:
    site = UUID(place.site)
    return SiteRoom(site, place.name, rooms.get(site, Room()))


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
