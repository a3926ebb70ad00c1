"""The ledger: one row an op that took effect.  Append-only: the op, its receipt, its hash."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlmodel import Session

from fieldops.model.record import Applied
from fieldops.store import batch, sent
from fieldops.store.uuids import uuid_of
from fieldops_sync.wire import Receipt

_encode = msgspec.json.Encoder().encode


class Detail(Struct, frozen=True, omit_defaults=True):
    """The members of a receipt that most receipts leave at their defaults."""

    fields: list[str] = []
    marks: list[str] = []


_detail = msgspec.json.Decoder(Detail).decode


class Entry(Struct, frozen=True):
    """What dedupe asks: the hash an op was stored under, its receipt, its incarnation's number."""

    hash: bytes
    receipt: Receipt
    source: int


def append(session: Session, applied: Sequence[Applied], source: int, received_ms: int) -> None:
    """Insert the ops of one batch, sorted by op id.  ``source`` is the incarnation's number."""
    rows = sorted([_row(one, source, received_ms) for one in applied])
    batch.insert_ledger(session, rows)
    sent.add(session, source, [(seq, op_id) for op_id, _, _, seq, *_ in rows if seq is not None])


def _row(applied: Applied, source: int, received_ms: int) -> tuple[Any, ...]:
    op, receipt = applied.decoded.op, applied.receipt
    plain = not (receipt.fields or receipt.marks)
    return (
        op.id.bytes,
        applied.decoded.hash,
        source,
        op.seq,
        op.subject.id.bytes,
        receipt.status,
        receipt.revision,
        None if plain else _encode(Detail(receipt.fields, receipt.marks)),
        received_ms,
        applied.occurred_ms,
        applied.decoded.raw,
    )


def find(session: Session, ids: Iterable[UUID]) -> dict[UUID, Entry]:
    """The ops that took effect, of those asked for."""
    query = "SELECT op_id, hash, status, revision, detail, source FROM ledger WHERE op_id {}"
    rows = batch.select_in(session, query, [one.bytes for one in ids])
    return {entry.receipt.id: entry for entry in map(_entry, rows)}


def known(session: Session, ids: Iterable[UUID]) -> set[UUID]:
    """Which of these ops took effect."""
    rows = batch.select_in(
        session, "SELECT op_id FROM ledger WHERE op_id {}", [one.bytes for one in ids]
    )
    return {UUID(bytes=bytes(row[0])) for row in rows}


def _entry(row: Any) -> Entry:
    detail = Detail() if row[4] is None else _detail(row[4])
    receipt = Receipt(
        id=UUID(bytes=bytes(row[0])),
        status=row[2],
        custody=True,
        revision=row[3],
        fields=detail.fields,
        marks=detail.marks,
    )
    return Entry(bytes(row[1]), receipt, row[5])


def raws(session: Session, ids: Iterable[UUID]) -> dict[UUID, tuple[bytes, int]]:
    """Ops as they were sent, with their revision numbers: what merging reads history from."""
    query = "SELECT op_id, raw, revision FROM ledger WHERE op_id {}"
    rows = batch.select_in(session, query, [one.bytes for one in ids])
    return {uuid_of(row[0]): (bytes(row[1]), row[2]) for row in rows}


def of_source(session: Session, source: int) -> list[UUID]:
    """The ids of all ops of an incarnation, row by row: for checks, not for tablets."""
    rows = batch.run(session, "SELECT op_id FROM ledger WHERE source = :source", source=source)
    return [UUID(bytes=bytes(row[0])) for row in rows]
