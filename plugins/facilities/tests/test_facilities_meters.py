"""Findings about meters: against what was entered, what earlier walks read, and the register."""

from collections.abc import Sequence
from typing import Any

import pytest

from fieldops import Inspection
from fieldops.testing import Kit, entry

PLANT = "facilities-plant-rooms"
ENERGY = "facilities-meters-and-energy"
WATER = "meter_reading@总水表"


def reading(figure: int, previous: int | None = None) -> dict[str, str]:
    before = {} if previous is None else {"previous": str(previous)}
    return {"reading": str(figure), **before}


def rounds(kit: Kit, *readings: int) -> list[Inspection]:
    """Earlier rounds, newest first, thirty days from one to the next, the newest on 22 October."""
    days = ("2026-10-22", "2026-09-22", "2026-08-23", "2026-07-24")
    return [
        kit.walk(ENERGY, like=0, date=day, answers=_all_alike(reading(figure)))
        for day, figure in zip(days, readings, strict=False)
    ]


def _all_alike(water: dict[str, str]) -> dict[str, Any]:
    """The other meters were not read."""
    others = {f"meter_reading@{name}": None for name in ("总电表", "燃气表", "热表")}
    return {**others, WATER: water}


def told(kit: Kit, earlier: Sequence[Inspection], water: dict[str, str], **walk: Any) -> list[Any]:
    return kit.findings(kit.walk(ENERGY, like=0, answers={WATER: water}, earlier=earlier, **walk))


def test_reading_below_what_an_earlier_walk_read_has_run_backwards(kit: Kit) -> None:
    found = told(kit, rounds(kit, 5000), reading(4900, 4800))
    assert {one.rule for one in found} == {"meter-backwards", "meter-previous-differs"}
    (finding,) = [one for one in found if one.rule == "meter-backwards"]
    assert finding.evidence == {"reading": "4900", "previous": "5000"}
    assert told(kit, rounds(kit, 5000), reading(5000, 5000)) == []


def test_reading_without_a_previous_one_is_compared_with_the_earlier_walk(kit: Kit) -> None:
    assert [one.rule for one in told(kit, rounds(kit, 5000), reading(4900))] == ["meter-backwards"]
    assert told(kit, [], reading(4900)) == []


def test_dial_of_the_register_is_that_of_the_meter(kit: Kit) -> None:
    past, water = reading(20, 99980), entry("assets", "WM-01", kind="water_meter", dial="100000")
    others = [
        entry("assets", key, kind=kind)
        for key, kind in (
            ("EM-01", "electricity_meter"),
            ("GM-01", "gas_meter"),
            ("HM-01", "heat_meter"),
        )
    ]
    assert told(kit, rounds(kit, 99980), past, entries=[water, *others]) == []
    assert [one.rule for one in told(kit, rounds(kit, 99980), past)] == ["meter-backwards"], (
        "the checklist's dial has six digits"
    )


def test_previous_reading_that_nobody_read_is_told(kit: Kit) -> None:
    (finding,) = told(kit, rounds(kit, 18600), reading(20155, 18655))
    assert (finding.rule, finding.repeat) == ("meter-previous-differs", "总水表")
    assert finding.evidence == {"previous": "18655", "read_then": "18600"}
    today = kit.walk(ENERGY, like=0, date="2026-11-21", answers={WATER: reading(20150)})
    assert told(kit, [today, *rounds(kit, 18655)], reading(20155, 18655)) == []


def test_meter_is_found_again_under_another_name_by_its_plate(kit: Kit) -> None:
    renamed = {
        "meter_code@水表 1": "WM-01",
        "meter_medium@水表 1": "water",
        "meter_role@水表 1": "main",
        "meter_display@水表 1": "clear",
        "meter_reading@水表 1": reading(18600),
    }
    earlier = kit.walk(ENERGY, date="2026-10-22", answers=renamed)
    (finding,) = told(kit, [earlier], reading(20155, 18655))
    assert finding.rule == "meter-previous-differs"


@pytest.mark.parametrize(("figure", "jumps"), [(5700, False), (5701, True)])
def test_more_than_three_times_the_median_usage_is_a_jump(
    kit: Kit, figure: int, jumps: bool
) -> None:
    """600, 900 and 1,500 in thirty days each: three times the median is 2,700."""
    found = told(kit, rounds(kit, 3000, 2400, 1500, 0), reading(figure, 3000))
    assert [one.rule for one in found] == ["meter-jump"] * jumps


def test_jump_tells_both_figures(kit: Kit) -> None:
    (finding,) = told(kit, rounds(kit, 3000, 2000, 1000, 0), reading(9030, 3000))
    assert (finding.item, finding.severity) == ("meter_reading", "major")
    assert finding.evidence == {"per_day": "201", "usual_per_day": "33.333"}
    assert told(kit, rounds(kit, 3000, 2000, 1000), reading(9030, 3000)) == [], "too few before"


def test_meter_that_does_not_move_any_more_has_stopped(kit: Kit) -> None:
    (finding,) = told(kit, rounds(kit, 3000, 2000, 1000, 0), reading(3000, 3000))
    assert (finding.rule, finding.severity) == ("meter-stopped", "minor")
    assert told(kit, rounds(kit, 3000, 3000, 3000, 3000), reading(3000, 3000)) == []
    soon = rounds(kit, 3000, 2000, 1000, 0)
    walk = {"date": "2026-10-28"}
    assert told(kit, soon, reading(3000, 3000), **walk) == [], "six days"


def test_meter_has_a_limit_of_its_own(kit: Kit) -> None:
    def entries(limit: str) -> Any:
        kinds = {
            "EM-01": "electricity_meter",
            "WM-01": "water_meter",
            "GM-01": "gas_meter",
            "HM-01": "heat_meter",
        }
        return [
            entry("assets", key, kind=kind, daily_max=limit if key == "WM-01" else "99999")
            for key, kind in kinds.items()
        ]

    now = reading(20155, 18655)
    assert told(kit, [], now, entries=entries("50")) == []
    (claimed,) = told(kit, [], now, entries=entries("49.9"))
    assert (claimed.rule, claimed.evidence["per_day"]) == ("meter-over-limit", "50")
    (seen,) = told(kit, rounds(kit, 18655), now, entries=entries("49.9"))
    assert seen.evidence == {"per_day": "50", "daily_max": "49.9"}
    unknown = kit.walk(
        ENERGY,
        like=0,
        answers={WATER: now, "days_since_reading": None},
        entries=entries("1"),
    )
    assert kit.rules(unknown) == []


@pytest.mark.parametrize(
    ("sub", "lost"), [(1350, None), (1349, "10.1"), (1650, None), (1651, "-10.1")]
)
def test_main_and_sub_meters_are_balanced(kit: Kit, sub: int, lost: str | None) -> None:
    more = {
        "meter_code@B1 水表": "WM-02",
        "meter_medium@B1 水表": "water",
        "meter_role@B1 水表": "sub",
        "meter_reading@B1 水表": reading(sub, 0),
        "meter_display@B1 水表": "clear",
        "meter_verified_until@B1 水表": "2028-01-01",
    }
    found = kit.findings(kit.walk(ENERGY, like=0, answers=more))
    assert [one.rule for one in found] == ["meter-balance.water"] * (lost is not None)
    for one in found:
        assert (one.section, one.evidence["lost_percent"]) == ("meters", lost)


def test_meters_of_the_weekly_round_are_compared_too(kit: Kit) -> None:
    week = kit.walk(PLANT, like=0, date="2026-11-14", answers={"water_meter": reading(19900)})
    found = kit.findings(kit.walk(PLANT, like=0, earlier=[week]))
    assert [(one.rule, one.item) for one in found] == [
        ("meter-previous-differs", "electricity_meter"),
        ("meter-previous-differs", "water_meter"),
    ]
