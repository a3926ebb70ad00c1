"""What the confidentiality plugin adds to the monthly report."""

from pathlib import Path

import fieldops_confidentiality
from fieldops import FindingMonth, ItemMonth, MonthView
from fieldops.testing import Kit
from fieldops_confidentiality.report import RULES, THEMES


def item(key: str, failed: int, answered: int = 10, before: int = 0) -> ItemMonth:
    return ItemMonth(
        checklist="confidentiality-compliance",
        item=key,
        titles={"zh-CN": f"{key}项", "en": key},
        answered=answered,
        failed=failed,
        answered_before=before,
        failed_before=0,
    )


def test_compliance_is_told_by_checklist_and_exposure_by_theme(kit: Kit):
    papers = FindingMonth(
        plugin="confidentiality",
        rule="exposed-again",
        titles={"zh-CN": "外露", "en": "Exposed"},
        severity="major",
        state="closed",
        site="翠湖花园",
        repeated=True,
    )
    view = MonthView(
        month="2026-10", items=(item("desks", 3, before=4), item("keys", 1)), findings=(papers,)
    )
    kept, exposed = kit.call("add_report_sections", report=view)
    # 16 of 20 passed; the month before 4 of 4.
    worst = {"zh-CN": "desks项 3、keys项 1", "en": "desks 3, keys 1"}
    assert kept.rows == (("confidentiality-compliance", 20, "80.00%", "100.00%", worst),)
    assert exposed.rows == ((THEMES["exposure"], 1, 0, 0, 1),)


def test_what_nobody_looked_at_has_a_dash_and_nothing_found_no_table(kit: Kit):
    view = MonthView(month="2026-10", items=(item("desks", 0),))
    (kept,) = kit.call("add_report_sections", report=view)
    assert kept.rows[0][2:] == ("100.00%", "—", {"zh-CN": "无", "en": "none"})


def test_every_rule_that_has_a_theme_is_a_rule_of_the_domain():
    folder = Path(fieldops_confidentiality.__file__).parent
    code = "".join(one.read_text() for one in (*folder.glob("rules_*.py"), folder / "photos.py"))
    assert {rule for rule in RULES if f'"{rule}' not in code} == set()
    assert set(RULES.values()) == set(THEMES)
