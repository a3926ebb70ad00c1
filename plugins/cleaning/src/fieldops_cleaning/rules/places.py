"""Zones as wholes: below the threshold, or with the same fault in several places."""

from collections.abc import Iterator
from decimal import Decimal

from fieldops import (
    Checklist,
    FindingDraft,
    Inspection,
    evidence_of,
    repeat_scores,
    section_scores,
    show_figure,
)
from fieldops_cleaning.zones import PLACES

POOR_PERCENT = Decimal(60)
"""A zone below this is a major finding, whatever the checklist's threshold."""
SAME_FAULT_COUNT = 2
"""From so many places with the same fault on, it is the work that is at fault, not a place."""


def zone_below_threshold(inspection: Inspection, checklist: Checklist) -> Iterator[FindingDraft]:
    """A zone of a finished walk scores below the threshold, though the whole may pass."""
    if not inspection.is_submitted:
        return
    for zone, percent in section_scores(inspection, checklist).items():
        if zone not in PLACES or percent >= checklist.threshold_percent:
            continue
        yield FindingDraft(
            rule="zone-below-threshold",
            section=zone,
            severity="major" if percent < POOR_PERCENT else "minor",
            titles={
                "zh-CN": f"区域得分 {percent}%，低于 {checklist.threshold_percent}%",
                "en": f"Zone scores {percent} %, below {checklist.threshold_percent} %",
            },
            evidence={
                "percent": show_figure(percent),
                "threshold_percent": show_figure(checklist.threshold_percent),
            },
        )


def zone_poor(inspection: Inspection, checklist: Checklist) -> Iterator[FindingDraft]:
    """One zone of a section that mixes types is poor; it is told at the section's first item."""
    if not inspection.is_submitted:
        return
    mixed = {s.key: s.items[0].key for s in checklist.sections if s.repeat and s.key not in PLACES}
    if not any(one.section in mixed for one in inspection.results):
        return
    scores = repeat_scores(inspection, checklist)
    for section, first in mixed.items():
        for repeat, percent in scores.get(section, {}).items():
            if percent >= POOR_PERCENT:
                continue
            yield FindingDraft(
                rule="zone-poor",
                item=first,
                repeat=repeat,
                severity="major",
                titles={
                    "zh-CN": f"区域“{repeat}”得分仅 {percent}%",
                    "en": f"Zone {repeat} scores only {percent} %",
                },
                evidence={"percent": show_figure(percent)},
            )


def same_fault_repeated(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """The same item fails in several lifts (or whatever the zone repeats for)."""
    failed = [result for result in inspection.failed if result.repeat]
    for zone in dict.fromkeys(result.section for result in failed):
        here = [result for result in failed if result.section == zone]
        items = [result.item for result in here]
        again = [result for result in here if items.count(result.item) >= SAME_FAULT_COUNT]
        if again:
            yield FindingDraft(
                rule="same-fault-repeated",
                section=zone,
                severity="major",
                titles={
                    "zh-CN": "同一问题在多处重复出现，请检查作业流程",
                    "en": "The same fault in several places: look at how the work is done",
                },
                evidence=evidence_of(again),
            )
