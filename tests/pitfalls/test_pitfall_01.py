"""Pitfall 1: a reader skips what commits late.

writer A   draws position 1 ───────────────── commits
writer B            draws position 2 ─ commits
reader                                 └ sees 2, goes on after 2, and never sees 1
"""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import wait
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlmodel import Session
from tests.pitfalls.helping import rounds

from fieldops.model.change import Change
from fieldops.store import batch, log, schema
from fieldops.store.engine import Store, open_store
from fieldops.store.runs import Row
from fieldops_sync.ids import uuid7

FEED = UUID(int=1)
_insert_log = batch.insert_log


@contextmanager
def stores(url: str, count: int) -> Iterator[list[Store]]:
    """Several servers' stores on one PostgreSQL; one on SQLite, where only one process writes."""
    with ExitStack() as stack:
        opened = [open_store(url, lanes=4) for _ in range(count if "postgres" in url else 1)]
        for store in opened:
            stack.callback(store.close)
        schema.prepare(opened[0])
        yield opened


def write(session: Session) -> UUID:
    op = uuid7()
    log.append(session, [Change(FEED, "result", uuid7(), op)])
    return op


def read_on(store: Store, after: int) -> list[Change]:
    with store.read() as session:
        return log.read(session, after, 10_000)


def late_commit(url: str, monkeypatch: pytest.MonkeyPatch) -> tuple[list[UUID], list[UUID]]:
    """One writer stands still between its position and its commit; what was written, and read."""
    drawn, go_on = threading.Event(), threading.Event()

    def stand_still(session: Session, runs: list[Row]) -> None:
        _insert_log(session, runs)
        if not drawn.is_set():
            drawn.set()
            assert go_on.wait(20)

    monkeypatch.setattr(batch, "insert_log", stand_still)
    with stores(url, 2) as opened:
        slow = opened[0].write(write)
        assert drawn.wait(20)
        quick = opened[-1].write(write)
        wait([quick], timeout=0.3)
        first = read_on(opened[0], 0)
        go_on.set()
        written = [slow.result(20), quick.result(20)]
        rest = read_on(opened[0], first[-1].position if first else 0)
    return written, [change.op for change in [*first, *rest]]


def test_a_writer_that_commits_late_is_not_skipped(
    database_url: str, monkeypatch: pytest.MonkeyPatch
):
    written, seen = late_commit(database_url, monkeypatch)
    assert seen == written


def test_without_the_counter_row_it_is_skipped(
    postgres_database: str, monkeypatch: pytest.MonkeyPatch
):
    def draw_from_a_sequence(session: Session, count: int) -> int:
        assert count == 1
        return int(session.execute(text("SELECT nextval('positions')")).scalar_one())

    monkeypatch.setattr(batch, "draw_positions", draw_from_a_sequence)
    with stores(postgres_database, 1) as (store,):
        store.write(lambda s: s.execute(text("CREATE SEQUENCE positions"))).result(20)
    written, seen = late_commit(postgres_database, monkeypatch)
    assert seen == written[1:]


@pytest.mark.parametrize("seed", range(rounds(1, 20)))
def test_many_writers_with_random_delays(
    database_url: str, monkeypatch: pytest.MonkeyPatch, seed: int, tmp_path: Path
):
    random = Random(seed)

    def dawdle(session: Session, runs: list[Row]) -> None:
        _insert_log(session, runs)
        time.sleep(random.random() * 0.004)

    monkeypatch.setattr(batch, "insert_log", dawdle)
    with stores(database_url, 3) as opened:
        futures = [opened[n % len(opened)].write(write) for n in range(rounds(300, 3000))]
        cursor, seen, positions = 0, [], []
        while not all(future.done() for future in futures) or read_on(opened[0], cursor):
            for change in read_on(opened[-1], cursor):
                cursor = change.position
                seen.append(change.op)
                positions.append(change.position)
        assert sorted(seen) == sorted(future.result() for future in futures)
    assert positions == list(range(positions[0], positions[0] + len(positions)))
