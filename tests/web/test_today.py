"""What a day at the desk begins with, and plugins that are handled from there."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.factories import add_person, enrol_tablet, sign_in
from tests.flow.following import Walk, default_reader, plugin, reader_of, walking
from tests.flow.patrol import Patrol

from fieldops.flow import due
from fieldops.flow.handin import Introduce
from fieldops.model.access import Role
from fieldops.store import audit, feedback
from fieldops_sync.ids import uuid7

API = "/api/v1"


@pytest.fixture
def walk(database_url: str, tmp_path: Path) -> Iterator[Walk]:
    with walking(database_url, tmp_path) as made:
        yield made


@pytest.fixture
def quick(sqlite_database: str, tmp_path: Path) -> Iterator[Walk]:
    with walking(sqlite_database, tmp_path) as made:
        yield made


def ask(walk: Walk, who: UUID, path: str = "today", body: Any = None, status: int = 200) -> Any:
    method = "GET" if body is None else "POST"
    headers = sign_in(walk.server, who)
    answer = walk.server.client.request(method, f"{API}/{path}", headers=headers, json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


def test_a_day_begins_with_what_waits_on_ones_own_sites(walk: Walk) -> None:
    patrol = Patrol(walk)
    company = walk.company
    walk.start()
    walk.record("floor", "fail")
    walk.follow(default_reader())
    walk.push("photo.attach@1", inspection=walk.id, sha256="ab" * 32, item="floor", size_bytes=5)
    walk.push("feedback.record@1", nature="complaint", text="dark")
    walk.push("finding.report@1", severity="minor", text="a leak")
    patrol.plan("13:00")
    elsewhere = company.other_site
    walker = walk.server.do(lambda s: add_person(s, Role.INSPECTOR, {elsewhere}))
    there = enrol_tablet(walk.server, [walker], elsewhere)
    other = there.op("inspection.start@1", subject={"kind": "inspection", "id": uuid7()})
    there.receipts_of([other, there.op("feedback.record@1", colour="red")])
    found = ask(walk, company.supervisor)
    (line,) = found["walks"]
    assert (line["id"], line["state"], line["photos_owed"]) == (str(walk.id), "draft", 1)
    assert (line["owner"], line["checklist"]) == (str(company.inspector), company.definition)
    assert [one["due"][11:16] for one in found["rounds"]] == ["13:00"]
    assert found["rounds"][0]["checklists"] == ["daily"]
    (tablet,) = found["tablets"]
    assert (tablet["device"], tablet["photos"], tablet["bytes"]) == (
        str(walk.tablet.device),
        1,
        5,
    )
    assert found["late"] == []
    assert found["counts"] == {
        "review_waiting": 0,
        "walks_under_way": 1,
        "findings_open": 2,
        "findings_overdue": 0,
        "rechecks": 0,
        "appeals": 0,
        "complaints_open": 1,
        "complaints_overdue": 0,
        "conflicts": 0,
        "quarantine": 0,
    }
    everybody = walk.server.do(lambda s: add_person(s, Role.SUPERVISOR, None))
    whole = ask(walk, everybody)
    assert (whole["counts"]["walks_under_way"], whole["counts"]["quarantine"]) == (2, 1)
    assert ask(walk, company.inspector)["counts"]["quarantine"] is None
    walk.submit(photos=1)
    walk.server.clock.forward(20)
    tomorrow = ask(walk, company.supervisor)["rounds"]
    assert [one["due"][:16] for one in tomorrow] == ["2026-11-22T13:00"]
    walk.server.clock.forward(24 * 30)
    later = ask(walk, company.supervisor)
    assert later["rounds"] == [], "none is planned so far ahead"
    counts = later["counts"]
    assert (counts["review_waiting"], counts["walks_under_way"]) == (1, 0)
    assert (counts["findings_overdue"], counts["complaints_overdue"]) == (2, 1)
    late = [(one["kind"], one["rank"], one["title"].get("en")) for one in later["late"]]
    assert late[0][0] == "complaint", "its first answer was due after a day"
    assert {("complaint", "general", "dark"), ("finding", "minor", "a leak")} <= {*late}
    assert [one["due"] for one in later["late"]] == sorted(one["due"] for one in later["late"])


def test_a_complaint_that_is_old_and_late_is_counted_behind_many_new_ones(
    walk: Walk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feedback, "READ", 2)
    walk.start()
    for text in ("oldest", "old"):
        walk.push("feedback.record@1", nature="complaint", text=text)
    walk.server.do(lambda session: due.sweep(session, walk.server.clock()))  # Their clocks begin.
    walk.server.clock.forward(30)
    walk.tablet.renew()
    for number in range(5):
        walk.push("feedback.record@1", nature="complaint", text=f"new {number}")
    found = ask(walk, walk.company.supervisor)
    assert (found["counts"]["complaints_open"], found["counts"]["complaints_overdue"]) == (7, 2)
    assert {one["title"]["en"] for one in found["late"]} == {"oldest", "old"}


def _nothing() -> list[Any]:
    return []


def test_a_plugin_is_parked_resumed_and_set_back_by_who_may(quick: Walk) -> None:
    host = plugin("judge", version="1.0", raise_findings=_nothing)
    quick.handin(Introduce(host.card.name, host.card, again_days=90))
    quick.start()
    quick.follow(reader_of(host))
    ops = quick.server.do(lambda s: add_person(s, Role.OPS, None))
    sheet = ask(quick, ops, "plugins/judge")
    assert (sheet["state"]["state"], sheet["card"]["version"]) == ("running", "1.0")
    parked = ask(quick, ops, "plugins/judge/park", {"why": "too many findings"})
    assert parked["state"]["state"] == "parked"
    assert parked["state"]["faults"][-1]["detail"] == "too many findings"
    kinds = ask(quick, ops, "plugins/judge")["kinds"]
    assert set(kinds) == {"parked-by-hand"}
    assert kinds["parked-by-hand"]["advice"].keys() == {"zh-CN", "en"}
    named = ask(quick, quick.company.supervisor)["plugins"]
    assert [(one["name"], one["state"], one["error"]) for one in named] == [
        ("judge", "parked", "parked-by-hand")
    ]
    amiss = ask(quick, quick.company.supervisor)["amiss"]
    assert ("plugin", "judge") in [(one["kind"], one["name"]) for one in amiss]
    assert ask(quick, ops, "plugins/judge/resume", {})["state"]["state"] == "running"
    back = ask(quick, ops, "plugins/judge/replay", {"from": 0})["state"]
    assert (back["cursor"], back["state"]) == (0, "running")
    assert ask(quick, ops, "plugins/judge/replay", {"from": 10**6}, 400)["detail"]
    for path in ("plugins/keeper/park", "plugins/nobody/park"):
        ask(quick, ops, path, {}, 404)
    ask(quick, ops, "plugins/nobody", None, 404)
    rows = quick.server.look(lambda s: audit.latest(s, 10, "plugin."))
    assert {row.action: row.actor for row in rows} == {
        "plugin.park": ops,
        "plugin.resume": ops,
        "plugin.replay": ops,
    }
