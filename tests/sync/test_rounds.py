"""A real tablet and its rounds: pulled, walked without signal, closed on time."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import httpx
import pytest
from tests.factories import Company, InProcess, Server
from tests.flow.following import walking
from tests.flow.patrol import Patrol

from fieldops.flow import accounts, setup
from fieldops_sync.client import Client
from fieldops_sync.ids import uuid7
from fieldops_sync.outbox import Outbox
from fieldops_sync.rounds import ToWalk, to_walk
from fieldops_sync.transport import SyncError
from fieldops_sync.wire import Claimed, Subject


class Basement(httpx.BaseTransport):
    """A link that is cut while ``is_deep``."""

    def __init__(self, server: Server) -> None:
        self._inner, self.is_deep = InProcess(server), False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self.is_deep:
            raise httpx.ConnectError("no signal")
        return self._inner.handle_request(request)


class Tablet:
    """An enrolled tablet of the inspector; its clock stands in 1970 and runs evenly."""

    def __init__(self, server: Server, company: Company, folder: Path) -> None:
        self.server, self.company, self.link = server, company, Basement(server)
        self.outbox = Outbox(folder / "pad", clock=self.claimed)
        self.client = Client(
            self.outbox, "http://pad", self.link, random=Random(1), sleep=lambda _s: None
        )
        crew = [company.inspector, company.supervisor]
        code = server.do(lambda s: setup.enrol_code(s, "pad", crew, setup.SYSTEM, server.clock()))
        self.client.enrol(code)

    def claimed(self) -> Claimed:
        mono = self.server.clock() - 1_795_000_000_000
        wall = datetime.fromtimestamp(mono / 1000, UTC).isoformat()
        return Claimed(wall, mono, "boot")

    def rounds(self, person: UUID) -> list[ToWalk]:
        return to_walk(self.outbox.records("round"), self.outbox.records("person"), person)


@pytest.fixture
def patrol(sqlite_database: str, tmp_path: Path) -> Iterator[Patrol]:
    with walking(sqlite_database, tmp_path) as walk:
        yield Patrol(walk)


@pytest.fixture
def tablet(patrol: Patrol, tmp_path: Path) -> Iterator[Tablet]:
    made = Tablet(patrol.server, patrol.walk.company, tmp_path)
    with made.outbox, made.client:
        yield made


def test_a_round_reaches_its_tablet_is_walked_without_signal_and_closes_on_time(
    patrol: Patrol, tablet: Tablet
) -> None:
    company, server = patrol.walk.company, patrol.server
    inspector, supervisor = company.inspector, company.supervisor
    plan = patrol.plan(post="guard", title="地库")
    server.do(lambda s: accounts.place(s, inspector, "", "guard", setup.SYSTEM, server.clock()))
    tablet.client.sync()
    first = patrol.rounds(plan)[0].id
    found = tablet.rounds(inspector)
    assert [one.id for one in found] == [one.id for one in patrol.rounds(plan)]
    assert (found[0].id, found[0].title, found[0].due) == (first, "地库", "2026-11-21T13:00:00Z")
    assert tablet.rounds(supervisor) == []

    tablet.link.is_deep = True
    server.clock.forward(1.05)  # three minutes after it is due
    subject = Subject("inspection", uuid7())
    given: Any = {"actor": inspector, "definition": company.definition}
    tablet.outbox.record(
        "inspection.start@1", subject, company.site, {"round": str(first)}, **given
    )
    server.clock.forward(0.2)
    tablet.outbox.record("inspection.submit@1", subject, company.site, {"results": 0}, **given)
    with pytest.raises(SyncError):
        tablet.client.sync()
    patrol.forward(5)  # the round has closed, and nobody has heard of the walk
    assert patrol.get(first).state == "missed"
    tablet.link.is_deep = False
    tablet.client.sync()
    patrol.act()
    done = patrol.get(first)
    assert (done.state, done.body["late_receipt"]) == ("done", True)
    assert (done.body["offset_minutes"], done.body["duration_minutes"]) == (3, 12)
    tablet.client.sync()
    assert first not in {one.id for one in tablet.rounds(inspector)}


def test_whose_round_it_is(patrol: Patrol, tablet: Tablet) -> None:
    company = patrol.walk.company
    inspector, supervisor = company.inspector, company.supervisor
    everybody = patrol.plan("20:00")
    named = patrol.plan("21:00", people=[str(supervisor)], team="night")
    first = patrol.rounds(named)[0].id
    tablet.client.sync()
    assert {one.due[11:16] for one in tablet.rounds(inspector)} == {"20:00"}
    assert {one.due[11:16] for one in tablet.rounds(supervisor)} == {"20:00", "21:00"}
    tablet.outbox.record(
        "round.handover@1",
        Subject("round", first),
        company.site,
        {"to": str(inspector)},
        actor=supervisor,
    )
    tablet.client.sync()
    tablet.client.sync()
    assert first in {one.id for one in tablet.rounds(inspector)}
    assert first not in {one.id for one in tablet.rounds(supervisor)}
    assert not any(one.is_under_way for one in tablet.rounds(inspector))
    assert len(patrol.rounds(everybody)) == 8
