"""An edit from a desk: one op, under the record's lock, or a problem and nothing at all."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session
from tests.factories import NOON_MS, Server, found_company, running, sign_in

from fieldops.flow.edits import Edit, edit
from fieldops.flow.enter import desk_op, enter_desk
from fieldops.model.problem import ProblemError, slug_of
from fieldops.store import people, records
from fieldops_sync.ids import uuid7

API = "/api/v1"


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[Server]:
    with running(database_url, tmp_path) as started:
        yield started


class Desk:
    """A server with a company, at whose desks people of ``site`` sit."""

    def __init__(self, server: Server) -> None:
        self.server, self.company = server, found_company(server)
        self._tokens: dict[str, dict[str, str]] = {}

    def call(self, method: str, path: str, by: str = "ops", **more: Any) -> Any:
        if by not in self._tokens:
            self._tokens[by] = sign_in(self.server, self.company.people[by])
        headers = {**self._tokens[by], **more.pop("headers", {})}
        return self.server.client.request(method, f"{API}/{path}", headers=headers, **more)

    def area(self, name: str = "大堂") -> tuple[UUID, str]:
        made = self.call("POST", f"sites/{self.company.site}/areas", json={"name": name})
        assert made.status_code == 201, made.text
        return UUID(made.json()["record"]["id"]), made.headers["etag"]

    def walk(self) -> UUID:
        walk, user = uuid7(), self.company.supervisor
        site = self.company.site
        op = desk_op("inspection.start@1", ("inspection", walk), site, user, {}, NOON_MS)
        self.server.do(lambda s: enter_desk(s, [op], user, NOON_MS))
        return walk


@pytest.fixture
def desk(server: Server) -> Desk:
    return Desk(server)


def slug(answer: Any) -> str:
    return str(answer.json()["type"]).rsplit(":", 1)[-1]


def test_an_edit_is_an_op_and_its_answer_the_record_as_it_is(desk: Desk):
    area, tag = desk.area()
    assert tag == '"1"'
    answer = desk.call("PATCH", f"areas/{area}", json={"code": "L"}, headers={"if-match": tag})
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    found = answer.json()
    assert found["status"] == "applied"
    assert (found["record"]["body"]["name"], found["record"]["body"]["code"]) == ("大堂", "L")
    assert found["record"]["heads"] == [found["op"]]
    steps = desk.call("GET", f"records/{area}/history").json()
    assert [step["number"] for step in steps] == [1, 2]


def test_a_stale_revision_is_refused_and_the_standing_one_named(desk: Desk):
    area, tag = desk.area()
    first = desk.call("PATCH", f"areas/{area}", json={"name": "A"}, headers={"if-match": tag})
    assert first.status_code == 200
    again = desk.call("PATCH", f"areas/{area}", json={"name": "B"}, headers={"if-match": tag})
    assert (again.status_code, slug(again)) == (412, "revision-changed")
    assert again.json()["extra"] == {"revision": 2}
    for weak in ('W/"2"', "2", "nonsense"):
        stale = desk.call("PATCH", f"areas/{area}", json={"name": "B"}, headers={"if-match": weak})
        assert stale.status_code == 412, weak
    for good in ('"7", "2"', "*"):
        done = desk.call("PATCH", f"areas/{area}", json={"name": good}, headers={"if-match": good})
        assert done.status_code == 200, good
    assert desk.call("GET", f"records/{area}").json()["body"]["name"] == "*"


def test_what_replaces_is_not_done_blindly(desk: Desk):
    area, _ = desk.area()
    answer = desk.call("PATCH", f"areas/{area}", json={"name": "B"})
    assert (answer.status_code, slug(answer)) == (428, "revision-required")
    assert answer.json()["extra"] == {"revision": 1}


def test_a_reader_who_has_the_revision_is_not_sent_it_again(desk: Desk):
    area, tag = desk.area()
    for known in (tag, "W/" + tag, "*", f'"9", {tag}'):
        answer = desk.call("GET", f"records/{area}", headers={"if-none-match": known})
        assert (answer.status_code, answer.content) == (304, b""), known
        assert answer.headers["etag"] == tag
    answer = desk.call("GET", f"records/{area}", headers={"if-none-match": '"9"'})
    assert (answer.status_code, answer.headers["etag"]) == (200, tag)


def test_foreign_absent_and_of_another_kind_are_the_same(desk: Desk):
    site = desk.company.other_site
    for path in (f"sites/{site}", f"sites/{uuid7()}", f"areas/{desk.company.site}"):
        answer = desk.call("PATCH", path, json={"name": "B"}, headers={"if-match": "*"})
        assert (answer.status_code, slug(answer)) == (404, "not-found"), path
    answer = desk.call("POST", f"sites/{site}/areas", json={"name": "B"})
    assert answer.status_code == 404


def test_what_would_be_quarantined_is_a_problem_and_nothing_is_written(desk: Desk):
    """A person is told at once; only a tablet's op is kept for a supervisor."""
    server, walk = desk.server, desk.walk()

    def job(op_type: str, payload: dict[str, Any], by: str = "supervisor") -> Any:
        def run(session: Session) -> Any:
            user = desk.company.people[by]
            person = people.people(session, [user])[user]
            return edit(session, person, Edit("inspection", walk, op_type, payload), NOON_MS)

        return run

    for wrong, told in (
        (job("inspection.submit@1", {"colour": "red"}), "validation"),
        (job("inspection.submit@1", {}, "auditor"), "forbidden"),
    ):
        with pytest.raises(ProblemError) as caught:
            server.do(wrong)
        assert slug_of(caught.value.problem) == told
    server.do(job("record.void@1", {"reason": "by mistake"}))
    with pytest.raises(ProblemError) as caught:
        server.do(job("inspection.submit@1", {}))
    assert slug_of(caught.value.problem) == "record-voided"
    assert desk.call("GET", "quarantine", "administrator").json()["items"] == []
    assert server.look(lambda s: records.get(s, [walk])[walk].revision) == 2


def test_of_many_at_once_one_wins_each_revision(desk: Desk):
    area, tag = desk.area("start")
    refused: list[str] = []

    def change(n: int) -> int:
        def job(session: Session) -> int:
            user = desk.company.people["ops"]
            person = people.people(session, [user])[user]
            asked = Edit("area", area, "area.set@1", {"name": str(n)}, tag, True)
            edit(session, person, asked, NOON_MS)
            return n

        try:
            return desk.server.do(job)
        except ProblemError as error:
            refused.append(slug_of(error.problem))
            return -1

    with ThreadPoolExecutor(8) as pool:
        done = [n for n in pool.map(change, range(24)) if n >= 0]
    assert (len(done), refused) == (1, ["revision-changed"] * 23)
    record = desk.call("GET", f"records/{area}").json()
    assert (record["revision"], record["body"]["name"]) == (2, str(done[0]))
