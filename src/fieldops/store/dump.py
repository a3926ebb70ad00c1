"""A consistent copy of a whole database into files, while it is in use, and back again.

SQLite: ``VACUUM INTO``, one read transaction, which keeps no writer waiting.  PostgreSQL: a COPY of
every table in one repeatable-read snapshot, so that no tools of PostgreSQL are needed.  Either way
nothing but a chunk is in memory.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import sqlcipher3
from msgspec import Struct
from psycopg import sql
from sqlalchemy import Connection, Engine, create_engine, inspect, text
from sqlmodel import Session, SQLModel

from fieldops.store import batch, log, meta, migrate
from fieldops.store.engine import APPLICATION, Store, open_store
from fieldops_sync.wire import Seen

Dialect = Literal["sqlite", "postgresql"]

SQLITE_FILE = "fieldops.db"
BLOB_LIST = "blobs.txt"
"""A line for each stored photo: SHA-256, a blank, size in bytes."""
_OTHERS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND application_name = :name AND pid <> pg_backend_pid()"
)
_PAGE_ROWS = 5000
_COPY_BYTES = 1024 * 1024


class Facts(Struct, frozen=True):
    """What a database holds.  ``position`` is the highest drawn, ``seen`` the log's last row."""

    dialect: Dialect
    schema: str
    organisation: UUID
    epoch: UUID
    position: int
    seen: Seen | None
    rows: dict[str, int]


def dump(store: Store, folder: Path) -> Facts:
    """Write the database and the list of its photos into a folder."""
    if store.dialect == "sqlite":
        return _dump_sqlite(store, folder)
    return _dump_postgres(store, folder)


def _dump_sqlite(store: Store, folder: Path) -> Facts:
    copy = folder / SQLITE_FILE
    source = sqlcipher3.dbapi2.connect(store.engine.url.database or "", isolation_level=None)
    try:
        source.execute("PRAGMA busy_timeout = 20000")
        source.execute("VACUUM INTO ?", (str(copy),))
    finally:
        source.close()
    with _read_only(copy) as session:
        counts = {name: _count(session, name) for name in tables(session.connection())}
        _list_blobs(session, folder / BLOB_LIST)
        return _facts(session, "sqlite", counts)


@contextmanager
def _read_only(path: Path) -> Iterator[Session]:
    """A session on a file that nobody writes; it is not even put into WAL mode."""
    address = f"{path.as_uri()}?mode=ro&immutable=1"
    module: Any = sqlcipher3.dbapi2
    engine = create_engine(
        "sqlite://", module=module, creator=lambda: module.connect(address, uri=True)
    )
    with Session(engine) as session:
        yield session
    engine.dispose()


def _dump_postgres(store: Store, folder: Path) -> Facts:
    counts: dict[str, int] = {}
    with store.read() as session:
        _list_blobs(session, folder / BLOB_LIST)
        for name in tables(session.connection()):
            counts[name] = _copy_out(session, name, folder / f"{name}.copy")
        return _facts(session, "postgresql", counts)


def _copy_out(session: Session, name: str, path: Path) -> int:
    with batch.cursor(session).connection.cursor() as cursor, path.open("wb") as out:
        statement = sql.SQL("COPY {} ({}) TO STDOUT").format(
            sql.Identifier(name), _columns(session.connection(), name)
        )
        with cursor.copy(statement) as copy:
            for chunk in copy:
                out.write(chunk)
        rows: int = cursor.rowcount
        return rows


def _columns(connection: Connection, name: str) -> sql.Composed:
    found = sorted(column["name"] for column in inspect(connection).get_columns(name))
    return sql.SQL(", ").join(map(sql.Identifier, found))


def tables(connection: Connection) -> list[str]:
    """The tables of a database but for the one that names its version, by name."""
    return sorted(set(inspect(connection).get_table_names()) - {migrate.VERSION_TABLE})


def _count(session: Session, name: str) -> int:
    found: int = session.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one()
    return found


def _facts(session: Session, dialect: Dialect, rows: dict[str, int]) -> Facts:
    return Facts(
        dialect=dialect,
        schema=migrate.version(session.connection()) or "",
        organisation=meta.organisation(session),
        epoch=log.epoch(session),
        position=log.counter(session),
        seen=log.head(session),
        rows=rows,
    )


def _list_blobs(session: Session, path: Path) -> None:
    """What lies in the blob store: photos, and their derivatives, so that a restore has them."""
    query = (
        "SELECT sha256, size_bytes FROM media WHERE state = 'stored'"
        " UNION SELECT thumb, thumb_bytes FROM picture WHERE thumb IS NOT NULL"
        " UNION SELECT view, view_bytes FROM picture WHERE view IS NOT NULL ORDER BY 1"
    )
    with path.open("w", encoding="ascii") as out:
        for sha256, size_bytes in stream(session, query):
            out.write(f"{bytes(sha256).hex()} {size_bytes}\n")


def stream(session: Session, query: str) -> Iterator[Any]:
    """The rows of a query, some thousand of them in memory at a time."""
    yield from session.execute(text(query), execution_options={"yield_per": _PAGE_ROWS})


def is_empty(engine: Engine) -> bool:
    """Whether a database holds nothing that a restore would replace."""
    with engine.connect() as connection:
        return not inspect(connection).get_table_names()


def others(url: str) -> int:
    """How many connections other processes of fieldops have to a PostgreSQL database."""
    store = open_store(url)
    try:
        with store.engine.connect() as connection:
            found: int = connection.execute(text(_OTHERS), {"name": APPLICATION}).scalar_one()
            return found
    finally:
        store.close()


def load(url: str, folder: Path, facts: Facts, replace: bool = False) -> None:
    """Put a dump into the database at ``url``; with ``replace`` in the place of what is there.

    SQLite: whoever has the file open must have let go; what is replaced stays beside it.
    PostgreSQL: one transaction, all or nothing.
    """
    if facts.dialect == "sqlite":
        _load_sqlite(Path(url.removeprefix("sqlite:///")), folder / SQLITE_FILE)
        return
    store = open_store(url)
    try:
        with store.engine.begin() as connection:
            if replace:
                _drop_all(connection)
            migrate.run(connection, facts.schema)
            for name in facts.rows:
                _copy_in(connection, name, folder / f"{name}.copy")
            _reset_sequences(connection)
    finally:
        store.close()


def _load_sqlite(target: Path, source: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    shutil.copyfile(source, part)
    sync_file(part)
    # A log that belongs to another file would be played into the new one.
    for suffix in ("-wal", "-shm", ""):
        old = target.with_name(target.name + suffix)
        if old.exists():
            old.rename(target.with_name(f"{target.name}.replaced{suffix}"))
    part.rename(target)
    sync_file(target.parent)


def sync_file(path: Path) -> None:
    """Make a file, or the names in a folder, durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _drop_all(connection: Connection) -> None:
    for name in [*tables(connection), migrate.VERSION_TABLE]:
        connection.execute(text(f'DROP TABLE IF EXISTS "{name}"'))


def _copy_in(connection: Connection, name: str, path: Path) -> None:
    raw: Any = connection.connection.driver_connection
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(name), _columns(connection, name)
    )
    with raw.cursor() as cursor, path.open("rb") as source, cursor.copy(statement) as copy:
        while chunk := source.read(_COPY_BYTES):
            copy.write(chunk)


def _reset_sequences(connection: Connection) -> None:
    """Numbers drawn from now on come behind those that were restored."""
    for table in SQLModel.metadata.sorted_tables:
        column = table.autoincrement_column
        if column is None or not inspect(connection).has_table(table.name):
            continue
        connection.execute(
            text(
                f"SELECT setval(pg_get_serial_sequence('{table.name}', '{column.name}'),"
                f' coalesce(max("{column.name}"), 0) + 1, false) FROM "{table.name}"'
            )
        )
