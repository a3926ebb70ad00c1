"""Fresh databases for the tests: with this version's tables in them and no row, or wholly empty.

    PostgreSQL   template ── copied ──> a database ──> a test ──> emptied, and used again
    SQLite       template ── copied ──> a file     ──> a test

Making, migrating and dropping a database takes longer than most tests take.  One is used again only
if a test left its tables as the template has them; otherwise it is dropped.
"""

import functools
import itertools
import os
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

_LARGE_BYTES = 256 * 1024
"""A table that a test made so large is cut off: emptied row by row, it would stay so large."""
_LEAVE_MS = 10_000

TABLES = """
    WITH room AS (SELECT oid FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema$)'),
    thing AS (SELECT * FROM pg_class WHERE relnamespace IN (SELECT oid FROM room))
    SELECT concat_ws(' ', 'version', version_num) AS line FROM alembic_version
    UNION ALL SELECT concat_ws(' ', 'schema', nspname) FROM pg_namespace
        WHERE oid IN (SELECT oid FROM room)
    UNION ALL SELECT concat_ws(' ', relkind, relname, reloptions) FROM thing
    UNION ALL SELECT concat_ws(' ', relname, attnum, attname, atttypid::regtype, attnotnull)
        FROM pg_attribute JOIN thing ON attrelid = thing.oid
    UNION ALL SELECT pg_get_indexdef(oid) FROM thing WHERE relkind = 'i'
    UNION ALL SELECT concat_ws(' ', relname, conname, pg_get_constraintdef(c.oid))
        FROM pg_constraint c JOIN thing ON conrelid = thing.oid
    UNION ALL SELECT concat_ws(' ', relname, tgname, tgenabled)
        FROM pg_trigger JOIN thing ON tgrelid = thing.oid
    UNION ALL SELECT concat_ws(' ', 'function', proname) FROM pg_proc
        WHERE pronamespace IN (SELECT oid FROM room)
    UNION ALL SELECT concat_ws(' ', 'setting', setconfig) FROM pg_db_role_setting
        JOIN pg_database d ON d.oid = setdatabase WHERE datname = current_database()
    ORDER BY line
"""
"""Everything about a database's tables that the migrations decide, a line each."""

_EMPTY = """
    DO $$ DECLARE thing record; BEGIN
        FOR thing IN
            SELECT oid, oid::regclass AS name, relkind, pg_relation_size(oid) AS size FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'
        LOOP
            IF thing.relkind = 'S' THEN
                PERFORM setval(thing.oid, seqstart, false) FROM pg_sequence
                WHERE seqrelid = thing.oid;
            ELSIF thing.relkind = 'r' AND thing.size > %(large)s THEN
                EXECUTE format('TRUNCATE %%s', thing.name);
            ELSIF thing.relkind = 'r' AND thing.size > 0 THEN
                EXECUTE format('DELETE FROM %%s', thing.name);
            END IF;
        END LOOP;
    END $$
"""


class Shelf:
    """The PostgreSQL databases of one worker; ``close`` drops all of them."""

    def __init__(self, url: str, worker_name: str) -> None:
        self._url = url
        self._prefix = f"fieldops_{worker_name}_{os.getpid()}"
        self._numbers = itertools.count(1)
        self._connection = psycopg.connect(url, autocommit=True)
        self._made: list[str] = []
        self._free: list[str] = []
        self._template = ""
        self.tables: list[Any] = []

    def make(self) -> str:
        """The URL of a new database without tables."""
        return self._at(self._create())

    def take(self) -> str:
        """The URL of a database with this version's tables, all of them empty."""
        if self._free:
            return self._at(self._free.pop())
        self._template = self._template or self._migrated()
        return self._at(self._create(self._template))

    def put_back(self, url: str) -> None:
        """Take back what ``take`` gave; whoever is still connected is thrown out."""
        name = _name(url)
        others = "SELECT pg_terminate_backend(pid, %s) FROM pg_stat_activity WHERE datname = %s"
        self._connection.execute(others, (_LEAVE_MS, name))
        if self._emptied(url):
            self._free.append(name)
        else:
            self.drop(url)

    def drop(self, url: str) -> None:
        """Drop a database, whoever is connected to it."""
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        self._connection.execute(drop.format(sql.Identifier(_name(url))))
        self._made.remove(_name(url))

    def close(self) -> None:
        """Drop what is left."""
        for name in [*self._made]:
            self.drop(self._at(name))
        self._connection.close()

    def _emptied(self, url: str) -> bool:
        try:
            with psycopg.connect(url, autocommit=True) as connection:
                if connection.execute(TABLES).fetchall() != self.tables:
                    return False
                cursor = psycopg.ClientCursor(connection)
                cursor.execute(_EMPTY, {"large": _LARGE_BYTES})
        except psycopg.Error:
            return False
        return True

    def _migrated(self) -> str:
        name = self._create()
        _migrate(self._at(name))
        with psycopg.connect(self._at(name)) as connection:
            self.tables = connection.execute(TABLES).fetchall()
        return name

    def _create(self, template: str = "template1") -> str:
        name = f"{self._prefix}_{next(self._numbers)}"
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        names = (sql.Identifier(name), sql.Identifier(template))
        self._connection.execute(create.format(*names))
        self._made.append(name)
        return name

    def _at(self, name: str) -> str:
        return urlunsplit(urlsplit(self._url)._replace(path=f"/{name}"))


def lay_sqlite(path: Path) -> str:
    """Make a SQLite file with this version's tables, all of them empty; its URL."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        file.write(_sqlite_template())
    return f"sqlite:///{path}"


@functools.cache
def _sqlite_template() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "template.db"
        _migrate(f"sqlite:///{path}")
        assert [one.name for one in path.parent.iterdir()] == [path.name]
        return path.read_bytes()


def _migrate(url: str) -> None:
    # A run's conftest may import nothing of ours: coverage and other runs' plugins come first.
    from fieldops.store import migrate
    from fieldops.store.engine import open_store

    store = open_store(url)
    migrate.upgrade(store.engine)
    store.close()


def _name(url: str) -> str:
    return urlsplit(url).path.lstrip("/")
