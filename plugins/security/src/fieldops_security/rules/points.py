"""Patrol points: scanned or missed, of this site or another."""

from collections.abc import Iterator

from fieldops import Checklist, FindingDraft, Inspection, ResultView
from fieldops_security.registers import POINTS, entry_of
from fieldops_security.rules.visits import shift_of


def patrol_point_missed(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """A point of a finished round without a scan or without a time, or left out altogether.

    Left out is what the register names on a route that was walked, due in this shift.
    """
    if not inspection.is_submitted:
        return
    missed = [one.repeat for one in _scans(inspection) if not _is_visited(inspection, one)]
    for name in dict.fromkeys([*missed, *_left_out(inspection)]):
        yield FindingDraft(
            rule="patrol-point-missed",
            item="point_code",
            repeat=name,
            severity="major",
            titles={
                "zh-CN": f"巡逻点“{_shown(inspection, name)}”漏巡或未扫码",
                "en": f"Patrol point {_shown(inspection, name)} missed or not scanned",
            },
        )


def patrol_code_foreign(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """A code that is none of this site's: of another site, out of use, or made up."""
    if not inspection.entries_of(POINTS.name):
        return
    for scan in _scans(inspection):
        code = scan.value
        if isinstance(code, str) and entry_of(inspection, POINTS, code) is None:
            retired = inspection.entry(POINTS.name, code) is not None
            yield FindingDraft(
                rule="patrol-code-foreign",
                item=scan.item,
                repeat=scan.repeat,
                severity="minor" if retired else "major",
                titles={
                    "zh-CN": "扫到的巡更码已停用" if retired else "扫到的巡更码不属于本项目",
                    "en": "A code out of use was scanned"
                    if retired
                    else "The code that was scanned is none of this site",
                },
                evidence={"code": code[:200]},
            )


def patrol_code_twice(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """The same code stands for two points: one of them was not visited, or its code was copied."""
    first: dict[str, str] = {}
    for scan in _scans(inspection):
        code = scan.value
        if not isinstance(code, str):
            continue
        if code in first:
            yield FindingDraft(
                rule="patrol-code-twice",
                item=scan.item,
                repeat=scan.repeat,
                severity="major",
                titles={
                    "zh-CN": f"与“{first[code]}”扫了同一个码",
                    "en": f"The same code was scanned as at {first[code]}",
                },
                evidence={"code": code[:200]},
            )
        first.setdefault(code, scan.repeat)


def _scans(inspection: Inspection) -> tuple[ResultView, ...]:
    return inspection.of_items("point_code")


def _is_visited(inspection: Inspection, scan: ResultView) -> bool:
    visit = inspection.find("point_visited_at", scan.repeat)
    return scan.answered and visit is not None and visit.answered


def _left_out(inspection: Inspection) -> Iterator[str]:
    """The codes of points that this round should have come by and did not."""
    scans = _scans(inspection)
    seen = {one.value for one in scans if isinstance(one.value, str)}
    seen |= {one.repeat for one in scans}
    points = inspection.entries_of(POINTS.name)
    routes = {one.get("route") for one in points if one.key in seen}
    shift = shift_of(inspection)
    for point in points:
        is_due = point.get("shift") in ("", "both", shift)
        if is_due and point.get("route") in routes and point.key not in seen:
            yield point.key


def _shown(inspection: Inspection, name: str) -> str:
    """A point's place where the name is a code of the register, else the name itself."""
    point = entry_of(inspection, POINTS, name)
    return name if point is None else point.get("place") or name
