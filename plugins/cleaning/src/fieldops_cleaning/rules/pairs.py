"""Photos before and after: deep cleaning (items `deep_…`) is proven by them, or not at all."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec import Struct

from fieldops import Checklist, FindingDraft, Inspection, PhotoView

DEEP = "deep_"
"""Opens the key of every item that wants a pair."""
QUICK_MINUTES = 5
"""No zone is deep-cleaned faster: the two photos are of the same moment."""


class Pair(Struct, frozen=True):
    """The photos of one item and repeat by their roles, in the order of the inspection."""

    item: str
    repeat: str
    before: tuple[PhotoView, ...]
    after: tuple[PhotoView, ...]


def is_deep(item: str) -> bool:
    """Whether an item, by its key, wants a photo before and one after."""
    return item.startswith(DEEP)


def pair_missing(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """Deep cleaning that was judged without any photo before or after."""
    if not inspection.is_submitted:
        return
    shown = {(pair.item, pair.repeat) for pair in _pairs(inspection)}
    for result in inspection.results:
        judged = is_deep(result.item) and result.outcome in {"pass", "fail"}
        if judged and (result.item, result.repeat) not in shown:
            yield FindingDraft(
                rule="pair-missing",
                item=result.item,
                repeat=result.repeat,
                severity="major",
                titles={
                    "zh-CN": "专项保洁没有清洁前后照片，无法验收",
                    "en": "Deep cleaning without photos before and after: nothing proves it",
                },
                evidence={"photos": str(result.photo_count)},
            )


def pair_incomplete(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """A photo `before` without one `after`, or the other way round, once the walk is finished."""
    if not inspection.is_submitted:
        return
    for pair in _pairs(inspection):
        if not (pair.before and pair.after):
            yield FindingDraft(
                rule="pair-incomplete",
                item=pair.item,
                repeat=pair.repeat,
                severity="major" if is_deep(pair.item) else "minor",
                titles={
                    "zh-CN": "清洁前后对比照片不成对",
                    "en": "The pair of photos before and after is not complete",
                },
                evidence={"missing": "after" if pair.before else "before"},
            )


def pair_reversed(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """The photo `after` was taken before the one `before`.

    Of several, the first of each are compared, and the last: two spots may be cleaned in turn.
    """
    for pair in _pairs(inspection):
        before, after = _times(pair.before), _times(pair.after)
        if before and after and (after[0] < before[0] or after[-1] < before[-1]):
            yield FindingDraft(
                rule="pair-reversed",
                item=pair.item,
                repeat=pair.repeat,
                severity="major",
                titles={
                    "zh-CN": "“清洁后”照片的拍摄时间早于“清洁前”",
                    "en": "The photo after was taken before the one before",
                },
                evidence=_shown(before, after),
            )


def pair_same_picture(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """The very same file stands for before and after."""
    for pair in _pairs(inspection):
        both = {one.sha256 for one in pair.before} & {one.sha256 for one in pair.after}
        if both:
            yield FindingDraft(
                rule="pair-same-picture",
                item=pair.item,
                repeat=pair.repeat,
                severity="major",
                titles={
                    "zh-CN": "清洁前后使用了同一张照片",
                    "en": "The same picture stands for before and after",
                },
                evidence={"sha256": min(both)},
            )


def pair_too_quick(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """Between the first photo before and the last one after nobody can have cleaned."""
    for pair in _pairs(inspection):
        before, after = _times(pair.before), _times(pair.after)
        if not (is_deep(pair.item) and before and after):
            continue
        between = after[-1] - before[0]
        if timedelta() <= between < timedelta(minutes=QUICK_MINUTES):
            yield FindingDraft(
                rule="pair-too-quick",
                item=pair.item,
                repeat=pair.repeat,
                titles={
                    "zh-CN": f"清洁前后照片相隔不足 {QUICK_MINUTES} 分钟，请说明",
                    "en": f"Less than {QUICK_MINUTES} minutes between before and after: say why",
                },
                evidence=_shown(before, after),
            )


def _pairs(inspection: Inspection) -> Iterator[Pair]:
    """Every item and repeat with a photo before or after."""
    roles = [one for one in inspection.photos if one.item and one.role in {"before", "after"}]
    for item, repeat in dict.fromkeys((one.item, one.repeat) for one in roles):
        mine = [one for one in roles if (one.item, one.repeat) == (item, repeat)]
        before = tuple(one for one in mine if one.role == "before")
        after = tuple(one for one in mine if one.role == "after")
        yield Pair(item, repeat, before, after)


def _times(photos: tuple[PhotoView, ...]) -> list[datetime]:
    """When photos were taken, as tablets claim it, earliest first; unreadable ones left out."""
    return sorted(moment for one in photos if (moment := _moment(one.taken_at)) is not None)


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _shown(before: list[datetime], after: list[datetime]) -> dict[str, str]:
    return {
        "before": before[0].isoformat(timespec="seconds"),
        "after": after[-1].isoformat(timespec="seconds"),
    }
