"""Readers of the log: each has a position that moves by compare-and-swap with what it hands in."""

from typing import Any

import msgspec
from msgspec import Struct
from sqlmodel import Session

from fieldops.store import batch

_encode = msgspec.json.Encoder().encode


class ReaderRow(Struct, frozen=True):
    """``state``: running, waiting (after a fault, to be tried again) or parked."""

    name: str
    position: int
    state: str
    attempts: int
    faults: list[dict[str, Any]]
    touched_ms: int


_COLUMNS = "name, position, state, attempts, faults, touched_ms"


def ensure(session: Session, name: str, position: int = 0) -> None:
    """Begin a reader at a position, if it is new."""
    batch.run(
        session,
        "INSERT INTO reader (name, position, state, attempts, faults, touched_ms)"
        " VALUES (:name, :position, 'running', 0, :faults, 0) ON CONFLICT DO NOTHING",
        name=name,
        position=position,
        faults=b"[]",
    )


def get(session: Session, name: str) -> ReaderRow | None:
    """A reader, if it is known."""
    rows = batch.run(session, f"SELECT {_COLUMNS} FROM reader WHERE name = :name", name=name)
    return _reader(rows[0]) if rows else None


def hold(session: Session, name: str) -> ReaderRow | None:
    """A reader as it stands until this transaction ends: nobody else moves or stops it meanwhile.

    Whoever writes what follows from how a reader stands asks this way: a worker that hands in and
    a person who parks meet here.
    """
    lock = " FOR UPDATE" if batch.is_postgres(session) else ""
    rows = batch.run(session, f"SELECT {_COLUMNS} FROM reader WHERE name = :name{lock}", name=name)
    return _reader(rows[0]) if rows else None


def everything(session: Session) -> list[ReaderRow]:
    """All readers, by name."""
    rows = batch.run(session, f"SELECT {_COLUMNS} FROM reader ORDER BY name")
    return [_reader(row) for row in rows]


def advance(session: Session, name: str, expected: int, to: int, now_ms: int) -> bool:
    """Move from ``expected`` to ``to`` and clear attempts; False if the reader stands elsewhere."""
    moved = batch.run(
        session,
        "UPDATE reader SET position = :to, attempts = 0, state = 'running', touched_ms = :now"
        " WHERE name = :name AND position = :expected RETURNING 1",
        to=to,
        now=now_ms,
        name=name,
        expected=expected,
    )
    return bool(moved)


def fault(
    session: Session,
    name: str,
    state: str,
    attempts: int,
    faults: list[dict[str, Any]],
    now_ms: int,
) -> None:
    """Remember a fault and the state that it led to."""
    batch.run(
        session,
        "UPDATE reader SET state = :state, attempts = :attempts, faults = :faults,"
        " touched_ms = :now WHERE name = :name",
        state=state,
        attempts=attempts,
        faults=_encode(faults),
        now=now_ms,
        name=name,
    )


def put_position(session: Session, name: str, position: int) -> None:
    """Set a reader back (or forward) by hand: what a replay does.  One that is off stays so."""
    batch.run(
        session,
        "UPDATE reader SET position = :position, attempts = 0,"
        " state = CASE WHEN state = 'off' THEN state ELSE 'running' END WHERE name = :name",
        position=position,
        name=name,
    )


def go_back(session: Session, name: str, position: int) -> None:
    """Set a reader back without touching its state: another version judges again."""
    batch.run(
        session,
        "UPDATE reader SET position = :position WHERE name = :name",
        position=position,
        name=name,
    )


def _reader(row: Any) -> ReaderRow:
    return ReaderRow(row[0], row[1], row[2], row[3], msgspec.json.decode(row[4]), row[5])
