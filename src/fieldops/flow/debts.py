"""What has been announced and has not arrived, as people and tablets are told of it.

A person sees the debts of the sites that they may look at; a device what it announced itself.
"""

from collections.abc import Iterable
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlmodel import Session

from fieldops.flow import paging
from fieldops.flow.paging import Ask, Instant, Page, after, cut, strange
from fieldops.flow.timing import rfc3339
from fieldops.model.access import Person, Role
from fieldops.rules.access import sites
from fieldops.store import devices, owed
from fieldops.store.owed import By, Debt, Filter
from fieldops_sync.wire import OwedPhotos, OwedWalk

WALKS_MAX = 100
"""Inspections that a tablet is told of in one pull; the total counts the others too."""
_DAY_MS = 24 * 3600 * 1000


class DebtView(Struct, frozen=True, omit_defaults=True):
    """A debt as it is shown.  Which ids stand in it depends on what it is told by.

    ``bytes`` is what was announced, without the ``unsized`` photos; of it ``here_bytes`` have come,
    the last at ``progress``.  ``since`` is when the oldest photo was announced.
    """

    photos: int
    bytes: int
    unsized: int
    here_bytes: int
    since: str = ""
    progress: str = ""
    inspection: UUID | None = None
    site: UUID | None = None
    device: UUID | None = None
    device_name: str = ""
    sha256: str = ""


class DebtPage(Page[DebtView], frozen=True, kw_only=True):
    """One page, and what all pages together come to."""

    total: DebtView


class _Place(Struct, frozen=True, array_like=True):
    """Behind which debt a page begins; its keys are hex digits."""

    since_ms: Instant
    keys: tuple[str, ...]


def visible(wanted: Filter, person: Person, roles: Iterable[Role], now_ms: int) -> Filter:
    """The same, of the sites where the person holds a role: the foreign is as if it were not."""
    mine = sites(person, roles, now_ms)
    if wanted.feeds is None:
        return msgspec.structs.replace(wanted, feeds=mine)
    feeds = [one for one in wanted.feeds if mine is None or one in mine]
    return msgspec.structs.replace(wanted, feeds=feeds)


def page(session: Session, by: By, wanted: Filter, ask: Ask) -> DebtPage:
    """One page, the oldest debts first.  Raises ``ProblemError`` validation for a bad cursor."""
    found = owed.rows(session, by, wanted, _behind(by, after(ask, _Place)), ask.limit + 1)
    shown = cut(ask, found, _place, lambda row: _row(session, by, row))
    return DebtPage(shown.items, shown.cursor, total=total(session, wanted))


def total(session: Session, wanted: Filter) -> DebtView:
    """All of it together."""
    return _view(owed.total(session, wanted))


def every(session: Session, by: By, wanted: Filter) -> list[DebtView]:
    """All rows, the oldest debts first."""
    return paging.every(lambda turn: page(session, by, wanted, turn.ask("debts")))


def overdue(session: Session, now_ms: int, days: int) -> Debt:
    """The debts announced longer ago than so many days."""
    return owed.total(session, Filter(before_ms=now_ms - days * _DAY_MS))


def of_device(session: Session, device: UUID) -> OwedPhotos:
    """What a device announced and has not sent: by inspection, the oldest first, and in all."""
    wanted = Filter(device=device)
    whole = owed.total(session, wanted)
    if not whole.photos:
        return OwedPhotos()
    walks = owed.rows(session, "inspection", wanted, None, WALKS_MAX)
    return OwedPhotos(
        photos=whole.photos,
        bytes=whole.size_bytes,
        walks=[
            OwedWalk(
                inspection=UUID(bytes=row.key[0]),
                photos=row.debt.photos,
                bytes=row.debt.size_bytes,
                since=rfc3339(row.debt.since_ms),
            )
            for row in walks
        ],
    )


def _row(session: Session, by: By, row: owed.Row) -> DebtView:
    view = _view(row.debt)
    if by == "device":
        if not row.key[0]:
            return view
        device = UUID(bytes=row.key[0])
        known = devices.get(session, device)
        name = known.name if known is not None else ""
        return msgspec.structs.replace(view, device=device, device_name=name)
    named = {"inspection": UUID(bytes=row.key[0]), "site": UUID(bytes=row.key[1])}
    sha256 = row.key[2].hex() if by == "photo" else ""
    return msgspec.structs.replace(view, **named, sha256=sha256)


def _view(debt: Debt) -> DebtView:
    return DebtView(
        photos=debt.photos,
        bytes=debt.size_bytes,
        unsized=debt.unsized,
        here_bytes=debt.here_bytes,
        since=rfc3339(debt.since_ms) if debt.photos else "",
        progress="" if debt.progress_ms is None else rfc3339(debt.progress_ms),
    )


def _place(row: owed.Row) -> _Place:
    return _Place(row.debt.since_ms, tuple(key.hex() for key in row.key))


def _behind(by: By, place: _Place | None) -> tuple[int | bytes, ...] | None:
    """A place as the store takes it."""
    if place is None:
        return None
    try:
        keys = tuple(bytes.fromhex(key) for key in place.keys)
    except ValueError as error:
        raise strange() from error
    if len(keys) != owed.width(by):
        raise strange()
    return place.since_ms, *keys
