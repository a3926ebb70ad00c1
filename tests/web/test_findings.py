"""Findings at the desk, as an app sees them: answers, ETags, and what is not possible."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.factories import Company, Server, found_company, running, sign_in

from fieldops_sync.ids import uuid7

API = "/api/v1"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("findings")
    with running(f"sqlite:///{folder / 'fieldops.db'}", folder) as started:
        yield started


@pytest.fixture
def company(server: Server) -> Company:
    return found_company(server)


def call(
    server: Server, who: UUID, method: str, path: str, body: Any = None, **headers: str
) -> Any:
    return server.client.request(
        method, f"{API}/{path}", headers={**sign_in(server, who), **headers}, json=body
    )


def raised(server: Server, company: Company) -> str:
    body = {"severity": "major", "text": "电话 13800138000 报修"}
    made = call(server, company.inspector, "POST", f"sites/{company.site}/findings", body)
    assert made.status_code == 201, made.text
    # Its deadline stands with it: 48 hours of what is major.
    assert made.headers["etag"] == '"2"'
    assert made.json()["record"]["body"]["deadline"] == "2026-11-23T12:00:00Z"
    finding: str = made.json()["record"]["id"]
    return finding


def test_the_steps_of_a_desk(server: Server, company: Company) -> None:
    path = f"findings/{raised(server, company)}"
    steps: tuple[tuple[str, str, Any, str], ...] = (
        ("supervisor", "assign", {"team": "cleaning"}, "assigned"),
        ("supervisor", "pause", {"reason": "flood"}, "paused"),
        ("supervisor", "resume", {}, "assigned"),
        ("inspector", "rectify", {"note": "mended"}, "rectified"),
        ("supervisor", "recheck", {"outcome": "deducted", "points": 3}, "deducted"),
        ("inspector", "appeal", {"reason": "not ours"}, "contested"),
        ("supervisor", "decide", {"decision": "upheld", "reason": "right"}, "closed"),
    )
    for who, step, body, state in steps:
        done = call(server, company.people[who], "POST", f"{path}/{step}", body)
        assert done.status_code == 200, done.text
        assert done.json()["record"]["state"] == state
        assert done.headers["etag"] == f'"{done.json()["record"]["revision"]}"'
    one = call(server, company.inspector, "GET", path).json()
    assert one["listed"]["finding"]["state"] == "closed"
    assert [done["in_time"] for done in one["rectifications"]] == [True]
    history = call(server, company.inspector, "GET", f"{path}/history").json()["steps"]
    scheduled = [one for one in history if one["type"] == "finding.schedule@1"]
    assert (len(scheduled), len(history)) == (2, 3 + len(steps))


def test_a_step_that_is_not_possible_writes_nothing(server: Server, company: Company) -> None:
    path = f"findings/{raised(server, company)}"
    supervisor = company.supervisor
    for step, body, status, slug in (
        ("recheck", {"outcome": "closed"}, 409, "transition"),
        ("recheck", {"outcome": "deducted"}, 400, "validation"),
        ("assign", {"note": "nobody"}, 400, "validation"),
        ("assign", {"team": "x", "colour": "red"}, 400, "validation"),
    ):
        answer = call(server, supervisor, "POST", f"{path}/{step}", body)
        found = answer.status_code, answer.json()["type"].rsplit(":")[-1]
        assert found == (status, slug), answer.text
    old = call(server, supervisor, "POST", f"{path}/assign", {"team": "x"}, **{"if-match": '"7"'})
    assert old.status_code == 412
    one = call(server, supervisor, "GET", path).json()["listed"]["finding"]
    assert (one["state"], one["revision"]) == ("open", 2)
    quarantined = call(server, supervisor, "GET", "quarantine").json()["items"]
    assert str(one["id"]) not in str(quarantined)


def test_notes_stand_below_the_finding_and_words_are_masked(
    server: Server, company: Company
) -> None:
    finding = raised(server, company)
    note = {"text": "已通知保洁 13800138000", "photos": ["a" * 64]}
    made = call(server, company.inspector, "POST", f"findings/{finding}/notes", note)
    assert made.status_code == 201, made.text
    one = call(server, company.supervisor, "GET", f"findings/{finding}").json()
    assert one["listed"]["finding"]["body"]["text"] == "电话 138****8000 报修"
    (seen,) = one["notes"]
    assert (seen["body"]["text"], seen["inspection"]) == ("已通知保洁 138****8000", None)
    history = call(server, company.supervisor, "GET", f"findings/{finding}/history").json()
    assert history["steps"][0]["changed"]["text"] == "电话 138****8000 报修"


def test_what_is_no_finding_is_not_found(server: Server, company: Company) -> None:
    supervisor = company.supervisor
    for finding in (uuid7(), company.site):
        for path in ("", "/history"):
            answer = call(server, supervisor, "GET", f"findings/{finding}{path}")
            assert answer.status_code == 404
        note = call(server, supervisor, "POST", f"findings/{finding}/notes", {"text": "x"})
        assert note.status_code == 404
