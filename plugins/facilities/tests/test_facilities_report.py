"""What the facilities plugin adds to the monthly report."""

from pathlib import Path

import fieldops_facilities
from fieldops import FindingMonth, MonthView
from fieldops.testing import Kit
from fieldops_facilities.report import RULES, THEMES


def found(
    rule: str, state: str = "open", area: str = "泵房", repeated: bool = False
) -> FindingMonth:
    return FindingMonth(
        plugin="facilities",
        rule=rule,
        titles={"zh-CN": "问题", "en": "Finding"},
        severity="major",
        state=state,
        site="翠湖花园",
        area=area,
        overdue=state == "open",
        repeated=repeated,
    )


def test_findings_are_told_by_theme_and_what_is_unsafe_first(kit: Kit):
    findings = (
        found("lift-traps", area="1 号梯"),
        found("fire-water-lost", "closed"),
        found("meter-balance.water", repeated=True),
        found("photo.unheard-of"),
    )
    view = MonthView(month="2026-10", walks=3, findings=findings)
    (section,) = kit.call("add_report_sections", report=view)
    assert [(row[0]["en"], *row[1:]) for row in section.rows] == [
        (THEMES["safety"]["en"], 2, 1, 1, 0),
        (THEMES["meters"]["en"], 1, 1, 1, 1),
    ]
    (told,) = section.paragraphs
    assert told["zh-CN"] == "1 项安全问题尚未整改：翠湖花园 1 号梯。"
    assert kit.call("add_report_sections", report=MonthView(month="2026-10")) == ()


def test_every_rule_that_has_a_theme_is_a_rule_of_the_domain():
    folder = Path(fieldops_facilities.__file__).parent
    code = "".join(one.read_text() for one in folder.glob("rules_*.py"))
    assert {rule for rule in RULES if f'"{rule}' not in code} == set()
    assert set(RULES.values()) == set(THEMES)
