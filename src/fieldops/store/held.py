"""Ops that wait for another op or for a definition (protocol.md, status ``held``)."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from msgspec import Struct, structs
from sqlalchemy import text
from sqlmodel import Session

from fieldops.store import batch
from fieldops.store.uuids import bytes_of


class HeldOp(Struct, frozen=True):
    """A held op; ``needs`` are op ids (16 bytes) or definitions' SHA-256 (32 bytes).

    ``occurred_ms`` and ``marks`` are those that it was admitted with.
    """

    op_id: UUID
    hash: bytes
    raw: bytes
    source: int
    seq: int | None
    received_ms: int
    until_ms: int
    needs: frozenset[bytes] = frozenset()
    occurred_ms: int | None = None
    marks: tuple[str, ...] = ()


_AT_ONCE = 500
"""So many ops are begun from at a time: what one of them reached is not asked for again."""
_REACHED = (
    "WITH RECURSIVE reached (op_id) AS (SELECT op_id FROM held WHERE op_id {}"
    " UNION SELECT held_need.need FROM held_need JOIN reached ON held_need.op_id = reached.op_id)"
    " SELECT held_need.op_id, held_need.need FROM held_need"
    " JOIN reached ON held_need.op_id = reached.op_id"
)
_UNMET = (
    "SELECT 1 FROM held_need AS other WHERE other.op_id = {op}"
    " AND NOT EXISTS (SELECT 1 FROM ledger WHERE ledger.op_id = other.need)"
    " AND NOT EXISTS (SELECT 1 FROM definition WHERE definition.sha256 = other.need)"
)
_READY = f"NOT EXISTS ({_UNMET.format(op='wanted.op_id')})"
"""Said of a row of ``held_need`` called ``wanted``: everything that its op needs is there."""
_COLUMNS = "op_id, hash, raw, source, seq, received_ms, until_ms, occurred_ms, marks"


def put(session: Session, ops: Sequence[HeldOp]) -> None:
    """Hold ops until their needs come or ``until_ms`` passes."""
    if not ops:
        return
    session.execute(
        text(
            f"INSERT INTO held ({_COLUMNS}) VALUES (:op_id, :hash, :raw, :source, :seq,"
            " :received_ms, :until_ms, :occurred_ms, :marks)"
        ),
        [structs.asdict(op) | {"op_id": op.op_id.bytes, "marks": " ".join(op.marks)} for op in ops],
    )
    wants = [
        {"op_id": op.op_id.bytes, "need": need, "at": op.received_ms, "seq": op.seq or 0}
        for op in ops
        for need in sorted(op.needs)
    ]
    turn = "INSERT INTO held_need (op_id, need, received_ms, seq) VALUES (:op_id, :need, :at, :seq)"
    if wants:
        session.execute(text(turn), wants)


def hashes(session: Session, ids: Iterable[UUID]) -> dict[UUID, bytes]:
    """The hash of each op that is held, of those asked for."""
    query = "SELECT op_id, hash FROM held WHERE op_id {}"
    rows = batch.select_in(session, query, [one.bytes for one in ids])
    return {UUID(bytes=bytes(row[0])): bytes(row[1]) for row in rows}


def ready(session: Session, come: Iterable[bytes], most: int) -> list[UUID]:
    """The held ops that name one of these needs and wait for nothing, the first of them in order
    of receipt.
    """
    query = (
        "SELECT received_ms, seq, op_id FROM held_need AS wanted WHERE need {}"
        f" AND {_READY} ORDER BY received_ms, seq, op_id LIMIT {most}"
    )
    rows = batch.select_in(session, query, sorted(come))
    found = sorted({(row[0], row[1], bytes(row[2])) for row in rows})
    return [UUID(bytes=op_id) for _, _, op_id in found[:most]]


def wanted(session: Session, come: Iterable[bytes]) -> set[bytes]:
    """Which of these needs are named by held ops that wait for nothing."""
    query = f"SELECT DISTINCT need FROM held_need AS wanted WHERE need {{}} AND {_READY}"
    return {bytes(row[0]) for row in batch.select_in(session, query, sorted(come))}


def met(session: Session) -> set[bytes]:
    """What the held ops need that wait for nothing."""
    query = f"SELECT DISTINCT need FROM held_need AS wanted WHERE {_READY}"
    return {bytes(row[0]) for row in batch.run(session, query)}


def get(session: Session, ids: Iterable[UUID]) -> list[HeldOp]:
    """The held ops among these ids, in order of receipt."""
    query = f"SELECT {_COLUMNS} FROM held WHERE op_id {{}}"
    return _with_needs(session, batch.select_in(session, query, [one.bytes for one in ids]))


def by_seq(session: Session, source: int, first: int, last: int) -> list[UUID]:
    """The ids of an incarnation's held ops in an inclusive range of seq."""
    rows = session.execute(
        text("SELECT op_id FROM held WHERE source = :source AND seq BETWEEN :first AND :last"),
        {"source": source, "first": first, "last": last},
    )
    return [UUID(bytes=bytes(row[0])) for row in rows]


def overdue(session: Session, now_ms: int, most: int) -> list[UUID]:
    """The ops that have waited too long for what is not there, the first in order of receipt."""
    unmet = _UNMET.format(op="held.op_id")
    rows = batch.run(
        session,
        f"SELECT op_id FROM held WHERE until_ms <= :now AND EXISTS ({unmet})"
        " ORDER BY received_ms, COALESCE(seq, 0), op_id LIMIT :most",
        now=now_ms,
        most=most,
    )
    return [UUID(bytes=bytes(row[0])) for row in rows]


def needs_of(session: Session, ids: Iterable[UUID]) -> dict[UUID, frozenset[bytes]]:
    """What each of these held ops waits for."""
    query = "SELECT op_id, need FROM held_need WHERE op_id {}"
    found: dict[UUID, set[bytes]] = {}
    for op_id, need in batch.select_in(session, query, [one.bytes for one in ids]):
        found.setdefault(UUID(bytes=bytes(op_id)), set()).add(bytes(need))
    return {op_id: frozenset(needs) for op_id, needs in found.items()}


def reached(session: Session, ids: Sequence[bytes]) -> dict[bytes, frozenset[bytes]]:
    """What each of these held ops waits for, and each that those wait for, however far.

    One question for a whole chain, which may be tens of thousands long.
    """
    found: dict[bytes, set[bytes]] = {}
    for start in range(0, len(ids), _AT_ONCE):
        part = [one for one in ids[start : start + _AT_ONCE] if one not in found]
        for op_id, need in batch.select_in(session, _REACHED, part):
            found.setdefault(bytes(op_id), set()).add(bytes(need))
    return {op_id: frozenset(needs) for op_id, needs in found.items()}


def remove(session: Session, ops: Iterable[UUID]) -> None:
    """Ops are held no more: they took effect or went to quarantine."""
    ids = bytes_of(ops)
    for table in ("held_need", "held"):
        batch.delete(session, table, "op_id", ids)


def _with_needs(session: Session, rows: Sequence[Any]) -> list[HeldOp]:
    needs = needs_of(session, [UUID(bytes=bytes(row[0])) for row in rows])
    ops = [_op(row, needs) for row in rows]
    return sorted(ops, key=lambda op: (op.received_ms, op.seq or 0, op.op_id))


def _op(row: Any, needs: dict[UUID, frozenset[bytes]]) -> HeldOp:
    op_id = UUID(bytes=bytes(row[0]))
    return HeldOp(
        op_id=op_id,
        hash=bytes(row[1]),
        raw=bytes(row[2]),
        source=row[3],
        seq=row[4],
        received_ms=row[5],
        until_ms=row[6],
        needs=needs.get(op_id, frozenset()),
        occurred_ms=row[7],
        marks=tuple(row[8].split()),
    )
