"""Who walked which submitted inspection, when it began and in which domain."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.store import batch
from fieldops.store.uuids import uuid_of

_COLUMNS = "person, inspection, feed, domain, began_ms"


class Walker(Struct, frozen=True):
    """One person on one walk of the site ``feed``."""

    person: UUID
    inspection: UUID
    feed: UUID
    domain: str
    began_ms: int


def put(session: Session, walkers: Iterable[Walker]) -> None:
    """Insert or replace; who is on record for a walk stays there."""
    for one in walkers:
        batch.run(
            session,
            f"INSERT INTO walker ({_COLUMNS}) VALUES (:person, :inspection, :feed, :domain, :began)"
            " ON CONFLICT (person, inspection) DO UPDATE SET domain = :domain, began_ms = :began",
            person=one.person.bytes,
            inspection=one.inspection.bytes,
            feed=one.feed.bytes,
            domain=one.domain,
            began=one.began_ms,
        )


def of_inspections(session: Session, ids: Iterable[UUID]) -> list[Walker]:
    """Everybody who walked these inspections."""
    query = f"SELECT {_COLUMNS} FROM walker WHERE inspection {{}}"
    return [_walker(row) for row in batch.select_in(session, query, [one.bytes for one in ids])]


def of_person(session: Session, person: UUID, domain: str) -> list[Walker]:
    """The walks of a person in a domain."""
    query = f"SELECT {_COLUMNS} FROM walker WHERE person = :person AND domain = :domain"
    rows = batch.run(session, query, person=person.bytes, domain=domain)
    return [_walker(row) for row in rows]


def _walker(row: Sequence[Any]) -> Walker:
    return Walker(uuid_of(row[0]), uuid_of(row[1]), uuid_of(row[2]), row[3], row[4])
