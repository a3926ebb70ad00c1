"""Whoever writes beside what is above his level sees no more of it than before."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.factories import (
    Tablet,
    add_person,
    checklist_address,
    checklist_text,
    enrol_tablet,
    found_company,
    publish,
    running,
    sign_in,
)

from fieldops.model.access import Role
from fieldops_sync.ids import result_id, uuid7

PLACE = """[[sections.items]]
key = "place"
titles = { zh-CN = "位置", en = "Place" }
measure = { zh-CN = "在现场记录。", en = "Recorded on the spot." }
clause = "CL-2"
required = false
answer = { type = "location" }
[[examples]]"""
TRACK = checklist_text("track").replace("[[examples]]", PLACE)
PLAIN = checklist_text("plain").replace("[[examples]]", PLACE.replace("location", "passfail"))
WALK = uuid7()
SPOT = {"latitude": "31.1", "longitude": "121.1"}
Pair = tuple[Tablet, Tablet, str]


@pytest.fixture
def pair(database_url: str, tmp_path: Path) -> Iterator[Pair]:
    """The tablet of who walks, that of a colleague at level 1, and another checklist."""
    with running(database_url, tmp_path) as server:
        company = found_company(server)
        track, plain = publish(server, TRACK), publish(server, PLAIN)
        other = server.do(
            lambda s: add_person(s, Role.INSPECTOR, {company.site}, now_ms=server.clock())
        )
        mine = enrol_tablet(server, [company.inspector], company.site)
        about = {"kind": "inspection", "id": str(WALK)}
        start = mine.op("inspection.start@1", subject=about, **{"def": track})
        mine.receipts_of([start, answer(mine, value=SPOT, **{"def": track})])
        yield mine, enrol_tablet(server, [other], company.site), plain


def answer(tablet: Tablet, **more: Any) -> dict[str, Any]:
    return tablet.op("result.record@1", inspection=WALK, item="place", **more)


def desk(tablet: Tablet) -> tuple[str, dict[str, str]]:
    headers = sign_in(tablet.server, tablet.actor)
    return f"/api/v1/records/{result_id(WALK, 'place')}", headers


def seen(tablet: Tablet) -> list[dict[str, Any]]:
    """What a person sees of the answer: at a desk, and on the tablet."""
    path, headers = desk(tablet)
    shown = tablet.server.client.get(path, headers=headers).json()["body"]
    pulled = [one["body"] for one in tablet.pull_all()[0] if path.endswith(one["id"])]
    return [shown, *pulled]


def test_a_note_on_a_colleague_s_answer_does_not_open_it(pair: Pair) -> None:
    mine, theirs, plain = pair
    assert ["value" in one for one in seen(theirs)] == [False, False]
    path, headers = desk(theirs)
    heads = theirs.server.client.get(path, headers=headers).json()["heads"]
    noted = answer(theirs, note="seen", base=heads, **{"def": plain})
    assert theirs.receipts_of([noted])[0]["status"] == "applied"
    assert [("value" in one, one["note"]) for one in seen(theirs)] == [(False, "seen")] * 2
    assert [one.get("value") for one in seen(mine)] == [None, SPOT]


def test_who_gives_a_walk_to_himself_sees_no_more_of_it(pair: Pair) -> None:
    """Whom its owner gives it to must see what was answered, to go on."""
    mine, theirs, _ = pair
    about = {"kind": "inspection", "id": str(WALK)}
    for tablet, is_open in ((theirs, False), (mine, True)):
        (walk,) = [one for one in tablet.pull_all()[0] if one["id"] == about["id"]]
        to, base = str(theirs.actor), walk["heads"]
        given = tablet.op("inspection.handover@1", subject=about, base=base, to=to)
        assert tablet.receipts_of([given])[0]["status"] == "applied"
        assert ["value" in one for one in seen(theirs)] == [False, is_open]


@pytest.mark.parametrize("how", ["start", "handover"])
def test_who_takes_a_walk_that_a_colleague_has_recorded_in_sees_no_more(
    pair: Pair, how: str
) -> None:
    """The colleague's own start is still on its way: the walk is known by name only."""
    mine, theirs, _ = pair
    walk, track = str(uuid7()), checklist_address(TRACK)
    about = {"kind": "inspection", "id": walk}
    spot = mine.op("result.record@1", inspection=walk, item="place", value=SPOT, **{"def": track})
    assert mine.receipts_of([spot])[0]["marks"] == ["stub"]
    handed = {"to": str(theirs.actor)} if how == "handover" else {}
    taken = theirs.op(f"inspection.{how}@1", subject=about, **{"def": track}, **handed)
    begun = theirs.op("inspection.start@1", subject=about, base=[taken["id"]], **{"def": track})
    assert [one["status"] for one in theirs.receipts_of([taken, begun])] == ["applied"] * 2
    for tablet, is_open in ((theirs, False), (mine, True)):
        bodies = {one["id"]: one["body"] for one in tablet.pull_all()[0]}
        assert bodies[walk]["owner"] == str(theirs.actor)
        assert ("value" in bodies[spot["subject"]["id"]]) is is_open


def test_who_starts_his_walk_after_its_results_sees_it(pair: Pair) -> None:
    """He is the first to be heard of on it, in this batch or an earlier one."""
    mine, theirs, _ = pair
    track = {"def": checklist_address(TRACK)}
    for batches in ((1, 1), (2,)):
        walk = str(uuid7())
        spot = theirs.op("result.record@1", inspection=walk, item="room", value="1", **track)
        start = theirs.op("inspection.start@1", subject={"kind": "inspection", "id": walk}, **track)
        ops = [spot, start]
        for many in batches:
            marks = [one.get("marks") for one in theirs.receipts_of(ops[:many])]
            ops = ops[many:]
        assert marks[-1] is None
        place = mine.op("result.record@1", inspection=walk, item="place", value=SPOT, **track)
        mine.receipts_of([place])
        bodies = {one["id"]: one["body"] for one in theirs.pull_all()[0]}
        assert "value" in bodies[place["subject"]["id"]]


def test_another_answer_by_another_checklist_opens_none_that_stood_before(pair: Pair) -> None:
    _, theirs, plain = pair
    path, headers = desk(theirs)
    client = theirs.server.client
    heads = client.get(path, headers=headers).json()["heads"]
    over = answer(theirs, value="pass", base=heads, **{"def": plain})
    assert theirs.receipts_of([over])[0]["status"] == "applied"
    steps = client.get(f"{path}/history", headers=headers).json()
    assert [one["fields"].get("value") for one in steps] == [None, "pass"]


def test_what_stands_beside_an_answer_has_its_own_level(pair: Pair) -> None:
    """Somebody answers first, by another checklist; the answer in conflict with it is not his."""
    mine, theirs, plain = pair
    walk, track = uuid7(), checklist_address(TRACK)
    named = {"item": "place", "inspection": walk}
    first = theirs.op("result.record@1", value="pass", **{"def": plain}, **named)
    second = mine.op("result.record@1", value=SPOT, **{"def": track}, **named)
    theirs.receipts_of([first])
    assert mine.receipts_of([second])[0]["status"] == "conflict"
    place = result_id(walk, "place")
    path, headers = f"/api/v1/records/{place}", sign_in(theirs.server, theirs.actor)
    shown = theirs.server.client.get(path, headers=headers).json()
    pulled = next(one for one in theirs.pull_all()[0] if one["id"] == str(place))
    for one in (shown, pulled):
        assert ("value" in one["body"], one.get("conflict") or {}) == (False, {})


def test_nobody_decides_that_it_was_another_item(pair: Pair) -> None:
    _, theirs, _ = pair
    path, headers = desk(theirs)
    told = {"set": {"item": "floor"}}
    decided = theirs.server.client.post(
        f"{path}/resolve", json=told, headers={**headers, "if-match": '"1"'}
    )
    assert decided.status_code == 400
    assert ["value" in one for one in seen(theirs)] == [False, False]


def test_who_edits_what_a_resident_said_does_not_get_the_contact(pair: Pair) -> None:
    mine, theirs, _ = pair
    said = mine.op("feedback.record@1", nature="praise", text="x", contact={"phone": "1"})
    mine.receipts_of([said])
    about = said["subject"]
    edit = theirs.op("feedback.record@1", subject=about, text="y", base=[said["id"]])
    assert theirs.receipts_of([edit])[0]["status"] == "applied"

    def contacts(tablet: Tablet) -> list[bool]:
        pulled = [one["body"] for one in tablet.pull_all()[0] if one["id"] == about["id"]]
        return ["contact" in one for one in pulled]

    assert contacts(theirs) == [False]
    again = mine.op("feedback.record@1", subject=about, text="z", base=[edit["id"]])
    mine.receipts_of([again])
    assert contacts(mine) == [True]
