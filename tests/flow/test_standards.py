"""Versions of a checklist: published once each, superseded, withdrawn, current again."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest
from sqlalchemy import text
from tests.factories import (
    Company,
    Server,
    Tablet,
    add_person,
    checklist_address,
    checklist_text,
    enrol_tablet,
    found_company,
    make_op,
    publish,
    running,
    sign_in,
)

from fieldops.flow import setup, standards
from fieldops.flow.versions import published
from fieldops.flow.view import Shelf
from fieldops.model.access import Role
from fieldops.model.problem import ProblemError
from fieldops.store import audit, meta, records
from fieldops_sync.ids import uuid7
from fieldops_sync.standards import offered
from fieldops_sync.wire import Change

KEY = "lobby"
V1, V2, V3 = (checklist_text(KEY, version) for version in ("1.0", "2.0", "3.0"))


@pytest.fixture
def server(sqlite_database: str, tmp_path: Path) -> Iterator[Server]:
    with running(sqlite_database, tmp_path) as started:
        yield started


@pytest.fixture
def either(database_url: str, tmp_path: Path) -> Iterator[Server]:
    """On SQLite, and on PostgreSQL."""
    with running(database_url, tmp_path) as started:
        yield started


@pytest.fixture
def company(server: Server) -> Company:
    return found_company(server, V1)


@pytest.fixture
def tablet(server: Server, company: Company) -> Tablet:
    return enrol_tablet(server, [company.inspector], company.site)


def withdraw(server: Server, version: str, why: str = "wrong limit") -> bool:
    return server.do(
        lambda s: standards.withdraw(s, KEY, version, why, setup.SYSTEM, server.clock())
    )


def states(server: Server) -> dict[str, str]:
    found = server.look(standards.standings)
    assert found == server.look(lambda s: standards.of_key(s, KEY))
    return {one.version: one.state for one in found}


def told(tablet: Tablet) -> list[str]:
    """The versions on which the tablet may begin a walk, after a pull from the start."""
    pulled = msgspec.json.decode(msgspec.json.encode(tablet.pull_all()[0]), type=list[Change])
    return [one.version for one in offered(one for one in pulled if one.kind == "checklist")]


def test_a_newer_version_supersedes_and_its_withdrawal_brings_the_older_back(either: Server):
    server = either
    company = found_company(server, V1)
    tablet = enrol_tablet(server, [company.inspector], company.site)
    assert states(server) == {"1.0": "current"}
    server.clock.forward(0.1)
    publish(server, V2)
    publish(server, V3)
    assert states(server) == {"1.0": "superseded", "2.0": "superseded", "3.0": "current"}
    assert told(tablet) == ["3.0"]
    one, two, three = server.look(standards.standings)
    assert (one.since_ms, two.since_ms) == (two.published_ms, three.published_ms)
    assert two.published_ms < three.published_ms, "published in the same moment, still in order"
    server.clock.forward(0.1)
    assert withdraw(server, "3.0")
    assert not withdraw(server, "3.0"), "a second time changes nothing"
    assert states(server) == {"1.0": "superseded", "2.0": "current", "3.0": "withdrawn"}
    assert told(tablet) == ["2.0"]
    one, two, three = server.look(standards.standings)
    assert two.since_ms == three.since_ms == server.clock()
    assert (three.reason, two.reason) == ("wrong limit", "")
    for version in ("1.0", "2.0"):
        withdraw(server, version)
    assert told(tablet) == []
    assert server.look(lambda s: standards.current(s, KEY)) is None
    assert [one.version for one in server.look(lambda s: published(s, KEY, Shelf()))] == [
        "1.0",
        "2.0",
        "3.0",
    ]
    assert server.look(lambda s: audit.latest(s, 1, "checklist.withdraw"))[0].detail["key"] == KEY


def test_what_cites_a_withdrawn_version_lands_and_finishes(
    server: Server, company: Company, tablet: Tablet
):
    walk = str(uuid7())
    subject = {"kind": "inspection", "id": walk}
    cites = {"def": company.definition}
    start = tablet.op("inspection.start@1", subject=subject, **cites)
    tablet.receipts_of([start])
    withdraw(server, "1.0")
    result = tablet.op("result.record@1", inspection=walk, item="floor", outcome="pass", **cites)
    submit = tablet.op("inspection.submit@1", subject=subject, base=[start["id"]])
    other = {"kind": "inspection", "id": str(uuid7())}
    late = tablet.op("inspection.start@1", subject=other, **cites)
    receipts = tablet.receipts_of([result, submit, late])
    assert [one["status"] for one in receipts] == ["applied"] * 3


def test_the_same_version_with_other_content_is_refused_with_advice(
    server: Server, company: Company
):
    with pytest.raises(ProblemError) as caught:
        publish(server, V1.replace("CL-1", "CL-2"))
    assert "raise the version" in caught.value.problem.detail
    assert publish(server, V1) == company.definition, "the same content is out already"
    assert list(states(server)) == ["1.0"]


def test_what_was_never_published_cannot_be_withdrawn(server: Server, company: Company):
    with pytest.raises(ProblemError) as caught:
        withdraw(server, "9.9")
    assert caught.value.problem.type.endswith("not-found")
    with pytest.raises(ProblemError):
        withdraw(server, "1.0", why="")
    assert states(server) == {"1.0": "current"}


def test_operations_withdraws_through_the_api(server: Server, company: Company):
    feed = server.look(meta.organisation)
    ops = server.do(lambda s: add_person(s, Role.OPS, None))
    subject = setup.version_subject(feed, company.definition)
    state = server.look(lambda s: records.get_one(s, subject[1]))
    assert state is not None
    base = [str(one) for one in state.heads]
    op = make_op(
        "checklist.withdraw@1",
        feed,
        ops,
        subject={"kind": subject[0], "id": subject[1]},
        base=base,
        payload={"reason": "misprint"},
        at={"wall": "2026-11-21T12:00:00Z", "mono": 0, "boot": str(uuid4())},
    )
    headers = sign_in(server, ops)
    (receipt,) = server.client.post("/api/v1/ops", json={"ops": [op]}, headers=headers).json()[
        "receipts"
    ]
    assert receipt["status"] == "applied"
    assert states(server) == {"1.0": "withdrawn"}


def test_a_version_that_cannot_be_read_is_left_out(server: Server, company: Company):
    server.do(lambda s: s.execute(text("UPDATE definition SET body = :b"), {"b": b"{}"}) and None)
    assert server.look(lambda s: published(s, KEY, Shelf())) == []
    assert checklist_address(V1) == company.definition
