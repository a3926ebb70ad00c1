"""Ops that wait for another op or for a definition (protocol.md, status ``held``)."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import text
from sqlmodel import Session

from fieldops.store import batch


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
_COLUMNS = "op_id, hash, raw, source, seq, received_ms, until_ms, occurred_ms, marks"


def put(session: Session, ops: Sequence[HeldOp]) -> None:
    """Hold ops until their needs come or ``until_ms`` passes."""
    for op in ops:
        session.execute(
            text(
                f"INSERT INTO held ({_COLUMNS}) VALUES (:op_id, :hash, :raw, :source, :seq,"
                " :received_ms, :until_ms, :occurred_ms, :marks)"
            ),
            {
                "op_id": op.op_id.bytes,
                "hash": op.hash,
                "raw": op.raw,
                "source": op.source,
                "seq": op.seq,
                "received_ms": op.received_ms,
                "until_ms": op.until_ms,
                "occurred_ms": op.occurred_ms,
                "marks": " ".join(op.marks),
            },
        )
        for need in sorted(op.needs):
            session.execute(
                text("INSERT INTO held_need (op_id, need) VALUES (:op_id, :need)"),
                {"op_id": op.op_id.bytes, "need": need},
            )


def hashes(session: Session, ids: Iterable[UUID]) -> dict[UUID, bytes]:
    """The hash of each op that is held, of those asked for."""
    query = "SELECT op_id, hash FROM held WHERE op_id {}"
    rows = batch.select_in(session, query, [one.bytes for one in ids])
    return {UUID(bytes=bytes(row[0])): bytes(row[1]) for row in rows}


def waiting_for(session: Session, come: Iterable[bytes]) -> list[HeldOp]:
    """The held ops that name one of these needs, in order of receipt."""
    query = (
        f"SELECT {_COLUMNS} FROM held WHERE op_id IN (SELECT op_id FROM held_need WHERE need {{}})"
    )
    rows = batch.select_in(session, query, sorted(come))
    return _with_needs(session, rows)


def get(session: Session, ids: Iterable[UUID]) -> list[HeldOp]:
    """The held ops among these ids."""
    query = f"SELECT {_COLUMNS} FROM held WHERE op_id {{}}"
    return _with_needs(session, batch.select_in(session, query, [one.bytes for one in ids]))


def by_seq(session: Session, source: int, first: int, last: int) -> list[UUID]:
    """The ids of an incarnation's held ops in an inclusive range of seq."""
    rows = session.execute(
        text("SELECT op_id FROM held WHERE source = :source AND seq BETWEEN :first AND :last"),
        {"source": source, "first": first, "last": last},
    )
    return [UUID(bytes=bytes(row[0])) for row in rows]


def overdue(session: Session, now_ms: int) -> list[HeldOp]:
    """The held ops whose time is up."""
    rows = session.execute(
        text(f"SELECT {_COLUMNS} FROM held WHERE until_ms <= :now"), {"now": now_ms}
    )
    return _with_needs(session, list(rows))


def met(session: Session) -> list[HeldOp]:
    """The held ops that wait for nothing: all that they need is there."""
    rows = session.execute(
        text(
            f"SELECT {_COLUMNS} FROM held WHERE NOT EXISTS (SELECT 1 FROM held_need AS wanted"
            " WHERE wanted.op_id = held.op_id"
            " AND NOT EXISTS (SELECT 1 FROM ledger WHERE ledger.op_id = wanted.need)"
            " AND NOT EXISTS (SELECT 1 FROM definition WHERE definition.sha256 = wanted.need))"
        )
    )
    return _with_needs(session, list(rows))


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


def remove(session: Session, op_id: UUID) -> None:
    """An op is held no more: it took effect or went to quarantine."""
    for table in ("held_need", "held"):
        session.execute(text(f"DELETE FROM {table} WHERE op_id = :id"), {"id": op_id.bytes})


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
