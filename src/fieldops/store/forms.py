"""Public forms as rows: their addresses, and how often they are used."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.store import batch
from fieldops.store.uuids import uuid_of

_COLUMNS = "token, site, name, made_ms, withdrawn_ms"


class FormRow(Struct, frozen=True, omit_defaults=True):
    """The address of a site's form; ``name`` says where it hangs."""

    token: str
    site: UUID
    name: str
    made_ms: int
    withdrawn_ms: int | None = None


def add(session: Session, row: FormRow) -> None:
    """Insert a new address."""
    batch.run(
        session,
        f"INSERT INTO form_link ({_COLUMNS}) VALUES (:token, :site, :name, :made, NULL)",
        token=row.token,
        site=row.site.bytes,
        name=row.name,
        made=row.made_ms,
    )


def get(session: Session, token: str) -> FormRow | None:
    """An address, withdrawn or not."""
    rows = batch.run(session, f"SELECT {_COLUMNS} FROM form_link WHERE token = :t", t=token)
    return _row(rows[0]) if rows else None


def of_sites(session: Session, sites: Iterable[UUID]) -> list[FormRow]:
    """The addresses of sites, the oldest first."""
    query = f"SELECT {_COLUMNS} FROM form_link WHERE site {{}}"
    rows = batch.select_in(session, query, [one.bytes for one in sites])
    return sorted(map(_row, rows), key=lambda row: (row.made_ms, row.token))


def withdraw(session: Session, token: str, now_ms: int) -> bool:
    """End an address; False if it is not in use."""
    done = batch.run(
        session,
        "UPDATE form_link SET withdrawn_ms = :now WHERE token = :t AND withdrawn_ms IS NULL"
        " RETURNING 1",
        now=now_ms,
        t=token,
    )
    return bool(done)


def count(session: Session, key: bytes, hour: int) -> int:
    """Count one more use of a key in an hour; how many there are now, by all server processes."""
    rows = batch.run(
        session,
        "INSERT INTO form_use (key, hour, count) VALUES (:k, :h, 1) ON CONFLICT (key, hour)"
        " DO UPDATE SET count = form_use.count + 1 RETURNING count",
        k=key,
        h=hour,
    )
    return int(rows[0][0])


def forget(session: Session, hour: int) -> None:
    """Remove the counts of the hours before."""
    batch.run(session, "DELETE FROM form_use WHERE hour < :h", h=hour)


def _row(row: Any) -> FormRow:
    return FormRow(row[0], uuid_of(row[1]), row[2], row[3], row[4])
