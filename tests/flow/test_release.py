"""Many held ops are released a slice a transaction: others write between, none is forgotten."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any
from uuid import UUID

import msgspec
import pytest
from sqlmodel import Session
from tests.factories import (
    Server,
    Tablet,
    add_person,
    checklist_address,
    checklist_text,
    enrol_tablet,
    found_company,
    publish,
    running,
)
from tests.flow.meeting import at_once

from fieldops.flow import hold, slices
from fieldops.flow.accept import accept, known
from fieldops.flow.decode import decode_all
from fieldops.flow.handin import Sweep
from fieldops.flow.react import DirectHandin
from fieldops.flow.rights import device_source
from fieldops.flow.slices import Slices
from fieldops.model.access import Role
from fieldops.store import releases
from fieldops.store.engine import open_store
from fieldops_sync.ids import uuid7

LATE = checklist_text("lobby-walk", "1")
CITED = {"def": checklist_address(LATE)}


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three ops a transaction."""
    monkeypatch.setattr(hold, "MOST", 3)
    monkeypatch.setattr(slices, "HELD_MOST", 3)


def running_tablet(database: str, folder: Path) -> Iterator[Tablet]:
    with running(database, folder) as server:
        company = found_company(server)
        user = server.do(lambda s: add_person(s, Role.INSPECTOR, None))
        yield enrol_tablet(server, [user], company.site)


@pytest.fixture
def tablet(database_url: str, tmp_path: Path) -> Iterator[Tablet]:
    yield from running_tablet(database_url, tmp_path)


@pytest.fixture
def on_postgres(postgres_database: str, tmp_path: Path) -> Iterator[Tablet]:
    yield from running_tablet(postgres_database, tmp_path)


def held(tablet: Tablet, count: int, **more: Any) -> list[dict[str, Any]]:
    """So many ops of one walk that are held; by default for the checklist."""
    walk = uuid7()
    ops = [
        tablet.op("result.record@1", inspection=walk, item=f"item-{n}", note="", **(more or CITED))
        for n in range(count)
    ]
    assert {one["status"] for one in tablet.receipts_of(ops)} == {"held"}
    return ops


def standing(tablet: Tablet, ops: list[dict[str, Any]]) -> list[str]:
    return [receipt["stands"]["status"] for receipt in tablet.receipts_of(ops)]


def go_on(server: Server) -> int:
    return server.do(lambda session: hold.go_on(session, server.clock()))


def is_left(server: Server) -> bool:
    return server.look(releases.is_any)


def order(server: Server, ops: list[dict[str, Any]]) -> list[str]:
    """The ids of these ops in the order in which their subjects changed."""
    subjects = {op["subject"]["id"]: op["id"] for op in ops}
    rows = server.look(
        lambda session: (
            session.connection()
            .exec_driver_sql("SELECT kind, subjects FROM log ORDER BY position")
            .all()
        )
    )
    found = []
    for kind, packed in rows:
        ids = [str(UUID(bytes=bytes(packed)[at : at + 16])) for at in range(0, len(packed), 16)]
        found += [subjects[one] for one in ids if kind == "result" and one in subjects]
    return found


def worker(server: Server, stop: Event | None = None) -> Slices:
    store = server.core.store
    return Slices(store, DirectHandin(store, server.clock), stop or Event(), server.clock)


def test_each_slice_is_a_transaction_and_others_write_between(tablet: Tablet) -> None:
    ops, server = held(tablet, 8), tablet.server
    _, cursor = tablet.pull_all()
    publish(server, LATE)
    assert standing(tablet, ops) == ["applied"] * 3 + ["held"] * 5
    assert is_left(server)
    other = enrol_tablet(server, [tablet.actor], tablet.site)
    between = other.op("suggestion.make@1", item="floor")
    assert other.receipts_of([between])[0]["status"] == "applied"
    assert go_on(server) == 3
    assert standing(tablet, ops) == ["applied"] * 6 + ["held"] * 2
    assert [go_on(server), is_left(server), go_on(server)] == [2, False, 0]
    assert standing(tablet, ops) == ["applied"] * 8
    assert order(server, ops) == [op["id"] for op in ops]
    told = [one["body"]["id"] for one in tablet.pull_all(cursor)[0] if one["kind"] == "receipt"]
    assert sorted(told) == sorted(op["id"] for op in ops)


def test_what_comes_meanwhile_and_needs_the_same_goes_behind(tablet: Tablet) -> None:
    ops, server = held(tablet, 4), tablet.server
    publish(server, LATE)
    later = held(tablet, 1)
    beside = tablet.op("suggestion.make@1", item="floor")
    assert tablet.receipts_of([beside])[0]["status"] == "applied"
    worker(server).release()
    assert standing(tablet, [*ops, *later]) == ["applied"] * 5
    assert order(server, [*ops, *later]) == [op["id"] for op in [*ops, *later]]
    now = tablet.op("result.record@1", inspection=uuid7(), item="floor", note="", **CITED)
    assert tablet.receipts_of([now])[0]["status"] == "applied"


def test_a_parent_that_a_push_brings_releases_many_and_theirs(tablet: Tablet) -> None:
    """Each child is a parent itself; the push is answered after the first slice."""
    server, parent = tablet.server, tablet.op("suggestion.make@1", item="door")
    children = held(tablet, 4, needs=[parent["id"]])
    grandchildren = [*held(tablet, 4, needs=[children[0]["id"]])]
    grandchildren += held(tablet, 1, needs=[children[3]["id"]])
    with_it = tablet.op("suggestion.make@1", item="roof", needs=[parent["id"]])
    answers = tablet.receipts_of([with_it, parent])
    assert [one["status"] for one in answers] == ["applied", "applied"]
    assert standing(tablet, children) == ["applied"] * 3 + ["held"]
    worker(server).release()
    assert standing(tablet, children + grandchildren) == ["applied"] * 9
    assert not is_left(server)


def test_a_slice_that_fails_leaves_all_of_it_held(
    tablet: Tablet, monkeypatch: pytest.MonkeyPatch
) -> None:
    ops, server = held(tablet, 7), tablet.server
    publish(server, LATE)
    with monkeypatch.context() as patch:

        def fail(*_: object) -> None:
            raise RuntimeError("the power is cut")

        patch.setattr(hold, "notify", fail)  # All else of the slice is written.
        with pytest.raises(RuntimeError):
            go_on(server)
    assert standing(tablet, ops) == ["applied"] * 3 + ["held"] * 4
    worker(server).release()
    assert standing(tablet, ops) == ["applied"] * 7
    assert order(server, ops) == [op["id"] for op in ops]


def test_a_worker_that_starts_goes_on_with_what_another_left(
    database_url: str, tmp_path: Path
) -> None:
    with running(database_url, tmp_path) as server:
        company = found_company(server)
        first = enrol_tablet(server, [company.inspector], company.site)
        ops = held(first, 7)
        publish(server, LATE)
    with running(database_url, tmp_path) as server:
        first.server = server
        assert standing(first, ops) == ["applied"] * 3 + ["held"] * 4
        stop = Event()
        stop.set()
        worker(server, stop).release()
        assert is_left(server), "a worker that is to stop begins no slice"
        worker(server).release()
        assert standing(first, ops) == ["applied"] * 7


def test_whoever_holds_more_while_the_last_is_released_is_not_forgotten(
    on_postgres: Tablet, postgres_database: str
) -> None:
    """A push at another site is not committed yet when nothing else waits any more."""
    tablet, elsewhere = on_postgres, open_store(postgres_database, lanes=1)
    server, now_ms = tablet.server, tablet.server.clock()
    ops = held(tablet, 4)
    publish(server, LATE)
    site = server.look(lambda s: _other_site(s, tablet.site))
    late = tablet.op(
        "result.record@1", inspection=uuid7(), item="floor", note="", site=site, **CITED
    )

    def push(session: Session) -> None:
        items = decode_all([msgspec.json.encode(late)])
        source = device_source(session, tablet.device, [site], now_ms)
        done = accept(session, items, known(session, items), source, 0, {})
        assert done.receipts[0].status == "held"

    try:
        last = at_once(
            elsewhere, server.core.store, push, lambda session: hold.go_on(session, now_ms)
        )
        assert last.result(20) == 1
        assert is_left(server)
        worker(server).release()
    finally:
        elsewhere.close()
    assert standing(tablet, [*ops, late]) == ["applied"] * 5


def _other_site(session: Session, site: UUID) -> UUID:
    rows = session.connection().exec_driver_sql("SELECT id FROM record WHERE kind = 'site'").all()
    (found,) = {UUID(bytes=bytes(row[0])) for row in rows} - {site}
    return found


def test_time_that_is_up_for_many_is_up_in_slices(tablet: Tablet) -> None:
    cited, missing = held(tablet, 4), held(tablet, 4, needs=[str(uuid7())])
    server = tablet.server
    server.clock.forward(5 * 24)
    tablet.renew()
    assert DirectHandin(server.core.store, server.clock)(Sweep()).position == 3
    assert standing(tablet, cited) == ["quarantined"] * 3 + ["held"]
    worker(server).sweep()
    assert standing(tablet, cited) == ["quarantined"] * 4
    assert standing(tablet, missing) == ["conflict"] * 4


def test_a_sweep_releases_before_anything_is_up(tablet: Tablet) -> None:
    """What needs nothing any more is no conflict, however long it was held."""
    ops, server = held(tablet, 7), tablet.server
    publish(server, LATE)
    server.do(lambda s: releases.drop(s, [bytes.fromhex(CITED["def"])]))
    server.clock.forward(5 * 24)
    tablet.renew()
    worker(server).sweep()
    assert standing(tablet, ops) == ["applied"] * 7
