"""Opening the database: one synchronous code path for SQLite and PostgreSQL.

store = open_store("sqlite:////var/lib/fieldops/fieldops.db")
with store.read() as session: ...          # one snapshot, read only
store.write(job).result()                  # job(session) runs in a transaction of the writer
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any, TypeVar

import sqlcipher3
from sqlalchemy import Engine, event, make_url, text
from sqlmodel import Session, create_engine

from fieldops.store import audit, batch, pgbinary
from fieldops.store.writer import DATABASE_ERRORS, StoreBusy, Writer

T = TypeVar("T")

_FIXED_SQLITE = ((3, 51, 3), (3, 50, 7), (3, 44, 6))
"""The releases that carry the fix of the WAL-reset corruption (SQLite 3.51.3 release notes)."""
APPLICATION = "fieldops"
"""What PostgreSQL calls our connections (``pg_stat_activity``)."""
_LIVENESS = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
"""How soon a PostgreSQL server that is cut off, or was moved elsewhere, counts as gone: seconds,
and milliseconds of unanswered bytes (PostgreSQL, "Parameter Key Words").  By itself the system
waits a quarter of an hour for an answer, and two hours in silence."""
_PATIENCE_S = 20
"""How long whoever finds SQLite's file locked waits for it."""
_AGAIN_S = 0.02


class UnsafeSqlite(RuntimeError):
    """The linked SQLite can corrupt a WAL database."""


def check_sqlite(version: tuple[int, ...] = sqlcipher3.dbapi2.sqlite_version_info) -> None:
    """Raise ``UnsafeSqlite`` unless the *linked* SQLite carries the WAL-reset fix."""
    newest = _FIXED_SQLITE[0]
    patched = any(version[:2] == fixed[:2] and version >= fixed for fixed in _FIXED_SQLITE)
    if not (patched or version >= newest):
        found = ".".join(map(str, version))
        raise UnsafeSqlite(f"SQLite {found} has the WAL-reset bug; install sqlcipher3 ≥ 0.6.4")


class Store:
    """A database and its writer.

    ``read()`` gives a snapshot; ``write(job)`` gives a future.  A job may be run more than once
    (after a deadlock, or alone when its group failed): it must have no effect but on its session.
    """

    def __init__(self, engine: Engine, reader: Engine, writer: Writer) -> None:
        self.engine = engine
        self.dialect: str = engine.dialect.name
        self._reader = reader
        self._writer = writer

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session on one snapshot; nothing it does is kept.  Raises ``StoreBusy``."""
        try:
            with Session(self._reader) as session:
                yield session
                session.rollback()
        except DATABASE_ERRORS as error:
            raise StoreBusy("the database failed") from error

    def write(self, job: Callable[[Session], T], weight: int = 1) -> "Future[T]":
        """Run ``job`` in a durable transaction; ``weight`` is about how many rows it writes."""
        return self._writer.submit(job, weight)

    def mark_with(self, key: bytes | None) -> None:
        """Mark the lines of the audit that are written from now on with this key (``audit``)."""
        self._writer.info[audit.MARKING] = key

    @property
    def waiting(self) -> int:
        """About how many jobs wait for the writer."""
        return self._writer.waiting

    @property
    def is_failing(self) -> bool:
        """Whether the database failed this process's last write, and has kept nothing since."""
        return self._writer.is_failing

    def close(self) -> None:
        """Finish the waiting jobs and close every connection."""
        self._writer.close()
        self.engine.dispose()
        self._reader.dispose()


def open_store(url: str, synchronous: str = "FULL", lanes: int = 2) -> Store:
    """Open the database at ``url`` (``sqlite:///…`` or ``postgresql://…``).

    ``synchronous`` is SQLite's; anything but FULL can lose acknowledged writes and serves only the
    crash suite's control.  ``lanes`` is the number of PostgreSQL transactions under way at once.
    """
    if url.startswith("sqlite"):
        return _open_sqlite(url, synchronous)
    return _open_postgres(url, lanes)


def is_read_only(session: Session) -> bool:
    """Whether a PostgreSQL server keeps nothing now: it is a replica, or an operator says so."""
    asked = text("SHOW transaction_read_only")
    return batch.is_postgres(session) and session.execute(asked).scalar_one() == "on"


def _open_sqlite(url: str, synchronous: str) -> Store:
    check_sqlite()
    writing = create_engine(
        url, module=sqlcipher3.dbapi2, connect_args={"check_same_thread": False}, pool_size=1
    )
    reading = create_engine(
        url,
        module=sqlcipher3.dbapi2,
        connect_args={"check_same_thread": False},
        pool_size=8,
        max_overflow=24,
    )
    _prepare(writing, synchronous, "BEGIN IMMEDIATE", read_only=False)
    _prepare(reading, synchronous, "BEGIN", read_only=True)
    _end_what_is_left(writing)
    return Store(writing, reading, Writer(writing, lanes=1))


def _prepare(engine: Engine, synchronous: str, begin: str, read_only: bool) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {_PATIENCE_S * 1000}")
        # Takes effect on a new file only; commits of random ids write a quarter less than by 4 KiB.
        cursor.execute("PRAGMA page_size = 8192")
        _use_wal(cursor)
        cursor.execute(f"PRAGMA synchronous = {synchronous}")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA cache_size = -32000")
        cursor.execute("PRAGMA wal_autocheckpoint = 4000")
        if read_only:
            cursor.execute("PRAGMA query_only = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Any) -> None:
        connection.exec_driver_sql(begin)


def _use_wal(cursor: Any) -> None:
    """Have a new file use a WAL.

    While another server does the same, SQLite says at once that the file is locked, whatever
    ``busy_timeout`` says.
    """
    until_s = time.monotonic() + _PATIENCE_S
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlcipher3.dbapi2.OperationalError:
            if time.monotonic() >= until_s:
                raise
            time.sleep(_AGAIN_S)
        else:
            return


def _end_what_is_left(engine: Engine) -> None:
    """A COMMIT that failed may leave its transaction open, and SQLAlchemy takes it for ended."""

    @event.listens_for(engine, "checkin")
    def on_checkin(connection: Any, _record: Any) -> None:
        if connection is not None:
            connection.rollback()


def _open_postgres(url: str, lanes: int) -> Store:
    plain = url.replace("postgresql+psycopg://", "postgresql://", 1)
    full = plain.replace("postgresql://", "postgresql+psycopg://", 1)
    options = {
        "options": "-c synchronous_commit=on -c lock_timeout=20000",
        "application_name": APPLICATION,
        **{name: value for name, value in _LIVENESS.items() if name not in make_url(full).query},
    }
    writing = create_engine(full, pool_size=lanes, max_overflow=4, connect_args=options)
    reading = create_engine(
        full,
        pool_size=8,
        max_overflow=8,
        isolation_level="REPEATABLE READ",
        connect_args=options,
    )
    for engine in (writing, reading):
        _let_send_arrays(engine)
    _end_what_is_left(writing)
    return Store(writing, reading, Writer(writing, lanes=lanes))


def _let_send_arrays(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        pgbinary.register(connection)
