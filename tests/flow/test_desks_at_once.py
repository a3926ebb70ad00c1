"""Two people who change the same thing at the same instant, each on a server of their own."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from sqlalchemy import text
from sqlmodel import Session
from tests.factories import HOUR_MS, Company, Tablet, enrol_tablet, found_company, make_op, running
from tests.flow.meeting import Job, at_once

from fieldops.flow import policysetting, quarantine, react, restore, setup
from fieldops.flow.enter import enter_desk
from fieldops.flow.handin import Due
from fieldops.model.problem import ProblemError
from fieldops.store import audit, due, log, meta, people, records
from fieldops.store.due import DueRow
from fieldops.store.engine import Store, open_store
from fieldops_sync.wire import Seen

GOOD = {"payload": {"text": "灯坏了"}}
Act = Callable[[Session, Any, UUID, int], Any]


def repair(session: Session, person: Any, op: UUID, now_ms: int) -> None:
    quarantine.repair(session, person, op, GOOD, now_ms)


def discard(session: Session, person: Any, op: UUID, now_ms: int) -> None:
    quarantine.discard(session, person, op, "twice", now_ms)


def replay_many(session: Session, person: Any, op: UUID, now_ms: int) -> None:
    assert quarantine.replay_many(session, person, [op], now_ms) == [None]


@pytest.fixture
def house(postgres_database: str, tmp_path: Path) -> Iterator[tuple[Company, Tablet, Store]]:
    with running(postgres_database, tmp_path) as server:
        company = found_company(server)
        second = open_store(postgres_database, lanes=1)
        yield company, enrol_tablet(server, [company.inspector], company.site), second
        second.close()


def both(house: tuple[Company, Tablet, Store], first: Job, second: Job) -> Future[Any]:
    _, tablet, elsewhere = house
    return at_once(tablet.server.core.store, elsewhere, first, second)


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

    refused = both(house, *(partial(job, act) for act in acts)).exception(20)
    assert isinstance(refused, ProblemError)
    assert refused.problem.type.endswith(":conflict-version")
    query = text("SELECT count(*) FROM record WHERE kind = 'feedback'")
    assert tablet.server.look(lambda session: session.execute(query).scalar()) == kept


def test_what_is_discarded_meanwhile_is_not_replayed_among_several(
    house: tuple[Company, Tablet, Store],
) -> None:
    company, tablet, _ = house
    op = tablet.op("feedback.record@1", text="灯坏了", actor=company.supervisor)
    assert tablet.receipts_of([op])[0]["status"] == "quarantined"

    def job(act: Act, session: Session) -> None:
        person = people.people(session, [company.supervisor])[company.supervisor]
        act(session, person, UUID(str(op["id"])), tablet.server.clock())

    both(house, partial(job, discard), partial(job, replay_many)).result(20)
    query = text("SELECT count(*) FROM record WHERE kind = 'feedback'")
    assert tablet.server.look(lambda session: session.execute(query).scalar()) == 0


def test_a_site_that_two_change_is_not_in_dispute(house: tuple[Company, Tablet, Store]) -> None:
    company, tablet, _ = house

    def change(name: str, session: Session) -> None:
        now_ms = tablet.server.clock()
        setup.put_site(session, company.site, {"name": name}, setup.SYSTEM, now_ms)

    both(house, partial(change, "南园"), partial(change, "北园")).result(20)
    state = tablet.server.look(lambda session: records.get_one(session, company.site))
    assert state is not None
    assert (state.body["name"], state.conflict, len(state.heads)) == ("北园", {}, 1)


def test_a_rule_of_all_sites_reaches_what_is_written_at_one_at_that_moment(
    house: tuple[Company, Tablet, Store],
) -> None:
    """What is to escalate would otherwise do so by the old figure."""
    company, tablet, _ = house
    server, now_ms = tablet.server, tablet.server.clock()
    op = tablet.op("finding.report@1", severity="major", text="a leak")
    assert tablet.receipts_of([op])[0]["status"] == "applied"

    def act(session: Session) -> DueRow:
        react.take(session, Due(), now_ms)
        (row,) = due.first(session, 2**53, 10)
        return row

    deadline_ms = server.do(act).at_ms
    assign = make_op(
        "finding.assign@1", company.site, company.supervisor, subject=op["subject"],
        payload={"team": "cleaning"},
    )  # fmt: skip

    def change(session: Session) -> None:
        everywhere, values = meta.organisation(session), {"team_hours": "5"}
        policysetting.set_policy(
            session, everywhere, "findings", values, "later", setup.SYSTEM, now_ms
        )

    def reckon(session: Session) -> None:
        done = enter_desk(session, [msgspec.json.encode(assign)], company.supervisor, now_ms)
        assert done.receipts[0].status == "applied"

    both(house, change, reckon).result(20)
    assert server.do(act).at_ms == deadline_ms + 5 * HOUR_MS


def test_a_restore_that_two_tablets_notice_at_once_begins_one_epoch(
    house: tuple[Company, Tablet, Store],
) -> None:
    """Many come at once after a restore; each further epoch has all of them send all again."""
    _, tablet, _ = house
    server, begun = tablet.server, list[UUID]()
    lost = Seen(server.look(log.counter) + 50, uuid4())

    def notice(session: Session) -> None:
        begun.append(restore.notice(session, lost, server.clock()))

    both(house, notice, notice).result(20)
    assert begun[0] == begun[1] == server.look(log.epoch)
    assert len(server.look(lambda session: audit.latest(session, 9, "restore."))) == 1
