"""Fresh databases to measure on: a SQLite file, or a database of a PostgreSQL of our own."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
import sqlcipher3
from msgspec import Struct
from psycopg import sql
from tests import servers

from bench.meter import CpuMeter, tree_cpu

Engine = Literal["sqlite", "postgres"]
ENGINES: tuple[Engine, ...] = ("sqlite", "postgres")


class Database(Struct, frozen=True):
    """``cpu`` counts the database's own processes; SQLite has none beside the server's."""

    engine: Engine
    url: str
    cpu: CpuMeter


@contextmanager
def fresh(engine: Engine, folder: Path) -> Iterator[Database]:
    """An empty database, gone afterwards; ``folder`` is where a SQLite file is put."""
    if engine == "sqlite":
        yield Database("sqlite", f"sqlite:///{folder / f'{uuid4().hex}.db'}", lambda: 0.0)
        return
    note = servers.postgres()
    if "pid" not in note:
        raise RuntimeError("the CPU of a PostgreSQL elsewhere cannot be measured; unset "
                           "FIELDOPS_TEST_POSTGRES to start one here")  # fmt: skip
    name = sql.Identifier(f"bench_{os.getpid()}_{uuid4().hex[:8]}")
    with psycopg.connect(note["url"], autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
        parts = urlsplit(note["url"])
        try:
            url = urlunsplit(parts._replace(path=f"/{name.as_string().strip(chr(34))}"))
            yield Database("postgres", url, tree_cpu(int(note["pid"])))
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def size_bytes(database: Database) -> int:
    """What all tables and indexes take on disk, with nothing left in a SQLite WAL."""
    if database.engine == "sqlite":
        return _sqlite_bytes(database.url)
    query = (
        "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::int8 FROM pg_class c"
        " JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = 'public' AND c.relkind = 'r'"
    )
    with psycopg.connect(database.url) as connection:
        found = connection.execute(query).fetchone()
    assert found is not None
    return int(found[0])


def _sqlite_bytes(url: str) -> int:
    connection = sqlcipher3.dbapi2.connect(url.removeprefix("sqlite:///"))
    try:
        connection.execute("PRAGMA busy_timeout = 20000")
        busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        assert not busy, "the checkpoint was held up"
        ((pages,), (page_bytes,)) = (
            connection.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "page_size")
        )
    finally:
        connection.close()
    return int(pages) * int(page_bytes)
