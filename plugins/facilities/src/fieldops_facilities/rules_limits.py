"""Readings near their limit, or beyond what the nameplate of this one asset allows."""

from collections.abc import Iterator
from decimal import Decimal

from fieldops import (
    Checklist,
    Entry,
    FindingDraft,
    Inspection,
    Item,
    ResultView,
    evidence_of,
    find_item,
    show_figure,
)
from fieldops_facilities.plates import known, place
from fieldops_facilities.register import asset, assets, read_decimal

NEAR_SHARE = Decimal("0.05")
"""A reading within this share of its limit (or of the band, if less) is told early."""
QUANTITIES = ("pressure", "temperature", "voltage")
"""What nameplates rate: the columns ``<quantity>_min`` and ``<quantity>_max`` of an asset hold for
the items of its place whose key is the quantity or ends in it: ``vessel_pressure``."""
SURROUNDINGS = "room_temperature"
"""Items that end so measure the air around an asset, not the asset."""


def near_limit(inspection: Inspection, checklist: Checklist) -> Iterator[FindingDraft]:
    """A critical reading that passes, but only just."""
    for result in inspection.results:
        if result.outcome != "pass" or result.severity != "critical" or result.figure is None:
            continue
        item = find_item(checklist, result.item)
        limit = _near(item, result.figure) if item is not None else None
        if limit is not None:
            yield FindingDraft(
                rule="near-limit",
                item=result.item,
                repeat=result.repeat,
                titles={
                    "zh-CN": f"读数接近限值 {show_figure(limit)}，请跟踪",
                    "en": f"The reading is close to its limit {show_figure(limit)}: follow it up",
                },
                evidence={**evidence_of([result]), "limit": show_figure(limit)},
            )


def _near(item: Item, figure: Decimal) -> Decimal | None:
    """The limit that a figure is close to, or None.  A limit of 0 has nothing close to it."""
    if hasattr(item.answer, "step"):
        return None  # Points are counted, not read: the least that passes is no near miss.
    low = getattr(item.answer, "pass_min", None)
    high = getattr(item.answer, "pass_max", None)
    limits = [limit for limit in (low, high) if isinstance(limit, Decimal)]
    band = abs(limits[-1] - limits[0]) if len(limits) == 2 else None
    close = [limit for limit in limits if _is_close(figure, limit, band)]
    return close[0] if close else None


def _is_close(figure: Decimal, limit: Decimal, band: Decimal | None) -> bool:
    span = abs(limit) if band is None else min(abs(limit), band)
    return abs(figure - limit) < span * NEAR_SHARE


def beyond_rated(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """Good enough for the checklist, yet beyond what this asset's own nameplate allows."""
    if not assets(inspection):
        return
    here = known(inspection)
    for result in inspection.results:
        quantity = _quantity(result)
        if not quantity or result.outcome != "pass" or result.figure is None:
            continue
        entry = asset(inspection, here.key(place(result)))
        limit = _passed(entry, quantity, result.figure) if entry is not None else None
        if limit is not None:
            yield FindingDraft(
                rule="beyond-rated",
                item=result.item,
                repeat=result.repeat,
                severity="critical" if result.severity == "critical" else "major",
                titles={
                    "zh-CN": f"读数超出该设备铭牌值 {show_figure(limit)}",
                    "en": f"Beyond {show_figure(limit)}, what this asset's nameplate allows",
                },
                evidence={**evidence_of([result]), "rated": show_figure(limit)},
            )


def _quantity(result: ResultView) -> str:
    """The rated quantity that an item measures, or an empty text."""
    if result.item.endswith(SURROUNDINGS):
        return ""
    return next((one for one in QUANTITIES if f"_{result.item}".endswith(f"_{one}")), "")


def _passed(entry: Entry, quantity: str, figure: Decimal) -> Decimal | None:
    """The rated limit that a figure lies beyond, or None."""
    low = read_decimal(entry.get(f"{quantity}_min"))
    high = read_decimal(entry.get(f"{quantity}_max"))
    if low is not None and figure < low:
        return low
    return high if high is not None and figure > high else None
