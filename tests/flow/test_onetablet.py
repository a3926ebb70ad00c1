"""What one tablet can do to everybody else: it makes nothing long, and nothing grow, for ever."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from tests.factories import Tablet, add_person, enrol_tablet, found_company, running, sign_in

from fieldops.flow import clock, push
from fieldops.model.access import Role
from fieldops.rules import merge, transitions
from fieldops.store import devices, records
from fieldops_sync.ids import result_id, uuid7

WALK = uuid7()
X = result_id(WALK, "x")


@pytest.fixture
def tablet(database_url: str, tmp_path: Path) -> Iterator[Tablet]:
    with running(database_url, tmp_path, limits={"device_ops_per_day": 300}) as server:
        company = found_company(server)
        made = enrol_tablet(server, [company.supervisor], company.site)
        yield made


def edit(tablet: Tablet, *base: Any, **more: Any) -> dict[str, Any]:
    return tablet.op("result.record@1", inspection=WALK, item="x", base=list(base), **more)


def statuses(tablet: Tablet, ops: list[dict[str, Any]]) -> list[str]:
    return [one.get("reason") or one["status"] for one in tablet.receipts_of(ops)]


def test_a_circle_is_found_through_all_that_is_held(tablet: Tablet) -> None:
    """Each push adds to a chain of held ops; the last one closes it."""
    last = tablet.op("suggestion.make@1", item="x")
    above = tablet.op("suggestion.make@1", item="x", needs=[last["id"], uuid7()])
    chain = [above]
    for _ in range(3):
        chain.append(tablet.op("suggestion.make@1", item="x", needs=[chain[-1]["id"]]))
        assert statuses(tablet, chain[-2:])[-1] == "held"
    beside = tablet.op("suggestion.make@1", item="x", needs=[chain[0]["id"]])
    assert statuses(tablet, [beside]) == ["held"]
    last["needs"] = [chain[-1]["id"]]
    assert statuses(tablet, [last]) == ["needs-cycle"]
    again = tablet.receipts_of([*chain, beside])
    stands = [one["stands"].get("reason", one["stands"]["status"]) for one in again]
    assert stands == ["needs-cycle"] * 4 + ["held"]


def test_no_more_stand_beside_each_other_than_one_can_decide_on(tablet: Tablet) -> None:
    first = edit(tablet, note="0")
    beside = [edit(tablet, first["id"], note=str(number)) for number in range(1, 71)]
    found = statuses(tablet, [first, *beside])
    assert found[1:] == ["applied"] + ["conflict"] * 63 + ["transition"] * 6
    server = tablet.server
    state = server.look(lambda session: records.get(session, [X]))[X]
    assert len(state.heads) == merge.HEADS_MAX
    headers = {**sign_in(server, tablet.actor), "if-match": f'"{state.revision}"'}
    path = f"/api/v1/records/{X}/resolve"
    decided = server.client.post(path, json={"set": {"note": "so"}}, headers=headers)
    assert decided.status_code == 200, decided.text
    assert statuses(tablet, [edit(tablet, first["id"], note="later")]) == ["conflict"]


def test_what_has_been_edited_too_often_takes_in_nothing_old(
    tablet: Tablet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merge, "REVISIONS_MAX", 5)
    ops = [edit(tablet, note="0")]
    for number in range(1, 5):
        ops.append(edit(tablet, ops[-1]["id"], note=str(number)))
    assert statuses(tablet, ops) == ["applied"] * 5
    assert statuses(tablet, [edit(tablet, ops[0]["id"], note="old")]) == ["transition"]
    assert statuses(tablet, [edit(tablet, ops[-1]["id"], note="new")]) == ["applied"]


def test_a_finding_has_so_many_steps_that_lead_nowhere(
    tablet: Tablet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is told to every tablet together with all before it; what ends it goes on."""
    monkeypatch.setattr(transitions, "STAYS_MAX", 4)
    found = tablet.op("finding.report@1", severity="minor", text="x")
    about = found["subject"]
    done = [tablet.op("rectification.report@1", subject=about, note="x") for _ in range(6)]
    assert statuses(tablet, [found, *done]) == ["applied"] * 5 + ["transition"] * 2
    server = tablet.server
    other = server.do(
        lambda s: add_person(s, Role.SUPERVISOR, {tablet.site}, now_ms=server.clock())
    )
    path = f"/api/v1/findings/{about['id']}/recheck"
    closed = server.client.post(path, json={"outcome": "closed"}, headers=sign_in(server, other))
    assert closed.status_code == 200, closed.text


def test_an_incarnation_full_of_gaps_is_to_be_left(
    tablet: Tablet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Retries are not charged: one op under ever other seq would grow for ever."""
    monkeypatch.setattr(push, "GAPS_MAX", 10)
    op = tablet.op("suggestion.make@1", item="x")
    assert statuses(tablet, [{**op, "seq": 2 * number} for number in range(1, 11)])
    answer = tablet.push([{**op, "seq": 100}])
    assert (answer.status_code, answer.json()["type"][-13:]) == (409, "device-forked")
    tablet.incarnation = uuid4()
    assert statuses(tablet, [{**op, "seq": 1}]) == ["duplicate"]


def test_new_incarnations_are_charged(tablet: Tablet) -> None:
    for _ in range(300):
        tablet.incarnation = uuid4()
        assert tablet.push([]).status_code == 200
    kept, tablet.incarnation = tablet.incarnation, uuid4()
    assert tablet.push([]).status_code == 429
    tablet.incarnation = kept
    assert tablet.push([]).status_code == 200


def test_the_boots_of_a_device_are_a_few(tablet: Tablet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "BOOTS_MAX", 3)
    for number in range(6):
        tablet.server.clock.now_ms += 1000
        now = {"wall": "2026-11-21T20:00:00+08:00", "mono": 1000, "boot": f"boot {number}"}
        tablet.receipts_of([], now=now)
    known = tablet.server.look(lambda session: devices.offsets(session, tablet.device))
    assert sorted(known) == ["boot 3", "boot 4", "boot 5"]
