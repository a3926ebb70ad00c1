"""The domain at work: the register, an earlier walk, photos and deadlines through the real sync."""

from typing import Any

from fieldops.testing import entry

ENERGY = "facilities-meters-and-energy"
WATER = "meter_reading@总水表"


def test_months_of_a_site_with_its_registers(plugin_play: Any) -> None:
    play = plugin_play("fieldops_facilities")
    kinds = {"EM-01": "electricity", "WM-01": "water", "GM-01": "gas", "HM-01": "heat"}
    for key, medium in kinds.items():
        values = {"kind": f"{medium}_meter", "name": key, "location": "B1"}
        play.register(entry("assets", key, daily_max="49" if key == "WM-01" else "", **values))
    first = play.walk(ENERGY, like=0, date="2026-11-21")
    assert play.rules() == ["meter-over-limit"], "50 m³ a day, by what the walk itself says"
    answers = {WATER: {"reading": "20100", "previous": "20155"}, "meter_code@燃气表": "GM-77"}
    play.walk(ENERGY, like=0, date="2026-12-21", answers=answers)
    told = {one.rule: one for one in play.findings()}
    assert {"asset-unknown", "assets-missed", "meter-backwards"} <= told.keys()
    assert told["meter-backwards"].evidence["previous"] == "20155"
    assert "meter-over-limit" not in told, "a meter that ran backwards has used nothing"
    assert play.rules(walk=first) == ["meter-over-limit"], "what stood still stands"


def test_small_pictures_of_dials_and_hours_of_the_site(plugin_play: Any) -> None:
    play = plugin_play("fieldops_facilities")
    gas = {"gas_concentration@燃气表": 30, "gas_valve": "fail"}
    play.walk(ENERGY, like=0, answers=gas)
    raised = play.clock.moment
    due = play.deadlines()["gas-uncontrolled"]
    assert due.endswith("+08:00")
    assert (type(raised).fromisoformat(due) - raised).total_seconds() == 3600
    assert play.photo_notes() == [], "tablets take pictures that are large enough"
