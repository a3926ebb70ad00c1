"""Cleaning from the tablet to what stands on record: earlier walks, the register, the map."""

from collections.abc import Callable

from fieldops.testing import Play, entry

STAIRS = "Z-LT-02"


def test_repetitions_late_zones_and_the_map_stand_on_record(
    plugin_play: Callable[[str], Play],
) -> None:
    play = plugin_play("fieldops_cleaning")
    play.register(entry("zones", STAIRS, name="2号楼梯", type="stairwell", frequency="day"))
    first = play.walk(like=3, date="2026-11-22")
    assert play.rules() == ["zone-poor"]
    fresh = {"lift_disinfected_at@1号梯": "2026-11-25"}
    play.walk(like=3, date="2026-11-25", answers=fresh)
    again = [one.evidence for one in play.findings() if one.rule == "repeat-failure"]
    assert again == [{"count": "2", "days": "2026-11-25, 2026-11-22"}] * 3
    (late,) = [one for one in play.findings() if one.rule == "frequency-missed"]
    assert late.evidence[STAIRS] == "day, last 2026-11-22, 2 days late"
    assert late.deadline == "2026-11-26T18:00:00+08:00"
    score = play.score()
    assert (score["scorer"], score["score"]) == ("cleaning", "92.14")
    assert score["sections"][f"zone:{STAIRS}"] == "0"
    assert score["sections"]["type:stairwell"] == "0"
    assert score["sections"]["rounds"] == "21.43"
    assert play.rules(walk=first) == ["zone-poor"], "what came later changes nothing about it"
