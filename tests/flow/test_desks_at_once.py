"""Two people who change the same thing at the same instant, each on a server of their own."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlmodel import Session
from tests.factories import Company, Tablet, enrol_tablet, found_company, running

from fieldops.flow import quarantine, setup
from fieldops.model.problem import ProblemError
from fieldops.store import people, records
from fieldops.store.engine import Store, open_store

GOOD = {"payload": {"text": "灯坏了"}}
Job = Callable[[Session], None]
Act = Callable[[Session, Any, UUID, int], Any]


def repair(session: Session, person: Any, op: UUID, now_ms: int) -> None:
    quarantine.repair(session, person, op, GOOD, now_ms)


def discard(session: Session, person: Any, op: UUID, now_ms: int) -> None:
    quarantine.discard(session, person, op, "twice", now_ms)


@pytest.fixture
def house(postgres_database: str, tmp_path: Path) -> Iterator[tuple[Company, Tablet, Store]]:
    with running(postgres_database, tmp_path) as server:
        company = found_company(server)
        second = open_store(postgres_database, lanes=1)
        yield company, enrol_tablet(server, [company.inspector], company.site), second
        second.close()


def at_once(house: tuple[Company, Tablet, Store], first: Job, second: Job) -> Future[None]:
    """Both run; the first commits only when the second has had half a second to get ahead."""
    _, tablet, elsewhere = house
    done, go = Event(), Event()

    def paused(session: Session) -> None:
        first(session)
        done.set()
        assert go.wait(20)

    early = tablet.server.core.store.write(paused)
    assert done.wait(20)
    late = elsewhere.write(second)
    with pytest.raises(TimeoutError):
        late.result(0.5)
    go.set()
    early.result(20)
    return late


@pytest.mark.parametrize(("acts", "kept"), [((repair, repair), 1), ((discard, repair), 0)])
def test_one_quarantined_op_is_put_right_once(
    house: tuple[Company, Tablet, Store], acts: tuple[Act, Act], kept: int
) -> None:
    company, tablet, _ = house
    op = tablet.op("feedback.record@1", text="灯坏了", colour="red")
    assert tablet.receipts_of([op])[0]["status"] == "quarantined"

    def job(act: Act, session: Session) -> None:
        person = people.people(session, [company.supervisor])[company.supervisor]
        act(session, person, UUID(str(op["id"])), tablet.server.clock())

    refused = at_once(house, *(partial(job, act) for act in acts)).exception(20)
    assert isinstance(refused, ProblemError)
    assert refused.problem.type.endswith(":conflict-version")
    query = text("SELECT count(*) FROM record WHERE kind = 'feedback'")
    assert tablet.server.look(lambda session: session.execute(query).scalar()) == kept


def test_a_site_that_two_change_is_not_in_dispute(house: tuple[Company, Tablet, Store]) -> None:
    company, tablet, _ = house

    def change(name: str, session: Session) -> None:
        now_ms = tablet.server.clock()
        setup.put_site(session, company.site, {"name": name}, setup.SYSTEM, now_ms)

    at_once(house, partial(change, "南园"), partial(change, "北园")).result(20)
    state = tablet.server.look(lambda session: records.get_one(session, company.site))
    assert state is not None
    assert (state.body["name"], state.conflict, len(state.heads)) == ("北园", {}, 1)
