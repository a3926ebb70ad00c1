"""What a security patrol shows beyond its single items: escape, the round itself, cameras."""

from collections.abc import Iterator
from datetime import time
from decimal import Decimal
from itertools import pairwise

from fieldops import Checklist, FindingDraft, Inspection, ResultView, Rule, chosen, evidence_of

ENGINE_WIDTH_M = Decimal("2.55")
"""The greatest width of a lorry (GB 1589-2016): below it no fire engine passes."""
GAP_MINUTES = 60
"""The longest time between two points of a round before the round counts as interrupted."""
BLIND_PERCENT = Decimal(80)
"""Below this share of working cameras the site is not watched any more."""
_DAY_MINUTES = 24 * 60
_NOON_MINUTES = 12 * 60
_WAY_OUT = ("fire_lane_width", "exits_clear")
_MEANS = ("extinguisher_pressure", "hydrant")
_ROOM = ("operators", "alarm_answer")


def fire_lane_impassable(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """The fire lane is not merely too narrow: no engine can pass at all."""
    lane = inspection.find("fire_lane_width")
    if lane is not None and lane.figure is not None and lane.figure < ENGINE_WIDTH_M:
        yield FindingDraft(
            rule="fire-lane-impassable",
            section="fire",
            severity="critical",
            titles={
                "zh-CN": "消防车道被堵，消防车无法通行，须立即清障",
                "en": "The fire lane is blocked: no fire engine can pass; clear it at once",
            },
            evidence=evidence_of([lane]),
        )


def escape_compromised(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """A way out or in is blocked, and the means to fight a fire are not in order either."""
    blocked, broken = inspection.failed_of(*_WAY_OUT), inspection.failed_of(*_MEANS)
    if blocked and broken:
        yield FindingDraft(
            rule="escape-compromised",
            section="fire",
            severity="critical",
            titles={
                "zh-CN": "疏散或救援通道受阻，同时灭火器材失效",
                "en": "Ways out are blocked and the means to fight a fire do not work",
            },
            evidence=evidence_of([*blocked, *broken]),
        )


def patrol_point_missed(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """A point of a finished round without a scan or without a time."""
    if not inspection.is_submitted:
        return
    for scan in inspection.of_items("point_code"):
        visit = inspection.find("point_visited_at", scan.repeat)
        if not scan.answered or visit is None or not visit.answered:
            yield FindingDraft(
                rule="patrol-point-missed",
                item="point_code",
                repeat=scan.repeat,
                severity="major",
                titles={
                    "zh-CN": f"巡逻点“{scan.repeat}”漏巡或未扫码",
                    "en": f"Patrol point {scan.repeat} missed or not scanned",
                },
            )


def patrol_interrupted(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """More than an hour between two points: the round was late or broken off."""
    night = "night" in chosen(inspection, "shift")
    visits = sorted(_visits(inspection, night), key=lambda visit: visit[0])
    for (before, _a), (after, late) in pairwise(visits):
        if after - before > GAP_MINUTES:
            yield FindingDraft(
                rule="patrol-interrupted",
                item="point_visited_at",
                repeat=late.repeat,
                severity="major",
                titles={
                    "zh-CN": f"到达“{late.repeat}”前间隔 {after - before} 分钟，巡逻中断",
                    "en": f"{after - before} minutes before {late.repeat}: the round broke off",
                },
                evidence={"gap_minutes": str(after - before), **evidence_of([late])},
            )


def cameras_blind(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """So many cameras are down that the site is not watched."""
    share = inspection.find("cameras_share")
    if share is not None and share.figure is not None and share.figure < BLIND_PERCENT:
        yield FindingDraft(
            rule="cameras-blind",
            section="control_room",
            severity="critical",
            titles={
                "zh-CN": f"监控在线率仅 {share.figure}%，请加派人员巡查并报修",
                "en": f"Only {share.figure} % of cameras work: post guards and call for repair",
            },
            evidence=evidence_of(inspection.of_items("cameras_total", "cameras_online")),
        )


def control_room_unattended(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """Too few operators, and an alarm that was answered late."""
    failed = inspection.failed_of(*_ROOM)
    if len(failed) == len(_ROOM):
        yield FindingDraft(
            rule="control-room-unattended",
            section="control_room",
            severity="critical",
            titles={
                "zh-CN": "消防控制室值守不足，报警确认超时",
                "en": "The control room is short of operators and alarms are answered late",
            },
            evidence=evidence_of(failed),
        )


def _visits(inspection: Inspection, night: bool) -> Iterator[tuple[int, ResultView]]:
    """Minutes of the round and the visit; after midnight a night shift's day goes on."""
    for visit in inspection.of_items("point_visited_at"):
        minutes = _minutes(visit)
        if minutes is not None:
            late = night and minutes < _NOON_MINUTES
            yield minutes + _DAY_MINUTES * late, visit


def _minutes(visit: ResultView) -> int | None:
    try:
        moment = time.fromisoformat(visit.value) if isinstance(visit.value, str) else None
    except ValueError:
        return None
    return None if moment is None else moment.hour * 60 + moment.minute


RULES: tuple[Rule, ...] = (
    fire_lane_impassable,
    escape_compromised,
    patrol_point_missed,
    patrol_interrupted,
    cameras_blind,
    control_room_unattended,
)
