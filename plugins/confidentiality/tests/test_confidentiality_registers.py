"""Findings about agreements, reviews and drills, with the site's registers."""

from collections.abc import Sequence
from typing import Any

import pytest

from fieldops import Entry, FindingDraft
from fieldops.testing import Kit, entry

RECORDS = "confidentiality-records-and-access"
BACKUPS = "confidentiality-backups-and-drills"


def agreement(key: str, staff: str, expires: str = "", signed: str = "2020-01-01") -> Entry:
    return entry("staff-agreements", key, staff=staff, kind="nda", signed=signed, expires=expires)


def all_signed(count: int = 24) -> list[Entry]:
    """As many people as the first worked example counts, all with agreements without end."""
    return [agreement(f"A{n:03}", f"XX-{n:04}") for n in range(count)]


def told(kit: Kit, checklist: str, entries: Sequence[Entry], **walk: Any) -> list[FindingDraft]:
    return kit.findings(kit.walk(checklist, like=0, entries=entries, **walk))


@pytest.mark.parametrize("checklist", [RECORDS, BACKUPS])
def test_walk_that_passed_raises_nothing_without_registers(kit: Kit, checklist: str) -> None:
    assert told(kit, checklist, []) == []


@pytest.mark.parametrize(
    ("expires", "rules"),
    [
        ("2026-11-20", ["agreement-expired", "agreements-differ"]),
        ("2026-11-21", ["agreement-due"]),
        ("2026-12-21", ["agreement-due"]),
        ("2026-12-22", []),
        ("", []),
    ],
)
def test_agreement_is_told_by_its_last_day(kit: Kit, expires: str, rules: list[str]) -> None:
    found = told(kit, RECORDS, [*all_signed(23), agreement("B1", "XX-9999", expires)])
    assert [one.rule for one in found] == rules
    for one in found:
        assert (one.item, "9999" in str(one)) == ("nda_signed", False), "nobody is named"


def test_agreement_that_was_renewed_is_in_force(kit: Kit) -> None:
    old = agreement("B0", "XX-0001", "2021-01-01")
    assert told(kit, RECORDS, [*all_signed(), old]) == []
    coming = agreement("B1", "XX-0001", "2026-11-30", signed="2026-11-22")
    assert told(kit, RECORDS, [*all_signed(), coming]) == [], "not signed yet"


def test_people_without_any_agreement_are_counted(kit: Kit) -> None:
    found = told(kit, RECORDS, all_signed(21))
    assert [(one.rule, one.severity, one.evidence) for one in found] == [
        ("agreement-missing", "major", {"people": "3"}),
        ("agreements-differ", "minor", {"counted": "24", "register": "21"}),
    ]
    unknown = told(kit, RECORDS, all_signed(21), answers={"staff_total": None, "nda_signed": None})
    assert unknown == []


def test_agreements_of_a_walk_without_a_day_are_not_judged(kit: Kit) -> None:
    assert told(kit, RECORDS, all_signed(3), members={"date": ""}) == []


def review(system: str, due: str, on: str = "2026-10-08", key: str = "") -> Entry:
    return entry(
        "access-reviews", key or f"R-{system}-{due}", system=system, reviewed_on=on, next_due=due
    )


@pytest.mark.parametrize(
    ("due", "rule", "severity"),
    [
        ("2026-11-20", "access-review-overdue", "major"),
        ("2026-11-21", "access-review-due", "minor"),
        ("2026-12-05", "access-review-due", "minor"),
        ("2026-12-06", "", ""),
    ],
)
def test_review_is_told_by_the_day_it_is_due(kit: Kit, due: str, rule: str, severity: str) -> None:
    old = review("收费系统", "2026-01-01", on="2025-10-01")
    found = told(kit, RECORDS, [old, review("收费系统", due), review("门禁系统", "2027-01-08")])
    assert [(one.rule, one.severity) for one in found] == [(rule, severity)] * bool(rule)
    for one in found:
        assert (one.section, one.evidence) == ("systems", {"systems": "收费系统"})


def test_review_of_another_day_than_the_register_has(kit: Kit) -> None:
    entries = [review("收费系统", "2027-01-08", on="2026-10-01"), review("门禁系统", "2027-01-08")]
    (finding,) = told(kit, RECORDS, entries)
    assert (finding.rule, finding.repeat) == ("access-review-differs", "收费系统")
    assert finding.evidence == {"walk": "2026-10-08", "register": "2026-10-01"}


def test_system_that_a_finished_walk_left_out_is_missed(kit: Kit) -> None:
    entries = [review(name, "2027-01-08") for name in ("收费系统", "门禁系统", "监控系统")]
    (finding,) = told(kit, RECORDS, entries)
    assert (finding.rule, finding.evidence) == ("systems-missed", {"systems": "监控系统"})
    assert told(kit, RECORDS, entries, state="draft") == []
    assert told(kit, BACKUPS, entries) == [], "it looks at no reviews"


def drill(day: str, place: str = "云存储", result: str = "success", kind: str = "restore") -> Entry:
    key = f"{kind}-{place}-{day}"
    return entry("backup-drills", key, place=place, kind=kind, held_on=day, result=result)


PROVEN = (
    drill("2026-09-02"),
    drill("2026-08-02", "总部机房"),
    drill("2026-04-11", "项目", kind="leak"),
)


def test_two_places_restored_from_and_a_leak_drill_raise_nothing(kit: Kit) -> None:
    assert told(kit, BACKUPS, PROVEN) == []


@pytest.mark.parametrize(("day", "is_late"), [("2026-05-25", False), ("2026-05-24", True)])
def test_restore_drill_must_have_succeeded_in_180_days(kit: Kit, day: str, is_late: bool) -> None:
    places = ("云存储", "总部机房")
    seen = {"restore_drill_on": "2026-05-26" if not is_late else day}
    entries = [*(drill(day, place) for place in places), PROVEN[2]]
    found = [one for one in told(kit, BACKUPS, entries, answers=seen) if one.section == "restore"]
    drills = [(one.rule, one.severity) for one in found if one.rule == "drill-overdue"]
    assert drills == [("drill-overdue", "major")] * is_late


def test_without_any_success_it_is_critical(kit: Kit) -> None:
    failed = [drill("2026-09-02", result="failed"), PROVEN[2]]
    found = told(kit, BACKUPS, failed)
    assert [(one.rule, one.severity) for one in found] == [
        ("drill-overdue", "critical"),
        ("drill-failed", "major"),
    ]
    assert found[0].evidence == {"last_success": "-", "drills": "1"}


def test_place_whose_latest_drill_failed_is_told(kit: Kit) -> None:
    later = drill("2026-10-02", result="partial")
    (finding,) = told(kit, BACKUPS, [*PROVEN, later])
    assert (finding.rule, finding.evidence) == ("drill-failed", {"places": "云存储"})
    mended = drill("2026-10-09")
    seen = {"restore_drill_on": "2026-10-09"}
    assert told(kit, BACKUPS, [*PROVEN, later, mended], answers=seen) == []


def test_one_place_alone_proves_only_itself(kit: Kit) -> None:
    (finding,) = told(kit, BACKUPS, [PROVEN[0], PROVEN[2], drill("2026-01-01", "总部机房")])
    assert (finding.rule, finding.severity) == ("drill-one-place", "minor")
    assert finding.evidence == {"places": "云存储"}


def test_drill_that_was_not_entered_is_told(kit: Kit) -> None:
    seen = {"restore_drill_on": "2026-11-01", "leak_drill_on": "2026-11-02"}
    found = told(kit, BACKUPS, PROVEN, answers=seen)
    assert [(one.rule, one.item) for one in found] == [
        ("drill-unregistered", "restore_drill_on"),
        ("drill-unregistered", "leak_drill_on"),
    ]


def test_drill_of_tomorrow_does_not_count(kit: Kit) -> None:
    found = told(kit, BACKUPS, [drill("2026-11-22"), drill("2026-11-22", kind="leak")])
    assert [one.rule for one in found] == ["drill-overdue", "leak-drill-overdue"]


@pytest.mark.parametrize(("day", "is_late"), [("2025-11-21", False), ("2025-11-20", True)])
def test_leak_drill_is_held_every_year(kit: Kit, day: str, is_late: bool) -> None:
    leak = drill(day, "项目", kind="leak")
    found = told(kit, BACKUPS, [*PROVEN[:2], leak], answers={"leak_drill_on": day})
    assert [one.rule for one in found] == ["leak-drill-overdue"] * is_late


def test_registers_of_drills_are_not_asked_without_a_day(kit: Kit) -> None:
    assert told(kit, BACKUPS, [drill("2020-01-01")], members={"date": ""}) == []
