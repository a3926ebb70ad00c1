"""The ledger: one row an op that took effect.  Append-only: the op, its receipt, its hash."""

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlmodel import Session

from fieldops.model.record import Applied
from fieldops.store import batch, sent
from fieldops.store.uuids import bytes_of, uuid_of
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
    if not applied:
        return
    done = sorted(applied, key=_number)
    ops = [one.decoded for one in done]
    receipts = [one.receipt for one in done]
    ids, seqs = bytes_of(one.id for one in ops), [one.seq for one in ops]
    columns: batch.Columns = {
        "op_id": ids,
        "hash": [one.hash for one in ops],
        "source": [source] * len(ops),
        "seq": seqs,
        "subject": bytes_of(one.op.subject.id for one in ops),
        "status": [one.status for one in receipts],
        "revision": [one.revision for one in receipts],
        "detail": [_detail_of(one) for one in receipts],
        "received_ms": [received_ms] * len(ops),
        "occurred_ms": [one.occurred_ms for one in done],
        "raw": [one.raw for one in ops],
    }
    batch.insert_ledger(session, columns)
    pairs = zip(seqs, ids, strict=True)
    sent.add(session, source, [(seq, op_id) for seq, op_id in pairs if seq is not None])


_number = attrgetter("decoded.id.int")


def _detail_of(receipt: Receipt) -> bytes | None:
    if receipt.fields or receipt.marks:
        return _encode(Detail(receipt.fields, receipt.marks))
    return None


def find(session: Session, ids: Iterable[UUID]) -> dict[UUID, Entry]:
    """The ops that took effect, of those asked for."""
    keys = _stored(session, bytes_of(ids))
    query = "SELECT op_id, hash, status, revision, detail, source FROM ledger WHERE op_id {}"
    rows = batch.select_in(session, query, keys)
    return {entry.receipt.id: entry for entry in map(_entry, rows)}


def _stored(session: Session, keys: list[bytes]) -> list[bytes]:
    """Those of some ids that can be stored at all.

    Ids are in order of time, so a batch is a short stretch of them, and where only few others were
    written meanwhile, one look at that stretch spares the batch its hundreds.
    """
    if len(keys) < _STRETCH:
        return keys
    rows = batch.run(
        session,
        "SELECT op_id FROM ledger WHERE op_id BETWEEN :first AND :last LIMIT :most",
        first=min(keys),
        last=max(keys),
        most=_STRETCH,
    )
    if len(rows) == _STRETCH:
        return keys
    there = {bytes(row[0]) for row in rows}
    return [key for key in keys if key in there] if there else []


_STRETCH = 32
"""So many stored ids in the stretch, and each of the batch is looked for by itself."""


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
    rows = batch.select_in(session, query, bytes_of(ids))
    return {uuid_of(row[0]): (bytes(row[1]), row[2]) for row in rows}


def raws_of(session: Session, subject: UUID, ids: Iterable[UUID]) -> dict[UUID, tuple[bytes, int]]:
    """As ``raws``, of those that are about this subject: a base may name any op there is."""
    query = "SELECT op_id, raw, revision, subject FROM ledger WHERE op_id {}"
    rows = batch.select_in(session, query, bytes_of(ids))
    about = subject.bytes
    return {uuid_of(row[0]): (bytes(row[1]), row[2]) for row in rows if bytes(row[3]) == about}


def of_source(session: Session, source: int) -> list[UUID]:
    """The ids of all ops of an incarnation, row by row: for checks, not for tablets."""
    rows = batch.run(session, "SELECT op_id FROM ledger WHERE source = :source", source=source)
    return [UUID(bytes=bytes(row[0])) for row in rows]
