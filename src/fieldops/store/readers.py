"""Readers of the log: each has a position that moves by compare-and-swap with what it hands in."""

from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import text
from sqlmodel import Session

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
    session.execute(
        text(
            "INSERT INTO reader (name, position, state, attempts, faults, touched_ms)"
            " VALUES (:n, :p, 'running', 0, :f, 0) ON CONFLICT DO NOTHING"
        ),
        {"n": name, "p": position, "f": b"[]"},
    )


def get(session: Session, name: str) -> ReaderRow | None:
    """A reader, if it is known."""
    row = session.execute(
        text(f"SELECT {_COLUMNS} FROM reader WHERE name = :n"), {"n": name}
    ).first()
    return None if row is None else _reader(row)


def everything(session: Session) -> list[ReaderRow]:
    """All readers, by name."""
    return [
        _reader(row)
        for row in session.execute(text(f"SELECT {_COLUMNS} FROM reader ORDER BY name"))
    ]


def advance(session: Session, name: str, expected: int, to: int, now_ms: int) -> bool:
    """Move from ``expected`` to ``to`` and clear attempts; False if the reader stands elsewhere."""
    done: Any = session.execute(
        text(
            "UPDATE reader SET position = :to, attempts = 0, state = 'running', touched_ms = :now"
            " WHERE name = :n AND position = :expected"
        ),
        {"to": to, "now": now_ms, "n": name, "expected": expected},
    )
    return bool(done.rowcount)


def fault(
    session: Session,
    name: str,
    state: str,
    attempts: int,
    faults: list[dict[str, Any]],
    now_ms: int,
) -> None:
    """Remember a fault and the state that it led to."""
    session.execute(
        text(
            "UPDATE reader SET state = :s, attempts = :a, faults = :f, touched_ms = :now"
            " WHERE name = :n"
        ),
        {"s": state, "a": attempts, "f": _encode(faults), "now": now_ms, "n": name},
    )


def put_position(session: Session, name: str, position: int) -> None:
    """Set a reader back (or forward) by hand: what a replay does."""
    session.execute(
        text("UPDATE reader SET position = :p, state = 'running', attempts = 0 WHERE name = :n"),
        {"p": position, "n": name},
    )


def go_back(session: Session, name: str, position: int) -> None:
    """Set a reader back without touching its state: another version judges again."""
    session.execute(
        text("UPDATE reader SET position = :p WHERE name = :n"), {"p": position, "n": name}
    )


def _reader(row: Any) -> ReaderRow:
    return ReaderRow(row[0], row[1], row[2], row[3], msgspec.json.decode(row[4]), row[5])
