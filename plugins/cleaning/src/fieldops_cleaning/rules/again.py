"""What failed before within 30 days: the failures are linked and counted, and weigh more."""

from collections.abc import Iterator
from typing import Literal

from fieldops import Checklist, FindingDraft, Inspection, earlier_failures

DAYS = 30
"""How far back a failure counts as repeated (domain.md, rule 4)."""
CRITICAL_COUNT = 3
"""The third failure within the days: whatever was done about it does not work."""
_Severity = Literal["minor", "major", "critical"]
_NEXT: dict[_Severity, _Severity] = {"minor": "major", "major": "critical", "critical": "critical"}


def repeat_failure(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """An item fails that failed at the same place in an earlier walk, one step more severe."""
    for result in inspection.failed:
        days = earlier_failures(inspection, result, DAYS)
        if not days:
            continue
        count = len(days) + 1
        yield FindingDraft(
            rule="repeat-failure",
            item=result.item,
            repeat=result.repeat,
            severity="critical" if count >= CRITICAL_COUNT else _NEXT[result.severity],
            titles={
                "zh-CN": f"{DAYS} 天内第 {count} 次不合格：{result.titles['zh-CN']}",
                "en": f"Failed {count} times within {DAYS} days: {result.titles['en']}",
            },
            evidence={"count": str(count), "days": ", ".join([inspection.date, *days])},
        )
