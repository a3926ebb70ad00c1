"""When ops arrived and happened, and of what type they are."""

from collections.abc import Iterable
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlmodel import Session

from fieldops.store import batch


class Arrival(Struct, frozen=True):
    """``occurred_ms`` is the corrected time of a device's op, None where it cannot be corrected."""

    type: str
    received_ms: int
    occurred_ms: int | None


class _Typed(Struct):
    type: str


_type = msgspec.json.Decoder(_Typed).decode


def of(session: Session, ops: Iterable[UUID]) -> dict[UUID, Arrival]:
    """The arrivals of ops that took effect, by op id."""
    query = "SELECT op_id, received_ms, occurred_ms, raw FROM ledger WHERE op_id {}"
    rows = batch.select_in(session, query, [one.bytes for one in ops])
    return {
        UUID(bytes=bytes(row[0])): Arrival(_type(bytes(row[3])).type, row[1], row[2])
        for row in rows
    }
