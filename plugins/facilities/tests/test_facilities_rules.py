"""Findings about limits, dates, systems and recurring failures, by the shipped checklists."""

from uuid import UUID

import pytest
from msgspec.structs import replace

from fieldops import Inspection
from fieldops.testing import Kit, entry

PLANT = "facilities-plant-rooms"
LIFTS = "facilities-lifts-and-fire"
ENERGY = "facilities-meters-and-energy"


@pytest.mark.parametrize("checklist", [PLANT, LIFTS, ENERGY])
def test_round_that_passed_raises_nothing(kit: Kit, checklist: str) -> None:
    assert kit.rules(kit.walk(checklist, like=0)) == []


@pytest.mark.parametrize(
    ("item", "value", "limit"),
    [
        ("joint_temperature", 67, "70"),
        ("voltage", 405, "407"),
        ("fire_main_pressure", "0.1", "0.1"),
    ],
)
def test_critical_reading_just_within_its_limit_is_told_early(
    kit: Kit, item: str, value: object, limit: str
) -> None:
    (finding,) = kit.findings(kit.walk(PLANT, like=0, answers={item: value}))
    assert (finding.rule, finding.item, finding.severity) == ("near-limit", item, "minor")
    assert finding.evidence["limit"] == limit


def test_reading_out_of_limits_is_left_to_the_item_itself(kit: Kit) -> None:
    walk = kit.walk(PLANT, like=0, answers={"joint_temperature": 75})
    assert [result.item for result in walk.failed] == ["joint_temperature"]
    assert kit.rules(walk) == []


def test_meter_below_its_previous_reading_has_run_backwards(kit: Kit) -> None:
    lower = {"electricity_meter": {"reading": "474000", "previous": "474100"}}
    findings = kit.findings(kit.walk(PLANT, like=0, answers=lower))
    (finding,) = [f for f in findings if f.rule == "meter-backwards"]
    assert (finding.item, finding.severity) == ("electricity_meter", "major")
    assert finding.evidence == {"reading": "474000", "previous": "474100"}


def test_dial_gone_past_zero_is_no_fault(kit: Kit) -> None:
    past = {"water_meter": {"reading": "120", "previous": "99950"}}
    assert kit.rules(kit.walk(PLANT, like=0, answers=past)) == []


def test_meter_that_was_not_read_as_a_number_is_left_to_the_checklist(kit: Kit) -> None:
    for value in ({"reading": "much", "previous": "1"}, {"reading": "1"}):
        walk = kit.walk(PLANT, like=0, answers={"water_meter": value})
        assert kit.rules(walk) == []


def test_two_critical_failures_make_a_room_unsafe(kit: Kit) -> None:
    one = kit.walk(PLANT, like=0, answers={"generator_battery": 20})
    assert kit.rules(one) == []
    both = kit.walk(PLANT, like=0, answers={"generator_battery": 20, "generator_start_time": 45})
    (finding,) = kit.findings(both)
    assert (finding.rule, finding.section) == ("room-unsafe", "generator")
    assert finding.severity == "critical"
    assert finding.evidence == {"generator_battery": "20", "generator_start_time": "45"}


def test_pumps_in_manual_without_pressure_lose_the_fire_water(kit: Kit) -> None:
    broken = {"fire_pump_auto": "manual", "fire_main_pressure": "0.05"}
    assert "fire-water-lost" in kit.rules(kit.walk(PLANT, like=0, answers=broken))
    manual = kit.walk(PLANT, like=0, answers={"fire_pump_auto": "manual"})
    assert "fire-water-lost" not in kit.rules(manual)


def test_statutory_date_is_told_a_month_before(kit: Kit) -> None:
    walk = kit.walk(PLANT, like=0, answers={"lift_next_inspection@1号梯": "2026-12-21"})
    (finding,) = kit.findings(walk)
    assert (finding.rule, finding.repeat) == ("date-due-soon", "1号梯")
    assert finding.evidence == {"days_left": "30"}
    later = kit.walk(PLANT, like=0, answers={"lift_next_inspection@1号梯": "2026-12-22"})
    assert kit.rules(later) == []


def test_date_that_has_passed_is_left_to_the_item_itself(kit: Kit) -> None:
    walk = kit.walk(PLANT, like=0, answers={"insulation_tools": "2026-11-01"})
    assert [result.item for result in walk.failed] == ["insulation_tools"]
    assert kit.rules(walk) == []


def test_walk_without_a_day_tells_no_dates(kit: Kit) -> None:
    walk = kit.walk(PLANT, like=0, answers={"insulation_tools": "2026-11-25"})
    assert kit.rules(walk) == ["date-due-soon"]
    assert kit.rules(replace(walk, date="")) == []


@pytest.mark.parametrize(
    ("item", "value", "column", "rated", "severity"),
    [
        ("vessel_pressure@1号锅炉", "0.55", "pressure_max", "0.5", "critical"),
        ("vessel_pressure@1号锅炉", "0.55", "pressure_min", "0.6", "critical"),
        ("vessel_temperature@1号锅炉", 78, "temperature_max", "75", "major"),
    ],
)
def test_reading_beyond_the_nameplate_of_its_asset_is_told(
    kit: Kit, item: str, value: object, column: str, rated: str, severity: str
) -> None:
    boiler = entry("assets", "BL-01", kind="boiler", **{column: rated})
    walk = kit.walk(LIFTS, like=0, answers={item: value}, entries=[boiler])
    (finding,) = [one for one in kit.findings(walk) if one.rule == "beyond-rated"]
    assert (finding.item, finding.repeat) == tuple(item.split("@"))
    assert (finding.severity, finding.evidence["rated"]) == (severity, rated)
    assert "beyond-rated" not in kit.rules(replace(walk, entries=()))


def test_reading_at_the_nameplates_value_is_within_it(kit: Kit) -> None:
    boiler = entry("assets", "BL-01", kind="boiler", pressure_max="0.55", temperature_max="x")
    assert "beyond-rated" not in kit.rules(kit.walk(LIFTS, like=0, entries=[boiler]))


def test_air_of_the_room_is_not_the_asset(kit: Kit) -> None:
    room = entry("assets", "EL-B1-01", kind="switchgear", temperature_max="20", voltage_max="390")
    findings = kit.findings(kit.walk(PLANT, like=0, entries=[room]))
    assert {one.item for one in findings if one.rule == "beyond-rated"} == {
        "joint_temperature",
        "voltage",
    }


def test_lift_that_traps_people_who_cannot_call_is_stopped(kit: Kit) -> None:
    deaf = {"lift_alarm@1号梯": "fail", "lift_stopped@1号梯": "pass"}
    assert kit.rules(kit.walk(LIFTS, like=0, answers=deaf)) == []
    for more in ({"lift_entrapments@1号梯": 1}, {"lift_light_delay@1号梯": 6}):
        findings = kit.findings(kit.walk(LIFTS, like=0, answers={**deaf, **more}))
        assert [(f.rule, f.repeat, f.severity) for f in findings] == [
            ("lift-traps", "1号梯", "critical")
        ]
    other = {"lift_entrapments@2号梯": 1}
    assert kit.rules(kit.walk(LIFTS, like=0, answers={**deaf, **other})) == []


@pytest.mark.parametrize(
    ("checklist", "danger", "action"),
    [
        (PLANT, {"joint_temperature": 75}, "joint_overheat_action"),
        (LIFTS, {"lift_doors@2号梯": "fail"}, "lift_stopped@2号梯"),
    ],
)
def test_danger_that_was_found_and_left_is_told(
    kit: Kit, checklist: str, danger: dict[str, object], action: str
) -> None:
    def rules(done: str) -> list[str]:
        return kit.rules(kit.walk(checklist, like=0, answers={**danger, action: done}))

    assert "left-in-use" not in rules("pass")
    assert "left-in-use" in rules("fail")


def test_blind_detectors_behind_a_manual_panel_lose_the_fire_alarm(kit: Kit) -> None:
    manual, blind = {"fire_panel_mode": "manual"}, {"fire_points_shielded": 90}
    assert "fire-alarm-lost" not in kit.rules(kit.walk(LIFTS, like=0, answers=manual))
    assert "fire-alarm-lost" not in kit.rules(kit.walk(LIFTS, like=0, answers=blind))
    assert "fire-alarm-lost" in kit.rules(kit.walk(LIFTS, like=0, answers={**manual, **blind}))


def test_gas_without_a_valve_that_closes_is_uncontrolled(kit: Kit) -> None:
    gas, valve = {"gas_concentration@燃气表": 9}, {"gas_valve": "fail"}
    assert kit.rules(kit.walk(ENERGY, like=0, answers=gas)) == []
    (finding,) = kit.findings(kit.walk(ENERGY, like=0, answers={**gas, **valve}))
    assert (finding.rule, finding.section, finding.severity) == (
        "gas-uncontrolled",
        "gas",
        "critical",
    )


def test_asset_that_fails_on_three_days_in_ninety_is_told_once_with_its_days(kit: Kit) -> None:
    uneven = {"lift_levelling@1号梯": 14, "lift_entrapments@1号梯": 1}
    alarm = {"lift_alarm@1号梯": "fail", "lift_stopped@1号梯": "pass"}
    then = [
        kit.walk(LIFTS, like=0, date="2026-10-20", answers=alarm),
        kit.walk(LIFTS, like=0, date="2026-08-23", answers=alarm),
    ]
    walk = kit.walk(LIFTS, like=0, answers=uneven, earlier=then)
    (finding,) = kit.findings(walk)
    assert (finding.rule, finding.item, finding.repeat) == (
        "recurring-failure",
        "lift_levelling",
        "1号梯",
    )
    assert finding.evidence == {"asset": "LT-01", "days": "2026-08-23, 2026-10-20, 2026-11-21"}
    assert kit.rules(kit.walk(LIFTS, like=0, earlier=then)) == [], "nothing failed today"
    assert kit.rules(kit.walk(LIFTS, like=0, answers=uneven, earlier=then[:1])) == []


def test_failure_of_ninety_one_days_ago_is_forgotten(kit: Kit) -> None:
    uneven = {"lift_levelling@1号梯": 14}
    then = [
        kit.walk(LIFTS, like=0, date=day, answers=uneven)
        for day in ("2026-11-21", "2026-10-20", "2026-08-22")
    ]
    assert kit.rules(kit.walk(LIFTS, like=0, answers=uneven, earlier=then)) == []


def test_lift_is_known_by_its_plate_in_walks_that_did_not_scan_it(kit: Kit) -> None:
    uneven = {"lift_levelling@1号梯": 14}
    then = [
        kit.walk(PLANT, like=0, date="2026-11-14", answers=uneven),
        kit.walk(LIFTS, like=0, date="2026-11-01"),
        kit.walk(PLANT, like=0, date="2026-10-31", answers=uneven),
    ]
    found = kit.findings(kit.walk(PLANT, like=0, answers=uneven, earlier=then))
    assets = [one.evidence["asset"] for one in found if one.rule == "recurring-failure"]
    assert assets == ["LT-01"]


def test_lift_of_another_building_is_another(kit: Kit) -> None:
    uneven = {"lift_levelling@1号梯": 14}
    here, there = {"area": UUID(int=7)}, {"area": UUID(int=8)}

    def walk(day: str, area: dict[str, UUID]) -> Inspection:
        return kit.walk(PLANT, like=0, date=day, answers=uneven, members=area)

    days = ("2026-11-14", "2026-11-07")
    for area, times in ((here, 1), (there, 0)):
        earlier = [walk(day, area) for day in days]
        again = kit.walk(PLANT, like=0, answers=uneven, members=here, earlier=earlier)
        rules = [one.rule for one in kit.findings(again) if one.item == "lift_levelling"]
        assert rules == ["recurring-failure"] * times


def test_section_of_another_checklist_is_another_room(kit: Kit) -> None:
    """Both have a section `power`; the plate of the switch room is not that of the transformer."""
    room = entry("assets", "EL-B1-01", kind="switchgear", temperature_max="60")
    plant = kit.walk(PLANT, like=0, date="2026-11-14")
    walk = kit.walk(ENERGY, like=0, earlier=[plant], entries=[room])
    assert "beyond-rated" not in kit.rules(walk)


def test_places_that_are_no_asset_recur_by_their_item(kit: Kit) -> None:
    def walk(day: str, **answers: object) -> Inspection:
        return kit.walk(ENERGY, like=0, date=day, answers=answers)

    leaks = [walk("2026-10-21", leaks_found=1), walk("2026-09-21", leaks_found=2)]
    again = kit.walk(ENERGY, like=0, answers={"leaks_found": 1}, earlier=leaks)
    findings = [one for one in kit.findings(again) if one.rule == "recurring-failure"]
    assert [one.item for one in findings] == ["leaks_found"]
    flow = kit.walk(ENERGY, like=0, answers={"night_flow": 2}, earlier=leaks)
    assert "recurring-failure" not in kit.rules(flow)
