"""The statements of the hot path, past the ORM: many rows each, in each engine's fastest form.

SQLite takes ``executemany`` of one insert; PostgreSQL takes COPY, or ``INSERT …
SELECT FROM unnest(…)`` where rows may be there already, both in their binary form (``pgbinary``).
Rows are sorted by id, so that overlapping transactions wait for each other instead of deadlocking.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, cast
from uuid import UUID

from sqlmodel import Session

from fieldops.store.pgbinary import array, copy_data

_LEDGER = (
    "op_id", "hash", "source", "seq", "subject", "status",
    "revision", "detail", "received_ms", "occurred_ms", "raw",
)  # fmt: skip
_LEDGER_TYPES = (
    "bytea", "bytea", "int4", "int8", "bytea", "text",
    "int4", "bytea", "int8", "int8", "bytea",
)  # fmt: skip
_RECORD = (
    "id", "kind", "feed", "parent", "state", "heads", "revision", "change", "body", "conflict",
)  # fmt: skip
_RECORD_TYPES = (
    "bytea", "text", "bytea", "bytea", "text", "bytea", "int4", "bytea", "bytea", "bytea",
)  # fmt: skip
_REF = (
    "sha256", "subject", "parent", "feed", "device", "size_bytes", "since_ms", "owed", "proven",
)  # fmt: skip
_REF_TYPES = ("bytea", "bytea", "bytea", "bytea", "bytea", "int8", "int8", "int4", "int4")
_DESK = (
    "id", "kind", "feed", "at_ms", "state", "person", "item", "definition", "conflict", "verdict",
)  # fmt: skip
_DESK_TYPES = (
    "bytea", "text", "bytea", "int8", "text", "bytea", "text", "bytea", "int4", "text",
)  # fmt: skip
_LOG = ("position", "feed", "kind", "subjects", "ops")
_LOG_TYPES = ("int8", "bytea", "text", "bytea", "bytea")
_SENT = ("source", "seq", "ops")
_SENT_TYPES = ("int4", "int8", "bytea")
_NAME = re.compile(r"(?<!:):([a-z_][a-z0-9_]*)")
_SIZES = (1, 8, 32, 128, 500)
"""Lengths that IN lists are padded to, so that few statements are prepared, each many times."""


def cursor(session: Session) -> Any:
    """The driver's own cursor on the session's transaction."""
    connection: Any = session.connection().connection.driver_connection
    if is_postgres(session):
        return connection.cursor(binary=True)
    return connection.cursor()


def _filled(
    names: tuple[str, ...], types: tuple[str, ...], rows: list[tuple[Any, ...]]
) -> tuple[tuple[Any, ...], ...]:
    """Names, types and values of the columns, without those that are NULL in every row.

    Most pushes have three such, and the SQLite driver looks 2 µs for a way to bind a NULL.
    """
    given = zip(names, types, zip(*rows, strict=True), strict=True)
    filled = [one for one in given if one[2][0] is not None or any(v is not None for v in one[2])]
    return tuple(zip(*filled, strict=True))


def _bindable(types: tuple[str, ...], columns: tuple[Any, ...]) -> Iterable[tuple[Any, ...]]:
    """Rows for the SQLite driver.

    It binds ``bytearray`` at once but looks for an adapter for each ``bytes``: 1.7 µs a value, more
    than the insert of the row costs.
    """
    made = [
        _mutable(column) if kind == "bytea" else column
        for kind, column in zip(types, columns, strict=True)
    ]
    return zip(*made, strict=True)


def _mutable(column: tuple[bytes | None, ...]) -> Iterable[bytearray | None]:
    if {*map(type, column)} != {bytes}:
        return [None if value is None else bytearray(value) for value in column]
    return map(bytearray, cast("tuple[bytes, ...]", column))


def run(session: Session, statement: str, **bound: Any) -> list[tuple[Any, ...]]:
    """The rows of one small statement with ``:name`` parameters.

    A push has a dozen of these; past SQLAlchemy each costs a tenth.
    """
    session.flush()
    execute = cursor(session)
    execute.execute(_named(statement) if is_postgres(session) else statement, bound)
    return list(execute.fetchall()) if execute.description else []


@cache
def _named(statement: str) -> str:
    return _NAME.sub(r"%(\1)s", statement)


def is_postgres(session: Session) -> bool:
    """Whether the session talks to PostgreSQL."""
    return session.get_bind().dialect.name == "postgresql"


def lock(session: Session, keys: Sequence[UUID]) -> None:
    """Wait until no other transaction works on these keys (sites, incarnations), in sorted order.

    SQLite needs nothing: its writer is alone.  PostgreSQL takes advisory locks, held to COMMIT.
    """
    if not is_postgres(session):
        return
    numbers = sorted({int.from_bytes(key.bytes[-8:], "big", signed=True) for key in keys})
    cursor(session).execute(
        "SELECT pg_advisory_xact_lock(k) FROM unnest(%b) AS k", (array("int8", numbers),)
    )


def select_in(session: Session, query: str, ids: Sequence[bytes]) -> list[tuple[Any, ...]]:
    """Rows of ``query`` whose ``{}`` condition holds: ``… WHERE op_id {}`` with 16-byte ids."""
    if not ids:
        return []
    if is_postgres(session):
        run = cursor(session)
        run.execute(query.format("= ANY(%b)"), (array("bytea", ids),))
        return list(run.fetchall())
    rows: list[tuple[Any, ...]] = []
    run = cursor(session)
    for start in range(0, len(ids), _SIZES[-1]):
        part = list(ids[start : start + _SIZES[-1]])
        size = next(size for size in _SIZES if size >= len(part))
        part += [part[-1]] * (size - len(part))
        rows += run.execute(
            query.format(f"IN ({_marks(size)})"), list(map(bytearray, part))
        ).fetchall()
    return rows


def select_numbers(session: Session, query: str, numbers: Sequence[int]) -> list[tuple[Any, ...]]:
    """Rows of ``query`` whose ``{}`` condition holds, of integers of 32 bits, 500 at most.

    Callers ask with few lengths: on SQLite each is a statement of its own.
    """
    run = cursor(session)
    if is_postgres(session):
        run.execute(query.format("= ANY(%b)"), (array("int4", numbers),))
    else:
        run.execute(query.format(f"IN ({_marks(len(numbers))})"), numbers)
    return list(run.fetchall())


def insert_ledger(session: Session, rows: list[tuple[Any, ...]]) -> None:
    """Insert ledger rows (columns in table order)."""
    _insert(session, "ledger", _LEDGER, _LEDGER_TYPES, rows)


def insert_records(session: Session, rows: list[tuple[Any, ...]]) -> None:
    """Insert the first state of new subjects (columns in table order)."""
    _insert(session, "record", _RECORD, _RECORD_TYPES, rows)


def upsert_records(session: Session, rows: list[tuple[Any, ...]]) -> None:
    """Insert or replace the current state of subjects (columns in table order)."""
    changing = ("state", "heads", "revision", "change", "body", "conflict")
    sets = ", ".join(f"{name} = excluded.{name}" for name in changing)
    tail = f" ON CONFLICT (id) DO UPDATE SET {sets}"
    _insert(session, "record", _RECORD, _RECORD_TYPES, rows, tail)


def upsert_refs(session: Session, rows: list[tuple[Any, ...]]) -> None:
    """Insert claims on bytes (columns in table order), or renew ``owed`` and a known size.

    What is proven stays so.
    """
    more = (
        "size_bytes = COALESCE(excluded.size_bytes, media_ref.size_bytes),"
        " proven = CASE WHEN excluded.proven = 1 THEN 1 ELSE media_ref.proven END"
    )
    tail = f" ON CONFLICT (sha256, subject) DO UPDATE SET owed = excluded.owed, {more}"
    _insert(session, "media_ref", _REF, _REF_TYPES, rows, tail)


def upsert_desk(session: Session, rows: list[tuple[Any, ...]]) -> None:
    """Insert or renew what desks list records by (columns in table order); when stays as it was."""
    changing = ("state", "person", "item", "definition", "conflict", "verdict")
    sets = ", ".join(f"{name} = excluded.{name}" for name in changing)
    tail = f" ON CONFLICT (id) DO UPDATE SET {sets}"
    _insert(session, "desk_row", _DESK, _DESK_TYPES, rows, tail)


def draw_positions(session: Session, count: int) -> int:
    """Advance the log's counter by ``count``; the first of the drawn positions.

    On PostgreSQL this locks the counter row until COMMIT.
    """
    mark = "%s" if is_postgres(session) else "?"
    run = cursor(session)
    run.execute(f"UPDATE log_head SET head = head + {mark} RETURNING head", (count,))
    last: int = run.fetchone()[0]
    run.fetchall()
    return last - count + 1


def insert_sent(session: Session, rows: list[tuple[Any, ...]]) -> None:
    """Insert runs of what was sent (columns in table order, but for its own number)."""
    _insert(session, "sent", _SENT, _SENT_TYPES, rows)


def insert_log(session: Session, rows: list[tuple[Any, ...]]) -> None:
    """Insert runs of the log (columns in table order)."""
    _insert(session, "log", _LOG, _LOG_TYPES, rows)


def _insert(
    session: Session,
    table: str,
    columns: tuple[str, ...],
    types: tuple[str, ...],
    rows: list[tuple[Any, ...]],
    tail: str = "",
) -> None:
    """``tail`` is what to do on a conflict; without one PostgreSQL takes the rows by COPY."""
    if not rows:
        return
    run = cursor(session)
    names, kinds, values = _filled(columns, types, rows)
    if is_postgres(session) and tail:
        arrays = [array(kind, column) for kind, column in zip(kinds, values, strict=True)]
        run.execute(_unnest(table, names, tail), arrays)
        return
    if is_postgres(session):
        with run.copy(f"COPY {table} ({', '.join(names)}) FROM STDIN (FORMAT BINARY)") as copy:
            copy.write(copy_data(kinds, values))
        return
    run.executemany(_values(table, names, tail), _bindable(kinds, values))


@cache
def _unnest(table: str, columns: tuple[str, ...], tail: str) -> str:
    names = ", ".join(columns)
    arrays = ", ".join(["%b"] * len(columns))
    return f"INSERT INTO {table} ({names}) SELECT * FROM unnest({arrays}){tail}"


@cache
def _values(table: str, columns: tuple[str, ...], tail: str) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({_marks(len(columns))}){tail}"


@cache
def _marks(count: int) -> str:
    return ", ".join("?" * count)
