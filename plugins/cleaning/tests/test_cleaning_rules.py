"""Findings of the cleaning domain, from walks by its shipped checklist."""

from fieldops.testing import Kit


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


WEEK = "cleaning-waste-and-green"


def test_acid_and_chlorine_in_one_zone_are_critical(kit: Kit) -> None:
    both = {"agents_used@大堂A": ["acid", "chlorine", "neutral"]}
    found = kit.findings(kit.walk("cleaning-periodic", like=0, answers=both))
    (finding,) = [f for f in found if f.rule == "agents-mixed"]
    assert (finding.severity, finding.repeat) == ("critical", "大堂A")
    apart = {"agents_used@大堂A": ["acid"], "agents_used@1号梯": ["chlorine"]}
    assert "agents-mixed" not in kit.rules(kit.walk("cleaning-periodic", like=0, answers=apart))


def test_toxic_spray_without_notice_is_critical(kit: Kit) -> None:
    toxic = {"spray_toxicity": "middle"}
    unsafe = kit.walk(WEEK, like=0, answers={**toxic, "spray_notice": "fail"})
    assert [f.severity for f in kit.findings(unsafe) if f.rule == "spray-unsafe"] == ["critical"]
    assert "spray-unsafe" not in kit.rules(kit.walk(WEEK, like=0, answers=toxic))


def test_rats_and_food_are_told_together(kit: Kit) -> None:
    rats = {"rat_signs": 4}
    fed = kit.walk(WEEK, like=0, answers={**rats, "room_interval@1号垃圾房": 25})
    (finding,) = [f for f in kit.findings(fed) if f.rule == "rats-fed"]
    assert finding.section == "pests"
    assert set(finding.evidence) == {"rat_signs", "room_interval@1号垃圾房"}
    assert "rats-fed" not in kit.rules(kit.walk(WEEK, like=0, answers=rats))
    hungry = {"room_interval@1号垃圾房": 25}
    assert "rats-fed" not in kit.rules(kit.walk(WEEK, like=0, answers=hungry))


def test_poor_zone_among_others_is_told_by_its_name(kit: Kit) -> None:
    walk = kit.walk(like=3)
    (finding,) = [f for f in kit.findings(walk) if f.rule == "zone-poor"]
    assert (finding.item, finding.repeat, finding.severity) == ("round_code", "2号楼梯", "major")
    assert finding.evidence == {"percent": "0"}, "the garage has exactly 60 %"
    assert "zone-poor" not in kit.rules(kit.walk(like=3, state="draft"))


def test_every_worked_example_is_judged_without_a_fault(kit: Kit) -> None:
    for checklist in kit.checklists():
        for number in range(len(checklist.examples)):
            for finding in kit.findings(kit.walk(checklist, like=number)):
                assert finding.titles["zh-CN"] != finding.titles["en"]
