"""Backups and drills: a backup is worth something only when a restore drill has succeeded.

Source: domain.md, rule 13.  The register `backup-drills` says what was drilled where; walks that
ask for the last restore or leak drill compare with it.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from fieldops import Checklist, Entry, FindingDraft, Inspection, answered_date, evidence_of
from fieldops_confidentiality.register import DRILLS, day_of, read_date

DRILL_DAYS = 180
"""A restore drill must have succeeded within so many days."""
LEAK_DAYS = 365
"""The same for a drill of what to do when something has leaked."""
PLACES_MIN = 2
"""Backups go to at least two places, and each proves itself."""
_RESTORE, _LEAK = "restore_drill_on", "leak_drill_on"


def backup_unproven(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """The walk itself saw no recent drill that succeeded, and perhaps too few places."""
    places, drill = inspection.find("backup_places"), inspection.find(_RESTORE)
    if not inspection.is_submitted or places is None or drill is None or drill.outcome == "pass":
        return
    lost = places.outcome == "fail"
    yield FindingDraft(
        rule="backup-unproven",
        section=drill.section,
        severity="critical" if lost else "major",
        titles={
            "zh-CN": "备份不足且从未证明可恢复" if lost else "备份未经恢复演练证明可用",
            "en": "Too few backups, and none proven" if lost else "No drill proves the backups",
        },
        evidence=evidence_of([places, drill]),
    )


def drill_overdue(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """The register has no restore drill that succeeded in half a year."""
    anchor, today = inspection.find(_RESTORE), day_of(inspection)
    drills = _held(inspection, "restore")
    if anchor is None or today is None or not inspection.entries_of(DRILLS.name):
        return
    good = [day for day, one in drills if one.get("result") == "success"]
    if not good or (today - max(good)).days > DRILL_DAYS:
        yield FindingDraft(
            rule="drill-overdue",
            section=anchor.section,
            severity="major" if good else "critical",
            titles={
                "zh-CN": f"台账中 {DRILL_DAYS} 天内没有成功的恢复演练",
                "en": f"The register has no restore drill that succeeded in {DRILL_DAYS} days",
            },
            evidence={"last_success": str(max(good)) if good else "-", "drills": str(len(drills))},
        )


def drill_failed(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """Places whose latest restore drill did not succeed."""
    anchor = inspection.find(_RESTORE)
    latest = {one.get("place"): one for _day, one in _held(inspection, "restore")}
    failed = sorted(place for place, one in latest.items() if one.get("result") != "success")
    if anchor is not None and failed:
        yield FindingDraft(
            rule="drill-failed",
            section=anchor.section,
            severity="major",
            titles={
                "zh-CN": f"{len(failed)} 处备份最近一次恢复演练未成功",
                "en": f"The latest restore drill of {len(failed)} places did not succeed",
            },
            evidence={"places": ", ".join(failed)},
        )


def drill_one_place(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """Only one place has proven of late that it can be restored from."""
    anchor, today = inspection.find(_RESTORE), day_of(inspection)
    if anchor is None or today is None:
        return
    first = today - timedelta(days=DRILL_DAYS)
    held = [one for day, one in _held(inspection, "restore") if day >= first]
    good = {one.get("place") for one in held if one.get("result") == "success"}
    if good and len(good) < PLACES_MIN:
        yield FindingDraft(
            rule="drill-one-place",
            section=anchor.section,
            titles={
                "zh-CN": f"{DRILL_DAYS} 天内只有一处备份通过恢复演练，应不少于 {PLACES_MIN} 处",
                "en": f"Only one place was restored from in {DRILL_DAYS} days: {PLACES_MIN} should",
            },
            evidence={"places": ", ".join(sorted(good))},
        )


def drill_unregistered(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """The walk saw a later drill than the register has: its report was never entered."""
    for item, kind in ((_RESTORE, "restore"), (_LEAK, "leak")):
        result = inspection.find(item)
        read, held = answered_date(result), [day for day, _one in _held(inspection, kind)]
        if result is not None and read is not None and held and read > max(held):
            yield FindingDraft(
                rule="drill-unregistered",
                item=item,
                titles={
                    "zh-CN": "现场查到的演练晚于台账，报告未登记",
                    "en": "A later drill than the register's: its report was not entered",
                },
                evidence={"walk": str(read), "register": str(max(held))},
            )


def leak_drill_overdue(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """Nobody has played for a year what to do when something has leaked."""
    anchor, today = inspection.find(_LEAK), day_of(inspection)
    if anchor is None or today is None or not inspection.entries_of(DRILLS.name):
        return
    held = [day for day, _one in _held(inspection, "leak")]
    if not held or (today - max(held)).days > LEAK_DAYS:
        yield FindingDraft(
            rule="leak-drill-overdue",
            section=anchor.section,
            severity="major",
            titles={
                "zh-CN": f"台账中 {LEAK_DAYS} 天内没有泄密应急演练",
                "en": f"The register has no drill for a leak in {LEAK_DAYS} days",
            },
            evidence={"last": str(max(held)) if held else "-"},
        )


def _held(inspection: Inspection, kind: str) -> list[tuple[date, Entry]]:
    """The drills of a kind held up to the day of the walk, oldest first."""
    today = day_of(inspection)
    entries = [one for one in inspection.entries_of(DRILLS.name) if one.get("kind") == kind]
    dated = [(read_date(one.get("held_on")), one) for one in entries]
    known = [(day, one) for day, one in dated if day is not None and today and day <= today]
    return sorted(known, key=lambda held: (held[0], held[1].key))
