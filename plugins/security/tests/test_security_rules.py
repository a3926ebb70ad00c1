"""Findings of the security domain, from patrols by its shipped checklist."""

import pytest

from fieldops.testing import Kit


def test_patrol_that_passed_raises_nothing(kit: Kit) -> None:
    assert kit.rules(kit.walk(like=0)) == []


def test_fire_lane_that_no_engine_passes_is_critical(kit: Kit) -> None:
    walk = kit.walk(like=0, answers={"fire_lane_width": "2.5"})
    (finding,) = kit.findings(walk)
    assert (finding.rule, finding.severity) == ("fire-lane-impassable", "critical")
    assert finding.evidence == {"fire_lane_width": "2.5"}
    narrow = kit.walk(like=0, answers={"fire_lane_width": "3.9"})
    assert kit.rules(narrow) == [], "too narrow is what the item itself says"


@pytest.mark.parametrize("means", [{"extinguisher_pressure": 6}, {"hydrant": "fail"}])
def test_blocked_exit_with_broken_extinguishers_compromises_the_escape(
    kit: Kit, means: dict[str, object]
) -> None:
    walk = kit.walk(like=0, answers={"exits_clear": "fail", **means})
    (finding,) = kit.findings(walk)
    assert (finding.rule, finding.severity) == ("escape-compromised", "critical")
    assert set(finding.evidence) == {"exits_clear", *means}
    assert kit.rules(kit.walk(like=0, answers=means)) == []


def test_point_that_was_not_scanned_is_missed(kit: Kit) -> None:
    walk = kit.walk(like=0, answers={"point_code@东门": None})
    (finding,) = kit.findings(walk)
    assert (finding.rule, finding.repeat) == ("patrol-point-missed", "东门")
    assert "东门" in finding.titles["zh-CN"]


def test_point_without_a_time_is_missed_once_the_patrol_is_over(kit: Kit) -> None:
    without = {"point_visited_at@东门": None}
    assert kit.rules(kit.walk(like=0, answers=without)) == ["patrol-point-missed"]
    assert kit.rules(kit.walk(like=0, answers=without, state="draft")) == []


def test_more_than_an_hour_between_two_points_is_told_at_the_later_one(kit: Kit) -> None:
    walk = kit.walk(like=0, answers={"point_visited_at@地下一层": "10:13"})
    (finding,) = kit.findings(walk)
    assert (finding.rule, finding.repeat) == ("patrol-interrupted", "地下一层")
    assert finding.evidence["gap_minutes"] == "61"
    on_time = kit.walk(like=0, answers={"point_visited_at@地下一层": "10:12"})
    assert kit.rules(on_time) == []


def test_night_round_goes_on_after_midnight(kit: Kit) -> None:
    night = {"shift": "night", "night_patrols": 4}
    times = {"point_visited_at@东门": "23:50", "point_visited_at@地下一层": "00:20"}
    assert kit.rules(kit.walk(like=0, answers={**night, **times})) == []
    late = {**times, "point_visited_at@地下一层": "01:20"}
    assert kit.rules(kit.walk(like=0, answers={**night, **late})) == ["patrol-interrupted"]


def test_time_that_is_none_is_left_to_the_checklist(kit: Kit) -> None:
    walk = kit.walk(like=0, answers={"point_visited_at@东门": "morning"})
    assert kit.rules(walk) == []


def test_site_is_blind_when_a_fifth_of_its_cameras_is_down(kit: Kit) -> None:
    walk = kit.walk(like=0, answers={"cameras_online": 102})
    (finding,) = kit.findings(walk)
    assert (finding.rule, finding.severity) == ("cameras-blind", "critical")
    assert finding.evidence == {"cameras_total": "128", "cameras_online": "102"}
    assert kit.rules(kit.walk(like=0, answers={"cameras_online": 103})) == []


def test_short_staffed_control_room_that_answers_late_is_unattended(kit: Kit) -> None:
    walk = kit.walk(like=0, answers={"operators": 1, "alarm_answer": 240})
    assert kit.rules(walk) == ["control-room-unattended"]
    assert kit.rules(kit.walk(like=0, answers={"operators": 1})) == []


SYSTEMS = "security-systems"


def test_each_stretch_is_judged_for_itself(kit: Kit) -> None:
    walk = kit.walk(SYSTEMS, like=1, answers={"lane_width@北侧": "2.54"})
    found = [f for f in kit.findings(walk) if f.rule == "fire-lane-impassable"]
    assert [(f.item, f.repeat, f.severity) for f in found] == [("lane_width", "北侧", "critical")]
    wide = kit.walk(SYSTEMS, like=1, answers={"lane_width@北侧": "2.55"})
    assert "fire-lane-impassable" not in kit.rules(wide), "blocked, and an engine still passes"


def test_lane_blocked_again_within_30_days_is_critical(kit: Kit) -> None:
    def again(day: str, now: str = "北侧") -> list[tuple[str, str]]:
        before = kit.walk(SYSTEMS, like=1, date=day)
        bikes = {f"lane_blocked_by@{now}": ["bikes"], f"lane_cleared_in@{now}": 8}
        free = {"lane_blocked_by@北侧": [], "lane_cleared_in@北侧": None}
        walk = kit.walk(SYSTEMS, like=1, earlier=[before], answers={**free, **bikes})
        found = kit.findings(walk)
        return [(f.repeat, f.evidence["days"]) for f in found if f.rule == "fire-lane-again"]

    assert again("2026-10-22") == [("北侧", "2026-11-21, 2026-10-22")]
    assert again("2026-10-21") == []
    assert again("2026-11-20", "东侧") == []


def test_blocked_staircase_and_blocked_extinguishers_compromise_the_escape(kit: Kit) -> None:
    stairs = {"stairs_clear": "fail"}
    walk = kit.walk(SYSTEMS, like=0, answers={**stairs, "box_clear@1F东": "fail"})
    (finding,) = [f for f in kit.findings(walk) if f.rule == "escape-compromised"]
    assert set(finding.evidence) == {"stairs_clear", "box_clear@1F东"}
    assert "escape-compromised" not in kit.rules(kit.walk(SYSTEMS, like=0, answers=stairs))


def test_every_worked_example_is_judged_without_a_fault(kit: Kit) -> None:
    for checklist in kit.checklists():
        for number in range(len(checklist.examples)):
            for finding in kit.findings(kit.walk(checklist, like=number)):
                assert finding.titles["zh-CN"] != finding.titles["en"]
