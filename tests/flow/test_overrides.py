"""A site's overrides: in force for walks begun since, marked, told to tablets, on record."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.factories import add_person, make_op, publish, sign_in
from tests.flow.following import CHECKLIST, Walk, default_reader, no_photos, plugin, walking

from fieldops.flow import overrides
from fieldops.flow.pluginreader import PluginReader
from fieldops.flow.setup import SYSTEM
from fieldops.model.access import Role
from fieldops.model.finding import Score
from fieldops.model.problem import ProblemError
from fieldops.rules.overrides import OverrideFields, wrong_values
from fieldops.store import readers
from fieldops_sync.ids import override_id, uuid7
from fieldops_sync.standards import site_overrides
from fieldops_sync.wire import Change


@pytest.fixture
def walk(sqlite_database: str, tmp_path: Path) -> Iterator[Walk]:
    with walking(sqlite_database, tmp_path) as begun:
        yield begun


@pytest.fixture
def either_walk(database_url: str, tmp_path: Path) -> Iterator[Walk]:
    """On SQLite, and on PostgreSQL."""
    with walking(database_url, tmp_path) as begun:
        yield begun


def change(walk: Walk, item: str, values: dict[str, Any] | None, why: str = "as agreed") -> None:
    fields = OverrideFields(checklist="daily", item=item, values=values, reason=why)
    walk.server.do(
        lambda s: overrides.set_override(s, walk.company.site, fields, SYSTEM, walk.server.clock())
    )


def later(walk: Walk, minutes: float = 1) -> dict[str, Any]:
    """Time passes; what a tablet's op says of the moment."""
    walk.server.clock.forward(minutes / 60)
    return {"at": {"wall": "2026-11-21T20:00:00+08:00", "mono": 0, "boot": str(uuid7())}}


def finish(walk: Walk, floor: str = "fail") -> dict[str, Any]:
    """The rest of the walk: one of two items fails.  The score on record."""
    walk.record("floor", floor, **later(walk))
    walk.record("glass", "pass", **later(walk))
    walk.submit()
    walk.follow(default_reader())
    score: dict[str, Any] = walk.inspection.body["score"]
    return score


def start(walk: Walk) -> None:
    walk.start(**later(walk))


def test_without_overrides_no_mark(walk: Walk):
    start(walk)
    assert (finish(walk)["score"], walk.inspection.body["score"].get("marks", [])) == ("75", [])


def test_a_weight_counts_from_the_next_walk_on_and_marks_the_score(walk: Walk):
    change(walk, "glass", {"weight": "1"})
    start(walk)
    score = finish(walk)
    assert (score["score"], score["marks"]) == ("50", ["override:glass"])


def test_a_walk_keeps_what_was_in_force_when_it_began(either_walk: Walk):
    walk = either_walk
    change(walk, "glass", {"weight": "1"})
    start(walk)
    later(walk)
    change(walk, "glass", {"weight": "9"})
    change(walk, "", {"threshold_percent": "40"})
    score = finish(walk)
    assert (score["score"], score["marks"]) == ("50", ["override:glass"])
    later(walk)
    change(walk, "floor", {"applies": False})
    walk.server.do(lambda s: readers.put_position(s, "builtin", 0))
    before = walk.head()
    walk.follow(default_reader())
    assert (walk.head(), walk.inspection.body["score"]["score"]) == (before, "50")


def test_an_item_that_does_not_apply_is_not_judged(walk: Walk):
    change(walk, "floor", {"applies": False})
    change(walk, "", {"threshold_percent": "99.5"})
    start(walk)
    score = finish(walk)
    assert score["score"] == "100"
    assert score["marks"] == ["override:threshold", "override:floor"]
    assert walk.findings() == []


def test_taken_back_it_is_as_published(walk: Walk):
    change(walk, "glass", {"weight": "1"})
    change(walk, "glass", None, "the lobby was rebuilt")
    change(walk, "", {"threshold_percent": "40"})
    change(walk, "", None)
    start(walk)
    assert finish(walk)["score"] == "75"
    standing = walk.server.look(lambda s: overrides.standing(s, walk.company.site))
    assert standing == []
    steps = walk.server.look(lambda s: overrides.steps(s, walk.company.site))
    assert [(one.item, one.values, one.reason) for one in steps] == [
        ("", {"threshold_percent": "40"}, "as agreed"),
        ("", None, "as agreed"),
        ("glass", {"weight": "1"}, "as agreed"),
        ("glass", None, "the lobby was rebuilt"),
    ]
    assert {one.actor for one in steps} == {SYSTEM}


def test_a_walk_whose_start_is_on_its_way_began_with_its_first_result(walk: Walk):
    walk.record("floor", "fail", **later(walk))
    later(walk)
    change(walk, "floor", {"applies": False})
    walk.record("glass", "pass", **later(walk))
    walk.follow(default_reader())
    assert [one.body["item"] for one in walk.findings()] == ["floor"]


def test_results_of_another_version_are_judged_with_the_override_too(walk: Walk):
    change(walk, "floor", {"applies": False})
    second = publish(walk.server, CHECKLIST.replace('version = "1.0"', 'version = "2.0"'))
    start(walk)
    walk.record("floor", "fail", **{"def": second, **later(walk)})
    walk.follow(default_reader())
    assert walk.findings() == []


def test_an_override_of_an_item_that_the_version_lacks_is_marked_unused(walk: Walk):
    change(walk, "gone", {"weight": "2"})
    start(walk)
    assert finish(walk)["marks"] == ["override-unused:gone"]


def test_a_plugins_own_score_bears_the_marks_too(walk: Walk):
    def score_inspection() -> Score:
        return Score(score=None, earned=Decimal(0), possible=Decimal(0), marks=("own",))

    change(walk, "glass", {"weight": "1"})
    reader = PluginReader(plugin("own", score_inspection=score_inspection), no_photos)
    start(walk)
    walk.record("floor", "fail", **later(walk))
    walk.submit()
    walk.follow(reader)
    assert walk.inspection.body["score"]["marks"] == ["override:glass", "own"]


# Tablets and desks


def test_a_tablet_gets_it_on_its_next_pull(walk: Walk):
    _, cursor = walk.tablet.pull_all()
    change(walk, "glass", {"weight": "1"})
    change(walk, "floor", None, "never was one")
    pulled = walk.tablet.pull_all(cursor)[0]
    assert [one["kind"] for one in pulled] == ["override", "override"]
    changes = msgspec.json.decode(msgspec.json.encode(pulled), type=list[Change])
    found = site_overrides(changes, "daily")
    assert {item: values.weight for item, values in found.items()} == {"glass": "1"}
    assert site_overrides(changes, "other") == {}


def sent(walk: Walk, user: Any, item: str = "glass", **given: Any) -> dict[str, Any]:
    """The receipt of an override that somebody writes at a desk."""
    site = walk.company.site
    payload = {"checklist": "daily", "item": item, "values": {"weight": "2"}, "reason": "x"}
    payload |= given.pop("payload", {})
    subject = {"kind": "override", "id": str(override_id(site, "daily", item))}
    op = make_op("override.set@1", site, user, **{"subject": subject, "payload": payload, **given})
    answer = walk.server.client.post(
        "/api/v1/ops", json={"ops": [op]}, headers=sign_in(walk.server, user)
    )
    receipt: dict[str, Any] = answer.json()["receipts"][0]
    return receipt


def test_supervisors_and_operations_may_inspectors_may_not(walk: Walk):
    company = walk.company
    operations = walk.server.do(lambda s: add_person(s, Role.OPS, {company.site}))
    assert sent(walk, company.supervisor)["status"] == "applied"
    assert sent(walk, operations, "floor")["status"] == "applied"
    assert sent(walk, company.inspector)["reason"] == "not-permitted"
    headers = sign_in(walk.server, company.supervisor)
    address = f"/api/v1/records?kind=override&site={company.site}"
    rows = walk.server.client.get(address, headers=headers).json()["items"]
    assert {row["body"]["item"] for row in rows} == {"floor", "glass"}
    assert [row.get("inspection") for row in rows] == [None, None]
    history = walk.server.client.get(
        f"/api/v1/records/{override_id(company.site, 'daily', 'glass')}/history", headers=headers
    ).json()
    assert [step["fields"]["reason"] for step in history] == ["x"]


def test_two_desks_at_once_conflict_and_the_next_one_decides(walk: Walk):
    first, second = (
        sent(walk, walk.company.supervisor, payload={"values": {"weight": weight}})
        for weight in ("1", "9")
    )
    assert (first["status"], second["status"]) == ("applied", "conflict")
    stands = walk.get(override_id(walk.company.site, "daily", "glass"))
    assert stands is not None
    start(walk)
    floor_fails = {"1": "50", "9": "90"}[stands.body["values"]["weight"]]
    assert finish(walk)["score"] == floor_fails, "judged by what tablets see as the head"
    change(walk, "glass", {"weight": "4"})
    state = walk.get(stands.id)
    assert state is not None
    assert (state.body["values"], state.conflict) == ({"weight": "4"}, {})


@pytest.mark.parametrize(
    ("item", "values"),
    [
        ("glass", {}),
        ("glass", {"threshold_percent": "80"}),
        ("glass", {"weight": "0"}),
        ("glass", {"pass_min": "3", "pass_max": "2"}),
        ("", {"threshold_percent": "0"}),
        ("", {"threshold_percent": "100.5"}),
        ("", {"threshold_percent": None}),
        ("", {"weight": "1"}),
    ],
)
def test_values_that_do_not_go_together(item: str, values: dict[str, Any]):
    assert wrong_values(item, values)


def test_what_does_not_go_together_is_quarantined_or_refused(walk: Walk):
    wrong: list[dict[str, Any]] = [{"item": "other"}, {"reason": ""}, {"values": {"weight": "0"}}]
    for payload in wrong:
        assert sent(walk, walk.company.supervisor, payload=payload)["reason"] == "schema"
    with pytest.raises(ProblemError) as caught:
        change(walk, "glass", {"weight": "-1"})
    assert "weight" in caught.value.problem.detail
