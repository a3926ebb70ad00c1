"""Feedback and complaints at the desk: taken down, listed, handled, and whom to reach."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.databases import lay_sqlite
from tests.factories import (
    Company,
    Server,
    add_person,
    enrol_tablet,
    found_company,
    running,
    sign_in,
)

from fieldops.flow import complaintdesk
from fieldops.model.access import Level, Role
from fieldops.store import audit
from fieldops_sync.ids import uuid7

API = "/api/v1"
CONTACT = {"name": "王芳", "phone": "13800138000", "unit": "3-1202"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("feedback")
    with running(lay_sqlite(folder / "fieldops.db"), folder) as started:
        yield started


class Desk:
    """A supervisor of one site at the desk."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.company: Company = found_company(server)
        self.token = sign_in(server, self.company.supervisor)

    def get(self, address: str, **params: Any) -> Any:
        answer = self.server.client.get(f"{API}/{address}", params=params, headers=self.token)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, address: str, json: Any, **headers: str) -> Any:
        return self.server.client.post(
            f"{API}/{address}", json=json, headers={**self.token, **headers}
        )

    def take(self, **members: Any) -> str:
        site = str(self.company.site)
        answer = self.post(
            "feedback", {"site": site, "feedback": {"nature": "complaint", **members}}
        )
        assert answer.status_code == 201, answer.text
        assert answer.headers["etag"] == f'"{answer.json()["record"]["revision"]}"'
        found: str = answer.json()["record"]["id"]
        return found

    def step(self, complaint: str, step: str, **members: Any) -> Any:
        return self.post(f"complaints/{complaint}/steps", {"step": step, **members})

    def live(self, complaint: str) -> None:
        """The whole life of a complaint."""
        for step, members in (
            ("accept", {}),
            ("classify", {"tier": "larger"}),
            ("investigate", {"note": "seen"}),
            ("answer", {"note": "done"}),
            ("resolve", {"note": "done"}),
            ("follow-up", {"result": "satisfied", "satisfaction": 5}),
            ("archive", {"cause": "lighting"}),
        ):
            answer = self.step(complaint, step, **members)
            assert answer.status_code == 200, answer.text


@pytest.fixture
def desk(server: Server) -> Desk:
    return Desk(server)


def test_a_complaint_from_intake_to_archive(desk: Desk) -> None:
    talk = desk.take(text="路灯不亮")
    shown = desk.get(f"complaints/{talk}")
    assert shown["record"]["state"] == "complaint"
    assert shown["record"]["body"]["clock"]["answer_by"] == "2026-11-22T12:00:00.000Z"
    assert shown["owner"] == str(desk.company.supervisor)
    desk.live(talk)
    shown = desk.get(f"complaints/{talk}")
    assert shown["record"]["state"] == "archived"
    steps = "said accept classify investigate answer resolve follow-up archive"
    assert [one["step"] for one in shown["course"]] == steps.split()
    whose = {(one["by"], one["by_name"]) for one in shown["course"]}
    assert whose == {(str(desk.company.supervisor), "supervisor")}
    history = desk.get(f"records/{talk}/history")
    assert len(history) >= 8


def test_a_step_out_of_turn_is_told_and_nothing_is_written(desk: Desk) -> None:
    talk = desk.take(text="路灯不亮")
    before = desk.get(f"feedback/{talk}")
    answer = desk.step(talk, "archive", cause="x")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:fieldops:problem:transition")
    assert "accept" in answer.json()["detail"]
    assert desk.step(talk, "classify").status_code == 400
    stale = desk.post(f"complaints/{talk}/steps", {"step": "accept"}, **{"if-match": '"99"'})
    assert stale.status_code == 412
    assert desk.get(f"feedback/{talk}") == before
    assert desk.get("quarantine")["items"] == []


def test_looking_into_it_may_raise_a_finding(desk: Desk) -> None:
    talk = desk.take(text="路灯不亮")
    found = {"severity": "minor", "text": "灯泡坏了"}
    assert desk.post(f"complaints/{talk}/findings", found).status_code == 409
    assert desk.get("records", kind="finding")["items"] == []
    desk.step(talk, "accept")
    desk.step(talk, "classify", tier="general")
    answer = desk.post(f"complaints/{talk}/findings", {**found, "note": "看过了"})
    assert answer.status_code == 200, answer.text
    (finding,) = desk.get("records", kind="finding")["items"]
    assert finding["body"]["feedback"] == talk
    record = answer.json()["record"]
    assert record["state"] == "investigating"
    assert record["body"]["investigation"]["finding"] == finding["id"]
    assert record["body"]["investigation"]["note"] == "看过了"


def test_lists_are_narrowed(desk: Desk) -> None:
    plain, lit = desk.take(text="脏"), desk.take(text="路灯不亮", reference="R-77")
    trapped = desk.take(text="电梯困人", tier="major")
    desk.take(nature="praise", text="谢谢")
    desk.live(lit)

    def ids(**wanted: Any) -> list[str]:
        return [one["record"]["id"] for one in desk.get("complaints", **wanted)["items"]]

    assert ids() == [trapped, lit, plain]
    assert ids(site=str(desk.company.site), tier="major") == [trapped]
    assert ids(site=str(desk.company.other_site)) == []
    assert ids(state="archived") == ids(cause="lighting") == ids(reference="R-77") == [lit]
    assert ids(owner=str(desk.company.supervisor)) == [trapped, lit, plain]
    assert ids(owner=str(uuid7())) == ids(team="night") == []
    assert ids(overdue=True) == ids(reopened=True) == []
    assert ids(since=desk.server.clock()) == [trapped, lit, plain]
    assert ids(until=desk.server.clock()) == []
    desk.step(lit, "re-open", note="又不亮了")
    assert ids(reopened=True) == [lit]
    natures = [one["body"]["nature"] for one in desk.get("feedback")["items"]]
    assert natures == ["praise", "complaint", "complaint", "complaint"]
    assert len(desk.get("feedback", nature="praise")["items"]) == 1


def test_pages_hold_everything_once(desk: Desk) -> None:
    made = [desk.take(text=str(number)) for number in range(5)]
    found: list[str] = []
    page = desk.get("complaints", limit=2)
    while True:
        found += [one["record"]["id"] for one in page["items"]]
        if page["cursor"] is None:
            break
        page = desk.get("complaints", limit=2, cursor=page["cursor"])
    assert found == made[::-1]


def test_a_filter_that_fits_little_passes_over_so_much_a_page(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(complaintdesk, "PASSED_OVER", 2)
    monkeypatch.setattr(complaintdesk, "_AT_ONCE", 2)
    oldest = desk.take(text="第一", reference="R-1")
    for number in range(4):
        desk.take(text=str(number))
    pages = [desk.get("complaints", reference="R-1", limit=1)]
    while pages[-1]["cursor"] is not None:
        cursor = pages[-1]["cursor"]
        pages.append(desk.get("complaints", reference="R-1", limit=1, cursor=cursor))
    assert [len(one["items"]) for one in pages] == [0, 0, 1]
    assert pages[-1]["items"][0]["record"]["id"] == oldest


def test_a_contact_is_seen_for_a_purpose_and_on_record(desk: Desk, server: Server) -> None:
    talk = desk.take(text="脏", contact=CONTACT)
    assert desk.get(f"feedback/{talk}")["body"]["withheld"] == ["contact"]
    assert desk.post(f"feedback/{talk}/contact", {"purpose": "x"}).status_code == 403
    site = desk.company.site
    reader = server.do(lambda s: add_person(s, Role.SUPERVISOR, {site}, Level.L3))
    desk.token = sign_in(server, reader)
    for address in (f"feedback/{talk}", f"complaints/{talk}", f"records/{talk}/history"):
        assert CONTACT["phone"] not in str(desk.get(address))
    assert desk.post(f"feedback/{talk}/contact", {"purpose": " "}).status_code == 400
    assert desk.post(f"feedback/{talk}/contact", {}).status_code == 400
    answer = desk.post(f"feedback/{talk}/contact", {"purpose": "回访 13800138000"})
    assert (answer.status_code, answer.json()) == (200, CONTACT)
    (entry,) = server.look(lambda s: audit.latest(s, 10, "contact.unmask"))
    assert (entry.actor, entry.subject) == (reader, UUID(talk))
    assert entry.detail == {"purpose": "回访 138****8000", "site": str(site)}
    without = desk.take(text="脏")
    for absent in (without, str(uuid7()), str(site)):
        assert desk.post(f"feedback/{absent}/contact", {"purpose": "x"}).status_code == 404
    assert desk.server.client.get(f"{API}/feedback/{site}", headers=desk.token).status_code == 404
    praise = desk.take(nature="praise")
    answer = desk.server.client.get(f"{API}/complaints/{praise}", headers=desk.token)
    assert answer.status_code == 404


def test_a_contact_is_on_its_recorder_s_own_tablet_only(desk: Desk, server: Server) -> None:
    company = desk.company
    own = enrol_tablet(server, [company.inspector], company.site)
    shared = enrol_tablet(server, [company.inspector, company.supervisor], company.site)
    talk = uuid7()
    subject = {"kind": "feedback", "id": str(talk)}
    own.receipts_of([own.op("feedback.record@1", subject=subject, contact=CONTACT)])

    def body(tablet: Any) -> dict[str, Any]:
        changes, _ = tablet.pull_all()
        found: dict[str, Any] = next(one for one in changes if one["id"] == str(talk))["body"]
        return found

    assert body(own)["contact"] == CONTACT
    assert body(shared)["withheld"] == ["contact"]
