"""What a desk sets up besides sites: overrides, registers, withdrawn versions, mailboxes, plans."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session
from tests.databases import lay_sqlite
from tests.factories import (
    Company,
    Server,
    add_person,
    checklist_text,
    found_company,
    running,
    sign_in,
)

from fieldops.flow.due import sweep
from fieldops.model.access import Role
from fieldops.model.answertypes import Titles
from fieldops.model.plugin import PluginCard
from fieldops.model.register import Column, RegisterSpec
from fieldops.store import plugins, records

API = "/api/v1"
FLOOR: Titles = {"zh-CN": "楼层", "en": "Floor"}
POINTS = RegisterSpec(
    name="points",
    titles={"zh-CN": "巡更点", "en": "Patrol points"},
    columns=(
        Column(name="floor", titles=FLOOR, type="integer", required=True),
        Column(name="note", titles={"zh-CN": "备注", "en": "Note"}),
    ),
)


class Desk:
    """A company with a checklist and a plugin that declares a register."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.company: Company = found_company(server, checklist_text("daily"))
        self.boss = server.do(lambda s: add_person(s, Role.ADMINISTRATOR, None))
        self.site = f"sites/{self.company.site}"

    def ask(
        self, method: str, path: str, body: Any = None, who: UUID | None = None, **headers: str
    ) -> Any:
        signed = {**sign_in(self.server, who or self.boss), **headers}
        return self.server.client.request(method, f"{API}/{path}", headers=signed, json=body)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder: Path = tmp_path_factory.mktemp("sitesetup")
    with running(lay_sqlite(folder / "fieldops.db"), folder) as server:
        yield Desk(server)


def test_an_override_is_set_shown_and_taken_back(desk: Desk) -> None:
    path = f"{desk.site}/overrides"
    told = {"checklist": "daily", "item": "floor", "values": {"weight": "2"}, "reason": "车多"}
    supervisor = desk.company.supervisor
    made = desk.ask("PUT", path, told, supervisor)
    assert made.status_code == 200, made.text
    (shown,) = desk.ask("GET", path).json()["overrides"]
    assert (shown["item"], shown["values"], shown["reason"]) == ("floor", {"weight": "2"}, "车多")
    assert (shown["revision"], made.headers["etag"]) == (1, '"1"')
    again = {**told, "values": None}
    assert desk.ask("PUT", path, again).status_code == 428
    assert desk.ask("PUT", path, again, None, **{"if-match": '"4"'}).status_code == 412
    assert desk.ask("PUT", path, again, None, **{"if-match": '"1"'}).status_code == 200
    assert desk.ask("GET", path).json() == {"overrides": []}


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"checklist": "weekly"}, "weekly: there is none"),
        ({"item": "roof"}, "daily: roof: there is none"),
        ({"values": {"pass_min": "3"}}, "no such limit"),
    ],
)
def test_an_override_of_what_is_not_there_is_refused(
    desk: Desk, changed: dict[str, Any], says: str
) -> None:
    told = {"checklist": "daily", "item": "floor", "values": {"weight": "3"}, "reason": "x"}
    answer = desk.ask("PUT", f"{desk.site}/overrides", {**told, **changed})
    assert answer.status_code == 400
    assert says in answer.json()["detail"]


def test_another_site_s_overrides_are_not_found(desk: Desk) -> None:
    path = f"sites/{desk.company.other_site}/overrides"
    assert desk.ask("GET", path, who=desk.company.supervisor).status_code == 404


def test_a_version_is_withdrawn_once(desk: Desk) -> None:
    found_company(desk.server, checklist_text("pool"))
    told = {"version": "1.0", "reason": "wrong clause"}
    assert desk.ask("POST", "checklists/pool/withdraw", told).json() == {"withdrawn": True}
    assert desk.ask("POST", "checklists/pool/withdraw", told).json() == {"withdrawn": False}
    (version,) = desk.ask("GET", "checklists?key=pool").json()["items"]
    assert (version["state"], version["reason"]) == ("withdrawn", "wrong clause")
    assert desk.ask("POST", "checklists/none/withdraw", told).status_code == 404


def test_entries_of_a_register_are_set_all_or_none(desk: Desk) -> None:
    card = PluginCard(name="patrol", version="1", api=1, registers=(POINTS,))
    desk.server.do(lambda s: plugins.put_card(s, card))
    (spec,) = desk.ask("GET", "registers").json()["registers"]
    assert [one["name"] for one in spec["columns"]] == ["floor", "note"]
    path = f"{desk.site}/registers"
    gate = {"register": "points", "key": "gate", "values": {"floor": "1"}}
    roof = {"register": "points", "key": "roof", "values": {"floor": "high", "colour": "red"}}
    wrong = desk.ask("POST", path, {"entries": [gate, {**roof, "values": {"floor": "high"}}]})
    assert wrong.status_code == 400
    assert [one["line"] for one in wrong.json()["extra"]["faults"]] == [3]
    assert "colour" in desk.ask("POST", path, {"entries": [roof]}).json()["detail"]
    unknown = {**gate, "register": "lifts"}
    assert "no plugin" in desk.ask("POST", path, {"entries": [unknown]}).json()["detail"]
    roof = {**roof, "values": {"floor": "9", "note": "wind"}}
    done = desk.ask("POST", path, {"entries": [gate, roof]})
    assert done.json() == {"new": 2, "changed": 0, "same": 0}
    retired = {"entries": [gate, {**roof, "retired": True}]}
    assert desk.ask("POST", path, retired).json() == {"new": 0, "changed": 1, "same": 1}
    by_ops = desk.ask("POST", path, retired, desk.company.people["ops"])
    assert by_ops.status_code == 200
    other = f"sites/{desk.company.other_site}/registers"
    assert desk.ask("POST", other, retired, desk.company.people["ops"]).status_code == 404


def test_a_mailbox_is_set_and_shown(desk: Desk) -> None:
    path = f"users/{desk.company.inspector}/mailbox"
    assert desk.ask("GET", path).json() == {"address": "", "language": "zh-CN"}
    box = {"address": "li@example.com", "language": "en"}
    assert desk.ask("PUT", path, box).json() == box
    assert desk.ask("GET", path).json() == box
    assert desk.ask("PUT", path, {"address": "li at home"}).status_code == 400
    nobody = f"users/{desk.company.site}/mailbox"
    assert desk.ask("GET", nobody).status_code == 404
    assert desk.ask("PUT", nobody, box).status_code == 404


def test_a_plan_that_the_server_carried_on_is_still_the_one_that_was_seen(desk: Desk) -> None:
    plan = {
        "checklists": ["daily"],
        "recurrence": {"every": "day", "at": ["13:00"]},
        "start": "2026-11-21",
    }
    supervisor = desk.company.supervisor
    made = desk.ask("POST", f"{desk.site}/plans", plan, supervisor)
    tag, subject = made.headers["etag"], made.json()["record"]["id"]
    for _night in range(2):
        desk.server.do(lambda s: _act(s, desk.server.clock()))
        desk.server.clock.forward(24)

    def revision() -> int:
        state = desk.server.look(lambda s: records.get_one(s, UUID(subject)))
        assert state is not None
        return state.revision

    assert (tag, revision()) == ('"1"', 3)
    seen = {"if-match": tag}
    done = desk.ask("PATCH", f"plans/{subject}", {"title": "大堂"}, supervisor, **seen)
    assert done.status_code == 200, done.text
    # What another person wrote meanwhile does bar.
    late = desk.ask("PATCH", f"plans/{subject}", {"title": "门"}, supervisor, **seen)
    assert late.status_code == 412


def _act(session: Session, now_ms: int) -> None:
    while sweep(session, now_ms):
        pass
