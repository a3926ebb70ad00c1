"""What has been announced and has not arrived, as people and tablets are told of it.

A person sees the debts of the sites that they may look at; a device what it announced itself.
"""

import base64
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlmodel import Session

from fieldops.flow.timing import rfc3339
from fieldops.model.access import Person, Role
from fieldops.model.problem import ProblemError, problem
from fieldops.rules.access import sites
from fieldops.store import devices, owed
from fieldops.store.owed import By, Debt, Filter
from fieldops_sync.wire import OwedPhotos, OwedWalk

PAGE_MAX = 500
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


class DebtPage(Struct, frozen=True):
    """``next`` asks for the rows after these; empty at the end."""

    total: DebtView
    rows: list[DebtView]
    next: str


def visible(wanted: Filter, person: Person, roles: Iterable[Role], now_ms: int) -> Filter:
    """The same, of the sites where the person holds a role: the foreign is as if it were not."""
    mine = sites(person, roles, now_ms)
    if wanted.feeds is None:
        return msgspec.structs.replace(wanted, feeds=mine)
    feeds = [one for one in wanted.feeds if mine is None or one in mine]
    return msgspec.structs.replace(wanted, feeds=feeds)


def page(session: Session, by: By, wanted: Filter, cursor: str, limit: int) -> DebtPage:
    """One page, the oldest debts first.  Raises ``ProblemError`` validation for a bad cursor."""
    limit = max(1, min(limit, PAGE_MAX))
    found = owed.rows(session, by, wanted, _place(cursor), limit + 1)
    more, found = found[limit:], found[:limit]
    place = [found[-1].debt.since_ms, *(key.hex() for key in found[-1].key)] if more else []
    return DebtPage(
        total=total(session, wanted),
        rows=[_row(session, by, row) for row in found],
        next=base64.urlsafe_b64encode(msgspec.json.encode(place)).decode() if place else "",
    )


def total(session: Session, wanted: Filter) -> DebtView:
    """All of it together."""
    return _view(owed.total(session, wanted))


def every(session: Session, by: By, wanted: Filter) -> list[DebtView]:
    """All rows, the oldest debts first."""
    cursor, found = "", []
    while True:
        part = page(session, by, wanted, cursor, PAGE_MAX)
        found += part.rows
        cursor = part.next
        if not cursor:
            return found


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


def _place(cursor: str) -> tuple[Any, ...] | None:
    """Where a page begins, from what the last one called ``next``."""
    if not cursor:
        return None
    try:
        since_ms, *keys = msgspec.json.decode(base64.urlsafe_b64decode(cursor))
        return (int(since_ms), *(bytes.fromhex(key) for key in keys))
    except (msgspec.MsgspecError, ValueError, TypeError) as error:
        raise ProblemError(problem("validation", "cursor: take it from the last page")) from error
