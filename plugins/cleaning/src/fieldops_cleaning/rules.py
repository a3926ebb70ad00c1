"""What a cleaning walk shows beyond its single items: zones, repetition, evidence, hazards."""

from collections.abc import Iterator
from decimal import Decimal

from fieldops import (
    Checklist,
    FindingDraft,
    Inspection,
    Rule,
    chosen,
    evidence_of,
    section_scores,
    show_figure,
)

ZONES = ("lobby", "lifts", "toilets", "grounds", "waste")
"""The sections that are places; `arrival` is none."""
POOR_PERCENT = Decimal(60)
"""A zone below this is a major finding, whatever the checklist's threshold."""
FOUL_GRADE = 4
"""The odour grade (0 to 5) from which people avoid a toilet."""
SAME_FAULT_COUNT = 2
"""From so many places with the same fault on, it is the work that is at fault, not a place."""


def zone_below_threshold(inspection: Inspection, checklist: Checklist) -> Iterator[FindingDraft]:
    """A zone of a finished walk scores below the threshold, though the whole may pass."""
    if not inspection.is_submitted:
        return
    for zone, percent in section_scores(inspection, checklist).items():
        if zone not in ZONES or percent >= checklist.threshold_percent:
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


def pair_incomplete(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """A photo `before` without one `after`, or the other way round, once the walk is finished."""
    if not inspection.is_submitted:
        return
    for item, repeat in dict.fromkeys((photo.item, photo.repeat) for photo in inspection.photos):
        roles = {photo.role for photo in inspection.photos_of(item, repeat)}
        missing = {"before", "after"} - roles
        if item and len(missing) == 1:
            yield FindingDraft(
                rule="pair-incomplete",
                item=item,
                repeat=repeat,
                titles={
                    "zh-CN": "清洁前后对比照片不成对",
                    "en": "The pair of photos before and after is not complete",
                },
                evidence={"missing": missing.pop()},
            )


def slip_hazard(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """Wet weather, a dirty or wet lobby floor, and no mats: somebody will fall."""
    failed = inspection.failed_of("lobby_floor", "rain_mats")
    if len(failed) == 2 and chosen(inspection, "weather") & {"rain", "snow"}:
        yield FindingDraft(
            rule="slip-hazard",
            section="lobby",
            severity="critical",
            titles={
                "zh-CN": "雨雪天大堂湿滑且未铺防滑垫，有人员滑倒风险",
                "en": "Wet weather, lobby floor not dry and no mats: people may slip",
            },
            evidence=evidence_of(failed),
        )


def toilet_unusable(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """A foul smell and no toilet paper: residents cannot use it."""
    odour = inspection.find("toilet_odour")
    foul = odour is not None and odour.figure is not None and odour.figure >= FOUL_GRADE
    if foul and "paper" in chosen(inspection, "toilet_supplies"):
        yield FindingDraft(
            rule="toilet-unusable",
            section="toilets",
            severity="major",
            titles={
                "zh-CN": "卫生间异味严重且无厕纸，无法正常使用",
                "en": "Toilet with a foul smell and no paper: it cannot be used",
            },
            evidence=evidence_of(inspection.of_items("toilet_odour", "toilet_supplies")),
        )


RULES: tuple[Rule, ...] = (
    zone_below_threshold,
    same_fault_repeated,
    pair_incomplete,
    slip_hazard,
    toilet_unusable,
)
