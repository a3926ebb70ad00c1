"""Findings of the confidentiality domain, from inspections by its shipped checklists."""

import pytest

from fieldops.testing import Kit

COMPLIANCE = "confidentiality-compliance"
RECORDS = "confidentiality-records-and-access"


def test_place_that_passed_raises_nothing(kit: Kit) -> None:
    assert kit.rules(kit.walk(COMPLIANCE, like=0)) == []


@pytest.mark.parametrize(
    "left_open",
    [
        {"desks_papers@301": 1},
        {"screens_unlocked@301": 2},
        {"keys_unaccounted": 1},
        {"visitors_book": "open"},
    ],
    ids=["papers", "screens", "keys", "visitors' book"],
)
def test_anything_left_open_where_l3_is_held_is_an_incident(
    kit: Kit, left_open: dict[str, object]
) -> None:
    (finding,) = kit.findings(kit.walk(COMPLIANCE, like=0, answers=left_open))
    assert (finding.rule, finding.severity) == ("l3-exposure", "critical")
    assert (finding.item, finding.section) == ("", ""), "it is about the inspection as a whole"
    assert set(finding.evidence) == set(left_open)


def test_incident_is_one_however_much_was_left_open(kit: Kit) -> None:
    open_ = {"desks_papers@301": 1, "screens_unlocked@302": 2, "keys_unaccounted": 1}
    findings = kit.findings(kit.walk(COMPLIANCE, like=0, answers=open_))
    assert [len(f.evidence) for f in findings if f.rule == "l3-exposure"] == [3]


def test_same_papers_where_no_l3_is_held_are_left_to_the_item(kit: Kit) -> None:
    walk = kit.walk(COMPLIANCE, like=0, answers={"holds_level": "l2", "desks_papers@301": 1})
    assert kit.rules(walk) == []


def test_room_with_several_exposures_is_told_by_name(kit: Kit) -> None:
    open_ = {"holds_level": "l2", "desks_papers@302": 1, "screens_unlocked@302": 1}
    (finding,) = kit.findings(kit.walk(COMPLIANCE, like=0, answers=open_))
    assert (finding.rule, finding.repeat, finding.severity) == ("room-exposed", "302", "major")
    spread = {"holds_level": "l2", "desks_papers@301": 1, "screens_unlocked@302": 1}
    assert kit.rules(kit.walk(COMPLIANCE, like=0, answers=spread)) == []


def test_place_that_collects_identity_papers_understates_its_level(kit: Kit) -> None:
    collected = {"visitor_fields": ["name", "identity_copy"]}
    walk = kit.walk(COMPLIANCE, like=0, answers={"holds_level": "l1", **collected})
    assert kit.rules(walk) == ["level-understated"]
    assert "level-understated" not in kit.rules(kit.walk(COMPLIANCE, like=0, answers=collected))


def test_agreements_and_leavers_failing_together_are_told(kit: Kit) -> None:
    walk = kit.walk(COMPLIANCE, like=0, answers={"nda_signed": 20, "leavers_cards": 3})
    (finding,) = kit.findings(walk)
    assert (finding.rule, finding.section) == ("safeguards-missing", "people")
    assert finding.evidence["nda_share"] == "83.3"
    assert kit.rules(kit.walk(COMPLIANCE, like=0, answers={"nda_signed": 20})) == []


@pytest.mark.parametrize("drilled", ["2026-01-01", None], ids=["long ago", "never"])
def test_backup_without_a_drill_is_unproven(kit: Kit, drilled: str | None) -> None:
    (finding,) = kit.findings(kit.walk(COMPLIANCE, like=0, answers={"restore_drill_on": drilled}))
    assert (finding.rule, finding.severity) == ("backup-unproven", "major")
    worse = {"restore_drill_on": drilled, "backup_places": 1}
    (finding,) = kit.findings(kit.walk(COMPLIANCE, like=0, answers=worse))
    assert finding.severity == "critical"


def test_drill_is_not_asked_for_before_the_walk_is_over(kit: Kit) -> None:
    walk = kit.walk(COMPLIANCE, like=0, answers={"restore_drill_on": None}, state="draft")
    assert kit.rules(walk) == []


@pytest.mark.parametrize(
    ("days", "severity"),
    [
        ([], None),
        (["2026-10-20"], "major"),
        (["2026-08-23"], "major"),
        (["2026-08-22"], None),
        (["2026-10-20", "2026-09-20"], "critical"),
        (["2026-11-21"], None),
    ],
)
def test_screens_left_open_in_the_same_room_again(
    kit: Kit, days: list[str], severity: str | None
) -> None:
    unlocked = {"holds_level": "l2", "screens_unlocked@301": 1}
    earlier = [kit.walk(COMPLIANCE, like=0, date=day, answers=unlocked) for day in days]
    found = kit.findings(kit.walk(COMPLIANCE, like=0, answers=unlocked, earlier=earlier))
    assert [one.severity for one in found] == [severity] * bool(severity)
    for one in found:
        assert (one.rule, one.repeat) == ("exposed-again", "301")
        assert one.evidence == {"earlier_days": ", ".join(days)}
    other = {"holds_level": "l2", "screens_unlocked@302": 1}
    assert kit.rules(kit.walk(COMPLIANCE, like=0, answers=other, earlier=earlier)) == []


def test_papers_left_where_nothing_can_shred_them(kit: Kit) -> None:
    left = {"holds_level": "l2", "printer_papers@301": 3}
    assert kit.rules(kit.walk(COMPLIANCE, like=0, answers=left)) == []
    walk = kit.walk(COMPLIANCE, like=0, answers={**left, "shredder": "fail"})
    (finding,) = kit.findings(walk)
    assert (finding.rule, finding.section) == ("papers-unshredded", "records")
    assert finding.evidence == {"shredder": "fail", "printer_papers@301": "3"}


def test_lost_keys_and_leavers_cards_together_leave_the_site_open(kit: Kit) -> None:
    answers = {"holds_level": "l2", "leavers_cards": 4}
    assert kit.rules(kit.walk(COMPLIANCE, like=0, answers=answers)) == []
    walk = kit.walk(COMPLIANCE, like=0, answers={**answers, "keys_unaccounted": 1})
    (finding,) = kit.findings(walk)
    assert (finding.rule, finding.severity) == ("access-uncontrolled", "critical")


def test_leavers_with_cards_and_accounts(kit: Kit) -> None:
    cards, accounts = {"leavers_cards": 4}, {"access_leavers@收费系统": 1}
    assert kit.rules(kit.walk(RECORDS, like=0, answers=cards)) == []
    assert kit.rules(kit.walk(RECORDS, like=0, answers=accounts)) == []
    assert kit.rules(kit.walk(RECORDS, like=0, answers={**cards, **accounts})) == ["leavers-linger"]


def test_shared_accounts_behind_short_logs_cannot_be_traced(kit: Kit) -> None:
    shared, short = {"access_shared@收费系统": 1}, {"access_log_days@收费系统": 30}
    assert kit.rules(kit.walk(RECORDS, like=0, answers=shared)) == []
    (finding,) = kit.findings(kit.walk(RECORDS, like=0, answers={**shared, **short}))
    assert (finding.rule, finding.repeat) == ("actions-untraceable", "收费系统")
    other = {"access_log_days@门禁系统": 30}
    assert kit.rules(kit.walk(RECORDS, like=0, answers={**shared, **other})) == []
