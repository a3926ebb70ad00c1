"""Two people who put one quarantined op right at the same instant: one of them does."""

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlmodel import Session
from tests.factories import Company, Tablet, enrol_tablet, found_company, running

from fieldops.flow import quarantine
from fieldops.model.problem import ProblemError
from fieldops.store import people
from fieldops.store.engine import Store, open_store

GOOD = {"payload": {"text": "灯坏了"}}
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


@pytest.mark.parametrize(("acts", "kept"), [((repair, repair), 1), ((discard, repair), 0)])
def test_only_the_first_one_does(
    house: tuple[Company, Tablet, Store], acts: tuple[Act, Act], kept: int
) -> None:
    company, tablet, second = house
    store = tablet.server.core.store
    op = tablet.op("feedback.record@1", text="灯坏了", colour="red")
    assert tablet.receipts_of([op])[0]["status"] == "quarantined"
    done, go = Event(), Event()

    def job(act: Act, session: Session) -> None:
        person = people.people(session, [company.supervisor])[company.supervisor]
        act(session, person, UUID(str(op["id"])), tablet.server.clock())

    def first(session: Session) -> None:
        job(acts[0], session)
        done.set()
        assert go.wait(20)

    mending = store.write(first)
    assert done.wait(20)
    late = second.write(lambda session: job(acts[1], session))
    with pytest.raises(TimeoutError):
        late.result(0.5)
    go.set()
    mending.result(20)
    refused = late.exception(20)
    assert isinstance(refused, ProblemError)
    assert refused.problem.type.endswith(":conflict-version")
    query = text("SELECT count(*) FROM record WHERE kind = 'feedback'")
    assert tablet.server.look(lambda session: session.execute(query).scalar()) == kept
