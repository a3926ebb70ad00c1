"""The confidentiality section of the monthly report: compliance by checklist, exposure by theme."""

from collections.abc import Iterator

from fieldops import (
    ItemMonth,
    MonthView,
    ReportSection,
    Titles,
    findings_by_theme,
    hookimpl,
    passed_share,
)

THEMES: dict[str, Titles] = {
    "exposure": {"zh-CN": "纸张、屏幕与房间外露", "en": "Papers, screens and rooms left open"},
    "access": {"zh-CN": "钥匙、门禁与账号", "en": "Keys, cards and accounts"},
    "agreements": {"zh-CN": "保密协议", "en": "Agreements of secrecy"},
    "recovery": {"zh-CN": "备份与演练", "en": "Backups and drills"},
    "records": {"zh-CN": "记录中的个人信息", "en": "Personal data in records"},
}
RULES: dict[str, str] = {
    "exposed-again": "exposure",
    "l3-exposure": "exposure",
    "room-exposed": "exposure",
    "papers-unshredded": "exposure",
    "access-uncontrolled": "access",
    "access-review-differs": "access",
    "access-review-due": "access",
    "access-review-overdue": "access",
    "leavers-linger": "access",
    "actions-untraceable": "access",
    "agreements-differ": "agreements",
    "agreement-due": "agreements",
    "agreement-expired": "agreements",
    "agreement-missing": "agreements",
    "backup-unproven": "recovery",
    "drill-failed": "recovery",
    "drill-one-place": "recovery",
    "drill-overdue": "recovery",
    "drill-unregistered": "recovery",
    "leak-drill-overdue": "recovery",
    "systems-missed": "recovery",
    "safeguards-missing": "recovery",
    "personal-in-caption": "records",
    "personal-in-text": "records",
    "level-understated": "records",
    "not-wanted": "records",
}
"""The theme of each rule of the domain that tells of people or papers."""
_WORST = 5


@hookimpl
def add_report_sections(report: MonthView) -> Iterator[ReportSection]:
    """How far each checklist is kept, with what fails most; then findings by theme."""
    by_checklist: dict[str, list[ItemMonth]] = {}
    for one in report.items:
        by_checklist.setdefault(one.checklist, []).append(one)
    kept = tuple(
        (
            name,
            sum(one.answered for one in items),
            passed_share(items),
            _before(items),
            _worst(items),
        )
        for name, items in sorted(by_checklist.items())
    )
    if kept:
        yield ReportSection(
            titles={"zh-CN": "保密要求符合情况", "en": "How far confidentiality is kept"},
            columns=(
                {"zh-CN": "检查表", "en": "Checklist"},
                {"zh-CN": "检查项结果", "en": "Results"},
                {"zh-CN": "合格率", "en": "Passed"},
                {"zh-CN": "上月", "en": "Month before"},
                {"zh-CN": "不合格最多", "en": "Failed most"},
            ),
            rows=kept,
        )
    titles: Titles = {"zh-CN": "泄密风险分类", "en": "Exposure by theme"}
    exposed = findings_by_theme(titles, report.findings, THEMES, RULES)
    if exposed is not None:
        yield exposed


def _row(name: str, items: list[ItemMonth]) -> tuple[str | int | Titles, ...]:
    answered = sum(one.answered for one in items)
    return name, answered, passed_share(items), _before(items), _worst(items)


def _before(items: list[ItemMonth]) -> str:
    known = [
        ItemMonth(
            checklist=one.checklist,
            item=one.item,
            titles=one.titles,
            answered=one.answered_before,
            failed=one.failed_before,
        )
        for one in items
    ]
    return passed_share(known)


def _worst(items: list[ItemMonth]) -> Titles:
    """The items that failed most often, by name."""
    failed = sorted((one for one in items if one.failed), key=lambda one: (-one.failed, one.item))
    if not failed:
        return {"zh-CN": "无", "en": "none"}
    shown = failed[:_WORST]
    return {
        "zh-CN": "、".join(f"{one.titles['zh-CN']} {one.failed}" for one in shown),
        "en": ", ".join(f"{one.titles['en']} {one.failed}" for one in shown),
    }
