"""The writer takes what waits together, and nobody's lock or failure is another's."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import closing
from functools import partial

import psycopg
import pytest
import sqlcipher3
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.pool import QueuePool
from sqlmodel import Session

from fieldops.model.change import Change
from fieldops.store import batch, log, meta, schema, writer
from fieldops.store.engine import Store, open_store
from fieldops.store.tables import Meta
from fieldops_sync.ids import uuid7

SITE = uuid7()


@pytest.fixture
def held(store: Store) -> Iterator[Callable[[], None]]:
    """The lane is busy until this is called."""
    gate, begun = threading.Event(), threading.Event()

    def wait(_session: Session) -> None:
        begun.set()
        assert gate.wait(20)

    going = store.write(wait)
    assert begun.wait(20)

    def let_go() -> None:
        gate.set()
        going.result(20)

    yield let_go
    gate.set()


@pytest.fixture
def commits(store: Store) -> list[None]:
    """One for each COMMIT of the writer."""
    found: list[None] = []
    event.listen(store.engine, "commit", lambda _connection: found.append(None))
    return found


def add(session: Session, key: str, seen: list[str] | None = None) -> str:
    """Take a key for new, and look only where it is not; ``seen`` hears of each run."""
    if seen is not None:
        seen.append(key)
    if not writer.is_again(session):
        batch.run(session, "INSERT INTO meta (key, value) VALUES (:key, :value)", key=key, value="")
        return "made"
    return "met" if session.get(Meta, key) else "lost"


def test_what_waits_when_the_first_is_done_goes_with_it(
    store: Store, held: Callable[[], None], commits: list[None]
) -> None:
    waiting = [store.write(partial(add, key=key)) for key in ("one", "two", "three")]
    held()
    assert [one.result(20) for one in waiting] == ["made"] * 3
    assert len(commits) == 1


def test_who_meets_a_row_runs_again_and_its_group_stands(
    store: Store, held: Callable[[], None], commits: list[None]
) -> None:
    seen: list[str] = []
    waiting = [store.write(partial(add, key=key, seen=seen)) for key in ("a", "b", "a", "c")]
    held()
    assert [one.result(20) for one in waiting] == ["made", "made", "met", "made"]
    assert seen == ["a", "b", "a", "a", "c"]
    assert len(commits) == 1


def test_a_first_job_that_meets_a_row_takes_others_along(store: Store, commits: list[None]) -> None:
    store.write(partial(add, key="a")).result(20)
    gate, begun = threading.Event(), threading.Event()

    def late(session: Session) -> str:
        begun.set()
        assert gate.wait(20)
        return add(session, "a")

    first = store.write(late)
    assert begun.wait(20)
    waiting = [store.write(partial(add, key=key)) for key in ("b", "c")]
    gate.set()
    assert [one.result(20) for one in (first, *waiting)] == ["met", "made", "made"]
    assert len(commits) == 2


def test_what_a_first_job_leaves_to_be_written_fails_as_its_own(store: Store) -> None:
    store.write(partial(add, key="a")).result(20)
    gate, begun = threading.Event(), threading.Event()

    def late(session: Session) -> None:
        begun.set()
        assert gate.wait(20)
        session.add(Meta(key="a", value=""))

    first = store.write(late)
    assert begun.wait(20)
    second = store.write(partial(add, key="b"))
    gate.set()
    with pytest.raises(writer.StoreBusy) as refused:
        first.result(20)
    assert isinstance(refused.value.__cause__, IntegrityError)
    assert second.result(20) == "made"


def test_who_would_wait_for_a_lock_keeps_nobody_waiting(postgres_database: str) -> None:
    here, elsewhere = (open_store(postgres_database, lanes=1) for _ in range(2))
    gate, begun, ready = threading.Event(), threading.Event(), threading.Event()
    seen: list[str] = []

    def works_there(session: Session) -> None:
        batch.lock(session, [SITE])
        begun.set()
        assert gate.wait(20)

    def works_here(session: Session) -> str:
        seen.append("works")
        batch.lock(session, [SITE])
        return add(session, "b")

    there = elsewhere.write(works_there)
    assert begun.wait(20)
    first = here.write(lambda _session: ready.wait(20))
    waiting = [here.write(partial(add, key="a")), here.write(works_here)]
    last = here.write(partial(add, key="c"))
    ready.set()
    assert first.result(20)
    assert waiting[0].result(20) == "made"
    assert not waiting[1].done()
    gate.set()
    there.result(20)
    assert waiting[1].result(20) == last.result(20) == "made"
    assert seen == ["works", "works"]
    for one in (here, elsewhere):
        one.close()


def test_what_comes_meanwhile_goes_with_the_next(
    store: Store, held: Callable[[], None], commits: list[None]
) -> None:
    after: list[Future[str]] = []

    def asks_for_more(session: Session) -> str:
        after.append(store.write(partial(add, key="b")))
        return add(session, "a")

    first = store.write(asks_for_more)
    held()
    assert first.result(20) == after[0].result(20) == "made"
    assert len(commits) == 2


def test_a_transaction_takes_in_so_many_rows(
    store: Store, held: Callable[[], None], commits: list[None]
) -> None:
    waiting = [store.write(partial(add, key=key), 4000) for key in ("a", "b", "c")]
    held()
    assert [one.result(20) for one in waiting] == ["made"] * 3
    assert len(commits) == 3


def test_what_a_failed_job_changed_is_not_in_the_log(
    store: Store, held: Callable[[], None]
) -> None:
    wanted, unwanted = (Change(SITE, "result", uuid7(), uuid7()) for _ in range(2))

    def fails(session: Session) -> None:
        log.append(session, [unwanted])
        raise ValueError

    begins = store.write(meta.initialise)
    failing = store.write(fails)
    works = store.write(lambda session: log.append(session, [wanted]))
    held()
    begins.result(20)
    works.result(20)
    assert isinstance(failing.exception(20), ValueError)
    with store.read() as session:
        assert log.read(session, 0, 10) == [wanted]
        assert log.counter(session) == 1


def test_a_job_that_the_database_refuses_is_refused_alone(
    store: Store, held: Callable[[], None]
) -> None:
    runs: list[None] = []

    def wrong(session: Session) -> None:
        runs.append(None)
        batch.run(session, "SELECT nothing FROM nowhere")

    first = store.write(lambda session: meta.put(session, "a", "1"))
    refused = store.write(wrong)
    last = store.write(lambda session: meta.put(session, "b", "2"))
    held()
    first.result(20)
    last.result(20)
    assert isinstance(refused.exception(20), writer.StoreBusy)
    assert len(runs) == 2  # in the group and alone
    with store.read() as session:
        assert (meta.get(session, "a"), meta.get(session, "b")) == ("1", "2")


@pytest.mark.parametrize(("losses", "made"), [(4, True), (5, False)])
def test_who_loses_a_lock_is_tried_again(store: Store, losses: int, made: bool) -> None:
    runs: list[None] = []

    def loses(_session: Session) -> str:
        runs.append(None)
        if len(runs) <= losses:
            raise OperationalError("SELECT", {}, sqlcipher3.dbapi2.OperationalError("busy"))
        return "made"

    outcome = store.write(loses)
    assert (outcome.exception(20) is None) == made
    assert len(runs) == 5


def test_all_that_waits_is_done_before_the_lanes_end(database_url: str) -> None:
    store = open_store(database_url)
    schema.prepare(store)
    gate = threading.Event()
    gates = [store.write(lambda _session: gate.wait(20)) for _ in range(2)]
    waiting = [store.write(partial(add, key=str(number))) for number in range(30)]
    threading.Timer(0.1, gate.set).start()
    store.close()
    assert all(one.result(0) for one in gates)
    assert [one.result(0) for one in waiting] == ["made"] * 30


def test_connections_that_are_all_in_use_are_a_busy_database(store: Store):
    pool = store._reader.pool
    assert isinstance(pool, QueuePool)
    pool._timeout = 0.05
    taken = [store._reader.connect() for _ in range(pool.size() + pool._max_overflow)]
    with pytest.raises(writer.StoreBusy), store.read() as session:
        meta.secret(session)
    for connection in taken:
        connection.close()
    with store.read() as session:
        assert session.connection()


def test_a_server_that_is_cut_off_counts_as_gone_within_half_a_minute(postgres_database: str):
    mark = "&" if "?" in postgres_database else "?"
    own = open_store(f"{postgres_database}{mark}keepalives_idle=77")
    with closing(open_store(postgres_database)) as store, closing(own):
        for one, idle_s in ((store, "10"), (own, "77")):
            with one.engine.connect() as connection:
                driven = connection.connection.driver_connection
                assert isinstance(driven, psycopg.Connection)
                said = driven.info.get_parameters()
                assert (said["keepalives_idle"], said["tcp_user_timeout"]) == (idle_s, "20000")
                assert said["connect_timeout"] == "10"
