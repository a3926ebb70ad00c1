"""The statements of the hot path, past the ORM: many rows each, in each engine's fastest form.

SQLite takes ``executemany`` of one insert; PostgreSQL takes COPY, or ``INSERT …
SELECT FROM unnest(…)`` where rows may be there already, both in their binary form (``pgbinary``).
Rows are sorted by id, so that overlapping transactions wait for each other instead of deadlocking.
"""

import re
import weakref
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from sqlmodel import Session

from fieldops.store.pgbinary import array, copy_data, is_same

Rows = list[tuple[Any, ...]]
Columns = Mapping[str, Sequence[Any]]
"""Values by the name of their column, as long as each other."""

_LEDGER = {
    "op_id": "bytea", "hash": "bytea", "source": "int4", "seq": "int8", "subject": "bytea",
    "status": "text", "revision": "int4", "detail": "bytea", "received_ms": "int8",
    "occurred_ms": "int8", "raw": "bytea",
}  # fmt: skip
_RECORD = {
    "id": "bytea", "kind": "text", "feed": "bytea", "parent": "bytea", "state": "text",
    "heads": "bytea", "revision": "int4", "change": "bytea", "body": "bytea", "conflict": "bytea",
}  # fmt: skip
_REF = {
    "sha256": "bytea", "subject": "bytea", "parent": "bytea", "feed": "bytea", "device": "bytea",
    "size_bytes": "int8", "since_ms": "int8", "owed": "int4", "proven": "int4",
}  # fmt: skip
_DESK = {
    "id": "bytea", "kind": "text", "feed": "bytea", "at_ms": "int8", "state": "text",
    "person": "bytea", "item": "text", "definition": "bytea", "conflict": "int4", "verdict": "text",
    "tray": "int4",
}  # fmt: skip
_LOG = {"position": "int8", "feed": "bytea", "kind": "text", "subjects": "bytea", "ops": "bytea"}
_SENT = {"source": "int4", "seq": "int8", "ops": "bytea"}
_WRITTEN_FROM = 32
"""From so many rows on, what is the same in all of them is written into SQLite's statement: a
statement made for one batch costs as much as binding some hundred values."""
_COPIED_FROM = 32
"""From so many rows on PostgreSQL takes them by COPY, which is planned anew each time and answered
twice; fewer cost less in a statement that is prepared."""
_DRIVER = "driver"
"""Where a session's ``info`` has its innermost transaction, held weakly, and what the driver gave
for it: PostgreSQL's cursor, or SQLite's connection.

SQLAlchemy sets a savepoint only when it is asked for the connection, so behind ``begin_nested`` it
is asked again; each time would be a tenth of a push of few ops."""
_NO_DRIVER: tuple[Any, Any] = (None, None)
IMPATIENT = "impatient"
"""Where a session's ``info`` says that locks are not waited for (``lock``)."""
_NAME = re.compile(r"(?<!:):([a-z_][a-z0-9_]*)")
_SIZES = (1, 8, 32, 128, 500)
"""Lengths that IN lists are padded to, so that few statements are prepared, each many times."""


class Locked(Exception):
    """Somebody else works on a key, and the session does not wait for locks."""


def cursor(session: Session) -> Any:
    """The driver's own cursor on the session's transaction; on PostgreSQL one serves them all.

    So what it gives is to be fetched before the next statement of the session.
    """
    return _cursor(session, is_postgres(session))


def _cursor(session: Session, in_postgres: bool) -> Any:
    """SQLite's cursors cost a µs; psycopg's learns of every type anew, a fifth of a statement."""
    of, made = session.info.get(_DRIVER, _NO_DRIVER)
    if of is None or of() is not _innermost(session):
        driver: Any = session.connection().connection.driver_connection
        made = driver.cursor(binary=True) if in_postgres else driver
        session.info[_DRIVER] = (weakref.ref(_innermost(session)), made)
    return made if in_postgres else made.cursor()


def _innermost(session: Session) -> Any:
    return session.get_nested_transaction() or session.get_transaction()


def _by_column(kinds: Mapping[str, str], rows: Rows) -> Columns:
    return dict(zip(kinds, zip(*rows, strict=True), strict=True)) if rows else {}


def _literal(value: int | str | bytes) -> str:
    """A value as SQLite's own text; a text goes by its bytes, so that no character ends it."""
    if isinstance(value, int):
        return str(value)
    if isinstance(value, bytes):
        return f"X'{value.hex()}'"
    return f"CAST(X'{value.encode().hex()}' AS TEXT)"


def _bindable(kind: str, values: Sequence[Any]) -> Iterable[Any]:
    """A column for the SQLite driver.

    It binds ``bytearray`` at once but looks for an adapter for each ``bytes``: 1.7 µs a value, more
    than the insert of the row costs.
    """
    if kind != "bytea":
        return values
    try:
        return list(map(bytearray, values))
    except TypeError:  # a NULL is none
        return [None if value is None else bytearray(value) for value in values]


def run(session: Session, statement: str, **bound: Any) -> list[tuple[Any, ...]]:
    """The rows of one small statement with ``:name`` parameters.

    A push has a dozen of these; past SQLAlchemy each costs a tenth.
    """
    session.flush()
    in_postgres = is_postgres(session)
    execute = _cursor(session, in_postgres)
    execute.execute(_named(statement) if in_postgres else statement, bound)
    rows: list[tuple[Any, ...]] = execute.fetchall() if execute.description else []
    return rows


@cache
def _named(statement: str) -> str:
    return _NAME.sub(r"%(\1)s", statement)


def is_postgres(session: Session) -> bool:
    """Whether the session talks to PostgreSQL."""
    bind = session.bind
    assert bind is not None, "sessions of a store have an engine"
    return bind.dialect.name == "postgresql"


def give_back(session: Session) -> None:
    """Free what SQLite keeps of the pages that were read: for who reads much, and each page once.

    Up to 32 MB a connection (``engine``), of which several are open.
    """
    if not is_postgres(session):
        run(session, "PRAGMA shrink_memory")


def lock(session: Session, keys: Sequence[UUID]) -> None:
    """Wait until no other transaction works on these keys (sites, incarnations), in sorted order.

    SQLite needs nothing: its writer is alone.  PostgreSQL takes advisory locks, held to COMMIT.
    Raises ``Locked`` where the session is impatient and would have to wait.
    """
    if not keys or not is_postgres(session):
        return
    numbers = sorted({int.from_bytes(key.bytes[-8:], "big", signed=True) for key in keys})
    execute, bound = cursor(session), (array("int8", numbers),)
    if IMPATIENT not in session.info:
        execute.execute("SELECT pg_advisory_xact_lock(k) FROM unnest(%b) AS k", bound)
        return
    tried = "SELECT bool_and(pg_try_advisory_xact_lock(k)) FROM unnest(%b) AS k"
    if not execute.execute(tried, bound).fetchone()[0]:
        raise Locked


def select_in(session: Session, query: str, ids: Sequence[bytes]) -> list[tuple[Any, ...]]:
    """Rows of ``query`` whose ``{}`` condition holds: ``… WHERE op_id {}`` with 16-byte ids."""
    if not ids:
        return []
    if is_postgres(session):
        run = cursor(session)
        if len(ids) == 1:  # planned once; what ANY may hold is weighed again each time
            run.execute(query.format("= %b"), ids)
        else:
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


def insert_ledger(session: Session, columns: Columns) -> None:
    """Insert ledger rows, in order of their ids."""
    _insert(session, "ledger", _LEDGER, columns)


def insert_records(session: Session, columns: Columns) -> None:
    """Insert the first state of new subjects, in order of their ids."""
    _insert(session, "record", _RECORD, columns)


def upsert_records(session: Session, columns: Columns) -> None:
    """Insert or replace the current state of subjects, in order of their ids."""
    changing = ("state", "heads", "revision", "change", "body", "conflict")
    sets = ", ".join(f"{name} = excluded.{name}" for name in changing)
    tail = f" ON CONFLICT (id) DO UPDATE SET {sets}"
    _insert(session, "record", _RECORD, columns, tail)


def upsert_refs(session: Session, rows: Rows) -> None:
    """Insert claims on bytes (columns in table order), or renew ``owed`` and a known size.

    What is proven stays so.
    """
    more = (
        "size_bytes = COALESCE(excluded.size_bytes, media_ref.size_bytes),"
        " proven = CASE WHEN excluded.proven = 1 THEN 1 ELSE media_ref.proven END"
    )
    tail = f" ON CONFLICT (sha256, subject) DO UPDATE SET owed = excluded.owed, {more}"
    _insert(session, "media_ref", _REF, _by_column(_REF, rows), tail)


def insert_desk(session: Session, rows: Rows) -> None:
    """Insert what desks list new records by (columns in table order), in order of their ids."""
    _insert(session, "desk_row", _DESK, _by_column(_DESK, rows))


def upsert_desk(session: Session, rows: Rows) -> None:
    """Insert or renew what desks list records by (columns in table order); when stays as it was."""
    changing = ("state", "person", "item", "definition", "conflict", "verdict", "tray")
    sets = ", ".join(f"{name} = excluded.{name}" for name in changing)
    tail = f" ON CONFLICT (id) DO UPDATE SET {sets}"
    _insert(session, "desk_row", _DESK, _by_column(_DESK, rows), tail)


def delete_desk(session: Session, ids: Sequence[bytes]) -> None:
    """Take records off the desks' lists; ``ids`` are 16 bytes each, few as a rule."""
    delete(session, "desk_row", "id", ids)


def delete(session: Session, table: str, column: str, keys: Sequence[bytes]) -> None:
    """Delete the rows whose ``column`` is one of ``keys``."""
    if not keys:
        return
    run = cursor(session)
    where = f"DELETE FROM {table} WHERE {column} = "
    if is_postgres(session):
        run.execute(f"{where}ANY(%b)", (array("bytea", sorted(keys)),))
    else:
        run.executemany(f"{where}?", [(one,) for one in sorted(keys)])


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


def insert_sent(session: Session, rows: Rows) -> None:
    """Insert runs of what was sent (columns in table order, but for its own number)."""
    _insert(session, "sent", _SENT, _by_column(_SENT, rows))


def insert_log(session: Session, rows: Rows) -> None:
    """Insert runs of the log (columns in table order)."""
    _insert(session, "log", _LOG, _by_column(_LOG, rows))


def _insert(
    session: Session, table: str, kinds: Mapping[str, str], columns: Columns, tail: str = ""
) -> None:
    """``tail`` is what to do on a conflict; without one PostgreSQL takes many rows by COPY.

    What is NULL in every row is left out: most pushes have three such columns, and the SQLite
    driver looks 2 µs for a way to bind a NULL.
    """
    filled = {name: one for name, one in columns.items() if not _is_empty(one)}
    if not filled:
        return
    run = cursor(session)
    names, values = tuple(filled), list(filled.values())
    types = [kinds[name] for name in names]
    if not is_postgres(session):
        _insert_bound(run, f"INSERT INTO {table} ({', '.join(names)})", types, values, tail)
    elif tail or len(values[0]) < _COPIED_FROM:
        arrays = [array(kind, column) for kind, column in zip(types, values, strict=True)]
        run.execute(_unnest(table, names, tail), arrays)
    else:
        with run.copy(f"COPY {table} ({', '.join(names)}) FROM STDIN (FORMAT BINARY)") as copy:
            copy.write(copy_data(types, values))


def _is_empty(values: Sequence[Any]) -> bool:
    return not values or (values[0] is None and is_same(values))


def _insert_bound(
    run: Any, insert: str, types: Sequence[str], values: Sequence[Sequence[Any]], tail: str
) -> None:
    """One statement for all rows; in long batches it says itself what is the same in every row."""
    is_long = len(values[0]) >= _WRITTEN_FROM
    marks, bound = [], []
    for kind, column in zip(types, values, strict=True):
        if is_long and is_same(column):
            marks.append(_literal(column[0]))
        else:
            marks.append("?")
            bound.append(_bindable(kind, column))
    run.executemany(f"{insert} VALUES ({', '.join(marks)}){tail}", zip(*bound, strict=True))


@cache
def _unnest(table: str, columns: tuple[str, ...], tail: str) -> str:
    names = ", ".join(columns)
    arrays = ", ".join(["%b"] * len(columns))
    return f"INSERT INTO {table} ({names}) SELECT * FROM unnest({arrays}){tail}"


@cache
def _marks(count: int) -> str:
    return ", ".join("?" * count)
