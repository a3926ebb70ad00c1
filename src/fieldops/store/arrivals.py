"""When ops arrived and happened, and of what type they are."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlmodel import Session

from fieldops.store import batch
from fieldops.store.uuids import uuid_of
from fieldops_sync.wire import Claimed


class Arrival(Struct, frozen=True):
    """``occurred_ms`` is the corrected time of a device's op, None where it cannot be corrected.

    ``wall`` is when its writer claims to have written it, ``mono`` ms after ``boot``.
    """

    type: str
    received_ms: int
    occurred_ms: int | None
    actor: UUID
    wall: str
    mono: int = 0
    boot: str = ""


class _Typed(Struct):
    type: str
    actor: UUID
    at: Claimed


class _Kind(Struct, gc=False):
    type: str


_type = msgspec.json.Decoder(_Typed).decode
_kind = msgspec.json.Decoder(_Kind).decode


def of(session: Session, ops: Iterable[UUID]) -> dict[UUID, Arrival]:
    """The arrivals of ops that took effect, by op id."""
    query = "SELECT op_id, received_ms, occurred_ms, raw FROM ledger WHERE op_id {}"
    rows = batch.select_in(session, query, [one.bytes for one in ops])
    return {uuid_of(row[0]): _arrival(row) for row in rows}


def _arrival(row: Any) -> Arrival:
    op = _type(row[3])
    return Arrival(op.type, row[1], row[2], op.actor, op.at.wall, op.at.mono, op.at.boot)


def kinds(session: Session, ops: Sequence[bytes]) -> dict[bytes, tuple[str, int]]:
    """Of what type ops are and when they were received (ms), by the bytes of the op's id."""
    query = "SELECT op_id, received_ms, raw FROM ledger WHERE op_id {}"
    rows = batch.select_in(session, query, ops)
    return {bytes(row[0]): (_kind(row[2]).type, row[1]) for row in rows}


def devices(session: Session, ops: Iterable[UUID]) -> dict[UUID, UUID]:
    """Which devices sent ops; those of desks and of the server's own actors are left out."""
    query = (
        "SELECT l.op_id, i.device FROM ledger l JOIN incarnation i ON i.no = l.source"
        " WHERE l.op_id {}"
    )
    rows = batch.select_in(session, query, [one.bytes for one in ops])
    return {UUID(bytes=bytes(op)): UUID(bytes=bytes(device)) for op, device in rows}
