"""A round as a movement: in the time windows of its points, in order, at a possible speed."""

from collections.abc import Iterator
from itertools import pairwise

from fieldops import Checklist, FindingDraft, Inspection, cell_figure, cell_time, evidence_of
from fieldops_security.rules.visits import DAY_S, Visit, visits

GAP_MINUTES = 60
"""The longest time between two points of a round before the round counts as interrupted."""
FAR_OFF_MINUTES = 30
"""So much before or after its window a point was not reached in this round's time at all."""
SPEED_MAX_MPS = 3
"""A steady run; people walk at about 1.4 m/s."""
_MINUTE_S = 60


def patrol_off_time(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """A point reached before its window opened or after it closed."""
    for visit in visits(inspection):
        off_s = _outside_s(visit)
        minutes = (abs(off_s) + _MINUTE_S - 1) // _MINUTE_S
        if not minutes or visit.point is None:
            continue
        late = off_s > 0
        window = f"{visit.point.get('window_from')}–{visit.point.get('window_to')}"
        yield FindingDraft(
            rule="patrol-late" if late else "patrol-early",
            item=visit.result.item,
            repeat=visit.result.repeat,
            severity="major" if minutes > FAR_OFF_MINUTES else "minor",
            titles={
                "zh-CN": f"“{visit.result.repeat}”{'晚到' if late else '早到'} {minutes} 分钟",
                "en": f"{visit.result.repeat}: {minutes} minutes too {'late' if late else 'early'}",
            },
            evidence={"window": window, "minutes": str(minutes), **evidence_of([visit.result])},
        )


def _outside_s(visit: Visit) -> int:
    """Seconds after the window (positive) or before it (negative); a window may cross midnight."""
    if visit.point is None:
        return 0
    opens, closes = cell_time(visit.point, "window_from"), cell_time(visit.point, "window_to")
    if opens is None or closes is None:
        return 0
    start = opens.hour * 3600 + opens.minute * _MINUTE_S
    length = (closes.hour * 3600 + closes.minute * _MINUTE_S - start) % DAY_S
    into = (visit.second - start) % DAY_S
    if not length or into <= length:
        return 0
    late, early = into - length, DAY_S - into
    return late if late <= early else -early


def patrol_out_of_order(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """A point reached after one that comes later in its route."""
    furthest: dict[str, tuple[int, Visit]] = {}
    for visit in visits(inspection):
        order = visit.order
        if order is None:
            continue
        before = furthest.get(visit.route)
        if before is None or order >= before[0]:
            furthest[visit.route] = (order, visit)
            continue
        yield FindingDraft(
            rule="patrol-out-of-order",
            item=visit.result.item,
            repeat=visit.result.repeat,
            titles={
                "zh-CN": f"“{visit.result.repeat}”应在“{before[1].result.repeat}”之前到达",
                "en": f"{visit.result.repeat} should come before {before[1].result.repeat}",
            },
            evidence={
                "order": str(order),
                "after_order": str(before[0]),
                **evidence_of([before[1].result, visit.result]),
            },
        )


def patrol_too_fast(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """Two neighbours of a route reached faster than anybody runs: codes were scanned elsewhere.

    A time without seconds may be nearly a minute off, which counts in favour of the guard.
    """
    for before, after in pairwise(visits(inspection)):
        metres = _metres(before, after)
        if metres is None:
            continue
        slack_s = 0 if before.is_exact and after.is_exact else _MINUTE_S
        seconds = after.second - before.second + slack_s
        if metres > SPEED_MAX_MPS * seconds:
            yield FindingDraft(
                rule="patrol-too-fast",
                item=after.result.item,
                repeat=after.result.repeat,
                severity="major",
                titles={
                    "zh-CN": f"{seconds} 秒内走完 {metres} 米，不可能，疑似代扫或翻拍",
                    "en": f"{metres} m in {seconds} seconds is impossible: was the code copied?",
                },
                evidence={
                    "metres": str(metres),
                    "seconds": str(seconds),
                    **evidence_of([before.result, after.result]),
                },
            )


def _metres(before: Visit, after: Visit) -> int | None:
    """The way between two neighbours of one route, in either direction; None for others."""
    if before.order is None or after.order is None or before.route != after.route:
        return None
    if abs(after.order - before.order) != 1:
        return None
    further = after if after.order > before.order else before
    metres = None if further.point is None else cell_figure(further.point, "distance_m")
    return None if metres is None else int(metres)


def patrol_interrupted(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """More than an hour between two points: the round was late or broken off."""
    for before, after in pairwise(visits(inspection)):
        gap = (after.second - before.second) // _MINUTE_S
        if gap > GAP_MINUTES:
            late = after.result
            yield FindingDraft(
                rule="patrol-interrupted",
                item=late.item,
                repeat=late.repeat,
                severity="major",
                titles={
                    "zh-CN": f"到达“{late.repeat}”前间隔 {gap} 分钟，巡逻中断",
                    "en": f"{gap} minutes before {late.repeat}: the round broke off",
                },
                evidence={"gap_minutes": str(gap), **evidence_of([late])},
            )
