"""Our binary forms are read by a real PostgreSQL as what they stand for."""

from typing import Any

import psycopg
import pytest

from fieldops.store import pgbinary

COLUMNS: dict[str, list[Any]] = {
    "bytea": [b"", b"\x00\xff", b"x" * 70_000, None],
    "text": ["", "大堂", "a'b\\c\n", "x"],
    "int4": [0, -(2**31), 2**31 - 1, None],
    "int8": [0, -(2**63), 2**63 - 1, None],
}


@pytest.fixture
def connection(postgres_database: str) -> "psycopg.Connection[tuple[object, ...]]":
    opened = psycopg.connect(postgres_database)
    pgbinary.register(opened)
    return opened


@pytest.mark.parametrize("kind", sorted(COLUMNS))
def test_array_arrives_as_its_values(
    connection: "psycopg.Connection[tuple[object, ...]]", kind: str
) -> None:
    values = COLUMNS[kind]
    with connection.cursor(binary=True) as cursor:
        cursor.execute("SELECT v FROM unnest(%b) AS v", (pgbinary.array(kind, values),))
        assert [row[0] for row in cursor.fetchall()] == values


@pytest.mark.parametrize("kind", sorted(COLUMNS))
def test_empty_array_arrives_empty(
    connection: "psycopg.Connection[tuple[object, ...]]", kind: str
) -> None:
    with connection.cursor(binary=True) as cursor:
        cursor.execute("SELECT count(*) FROM unnest(%b)", (pgbinary.array(kind, []),))
        assert cursor.fetchall() == [(0,)]


def test_copied_rows_arrive_whole(
    connection: "psycopg.Connection[tuple[object, ...]]",
) -> None:
    rows = list(zip(*COLUMNS.values(), strict=True))
    with connection.cursor(binary=True) as cursor:
        cursor.execute("CREATE TEMP TABLE t (a bytea, b text, c int4, d int8)")
        with cursor.copy("COPY t FROM STDIN (FORMAT BINARY)") as copy:
            copy.write(pgbinary.copy_data(list(COLUMNS), list(COLUMNS.values())))
        cursor.execute("SELECT a, b, c, d FROM t")
        assert sorted(cursor.fetchall(), key=repr) == sorted(rows, key=repr)
