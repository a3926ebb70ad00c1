"""A replay lends an op the authority of whoever asks for it, and no more than that."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.factories import (
    Tablet,
    add_person,
    enrol_tablet,
    found_company,
    make_op,
    running,
    sign_in,
)

from fieldops.model.access import Role
from fieldops.store import records
from fieldops_sync.ids import uuid7, uuid8


@pytest.fixture
def tablet(database_url: str, tmp_path: Path) -> Iterator[Tablet]:
    with running(database_url, tmp_path) as server:
        company = found_company(server)
        yield enrol_tablet(server, [company.supervisor], company.site)


def replayed(tablet: Tablet, op: dict[str, Any], role: Role) -> tuple[int, Any]:
    """What somebody of the site gets who has an op replayed."""
    server = tablet.server
    user = server.do(lambda s: add_person(s, role, {tablet.site}, now_ms=server.clock()))
    path = f"/api/v1/quarantine/{op['id']}/replay"
    answer = server.client.post(path, headers=sign_in(server, user))
    return answer.status_code, answer.json().get("type", "").rpartition(":")[2]


def test_nobody_makes_a_score_by_having_it_quarantined(tablet: Tablet) -> None:
    """It is sent from a tablet, or by the supervisor at a desk, who then asks for its replay."""
    walk = uuid7()
    start = tablet.op("inspection.start@1", subject={"kind": "inspection", "id": str(walk)})
    told = {"score": "100", "earned": "1", "possible": "1", "scorer": "cleaning"}
    about = {"kind": "inspection", "id": str(walk)}
    score = tablet.op("inspection.score@1", subject=about, **told)
    assert [one["status"] for one in tablet.receipts_of([start, score])] == [
        "applied",
        "quarantined",
    ]
    desk = make_op("inspection.score@1", tablet.site, tablet.actor, subject=about, **told)
    server = tablet.server
    headers = sign_in(server, tablet.actor)
    sent = server.client.post("/api/v1/ops", json={"ops": [desk]}, headers=headers)
    assert sent.json()["receipts"][0]["reason"] == "not-permitted"
    for op in (score, desk):
        assert replayed(tablet, op, Role.SUPERVISOR) == (403, "forbidden")
    state = server.look(lambda session: records.get(session, [walk]))[walk]
    assert "score" not in state.body


def test_what_desks_write_is_replayed_by_whom_it_is_for(tablet: Tablet) -> None:
    area = tablet.op("area.set@1", name="Lobby")
    assert tablet.receipts_of([area])[0]["reason"] == "not-permitted"
    assert replayed(tablet, area, Role.SUPERVISOR) == (403, "forbidden")
    assert replayed(tablet, area, Role.ADMINISTRATOR) == (200, "")


def test_what_has_the_id_of_a_server_s_op_is_repaired_not_replayed(tablet: Tablet) -> None:
    made = tablet.op("suggestion.make@1", id=str(uuid8(b"x")), item="x")
    assert tablet.receipts_of([made])[0]["reason"] == "schema"
    assert replayed(tablet, made, Role.SUPERVISOR) == (403, "forbidden")
