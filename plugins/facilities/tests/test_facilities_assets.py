"""Findings about plates scanned, maintenance and certificates, with the site's registers."""

from typing import Any

import pytest
from msgspec.structs import replace

from fieldops import Entry
from fieldops.testing import Kit, entry

PLANT = "facilities-plant-rooms"
LIFTS = "facilities-lifts-and-fire"
ENERGY = "facilities-meters-and-energy"


def lift(key: str, **values: str) -> Entry:
    return entry("assets", key, kind="lift", **values)


SITE = (
    lift("LT-01", serial="TM 2019/0417"),
    lift("LT-02"),
    entry("assets", "BL-01", kind="boiler"),
    entry("assets", "FP-01", kind="fire_panel"),
)
"""All that the first worked example scans."""
ROOMS = (
    entry("assets", "EL-B1-01", kind="switchgear"),
    entry("assets", "GE-01", kind="generator"),
    entry("assets", "WP-01", kind="pump"),
    entry("assets", "FW-01", kind="fire_pump"),
)
"""The same of the weekly round."""
PAPERS = (
    entry("certificates", "C-1", kind="lift", asset="LT-01", expires="2027-05-30"),
    entry("certificates", "C-2", kind="lift", asset="LT-02", expires="2027-05-30"),
    entry("certificates", "C-3", kind="boiler", asset="BL-01", expires="2027-08-01"),
    entry("certificates", "C-4", kind="fire_system", expires="2027-06-15"),
)


def told(kit: Kit, rule: str, **walk: Any) -> list[Any]:
    walk.setdefault("entries", [*SITE, *PAPERS])
    found = kit.findings(kit.walk(walk.pop("checklist", LIFTS), like=0, **walk))
    return [one for one in found if one.rule == rule]


def test_site_whose_registers_agree_raises_nothing(kit: Kit) -> None:
    assert kit.rules(kit.walk(LIFTS, like=0, entries=[*SITE, *PAPERS])) == []


def test_code_that_is_not_in_the_register_is_told(kit: Kit) -> None:
    (finding,) = told(kit, "asset-unknown", answers={"lift_code@2号梯": "LT-99"})
    assert (finding.item, finding.repeat, finding.severity) == ("lift_code", "2号梯", "major")
    assert finding.evidence == {"code": "LT-99"}
    assert told(kit, "asset-unknown", entries=[], answers={"lift_code@2号梯": "LT-99"}) == []


def test_asset_out_of_use_is_told_and_no_longer_known(kit: Kit) -> None:
    gone = replace(SITE[1], retired=True)
    entries = [SITE[0], gone, *SITE[2:], *PAPERS]
    assert [one.repeat for one in told(kit, "asset-retired", entries=entries)] == ["2号梯"]
    assert told(kit, "asset-unknown", entries=entries) == []


@pytest.mark.parametrize(
    ("code", "kinds"),
    [("FP-01", "escalator, lift"), ("BL-01", "escalator, lift"), ("LT-02", "")],
)
def test_plate_of_another_kind_is_told(kit: Kit, code: str, kinds: str) -> None:
    """The pattern of the item would not let these through; the register is asked all the same."""
    found = told(kit, "asset-kind-differs", answers={"lift_code@2号梯": code})
    assert [one.evidence["expected"] for one in found] == [kinds] * bool(kinds)


def test_kind_that_the_walk_states_is_compared(kit: Kit) -> None:
    gas = entry("assets", "EM-01", kind="gas_meter")
    (finding,) = told(kit, "asset-kind-differs", checklist=ENERGY, entries=[gas])
    assert finding.evidence["expected"] == "electricity_meter"
    assert (finding.repeat, finding.evidence["registered"]) == ("总电表", "gas_meter")
    untold = told(
        kit,
        "asset-kind-differs",
        checklist=ENERGY,
        entries=[gas],
        answers={"meter_medium@总电表": None},
    )
    assert untold == [], "a meter it is"


def test_same_plate_at_two_places_is_told_at_the_second(kit: Kit) -> None:
    (finding,) = told(kit, "asset-scanned-twice", answers={"lift_code@2号梯": "LT-01"})
    assert (finding.repeat, finding.evidence["also_at"]) == ("2号梯", "1号梯")
    assert told(kit, "asset-scanned-twice") == []


def test_serial_number_is_compared_without_its_dashes(kit: Kit) -> None:
    assert told(kit, "nameplate-differs") == []
    (finding,) = told(kit, "nameplate-differs", answers={"lift_nameplate@1号梯": "TM-2023-0001"})
    assert finding.evidence == {"nameplate": "TM-2023-0001", "register": "TM 2019/0417"}
    other = {"lift_nameplate@2号梯": "TM-2023-0001"}
    assert told(kit, "nameplate-differs", answers=other) == [], "none is registered"


def test_assets_that_a_finished_walk_did_not_come_to_are_told(kit: Kit) -> None:
    third = lift("LT-03")
    (finding,) = told(kit, "assets-missed", entries=[*SITE, third])
    assert (finding.section, finding.evidence) == ("lifts", {"assets": "LT-03"})
    assert told(kit, "assets-missed", entries=[*SITE, third], state="draft") == []
    assert told(kit, "assets-missed", entries=[*SITE, replace(third, retired=True)]) == []
    area = {"area": kit.walk(LIFTS).site}
    assert told(kit, "assets-missed", entries=[*SITE, third], members=area) == []
    named = replace(third, key="2号梯")
    assert told(kit, "assets-missed", entries=[*SITE, named]) == [], "the repeat bears its name"


@pytest.mark.parametrize(
    ("expires", "rule", "severity"),
    [
        ("2026-11-20", "certificate-expired.lift", "critical"),
        ("2026-11-21", "certificate-due.lift", "minor"),
        ("2026-12-21", "certificate-due.lift", "minor"),
        ("2026-12-22", "", ""),
    ],
)
def test_certificate_of_the_register_is_told_by_its_last_day(
    kit: Kit, expires: str, rule: str, severity: str
) -> None:
    paper = entry("certificates", "C-1", kind="lift", asset="LT-01", expires=expires)
    walk = kit.walk(LIFTS, like=0, entries=[*SITE, paper, *PAPERS[1:]])
    found = [one for one in kit.findings(walk) if one.rule != "certificate-differs"]
    assert [(one.rule, one.severity) for one in found] == [(rule, severity)] * bool(rule)
    for one in found:
        assert (one.section, one.evidence["certificates"]) == ("papers", f"LT-01 {expires}")
        assert ("days_left" in one.evidence) == (one.rule == "certificate-due.lift")


def test_certificate_that_was_renewed_or_whose_asset_is_gone_is_not_told(kit: Kit) -> None:
    old = entry("certificates", "C-0", kind="lift", asset="LT-01", expires="2025-05-30")
    gone = [
        entry("assets", "BL-09", retired=True, kind="boiler"),
        entry("certificates", "C-9", kind="boiler", asset="BL-09", expires="2020-01-01"),
    ]
    assert kit.rules(kit.walk(LIFTS, like=0, entries=[*SITE, *PAPERS, old, *gone])) == []


def test_expired_fire_system_of_the_site_is_told(kit: Kit) -> None:
    paper = entry("certificates", "C-4", kind="fire_system", expires="2026-01-31")
    (finding,) = told(kit, "certificate-expired.fire_system", entries=[*SITE, *PAPERS[:3], paper])
    assert finding.evidence == {"certificates": "- 2026-01-31"}


def test_certificate_that_an_asset_must_have_is_missed(kit: Kit) -> None:
    entries = [*SITE, entry("assets", "LP", kind="lightning_protection"), *PAPERS[:2]]
    found = kit.findings(kit.walk(LIFTS, like=0, entries=entries))
    assert {(one.rule, one.severity, one.evidence["certificates"]) for one in found} == {
        ("certificate-missing.boiler", "major", "BL-01"),
        ("certificate-missing.fire_system", "major", "FP-01"),
        ("certificate-missing.lightning_protection", "major", "LP"),
    }


def test_walk_that_does_not_look_at_the_papers_tells_none(kit: Kit) -> None:
    assert kit.rules(kit.walk(PLANT, like=0, entries=[*ROOMS, SITE[2]])) == []
    walk = kit.walk(LIFTS, like=0, entries=SITE)
    assert any(rule.startswith("certificate-missing") for rule in kit.rules(walk))
    late = entry("certificates", "C-1", kind="lift", asset="LT-01", expires="2020-01-01")
    walk = kit.walk(LIFTS, like=0, entries=[*SITE, late], members={"date": ""})
    assert not any(rule.startswith("certificate-expired") for rule in kit.rules(walk))


def test_mark_in_the_car_is_compared_with_the_register(kit: Kit) -> None:
    (finding,) = told(
        kit, "certificate-differs", answers={"lift_next_inspection@1号梯": "2027-06-01"}
    )
    assert finding.repeat == "1号梯"
    assert finding.evidence == {"mark": "2027-06-01", "register": "2027-05-30"}


@pytest.mark.parametrize(
    ("done", "severity"),
    [("2026-11-06", ""), ("2026-11-05", "minor"), ("2026-10-29", "major")],
)
def test_maintenance_is_overdue_by_the_interval_of_the_asset(
    kit: Kit, done: str, severity: str
) -> None:
    due = lift("LT-01", interval_days="15", maintained_on=done)
    read = {"lift_maintained_on@1号梯": None}
    entries = [due, *SITE[1:], *PAPERS]
    found = told(kit, "maintenance-overdue", entries=entries, answers=read)
    assert [(one.repeat, one.severity) for one in found] == [("1号梯", severity)] * bool(severity)


def test_later_of_register_and_walk_counts(kit: Kit) -> None:
    due = lift("LT-01", interval_days="15", maintained_on="2026-01-01", commissioned="2019-01-01")
    assert told(kit, "maintenance-overdue", entries=[due]) == [], "the walk read 12 November"
    never = lift("LT-01", interval_days="15")
    read = {"lift_maintained_on@1号梯": None}
    assert told(kit, "maintenance-overdue", entries=[never], answers=read) == [], "nobody knows"


def test_assets_elsewhere_that_are_overdue_are_told_together(kit: Kit) -> None:
    pumps = [
        entry("assets", f"P-0{n}", kind="pump", interval_days="90", maintained_on="2026-06-01")
        for n in (1, 2)
    ]
    (finding,) = told(kit, "maintenance-backlog", entries=[*SITE, *pumps])
    assert finding.section == "papers"
    assert finding.evidence == {"days_late": "P-01 +83, P-02 +83"}
    assert told(kit, "maintenance-backlog", checklist=PLANT, entries=pumps) == []


def test_plates_of_the_plant_rooms_have_their_kinds(kit: Kit) -> None:
    assert kit.rules(kit.walk(PLANT, like=0, entries=ROOMS)) == []
    wrong = [*ROOMS[:3], entry("assets", "FW-01", kind="pump", pressure_min="0.3")]
    found = kit.findings(kit.walk(PLANT, like=0, entries=wrong))
    assert [(one.rule, one.item) for one in found] == [
        ("beyond-rated", "fire_main_pressure"),
        ("asset-kind-differs", "fire_pump_code"),
    ]
