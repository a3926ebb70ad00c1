"""What takes effect later than it came keeps its time, and what was to be known of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.factories import (
    NOON_MS,
    Company,
    Server,
    Tablet,
    enrol_tablet,
    found_company,
    running,
    sign_in,
)

from fieldops.flow import hold, moments, setup
from fieldops.model.moment import Moment
from fieldops.store import people
from fieldops_sync.ids import uuid7

BOOTED_MS = NOON_MS - 3_600_000
HAPPENED_MS = BOOTED_MS + 30 * 60_000


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[Server]:
    with running(database_url, tmp_path) as found:
        yield found


@pytest.fixture
def company(server: Server) -> Company:
    return found_company(server)


@pytest.fixture
def tablet(server: Server, company: Company) -> Tablet:
    return enrol_tablet(server, [company.inspector], company.site)


def at(minutes: int) -> dict[str, Any]:
    """What a tablet that knows no date says so many minutes after it was switched on."""
    return {"wall": "1970-01-01T08:00:00+08:00", "mono": minutes * 60_000, "boot": "b7"}


def push(tablet: Tablet, op: dict[str, Any], minutes: int) -> dict[str, Any]:
    tablet.server.clock.now_ms = BOOTED_MS + minutes * 60_000
    return tablet.receipts_of([op], now=at(minutes))[0]


def moment(tablet: Tablet, op: object) -> Moment:
    wanted = UUID(str(op))
    return tablet.server.look(lambda session: moments.of(session, [wanted])[wanted])


def mend(tablet: Tablet, person: UUID, path: str, **body: Any) -> Any:
    """Two hours after boot somebody puts an op right at the desk."""
    tablet.server.clock.now_ms = BOOTED_MS + 120 * 60_000
    headers = sign_in(tablet.server, person)
    answer = tablet.server.client.post(f"/api/v1/quarantine/{path}", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_what_waited_for_another_op(tablet: Tablet) -> None:
    need = tablet.op("suggestion.make@1", item="door", at=at(31))
    op = tablet.op("suggestion.make@1", item="floor", at=at(30), needs=[need["id"]])
    assert push(tablet, op, 60)["status"] == "held"
    assert push(tablet, need, 90)["status"] == "applied"
    found = moment(tablet, op["id"])
    assert found == Moment(received_ms=BOOTED_MS + 90 * 60_000, occurred_ms=HAPPENED_MS)
    assert push(tablet, op, 91)["stands"]["marks"] == ["clock-off"]


def test_what_waited_in_vain_for_a_walk_whose_site_was_lost(
    server: Server, tablet: Tablet, company: Company
) -> None:
    walk = uuid7()
    start = tablet.op("inspection.start@1", subject={"kind": "inspection", "id": walk})
    op = tablet.op("result.record@1", inspection=walk, item="floor", needs=[uuid7()])
    tablet.receipts_of([start])

    def lose(session: Any) -> None:
        for grant, _ in people.grants(session, company.inspector):
            setup.revoke_grant(session, grant, setup.SYSTEM, server.clock())

    server.do(lose)
    assert tablet.receipts_of([op])[0]["status"] == "held"
    server.do(lambda session: hold.expire(session, NOON_MS + hold.HOLD_MS))
    marks = tablet.receipts_of([op])[0]["stands"]["marks"]
    assert marks == ["late-scope", "needs-missing"]


def test_what_was_replayed(tablet: Tablet, company: Company) -> None:
    colleague = company.supervisor
    op = tablet.op("feedback.record@1", text="灯坏了", at=at(30), actor=colleague)
    assert push(tablet, op, 60)["reason"] == "not-permitted"
    receipt = mend(tablet, colleague, f"{op['id']}/replay")
    assert receipt["marks"] == ["replayed", "clock-off"]
    assert moment(tablet, op["id"]).occurred_ms == HAPPENED_MS


def test_what_was_repaired(tablet: Tablet, company: Company) -> None:
    op = tablet.op("feedback.record@1", text="灯坏了", at=at(30), colour="red")
    assert push(tablet, op, 60)["reason"] == "schema"
    good = {"payload": {"text": "灯坏了"}}
    repair = mend(tablet, company.supervisor, f"{op['id']}/repair", op=good)["repaired_by"]
    found = moment(tablet, repair)
    assert found == Moment(received_ms=BOOTED_MS + 120 * 60_000, occurred_ms=HAPPENED_MS)
