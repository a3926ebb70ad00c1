"""Many rows in one statement: they are read back as they were given, whatever repeats in them."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Event
from typing import Any

import psycopg
import pytest
from sqlmodel import Session

from fieldops.store import batch
from fieldops.store.engine import Store, open_store
from fieldops.store.writer import StoreBusy
from fieldops_sync.ids import uuid7

FEED = uuid7().bytes
ODD = 'it\'s "so" \\ ; -- 电梯 \N{GRINNING FACE}'
SELECT = (
    "SELECT id, kind, feed, at_ms, state, person, item, definition, conflict, verdict, tray"
    " FROM desk_row ORDER BY id"
)


def rows_of(count: int, item: str, person: bytes | None) -> list[tuple[Any, ...]]:
    """Rows that differ in their id and their time only."""
    ids = sorted(uuid7().bytes for _ in range(count))
    return [
        (one, "result", FEED, -number, "fail", person, item, None, 0, "", None)
        for number, one in enumerate(ids)
    ]


def read(session: Session) -> list[tuple[Any, ...]]:
    return [
        tuple(bytes(value) if isinstance(value, memoryview | bytearray) else value for value in row)
        for row in batch.run(session, SELECT)
    ]


@pytest.mark.parametrize("count", [1, 31, 32, 600])
@pytest.mark.parametrize("person", [None, bytes(16)])
def test_rows_are_read_back_as_given(store: Store, count: int, person: bytes | None) -> None:
    given = rows_of(count, ODD, person)
    store.write(lambda session: batch.upsert_desk(session, given)).result(20)
    with store.read() as session:
        assert read(session) == given


def test_a_column_may_repeat_hold_null_or_differ_at_its_ends_only(store: Store) -> None:
    given = rows_of(40, "same", bytes(16))
    given[7] = (*given[7][:5], None, "other", *given[7][7:])
    store.write(lambda session: batch.upsert_desk(session, given)).result(20)
    with store.read() as session:
        assert read(session) == given


def test_rows_that_are_there_are_renewed_all_at_once(store: Store) -> None:
    given = rows_of(40, "before", None)
    after = [(*row[:6], "after", *row[7:]) for row in given]
    store.write(lambda session: batch.upsert_desk(session, given)).result(20)
    store.write(lambda session: batch.upsert_desk(session, after)).result(20)
    with store.read() as session:
        assert read(session) == after


@pytest.mark.parametrize("wanted", [0, 1, 2, 40])
def test_rows_are_found_by_their_ids(store: Store, wanted: int) -> None:
    """One by another statement than several; what is not there is not found."""
    given = rows_of(40, "same", None)
    store.write(lambda session: batch.insert_desk(session, given)).result(20)
    ids = [row[0] for row in given[:wanted]]
    query = "SELECT id FROM desk_row WHERE id {} ORDER BY id"
    with store.read() as session:
        found = batch.select_in(session, query, ids)
        assert [bytes(row[0]) for row in found] == ids
        assert batch.select_in(session, query, [uuid7().bytes]) == []


def renew(session: Session) -> None:
    batch.run(session, "UPDATE desk_row SET item = item")


def copy(session: Session) -> None:
    batch.insert_desk(session, rows_of(40, "lost", None))


@pytest.mark.parametrize("write", [renew, copy])
def test_a_lost_connection_keeps_nothing_and_is_replaced(
    postgres_database: str, write: Callable[[Session], None]
) -> None:
    store, given = open_store(postgres_database, lanes=1), rows_of(2, "kept", None)

    def lose(session: Session) -> None:
        batch.insert_desk(session, rows_of(2, "lost", None))
        (number,) = batch.run(session, "SELECT pg_backend_pid()")[0]
        with psycopg.connect(postgres_database) as other:
            other.execute("SELECT pg_terminate_backend(%s, 20000)", (number,))
        write(session)

    with pytest.raises(StoreBusy):
        store.write(lose).result(60)
    store.write(lambda session: batch.insert_desk(session, given)).result(60)
    with store.read() as session:
        assert read(session) == given
    store.close()


def test_locks_in_any_order_never_wait_in_a_circle(postgres_database: str) -> None:
    keys = [uuid7() for _ in range(30)]
    store = open_store(postgres_database)

    def work(seed: int) -> None:
        order = random.Random(seed)
        for _ in range(60):
            with Session(store.engine) as session:
                batch.lock(session, order.sample(keys, 20))

    with ThreadPoolExecutor(3) as workers:
        assert list(workers.map(work, range(3))) == [None] * 3
    store.close()


def test_what_is_written_behind_a_savepoint_goes_with_it(store: Store) -> None:
    """Also where a statement of the transaction came before: it has the driver's connection."""
    kept, lost = rows_of(1, "kept", None), rows_of(1, "lost", None)

    def work(session: Session) -> None:
        batch.insert_desk(session, kept)
        with suppress(KeyError), session.begin_nested():
            batch.insert_desk(session, lost)
            raise KeyError

    store.write(work).result(20)
    with store.read() as session:
        assert read(session) == kept


def test_no_rows_are_no_statement(store: Store) -> None:
    store.write(lambda session: batch.upsert_desk(session, [])).result(20)
    with store.read() as session:
        assert read(session) == []


def test_a_job_of_a_group_that_fails_leaves_nothing(store: Store) -> None:
    """Also behind one that wrote by the same connection."""
    given, lost, begun, go = rows_of(40, "kept", None), rows_of(40, "lost", None), Event(), Event()

    def wait(_session: Session) -> None:
        begun.set()
        assert go.wait(20)

    def fail(session: Session) -> None:
        batch.upsert_desk(session, lost)
        raise KeyError

    waiting = store.write(wait)
    assert begun.wait(20)
    first = store.write(lambda session: batch.upsert_desk(session, given[:20]))
    failing = store.write(fail)
    last = store.write(lambda session: batch.upsert_desk(session, given[20:]))
    go.set()
    for job in (waiting, first, last):
        job.result(20)
    with pytest.raises(KeyError):
        failing.result(20)
    with store.read() as session:
        assert read(session) == given
