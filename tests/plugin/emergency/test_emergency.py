"""Findings of the emergency domain, from walks by its own checklist."""

from collections.abc import Callable

from fieldops.testing import Kit, Play, assert_contract, entry, inspection, result, run_with_faults

Kits = Callable[[str], Kit]
Plays = Callable[[str], Play]
FIRE = entry("drills", "fire", every_days="180", last_on="2026-06-01")


def test_contract() -> None:
    assert_contract("fieldops_emergency")
    run_with_faults("fieldops_emergency", like=2, entries=[FIRE])


def test_expired_resources_are_one_finding(plugin_kit: Kits) -> None:
    kit = plugin_kit("fieldops_emergency")
    water = entry("resources", "water", expires_on="2026-11-20")
    food = entry("resources", "food", expires_on="2026-11-21")
    (finding,) = kit.findings(kit.walk(like=0, entries=[water, food]))
    assert (finding.rule, finding.section) == ("resource-expired", "resources")
    assert finding.evidence == {"water": "2026-11-20"}, "food may be used until its day"


def test_drill_is_overdue_by_the_register_and_by_earlier_walks(plugin_kit: Kits) -> None:
    kit = plugin_kit("fieldops_emergency")
    never = {"drill_held_on@fire": None, "drill_attendance@fire": None}
    day = "2026-12-01"
    assert kit.rules(kit.walk(like=0, answers=never, entries=[FIRE])) == []
    assert kit.rules(kit.walk(like=0, answers=never, entries=[FIRE], date=day)) == ["drill-overdue"]
    held = kit.walk(like=0, answers={"drill_held_on@fire": "2026-07-01"}, date="2026-07-02")
    seen = kit.walk(like=0, answers=never, entries=[FIRE], date=day, earlier=[held])
    assert kit.rules(seen) == [], "an earlier walk saw that it was held in July"


def test_identity_number_in_a_note_is_told(plugin_kit: Kits) -> None:
    kit = plugin_kit("fieldops_emergency")
    noted = result("plan_on_site", note="签收：11010519491231002X")
    assert kit.rules(inspection(noted)) == ["identity-in-note"]
    assert kit.rules(inspection(result("plan_on_site"))) == []


def test_findings_arrive_from_the_tablet(plugin_play: Plays) -> None:
    play = plugin_play("fieldops_emergency")
    play.register(FIRE, entry("resources", "water", expires_on="2026-11-20"))
    play.walk(like=0)
    assert play.rules() == ["resource-expired"]
    assert play.score()["score"] == "100"
    assert play.deadlines() == {"resource-expired": "2026-11-23T12:00:00Z"}
    play.walk(like=2, date="2026-12-01")
    assert play.rules() == ["drill-overdue", "resource-expired"]
