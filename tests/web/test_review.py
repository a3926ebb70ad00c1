"""The review queue, and what a note on evidence shows to whom."""

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace
from tests.factories import Tablet, add_person, enrol_tablet, publish, sign_in
from tests.flow.judging import CAMERA, HASH, Judging, digest, judging

from fieldops.model.access import Role
from fieldops.store import pictures
from fieldops.store.pictures import Derivative
from fieldops_sync.ids import uuid7

API = "/api/v1"


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[Judging]:
    with judging(database_url, tmp_path) as made:
        yield made


def submit(desk: Judging, tablet: Tablet, walk: UUID, photos: int) -> None:
    subject = {"kind": "inspection", "id": str(walk)}
    if desk.server.look(lambda s: _state(s, walk)) in (None, "stub"):
        tablet.receipts_of([tablet.op("inspection.start@1", subject=subject)])
    base = [str(head) for head in desk.record(walk).heads]
    sent = tablet.op("inspection.submit@1", subject=subject, base=base, payload={"photos": photos})
    assert tablet.receipts_of([sent])[0]["status"] == "applied"


def _state(session: Any, walk: UUID) -> str | None:
    from fieldops.store import records

    found = records.get_one(session, walk)
    return found.state if found else None


def ask(desk: Judging, user: UUID, **query: Any) -> Any:
    headers = sign_in(desk.server, user)
    return desk.server.client.get(f"{API}/review", params=query, headers=headers)


def test_the_riskiest_comes_first_then_what_waited_longest(desk: Judging):
    tablet = desk.tablet()
    calm, risky, later, draft = (uuid7() for _ in range(4))
    desk.attach("a", walk=calm, item="floor")
    desk.attach("a", walk=risky, item="glass")
    desk.attach("b", walk=risky, item="door")
    desk.attach("never", walk=risky, item="door")
    desk.attach("c", walk=later, item="stair")
    desk.attach("d", walk=draft, item="roof")
    desk.show("a")
    desk.show("b", dhash=HASH ^ 0xFFFF, brightness=10.0)
    desk.show("c", dhash=HASH ^ 0xFFFF0000)
    desk.judge()
    for walk, photos in ((calm, 1), (risky, 3), (later, 1)):
        desk.server.clock.forward(0.1)
        submit(desk, tablet, walk, photos)
    answer = ask(desk, desk.company.supervisor)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert (found["waiting"], found["cursor"]) == (3, None)
    first, second, third = found["inspections"]
    assert [one["inspection"] for one in (first, second, third)] == [
        str(walk) for walk in (risky, calm, later)
    ]
    assert first == {
        "inspection": str(risky),
        "site": str(desk.company.site),
        "state": "submitted",
        "risk": 42,
        "notes": {"same-bytes": 1, "too-dark": 1},
        "photos_stored": 2,
        "photos_announced": 3,
        "photos_judged": 2,
        "since": "2026-11-21T12:12:00.000Z",
        "score": None,
        "owner": str(tablet.actor),
        "area": None,
        "checklist": "",
        "titles": {},
    }
    assert (second["risk"], second["notes"]) == (0, {})


def test_the_queue_is_paged_and_shrinks_with_every_decision(desk: Judging):
    tablet, walks = desk.tablet(), [uuid7() for _ in range(5)]
    for walk in walks:
        submit(desk, tablet, walk, 0)
        desk.server.clock.forward(0.1)
    seen: list[str] = []
    cursor = ""
    for _ in range(3):
        page = ask(desk, desk.company.supervisor, limit=2, cursor=cursor).json()
        seen += [one["inspection"] for one in page["inspections"]]
        assert page["waiting"] == 5
        cursor = page["cursor"] or ""
    assert (seen, cursor) == ([str(walk) for walk in walks], "")
    headers = sign_in(desk.server, desk.company.supervisor)
    decide = {
        "id": str(uuid7()),
        "type": "review.decide@1",
        "subject": {"kind": "inspection", "id": str(walks[0])},
        "site": str(desk.company.site),
        "actor": str(desk.company.supervisor),
        "base": [str(head) for head in desk.record(walks[0]).heads],
        "at": {"wall": "2026-11-21T20:00:00+08:00", "mono": 0, "boot": "desk"},
        "payload": {"verdict": "approved"},
    }
    done = desk.server.client.post(f"{API}/ops", json={"ops": [decide]}, headers=headers)
    assert done.json()["receipts"][0]["status"] == "applied", done.text
    left = ask(desk, desk.company.supervisor).json()
    assert [one["inspection"] for one in left["inspections"]] == [str(walk) for walk in walks[1:]]


def test_a_supervisor_sees_the_queue_of_their_sites_only(desk: Judging):
    there = desk.tablet("there", desk.company.other_site)
    mine, foreign = uuid7(), uuid7()
    submit(desk, desk.tablet(), mine, 0)
    submit(desk, there, foreign, 0)
    own = ask(desk, desk.company.supervisor).json()
    assert [one["inspection"] for one in own["inspections"]] == [str(mine)]
    boss = desk.server.do(lambda s: add_person(s, Role.SUPERVISOR, None))
    every = ask(desk, boss).json()
    assert {one["inspection"] for one in every["inspections"]} == {str(mine), str(foreign)}
    assert ask(desk, desk.company.inspector).status_code == 403


@pytest.mark.parametrize("cursor", ["x", "bm90aGluZw==", "W10="])
def test_a_strange_cursor_is_a_problem_that_says_what_to_do(sqlite_database, tmp_path, cursor):
    with judging(sqlite_database, tmp_path) as desk:
        answer = ask(desk, desk.company.supervisor, cursor=cursor)
        assert answer.status_code == 400
        assert "cursor" in answer.json()["detail"]
        assert ask(desk, desk.company.supervisor, limit=201).status_code == 400


def test_a_note_names_nothing_of_a_site_that_its_reader_may_not_see(desk: Judging):
    there = desk.tablet("there", desk.company.other_site)
    first = desk.attach("a", there, item="floor")
    second = desk.attach("a", item="glass")
    desk.show("a")
    desk.judge()
    foreign = {str(first), str(desk.company.other_site), str(desk.record(first).parent)}
    headers = sign_in(desk.server, desk.company.supervisor)
    walk = desk.record(second).parent
    for address in (f"records/{second}", f"records/{second}/history", "records?kind=photo"):
        text = desk.server.client.get(f"{API}/{address}", headers=headers).text
        assert not [one for one in foreign if one in text], address
    body = desk.server.client.get(f"{API}/records/{second}", headers=headers).json()["body"]
    assert body["notes"][0]["evidence"] == {"used": "elsewhere"}
    assert (body["notes"][0]["code"], body["risk"]) == ("same-bytes", 40)
    assert body["notes"][0]["titles"]["zh-CN"]
    assert str(walk) in desk.server.client.get(f"{API}/records/{second}", headers=headers).text
    tablet = enrol_tablet(desk.server, [desk.company.inspector], desk.company.site)
    pulled = json.dumps(tablet.pull_all()[0])
    assert "elsewhere" in pulled
    assert not [one for one in foreign if one in pulled]
    boss = desk.server.do(lambda s: add_person(s, Role.AUDITOR, None))
    answer = desk.server.client.get(f"{API}/records/{second}", headers=sign_in(desk.server, boss))
    assert answer.json()["body"]["notes"][0]["evidence"]["photo"] == str(first)


STANDARD = """
key = "halls"
version = "1.0"
domain = "cleaning"
titles = { "zh-CN" = "大堂", en = "Halls" }
[[sections]]
key = "ground"
titles = { "zh-CN" = "首层", en = "Ground floor" }
[[sections.items]]
key = "floor"
clause = "H-1"
titles = { "zh-CN" = "地面", en = "Floor" }
measure = { "zh-CN" = "无积水。", en = "No standing water." }
photos = { min_count = 1 }
[[examples]]
titles = { "zh-CN" = "合格", en = "All passes" }
date = "2026-11-01"
rest = "pass"
score = "100"
"""


def walked(desk: Judging, photo: str, outcome: str = "pass") -> tuple[UUID, UUID]:
    """A walk of one item with one photo, submitted; the walk and the photo."""
    tablet, walk = desk.tablet(), uuid7()
    standard = publish(desk.server, STANDARD)
    subject = {"kind": "inspection", "id": str(walk)}
    start = tablet.op("inspection.start@1", subject=subject, **{"def": standard})
    given = {"inspection": str(walk), "item": "floor", "value": outcome, "outcome": outcome}
    answer = tablet.op("result.record@1", **given, **{"def": standard})
    assert {one["status"] for one in tablet.receipts_of([start, answer])} == {"applied"}
    shot = desk.attach(photo, walk=walk, item="floor", caption="by the door")
    desk.show(photo, dhash=int(desk_hash(photo), 16))
    desk.judge()
    submit(desk, tablet, walk, 1)
    desk.server.clock.forward(0.2)
    return walk, shot


def desk_hash(photo: str) -> str:
    """Pictures that look like no other."""
    return sha256(photo.encode()).hexdigest()[:16]


def of_walk(desk: Judging, walk: UUID, user: UUID | None = None) -> Any:
    headers = sign_in(desk.server, user or desk.company.supervisor)
    return desk.server.client.get(f"{API}/review/{walk}", headers=headers)


def test_a_walk_is_shown_beside_its_standard_and_the_walk_before(desk: Judging):
    first, old = walked(desk, "a")
    second, new = walked(desk, "b", "fail")
    found = of_walk(desk, second).json()
    assert (found["checklist"]["en"], found["version"]) == ("Halls", "1.0")
    (part,) = found["parts"]
    (line,) = part["lines"]
    assert (part["titles"]["zh-CN"], line["clause"], line["outcome"]) == ("首层", "H-1", "fail")
    assert line["measure"] == {"zh-CN": "无积水。", "en": "No standing water."}
    assert line["asked"]["en"] == "at least 1"
    (shot,) = line["photos"]
    assert (shot["id"], shot["caption"], shot["state"]) == (str(new), "by the door", "stored")
    assert shot["picture"]["camera"] == CAMERA.camera
    assert shot["before"] is None, "the view of the photo before is not made yet"
    derive(desk, "a")
    before = of_walk(desk, second).json()["parts"][0]["lines"][0]["photos"][0]["before"]
    assert (before["photo"], before["inspection"]) == (str(old), str(first))
    assert of_walk(desk, first).json()["parts"][0]["lines"][0]["photos"][0]["before"] is None
    assert of_walk(desk, uuid7()).status_code == 404


def derive(desk: Judging, photo: str) -> None:
    """The picture worker has made the view of these bytes."""

    def job(session: Any) -> None:
        (row,) = pictures.get(session, [bytes.fromhex(digest(photo))]).values()
        made = Derivative(bytes.fromhex(digest(photo + "-view")), 10, "image/webp")
        pictures.put(session, [replace(row, view=made, thumb=made)], desk.server.clock())

    desk.server.do(job)


def test_what_no_item_asks_for_is_shown_last(desk: Judging):
    walk = uuid7()
    shot = desk.attach("a", walk=walk, item="roof")
    submit(desk, desk.tablet(), walk, 1)
    found = of_walk(desk, walk).json()
    (line,) = found["parts"][-1]["lines"]
    assert (line["titles"]["en"], line["result"]) == ("roof", None)
    assert [(one["id"], one["state"], one["shown"]) for one in line["photos"]] == [
        (str(shot), "awaiting", "awaited")
    ]
    assert (found["photos_stored"], found["photos_announced"]) == (0, 1)
    foreign = desk.server.do(lambda s: add_person(s, Role.SUPERVISOR, {desk.company.other_site}))
    assert of_walk(desk, walk, foreign).status_code == 404


def test_the_queue_is_narrowed_to_a_site_and_a_checklist(desk: Judging):
    walk, _ = walked(desk, "a")
    other = uuid7()
    submit(desk, desk.tablet(), other, 0)
    who = desk.company.supervisor
    (one,) = ask(desk, who, checklist="halls").json()["inspections"]
    assert (one["inspection"], one["checklist"], one["titles"]["zh-CN"]) == (
        str(walk),
        "halls",
        "大堂",
    )
    assert len(ask(desk, who, site=str(desk.company.site)).json()["inspections"]) == 2
    assert ask(desk, who, site=str(desk.company.other_site)).json()["inspections"] == []
    none = ask(desk, who, checklist="none-such").json()
    assert (none["waiting"], none["checklists"]) == (0, {"halls": {"zh-CN": "大堂", "en": "Halls"}})


def test_a_verdict_taken_back_puts_the_walk_into_the_queue_again(desk: Judging):
    walk = uuid7()
    submit(desk, desk.tablet(), walk, 0)
    headers = {**sign_in(desk.server, desk.company.supervisor), "X-Fieldops": "1"}
    address = f"{API}/records/{walk}/review"
    done = desk.server.client.post(address, json={"verdict": "approved"}, headers=headers)
    assert done.status_code == 200, done.text
    assert desk.record(walk).state == "approved"
    assert ask(desk, desk.company.supervisor).json()["waiting"] == 0
    back = desk.server.client.post(address, json={"verdict": None}, headers=headers)
    assert back.status_code == 200, back.text
    assert desk.record(walk).state == "submitted"
    assert ask(desk, desk.company.supervisor).json()["waiting"] == 1


def test_one_verdict_goes_to_many_photos_or_to_none(desk: Judging):
    walk, other = uuid7(), uuid7()
    shots = [desk.attach(name, walk=walk, item="floor") for name in "abc"]
    foreign = desk.attach("d", walk=other, item="floor")
    headers = {**sign_in(desk.server, desk.company.supervisor), "X-Fieldops": "1"}

    def decide(photos: list[UUID], verdict: str | None) -> Any:
        body = {"photos": [str(one) for one in photos], "verdict": verdict, "note": ""}
        address = f"{API}/review/{walk}/decide"
        return desk.server.client.post(address, json=body, headers=headers)

    assert decide([*shots, foreign], "approved").status_code == 404
    assert [desk.record(one).body.get("verdict") for one in shots] == [None] * 3
    assert decide([*shots, shots[0]], "approved").json() == {"photos": 3}
    assert [desk.record(one).body.get("verdict") for one in shots] == ["approved"] * 3
    assert decide(shots[:1], None).json() == {"photos": 1}
    verdicts = [desk.record(one).body.get("verdict") for one in shots]
    assert verdicts == [None, "approved", "approved"]
    desk.void("photo", shots[2])
    assert decide(shots, "retake").status_code == 409
    assert desk.record(shots[1]).body["verdict"] == "approved"
    assert decide([], "approved").status_code == 400


def test_a_verdict_that_was_not_seen_is_not_replaced(desk: Judging):
    """All of them or none, also where only one has another verdict by now."""
    walk = uuid7()
    shots = [desk.attach(name, walk=walk, item="floor") for name in "ab"]
    headers = {**sign_in(desk.server, desk.company.supervisor), "X-Fieldops": "1"}

    def decide(photos: list[UUID], verdict: str | None, was: str | None) -> Any:
        body = {"photos": [str(one) for one in photos], "verdict": verdict, "was": was}
        address = f"{API}/review/{walk}/decide"
        return desk.server.client.post(address, json=body, headers=headers)

    assert decide(shots[:1], "retake", None).json() == {"photos": 1}
    refused = decide(shots, "approved", None)
    assert (refused.status_code, refused.json()["type"]) == (
        412,
        "urn:fieldops:problem:revision-changed",
    )
    assert "1 of these photos" in refused.json()["detail"]
    assert [desk.record(one).body.get("verdict") for one in shots] == ["retake", None]
    assert decide(shots[:1], None, "approved").status_code == 412
    assert decide(shots[:1], None, "retake").json() == {"photos": 1}
    assert decide(shots, "approved", None).json() == {"photos": 2}
    assert decide(shots, "approved", "seen").status_code == 400
