"""A database that a test gets is as new, whatever the tests before did to theirs."""

from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest
from sqlalchemy import text
from tests.databases import TABLES, Shelf, lay_sqlite

from fieldops.store import audit, meta, schema
from fieldops.store.engine import open_store


@pytest.fixture(scope="module")
def own(postgres_url: str) -> Iterator[Shelf]:
    """A shelf of this module, so that it knows what lies on it."""
    with closing(Shelf(postgres_url, "own")) as made:
        yield made


def used(url: str) -> bytes:
    """Use a database as a server does; the secret that it drew."""
    entry = audit.Entry("site.set", 1)
    with closing(open_store(url)) as store:
        schema.prepare(store)
        store.write(lambda session: audit.add(session, entry)).result(20)
        with store.read() as session:
            return meta.secret(session)


def rows(url: str) -> dict[str, int]:
    """How many rows each table has; a sequence counts from where it begins."""
    with psycopg.connect(url) as connection:
        names = connection.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'S')"
            " AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'"
        ).fetchall()
        assert len(names) > 20
        drawn = "SELECT count(last_value) FROM pg_sequences WHERE schemaname = 'public'"
        found = {"drawn": connection.execute(drawn).fetchone()}
        found |= {n: connection.execute(f"SELECT count(*) FROM {n}").fetchone() for (n,) in names}
    return {name: row[0] if row else -1 for name, row in found.items()}


def test_a_database_that_was_used_is_given_again_as_new(own: Shelf):
    url = own.take()
    new, secret = rows(url), used(url)
    assert rows(url) != new
    own.put_back(url)
    assert own.take() == url
    assert rows(url) == new
    assert used(url) != secret
    own.put_back(url)


def test_a_large_table_is_cut_off(own: Shelf):
    url = own.take()
    new = rows(url)
    with psycopg.connect(url) as connection:
        filled = "INSERT INTO meta SELECT n, repeat('x', 400) FROM generate_series(1, 2000) n"
        connection.execute(filled)
    own.put_back(url)
    assert own.take() == url
    assert rows(url) == new
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT pg_relation_size('meta')").fetchone() == (0,)
    own.put_back(url)


CHANGES = (
    "CREATE TABLE more (a int)",
    "CREATE SCHEMA more",
    "CREATE SEQUENCE more",
    "CREATE FUNCTION more() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE INDEX more ON meta (value)",
    "ALTER TABLE meta ADD COLUMN more int",
    "ALTER TABLE meta DROP COLUMN value",
    "ALTER TABLE meta ADD CHECK (key <> '')",
    "UPDATE alembic_version SET version_num = '9999'",
    "DROP TABLE alembic_version",
)


@pytest.mark.parametrize("change", CHANGES)
def test_other_tables_are_noticed(own: Shelf, change: str):
    url = own.take()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("BEGIN")
        connection.execute(change)
        try:
            assert connection.execute(TABLES).fetchall() != own.tables
        except psycopg.errors.UndefinedTable:
            assert change == "DROP TABLE alembic_version"
        connection.execute("ROLLBACK")
        assert connection.execute(TABLES).fetchall() == own.tables
    own.put_back(url)


def test_a_database_with_other_tables_is_not_given_again(own: Shelf):
    url = own.take()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(CHANGES[0])
    own.put_back(url)
    another = own.take()
    assert another != url
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(url)
    own.put_back(another)


def test_whoever_is_still_connected_is_thrown_out(own: Shelf):
    url = own.take()
    with closing(psycopg.connect(url)) as left:
        left.execute("INSERT INTO meta VALUES ('left', 'open')")
        own.put_back(url)
        with pytest.raises(psycopg.OperationalError):
            left.execute("SELECT 1")
    assert own.take() == url
    assert rows(url)["meta"] == 0
    own.put_back(url)


def test_a_sqlite_file_is_as_new(tmp_path):
    one, other = lay_sqlite(tmp_path / "one" / "a.db"), lay_sqlite(tmp_path / "other" / "a.db")
    assert used(one) != used(other)
    with closing(open_store(one)) as store, store.read() as session:
        assert session.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
        assert session.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
