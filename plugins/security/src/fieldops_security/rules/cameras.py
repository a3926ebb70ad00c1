"""Cameras: too many down, the same one down again, places that none sees any more."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from fieldops import (
    Checklist,
    EarlierWalk,
    FindingDraft,
    Inspection,
    evidence_of,
    once_a_walk,
)
from fieldops_security.registers import CAMERAS

BLIND_PERCENT = Decimal(80)
"""Below this share of working cameras the site is not watched any more."""
AGAIN_DAYS = 30
AGAIN_COUNT = 3
"""Down so many times within the days, a camera wants replacing and not one more repair."""
LISTED_MAX = 100
"""Cameras named in one finding; the title says how many there are."""
_COUNTS = {
    "cameras_share": ("cameras_total", "cameras_online"),
    "cctv_share": ("cctv_total", "cctv_online"),
}


def cameras_blind(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """So many cameras are down that the site is not watched."""
    for share in inspection.of_items(*_COUNTS):
        if share.figure is not None and share.figure < BLIND_PERCENT:
            yield FindingDraft(
                rule="cameras-blind",
                section=share.section,
                severity="critical",
                titles={
                    "zh-CN": f"监控在线率仅 {share.figure}%，请加派人员巡查并报修",
                    "en": f"Only {share.figure} % of cameras work: post guards, call for repair",
                },
                evidence=evidence_of(inspection.of_items(*_COUNTS[share.item])),
            )


def camera_down_again(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """A camera that earlier walks found down too."""
    if not inspection.date:
        return
    for repeat, code in _down(inspection).items():
        days = _earlier_days(inspection, code)
        if days:
            count = len(days) + 1
            yield FindingDraft(
                rule="camera-down-again",
                item="camera_code",
                repeat=repeat,
                severity="major" if count >= AGAIN_COUNT else "minor",
                titles={
                    "zh-CN": f"摄像机 {code} 在 {AGAIN_DAYS} 天内第 {count} 次中断",
                    "en": f"Camera {code} down {count} times within {AGAIN_DAYS} days",
                },
                evidence={"count": str(count), "days": ", ".join([inspection.date, *days])},
            )


def place_unwatched(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """All cameras of one place are down; told at the first of them."""
    down = _down(inspection)
    broken = set(down.values())
    places: dict[str, list[str]] = {}
    for camera in inspection.entries_of(CAMERAS.name):
        places.setdefault(camera.get("place"), []).append(camera.key)
    for place, cameras in places.items():
        if not place or not broken.issuperset(cameras):
            continue
        yield FindingDraft(
            rule="place-unwatched",
            item="camera_code",
            repeat=next(repeat for repeat, code in down.items() if code in cameras),
            severity="major",
            titles={
                "zh-CN": f"“{place}”的 {len(cameras)} 路摄像机全部中断，须人工值守",
                "en": f"No camera of {len(cameras)} sees {place} any more: post a guard",
            },
            evidence={"place": place, "cameras": ", ".join(cameras[:LISTED_MAX])},
        )


def _down(inspection: Inspection) -> dict[str, str]:
    """The codes of cameras that are down, by repeat."""
    scans = inspection.of_items("camera_code")
    return {one.repeat: one.value for one in scans if isinstance(one.value, str) and one.value}


def _earlier_days(inspection: Inspection, code: str) -> list[str]:
    """The earlier days within the limit on which a camera was down, newest first."""
    first = (date.fromisoformat(inspection.date) - timedelta(days=AGAIN_DAYS)).isoformat()
    days = {
        walk.date
        for walk in inspection.earlier
        if first <= walk.date < inspection.date and code in _down_in(walk)
    }
    return sorted(days, reverse=True)


@once_a_walk
def _down_in(walk: EarlierWalk) -> frozenset[str]:
    scans = (one.value for one in walk.results if one.item == "camera_code")
    return frozenset(value for value in scans if isinstance(value, str))
