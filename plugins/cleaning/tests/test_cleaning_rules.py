"""Findings of the cleaning domain, from walks by its shipped checklist."""

from collections.abc import Callable

import pytest

from fieldops.testing import Kit, photo


@pytest.fixture
def kit(plugin_kit: Callable[[str], Kit]) -> Kit:
    return plugin_kit("fieldops_cleaning")


def test_walk_that_passed_raises_nothing(kit: Kit) -> None:
    assert kit.rules(kit.walk(like=0)) == []


def test_zone_below_the_threshold_is_told_though_the_walk_passes(kit: Kit) -> None:
    walk = kit.walk(like=0, answers={"toilet_odour": 3})
    (finding,) = kit.findings(walk)
    assert (finding.rule, finding.section) == ("zone-below-threshold", "toilets")
    assert finding.severity == "minor"
    assert finding.evidence["threshold_percent"] == "85"


def test_zone_far_below_the_threshold_is_a_major_finding(kit: Kit) -> None:
    dirty = {
        "toilet_odour": 3,
        "toilet_supplies": ["paper", "soap", "towels"],
        "toilet_record": 600,
    }
    walk = kit.walk(like=0, answers=dirty, fail=("toilet_floor",))
    assert [(f.section, f.severity) for f in kit.findings(walk)] == [("toilets", "major")]


def test_zones_are_not_judged_before_the_walk_is_submitted(kit: Kit) -> None:
    assert kit.rules(kit.walk(like=2, state="draft")) == ["slip-hazard", "toilet-unusable"]


def test_same_fault_in_two_lifts_is_told_once_for_the_zone(kit: Kit) -> None:
    one = kit.walk(like=0, fail=("lift_floor@1号梯",))
    assert "same-fault-repeated" not in kit.rules(one)
    both = kit.walk(like=0, fail=("lift_floor@1号梯", "lift_floor@2号梯"))
    (finding,) = [f for f in kit.findings(both) if f.rule == "same-fault-repeated"]
    assert (finding.section, finding.severity) == ("lifts", "major")
    assert set(finding.evidence) == {"lift_floor@1号梯", "lift_floor@2号梯"}


def test_different_faults_in_two_lifts_are_no_repetition(kit: Kit) -> None:
    walk = kit.walk(like=0, answers={"lift_walls@2号梯": 1}, fail=("lift_floor@1号梯",))
    assert "same-fault-repeated" not in kit.rules(walk)


@pytest.mark.parametrize(("have", "missing"), [("before", "after"), ("after", "before")])
def test_photo_without_its_pair_is_told(kit: Kit, have: str, missing: str) -> None:
    walk = kit.walk(like=0, photos=[photo("lobby_floor", have)])
    (finding,) = kit.findings(walk)
    assert (finding.rule, finding.item) == ("pair-incomplete", "lobby_floor")
    assert finding.evidence == {"missing": missing}


def test_complete_pair_and_plain_evidence_are_fine(kit: Kit) -> None:
    photos = [photo("lobby_floor", "before"), photo("lobby_floor", "after"), photo("drains")]
    assert kit.rules(kit.walk(like=0, photos=photos)) == []
    assert kit.rules(kit.walk(like=0, photos=photos[:1], state="draft")) == []


def test_wet_lobby_without_mats_in_the_rain_is_critical(kit: Kit) -> None:
    walk = kit.walk(like=0, answers={"weather": "rain"}, fail=("lobby_floor", "rain_mats"))
    (finding,) = [f for f in kit.findings(walk) if f.rule == "slip-hazard"]
    assert finding.severity == "critical"
    dry = kit.walk(like=0, fail=("lobby_floor",))
    assert "slip-hazard" not in kit.rules(dry)


def test_foul_toilet_without_paper_cannot_be_used(kit: Kit) -> None:
    foul = {"toilet_odour": 4, "toilet_supplies": ["paper"]}
    assert "toilet-unusable" in kit.rules(kit.walk(like=0, answers=foul))
    assert "toilet-unusable" not in kit.rules(kit.walk(like=0, answers={"toilet_odour": 4}))
    open_ = {"toilet_odour": None, "toilet_supplies": None}
    assert "toilet-unusable" not in kit.rules(kit.walk(like=0, answers=open_))


def test_every_worked_example_is_judged_without_a_fault(kit: Kit) -> None:
    for number in range(len(kit.checklists()[0].examples)):
        for finding in kit.findings(kit.walk(like=number)):
            assert finding.titles["zh-CN"] != finding.titles["en"]
