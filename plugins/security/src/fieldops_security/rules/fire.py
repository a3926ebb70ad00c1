"""Ways in for engines, ways out for people, and the means to fight a fire."""

from collections.abc import Iterator
from decimal import Decimal

from fieldops import Checklist, FindingDraft, Inspection, earlier_failures, evidence_of

ENGINE_WIDTH_M = Decimal("2.55")
"""The greatest width of a lorry (GB 1589-2016): below it no fire engine passes."""
AGAIN_DAYS = 30
"""How far back a blocked lane counts as blocked again (domain.md, rule 4)."""
_WIDTHS = ("fire_lane_width", "lane_width")
_LANES = (*_WIDTHS, "lane_blocked_by")
_WAY_OUT = (*_LANES, "exits_clear", "stairs_clear")
_MEANS = ("extinguisher_pressure", "hydrant", "hydrant_pressure", "box_out_of_green", "box_clear")


def fire_lane_impassable(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """The fire lane is not merely too narrow: no engine can pass at all."""
    for lane in inspection.of_items(*_WIDTHS):
        if lane.figure is not None and lane.figure < ENGINE_WIDTH_M:
            yield FindingDraft(
                rule="fire-lane-impassable",
                item=lane.item,
                repeat=lane.repeat,
                severity="critical",
                titles={
                    "zh-CN": "消防车道被堵，消防车无法通行，须立即清障",
                    "en": "The fire lane is blocked: no fire engine can pass; clear it at once",
                },
                evidence=evidence_of([lane]),
            )


def fire_lane_again(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """The same stretch was blocked before: clearing it each time does not keep it free."""
    for lane in inspection.failed_of(*_LANES):
        days = earlier_failures(inspection, lane, AGAIN_DAYS)
        if days:
            yield FindingDraft(
                rule="fire-lane-again",
                item=lane.item,
                repeat=lane.repeat,
                severity="critical",
                titles={
                    "zh-CN": f"{AGAIN_DAYS} 天内第 {len(days) + 1} 次占用消防车道",
                    "en": f"Fire lane blocked {len(days) + 1} times within {AGAIN_DAYS} days",
                },
                evidence={"days": ", ".join([inspection.date, *days]), **evidence_of([lane])},
            )


def escape_compromised(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """A way out or in is blocked, and the means to fight a fire are not in order either."""
    blocked, broken = inspection.failed_of(*_WAY_OUT), inspection.failed_of(*_MEANS)
    if blocked and broken:
        yield FindingDraft(
            rule="escape-compromised",
            section=blocked[0].section,
            severity="critical",
            titles={
                "zh-CN": "疏散或救援通道受阻，同时灭火器材失效",
                "en": "Ways out are blocked and the means to fight a fire do not work",
            },
            evidence=evidence_of([*blocked, *broken]),
        )
