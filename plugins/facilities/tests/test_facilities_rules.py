"""Findings of the facilities domain, from rounds by its shipped checklist."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from fieldops.testing import Kit


@pytest.fixture
def kit(plugin_kit: Callable[[str], Kit]) -> Kit:
    return plugin_kit("fieldops_facilities")


def test_round_that_passed_raises_nothing(kit: Kit) -> None:
    assert kit.rules(kit.walk(like=0)) == []


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
    (finding,) = kit.findings(kit.walk(like=0, answers={item: value}))
    assert (finding.rule, finding.item, finding.severity) == ("near-limit", item, "minor")
    assert finding.evidence["limit"] == limit


def test_reading_out_of_limits_is_left_to_the_item_itself(kit: Kit) -> None:
    walk = kit.walk(like=0, answers={"joint_temperature": 75})
    assert [result.item for result in walk.failed] == ["joint_temperature"]
    assert kit.rules(walk) == []


def test_meter_below_its_previous_reading_has_run_backwards(kit: Kit) -> None:
    lower = {"electricity_meter": {"reading": "474000", "previous": "474100"}}
    findings = kit.findings(kit.walk(like=0, answers=lower))
    (finding,) = [f for f in findings if f.rule == "meter-backwards"]
    assert (finding.item, finding.severity) == ("electricity_meter", "major")
    assert finding.evidence == {"reading": "474000", "previous": "474100"}


def test_dial_gone_past_zero_is_no_fault(kit: Kit) -> None:
    past = {"water_meter": {"reading": "120", "previous": "99950"}}
    assert kit.rules(kit.walk(like=0, answers=past)) == []


def test_meter_that_was_not_read_as_a_number_is_left_to_the_checklist(kit: Kit) -> None:
    for value in ({"reading": "much", "previous": "1"}, {"reading": "1"}):
        walk = kit.walk(like=0, answers={"water_meter": value})
        assert kit.rules(walk) == []


def test_two_critical_failures_make_a_room_unsafe(kit: Kit) -> None:
    one = kit.walk(like=0, answers={"generator_battery": 20})
    assert kit.rules(one) == []
    both = kit.walk(like=0, answers={"generator_battery": 20, "generator_start_time": 45})
    (finding,) = kit.findings(both)
    assert (finding.rule, finding.section) == ("room-unsafe", "generator")
    assert finding.severity == "critical"
    assert finding.evidence == {"generator_battery": "20", "generator_start_time": "45"}


def test_pumps_in_manual_without_pressure_lose_the_fire_water(kit: Kit) -> None:
    broken = {"fire_pump_auto": "manual", "fire_main_pressure": "0.05"}
    assert "fire-water-lost" in kit.rules(kit.walk(like=0, answers=broken))
    manual = kit.walk(like=0, answers={"fire_pump_auto": "manual"})
    assert "fire-water-lost" not in kit.rules(manual)


def test_statutory_date_is_told_a_month_before(kit: Kit) -> None:
    walk = kit.walk(like=0, answers={"lift_next_inspection@1号梯": "2026-12-21"})
    (finding,) = kit.findings(walk)
    assert (finding.rule, finding.repeat) == ("date-due-soon", "1号梯")
    assert finding.evidence == {"days_left": "30"}
    later = kit.walk(like=0, answers={"lift_next_inspection@1号梯": "2026-12-22"})
    assert kit.rules(later) == []


def test_date_that_has_passed_is_left_to_the_item_itself(kit: Kit) -> None:
    walk = kit.walk(like=0, answers={"insulation_tools": "2026-11-01"})
    assert [result.item for result in walk.failed] == ["insulation_tools"]
    assert kit.rules(walk) == []


def test_walk_without_a_day_tells_no_dates(kit: Kit) -> None:
    walk = kit.walk(like=0, answers={"insulation_tools": "2026-11-25"})
    assert kit.rules(walk) == ["date-due-soon"]
    assert kit.rules(replace(walk, date="")) == []
