"""The registers of the domain (台账): agreements of staff, reviews of access, drills of backups.

A company fills them, site by site; a site without one is judged by its walks alone.  Rules count in
them: a staff number (L2) serves to tell two people apart and stands in no finding.
"""

from datetime import date

from fieldops import Column, Inspection, RegisterSpec

AGREEMENT_KINDS = ("nda", "privacy", "contractor")
DRILL_KINDS = ("restore", "leak")
DRILL_RESULTS = ("success", "partial", "failed")


def _column(name: str, zh: str, en: str, **members: object) -> Column:
    return Column(name=name, titles={"zh-CN": zh, "en": en}, **members)  # type: ignore[arg-type]


AGREEMENTS = RegisterSpec(
    name="staff-agreements",
    titles={"zh-CN": "保密协议台账", "en": "Agreements of staff"},
    columns=(
        _column("staff", "工号", "Staff number", required=True, level=2),
        _column("kind", "类别", "Kind", type="choice", choices=AGREEMENT_KINDS, required=True),
        _column("signed", "签署日期", "Signed on", type="date", required=True),
        _column("expires", "有效期至（长期有效的留空）", "Until; empty without end", type="date"),
    ),
)
"""The key is the number of the agreement; its last day still holds."""

REVIEWS = RegisterSpec(
    name="access-reviews",
    titles={"zh-CN": "权限复核台账", "en": "Reviews of access"},
    columns=(
        _column("system", "系统", "System", required=True),
        _column("reviewed_on", "复核日期", "Reviewed on", type="date"),
        _column("next_due", "下次复核", "Next due on", type="date", required=True),
    ),
)
"""The key is the number of the review; the latest of a system counts."""

DRILLS = RegisterSpec(
    name="backup-drills",
    titles={"zh-CN": "备份与演练台账", "en": "Drills of backups and leaks"},
    columns=(
        _column("place", "地点", "Place", required=True),
        _column("kind", "类别", "Kind", type="choice", choices=DRILL_KINDS, required=True),
        _column("held_on", "演练日期", "Held on", type="date", required=True),
        _column("result", "结果", "Result", type="choice", choices=DRILL_RESULTS, required=True),
    ),
)
"""The key is the number of the report."""

REGISTERS = (AGREEMENTS, REVIEWS, DRILLS)


def day_of(inspection: Inspection) -> date | None:
    """The day of a walk, or None where it is not known."""
    return read_date(inspection.date)


def read_date(text: str) -> date | None:
    """The date that a column holds, or None."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
