"""What desks list by follows from the records: damage is found, and mended to what it was."""

import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session
from tests.factories import (
    NOON_MS,
    Company,
    Server,
    Tablet,
    checklist_text,
    enrol_tablet,
    found_company,
    running,
)

from fieldops.flow import deskcare
from fieldops.store import batch, deskcheck, records
from fieldops_sync.ids import result_id, uuid7

ALL = "SELECT * FROM desk_row ORDER BY id"


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[Server]:
    with running(database_url, tmp_path) as started:
        yield started


class Walker:
    """A tablet that walks, pushes late, and edits what it wrote."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.company: Company = found_company(server, checklist_text("daily"))
        self.tablet: Tablet = enrol_tablet(server, [self.company.inspector], self.company.site)
        self.more: dict[str, Any] = {"site": self.tablet.site, "def": self.company.definition}

    def start(self, walk: UUID) -> dict[str, Any]:
        subject = {"kind": "inspection", "id": str(walk)}
        return self.tablet.op("inspection.start@1", subject=subject, **self.more)

    def result(self, walk: UUID, outcome: str, item: str = "floor", **more: Any) -> dict[str, Any]:
        given = self.more | more
        return self.tablet.op(
            "result.record@1", inspection=walk, item=item, outcome=outcome, **given
        )

    def push(self, *ops: dict[str, Any]) -> None:
        """Each push is a minute after the last."""
        self.server.clock.now_ms += 60_000
        statuses = {one["status"] for one in self.tablet.receipts_of(ops)}
        assert statuses <= {"applied", "merged", "conflict"}, statuses

    def edited(self, first: str, *then: str) -> UUID:
        """A walk whose result is written again and again, a push each time."""
        walk = uuid7()
        op = self.result(walk, first)
        self.push(self.start(walk), op)
        for outcome in then:
            op = self.result(walk, outcome, base=[op["id"]])
            self.push(op)
        return walk


def rows(server: Server) -> list[tuple[Any, ...]]:
    def query(session: Session) -> list[tuple[Any, ...]]:
        return [
            tuple(bytes(one) if isinstance(one, memoryview | bytearray) else one for one in row)
            for row in batch.run(session, ALL)
        ]

    return server.look(query)


def nothing(_count: int) -> None:
    """Nobody looks at how far it is."""


@pytest.fixture
def walker(server: Server) -> Walker:
    """Every way by which a record comes onto a list, changes there and leaves it."""
    one = Walker(server)
    one.edited("pass", "fail")
    one.edited("fail", "pass")
    one.edited("pass", "pass", "fail", "pass", "fail")
    stub = uuid7()
    one.push(one.result(stub, "fail"))
    one.push(one.start(stub))
    one.push(one.result(uuid7(), "fail"))
    parallel = uuid7()
    one.push(one.start(parallel), one.result(parallel, "pass"))
    one.push(one.result(parallel, "fail"))
    return one


def test_what_pushes_wrote_is_what_a_rebuild_would_make(server: Server, walker: Walker):
    before = rows(server)
    found = deskcare.check(server.core.store, nothing)
    assert found.amiss == 0
    assert found.records["inspection"] == found.rows["inspection"] == 6
    # Five of the six results fail or are in conflict; the one that was put right has no row.
    assert (found.records["result"], found.rows["result"]) == (6, 5)
    assert deskcare.rebuild(server.core.store, nothing, NOON_MS).mended == 0
    assert rows(server) == before
    assert server.look(lambda s: deskcare.sample(s, server.clock.now_ms)).state == "ok"


def test_damage_is_found_and_mended_exactly(
    server: Server, walker: Walker, monkeypatch: pytest.MonkeyPatch
):
    # Many stretches of few records instead of few stretches of many.
    monkeypatch.setattr(deskcare, "STRETCH", 4)
    before = rows(server)
    chance = random.Random(7)
    lost, moved, altered = chance.sample([row[0] for row in before], 3)
    foreign = uuid7().bytes
    server.do(lambda s: batch.delete_desk(s, [lost]))
    server.do(lambda s: damage(s, "at_ms = at_ms + 1", moved))
    server.do(lambda s: damage(s, "state = 'odd', verdict = 'odd', person = NULL", altered))
    server.do(lambda s: batch.upsert_desk(s, [(foreign, *before[0][1:])]))
    passing = result_id(walker.edited("pass"), "floor", "").bytes
    unlisted = next(row for row in before if row[1] == "result")
    server.do(lambda s: batch.upsert_desk(s, [(passing, *unlisted[1:])]))
    sound = [row for row in before if row[0] in {lost, moved, altered}]
    damaged = {foreign, passing, moved, altered}
    sound += [row for row in rows(server) if row[0] not in damaged]
    found = deskcare.check(server.core.store, nothing)
    assert [sum(one.values()) for one in (found.missing, found.extra, found.wrong)] == [1, 2, 2]
    sampled = server.look(lambda s: deskcare.sample(s, server.clock.now_ms))
    assert sampled.state == "bad"
    told: list[int] = []
    done = deskcare.rebuild(server.core.store, told.append, NOON_MS)
    assert (done.mended, done.amiss) == (5, 5)
    assert sum(told) == sum(done.records.values())
    assert len(told) > 4
    assert rows(server) == sorted(sound)
    assert deskcare.rebuild(server.core.store, nothing, NOON_MS).mended == 0


def damage(session: Session, change: str, id_: bytes) -> None:
    batch.run(session, f"UPDATE desk_row SET {change} WHERE id = :id", id=id_)


def test_a_change_between_the_look_and_the_mending_stands(server: Server, walker: Walker):
    store = server.core.store
    walk = walker.edited("pass", "fail")
    result = result_id(walk, "floor", "").bytes
    server.do(lambda s: batch.delete_desk(s, [result, walk.bytes]))
    looked = server.look(lambda s: deskcheck.look(s, b"", 1000))
    assert {one.id for one in looked.amiss} == {result, walk.bytes}
    subject = {"kind": "inspection", "id": str(walk)}
    base = [str(one) for one in server.look(lambda s: records.get(s, [walk]))[walk].heads]
    op = walker.tablet.op("inspection.submit@1", subject=subject, base=base, **walker.more)
    walker.push(op)
    assert [row[4] for row in rows(server) if row[0] == walk.bytes] == ["submitted"]
    store.write(lambda s: deskcheck.mend(s, [one.id for one in looked.amiss])).result()
    states = {row[0]: row[4] for row in rows(server)}
    assert (states[result], states[walk.bytes]) == ("fail", "submitted")
    assert deskcare.check(store, nothing).amiss == 0


def test_pushes_while_it_is_made_anew_are_not_lost(server: Server, walker: Walker):
    """Rows go missing all the time, somebody mends them without a pause, and a tablet pushes."""
    store, ended = server.core.store, threading.Event()

    def mend_on() -> int:
        mended = 0
        while not ended.is_set():
            server.do(lambda s: batch.run(s, "DELETE FROM desk_row WHERE kind = 'result'"))
            mended += deskcare.rebuild(store, nothing, NOON_MS).mended
        return mended

    with ThreadPoolExecutor(1) as pool:
        mending = pool.submit(mend_on)
        failing = [walker.edited("pass", "fail", "pass", "fail") for _ in range(3)]
        passing = [walker.edited("fail", "pass") for _ in range(3)]
        ended.set()
        assert mending.result(60) > 0
    deskcare.rebuild(store, nothing, NOON_MS)
    states = {row[0]: row[4] for row in rows(server) if row[1] == "result"}
    assert {states[result_id(one, "floor", "").bytes] for one in failing} == {"fail"}
    assert not states.keys() & {result_id(one, "floor", "").bytes for one in passing}
    assert deskcare.check(store, nothing).amiss == 0
