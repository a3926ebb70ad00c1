"""The facilities section of the monthly report: what was found of equipment, by theme."""

from collections.abc import Iterator

from fieldops import MonthView, ReportSection, Titles, findings_by_theme, hookimpl

THEMES: dict[str, Titles] = {
    "safety": {"zh-CN": "消防、燃气、电梯与机房安全", "en": "Fire, gas, lifts and plant rooms"},
    "certificates": {"zh-CN": "法定检验与证书", "en": "Statutory inspections and certificates"},
    "maintenance": {"zh-CN": "维保", "en": "Maintenance"},
    "limits": {"zh-CN": "运行参数", "en": "Operating limits"},
    "meters": {"zh-CN": "能耗计量", "en": "Meters"},
    "assets": {"zh-CN": "设备台账", "en": "Register of assets"},
}
RULES: dict[str, str] = {
    "room-unsafe": "safety",
    "fire-water-lost": "safety",
    "fire-alarm-lost": "safety",
    "gas-uncontrolled": "safety",
    "lift-traps": "safety",
    "left-in-use": "safety",
    "certificate-expired": "certificates",
    "certificate-due": "certificates",
    "certificate-missing": "certificates",
    "certificate-differs": "certificates",
    "date-due-soon": "certificates",
    "maintenance-overdue": "maintenance",
    "maintenance-backlog": "maintenance",
    "recurring-failure": "maintenance",
    "near-limit": "limits",
    "beyond-rated": "limits",
    "meter-backwards": "meters",
    "meter-previous-differs": "meters",
    "meter-jump": "meters",
    "meter-stopped": "meters",
    "meter-over-limit": "meters",
    "meter-balance": "meters",
    "asset-unknown": "assets",
    "asset-retired": "assets",
    "asset-kind-differs": "assets",
    "asset-scanned-twice": "assets",
    "assets-missed": "assets",
    "nameplate-differs": "assets",
}
"""The theme of each rule of the domain."""


@hookimpl
def add_report_sections(report: MonthView) -> Iterator[ReportSection]:
    """Findings by theme; what is unsafe and not put right is said first."""
    titles: Titles = {"zh-CN": "设备问题分类", "en": "Equipment by theme"}
    section = findings_by_theme(titles, report.findings, THEMES, RULES, _unsafe(report))
    if section is not None:
        yield section


def _unsafe(report: MonthView) -> tuple[Titles, ...]:
    found = [
        one
        for one in report.findings
        if RULES.get(one.rule) == "safety" and one.state in ("open", "assigned", "again")
    ]
    if not found:
        return ()
    places = sorted({" ".join(filter(None, (one.site, one.area))) for one in found})
    return (
        {
            "zh-CN": f"{len(found)} 项安全问题尚未整改：{'、'.join(places)}。",
            "en": f"{len(found)} findings of safety are not put right: {', '.join(places)}.",
        },
    )
