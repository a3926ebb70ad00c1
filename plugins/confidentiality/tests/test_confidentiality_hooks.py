"""Levels, deadlines, photos that are not wanted, and personal information in what was written."""

from typing import Any

import pytest
from msgspec.structs import replace

from fieldops import FindingDraft
from fieldops.testing import Kit, finding, photo, site

COMPLIANCE = "confidentiality-compliance"
RECORDS = "confidentiality-records-and-access"
BACKUPS = "confidentiality-backups-and-drills"


@pytest.mark.parametrize("key", [COMPLIANCE, RECORDS, BACKUPS])
def test_every_answer_is_confidential(kit: Kit, key: str) -> None:
    checklist = kit.checklist(key)
    levels = kit.call("declare_fields", checklist=checklist)
    assert set(levels) == {item.key for part in checklist.sections for item in part.items}
    assert set(levels.values()) == {2, 3}
    assert levels["remarks"] == 3
    assert levels["information_officer"] == 2


def test_ways_in_and_signatures_are_level_three(kit: Kit) -> None:
    levels = kit.call("declare_fields", checklist=kit.checklist(COMPLIANCE))
    assert (levels["passwords_visible"], levels["officer_signature"]) == (3, 3)
    assert levels["desks_papers"] == 2


@pytest.mark.parametrize(
    ("rule", "due"),
    [
        ("l3-exposure", "2026-11-22T00:00:00+08:00"),
        ("photo.not-wanted", "2026-11-22T00:00:00+08:00"),
        ("papers-unshredded", "2026-11-22T20:00:00+08:00"),
        ("agreement-missing", "2026-11-26T20:00:00+08:00"),
        ("level-understated", None),
    ],
)
def test_what_lies_open_is_due_within_the_shift(kit: Kit, rule: str, due: str | None) -> None:
    draft = FindingDraft(rule=rule, titles={"zh-CN": "问题", "en": "Finding"})
    raised = finding(draft, raised_at="2026-11-21T12:00:00Z")
    there = site(timezone="Asia/Shanghai")
    assert kit.call("set_deadline", finding=raised, site=there) == due


@pytest.mark.parametrize(
    ("item", "shown", "rules"),
    [
        ("screens_unlocked", {}, ["not-wanted"]),
        ("desks_papers", {}, []),
        ("desks_papers", {"caption": "靠窗两个工位"}, []),
        ("desks_papers", {"personal": ("mobile",)}, ["personal-in-caption"]),
        ("", {}, ["unplaced"]),
        ("", {"role": "signature"}, []),
    ],
)
def test_photo_of_a_secret_is_not_wanted(
    kit: Kit, item: str, shown: dict[str, Any], rules: list[str]
) -> None:
    items = {one.key: one for part in kit.checklist(COMPLIANCE).sections for one in part.items}
    taken = photo(item, **shown)
    notes = kit.call("check_photo", photo=taken, item=items.get(item), open_photo=None)
    assert [note.rule for note in notes] == rules


@pytest.mark.parametrize(
    ("kinds", "severity"),
    [
        (("mobile",), "major"),
        (("e-mail", "mobile"), "major"),
        (("identity-number", "mobile"), "critical"),
        (("bank-card",), "critical"),
    ],
)
def test_what_was_written_is_told_by_its_kinds(
    kit: Kit, kinds: tuple[Any, ...], severity: str
) -> None:
    walk = kit.walk(BACKUPS, like=0, answers={"remarks": "业主 138****0000 的合同"})
    assert kit.rules(walk) == []
    results = (replace(one, personal=kinds * (one.item == "remarks")) for one in walk.results)
    (told,) = kit.findings(replace(walk, results=tuple(results)))
    assert (told.rule, told.item, told.severity) == ("personal-in-text", "remarks", severity)
    assert told.evidence == {"kinds": ", ".join(kinds)}
