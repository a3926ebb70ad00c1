"""The floor of a bootstrap: the driver reads the same rows in the same order, and nothing more."""

import time
from uuid import UUID

import psycopg
import sqlcipher3

from bench.databases import Database

_QUERY = (
    "SELECT id, kind, feed, parent, state, heads, revision, change, body, conflict FROM record"
    " WHERE feed = {} ORDER BY parent, id"
)


def raw_read_s(database: Database, feed: UUID) -> float:
    """The seconds that reading all subjects of a feed takes."""
    if database.engine == "sqlite":
        return _sqlite_s(database.url, feed)
    with psycopg.connect(database.url) as connection:
        began_s = time.perf_counter()
        cursor = connection.cursor(binary=True)
        cursor.execute(_QUERY.format("%b").encode(), (feed.bytes,))
        cursor.fetchall()
        return time.perf_counter() - began_s


def _sqlite_s(url: str, feed: UUID) -> float:
    connection = sqlcipher3.dbapi2.connect(url.removeprefix("sqlite:///"))
    try:
        began_s = time.perf_counter()
        connection.execute(_QUERY.format("?"), (bytearray(feed.bytes),)).fetchall()
        return time.perf_counter() - began_s
    finally:
        connection.close()
