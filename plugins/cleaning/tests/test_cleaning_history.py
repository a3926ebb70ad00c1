"""Zones over the days: frequencies not kept, failures that come back, and the map of scores."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from fieldops import Entry, FindingDraft, Inspection
from fieldops.testing import Kit, entry

STAIRS, GARAGE = "Z-LT-02", "Z-B1-01"


def zone(key: str, frequency: str, **values: str) -> Entry:
    usual = {"name": key, "type": "stairwell", "frequency": frequency}
    return entry("zones", key, **{**usual, **values})


def missed(kit: Kit, zones: list[Entry], *days: str, **given: Any) -> list[FindingDraft]:
    """What is told of a walk on the 21st that saw no zone, after walks that saw the stairs."""
    earlier = [kit.walk(like=3, date=day) for day in days]
    walk = kit.walk(like=0, entries=zones, earlier=earlier, **given)
    return [one for one in kit.findings(walk) if one.rule == "frequency-missed"]


@pytest.mark.parametrize(
    ("frequency", "last", "late"),
    [
        ("day", "2026-11-20", 0),
        ("day", "2026-11-19", 1),
        ("week", "2026-11-14", 0),
        ("week", "2026-11-13", 1),
        ("month", "2026-10-21", 0),
        ("month", "2026-10-20", 1),
    ],
)
def test_zone_is_late_once_its_period_is_over(
    kit: Kit, frequency: str, last: str, late: int
) -> None:
    found = missed(kit, [zone(STAIRS, frequency)], last)
    assert [one.evidence[STAIRS] for one in found] == [
        f"{frequency}, last {last}, {late} days late"
    ] * late
    assert [(one.severity, one.item, one.section) for one in found] == [("minor", "", "")] * late


def test_zone_late_by_more_than_its_period_and_still_not_seen_is_major(kit: Kit) -> None:
    assert [one.severity for one in missed(kit, [zone(STAIRS, "day")], "2026-11-18")] == ["major"]
    seen_now = kit.walk(
        like=3,
        date="2026-11-21",
        entries=[zone(STAIRS, "day")],
        earlier=[kit.walk(like=3, date="2026-11-18")],
    )
    (found,) = [one for one in kit.findings(seen_now) if one.rule == "frequency-missed"]
    assert found.severity == "minor", "it came late, and it came"


def test_zone_that_an_earlier_walk_of_the_day_saw_is_not_told_again(kit: Kit) -> None:
    assert missed(kit, [zone(STAIRS, "day")], "2026-11-21", "2026-11-18") == []


def test_zone_of_every_shift_wants_as_many_walks_the_day_before(kit: Kit) -> None:
    twice = [zone(STAIRS, "shift")]
    assert missed(kit, twice, "2026-11-20", "2026-11-20") == []
    (found,) = missed(kit, twice, "2026-11-20")
    assert found.evidence[STAIRS] == "shift, last 2026-11-20, 1 shifts missed"
    assert missed(kit, [zone(STAIRS, "shift", shifts="1")], "2026-11-20") == []
    assert missed(kit, twice) == [], "the first walk of a site knows nothing of yesterday"


def test_zone_never_seen_is_late_once_walks_go_back_far_enough(kit: Kit) -> None:
    never = [zone("Z-XX-09", "week")]
    assert missed(kit, never, "2026-11-14") == []
    (found,) = missed(kit, never, "2026-11-20", "2026-11-13")
    assert found.evidence == {"zones": "1", "Z-XX-09": "week, last -, 1 days late"}
    told = [zone("Z-XX-09", "week", last="2026-11-14")]
    assert missed(kit, told, "2026-11-20", "2026-10-13") == []


def test_frequency_is_judged_by_the_zones_own_checklist_on_finished_walks(kit: Kit) -> None:
    elsewhere = [zone(STAIRS, "day", checklist="cleaning-periodic")]
    assert missed(kit, elsewhere, "2026-11-10") == []
    here = [zone(STAIRS, "day", checklist="cleaning-daily")]
    assert len(missed(kit, here, "2026-11-10")) == 1
    assert missed(kit, here, "2026-11-10", state="draft") == []
    assert missed(kit, [replace(here[0], retired=True)], "2026-11-10") == []


def test_long_list_of_late_zones_is_counted_and_cut(kit: Kit) -> None:
    many = [zone(f"Z-{number:03}", "day") for number in range(60)]
    (found,) = missed(kit, many, "2026-11-10")
    assert found.evidence["zones"] == "60"
    assert len(found.evidence) == 51


def again(kit: Kit, *days: str, **given: Any) -> list[FindingDraft]:
    """What is told of a dirty lift on the 21st after days on which it was dirty."""
    dirty = {"fail": ("lift_floor@1号梯",)}
    earlier = [kit.walk(like=0, date=day, **dirty) for day in days]
    walk = kit.walk(like=0, earlier=earlier, **{**dirty, **given})
    return [one for one in kit.findings(walk) if one.rule == "repeat-failure"]


def test_failure_that_comes_back_within_30_days_weighs_one_step_more(kit: Kit) -> None:
    (found,) = again(kit, "2026-10-22")
    assert (found.item, found.repeat, found.severity) == ("lift_floor", "1号梯", "critical")
    assert found.evidence == {"count": "2", "days": "2026-11-21, 2026-10-22"}
    assert again(kit, "2026-10-21") == []
    assert again(kit) == []


def test_minor_failure_is_major_the_second_time_and_critical_the_third(kit: Kit) -> None:
    def severities(*days: str) -> list[str]:
        dusty = {"answers": {"lobby_dust": "fail"}}
        earlier = [kit.walk(like=0, date=day, **dusty) for day in days]
        found = kit.findings(kit.walk(like=0, earlier=earlier, **dusty))
        return [one.severity for one in found if one.rule == "repeat-failure"]

    assert severities("2026-11-20") == ["major"]
    assert severities("2026-11-20", "2026-11-20") == ["major"], "one day, two looks"
    assert severities("2026-11-20", "2026-11-19") == ["critical"]


def test_failure_elsewhere_is_no_repetition(kit: Kit) -> None:
    assert again(kit, "2026-11-20", fail=("lift_floor@2号梯",)) == []
    another = replace(kit.walk(like=0, fail=("lift_floor@1号梯",)), area=UUID(int=9))
    earlier = [kit.walk(like=0, date="2026-11-20", fail=("lift_floor@1号梯",))]
    walk = replace(another, earlier=kit.walk(like=0, earlier=earlier).earlier)
    assert "repeat-failure" not in kit.rules(walk)


def zones_of(kit: Kit, walk: Inspection) -> dict[str, Decimal]:
    return {key: one for key, one in kit.score(walk).sections.items() if ":" in key}


def test_map_shows_each_zone_and_each_type_of_zone(kit: Kit) -> None:
    walk = kit.walk("cleaning-periodic", like=0, answers={"steel_polish@1号梯": 2})
    # Of the lift: sill 2 of 2, steel 2/5 of 2, ATP 2 of 2: 4.8 of 6.
    assert zones_of(kit, walk) == {
        "type:lift": Decimal("80.00"),
        "type:lobby": Decimal("100.00"),
        "zone:1号梯": Decimal("80.00"),
        "zone:大堂A": Decimal("100.00"),
    }
    assert kit.score(walk).sections["zones"] < 100, "the sections stay"


def test_register_gives_a_zone_its_code_and_type(kit: Kit) -> None:
    entries = [zone("Z-DT-01", "week", type="garage")]
    walk = kit.walk("cleaning-periodic", like=0, entries=entries)
    assert set(zones_of(kit, walk)) == {"type:garage", "type:lobby", "zone:Z-DT-01", "zone:大堂A"}


def test_type_is_the_mean_of_its_zones_and_a_zone_shows_its_worse_half(kit: Kit) -> None:
    half = {"room_code@2号垃圾房": "Z-WA-01", "room_odour@1号垃圾房": 5}
    fresh = {
        "room_odour@2号垃圾房": 0,
        "room_flies@2号垃圾房": 0,
        "room_sorting@2号垃圾房": 10,
        "room_interval@2号垃圾房": 1,
        "room_disinfected_on@2号垃圾房": "2026-06-12",
    }
    entries = [zone("Z-WA-01", "day", type="waste_room")]
    walk = kit.walk("cleaning-waste-and-green", like=0, answers={**half, **fresh}, entries=entries)
    # The first room earns 13 of 15, its smell of 2 being lost.
    assert zones_of(kit, walk)["zone:Z-WA-01"] == Decimal("86.67")
    assert zones_of(kit, walk)["type:waste_room"] == Decimal("93.34")


def test_sections_that_are_one_place_are_zones_of_their_type(kit: Kit) -> None:
    found = zones_of(kit, kit.walk(like=0, answers={"toilet_odour": 3}))
    assert found["type:toilet"] == Decimal("70.00"), "of 10 the 3 for the smell are lost"
    assert found["type:lift"] == Decimal("100.00")


def test_score_itself_is_the_checklists_own(kit: Kit) -> None:
    for number, example in enumerate(kit.checklists()[0].examples):
        assert kit.score(kit.walk(like=number)).score == example.score
