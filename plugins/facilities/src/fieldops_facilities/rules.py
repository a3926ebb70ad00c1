"""What a round of the plant rooms shows beyond its single items: trends, meters, lost systems."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from fieldops import (
    Checklist,
    FindingDraft,
    Inspection,
    Item,
    ResultView,
    Rule,
    answered_date,
    evidence_of,
    find_item,
    show_figure,
)

NEAR_SHARE = Decimal("0.05")
"""A reading within this share of its limit (or of the band, if less) is told early."""
BACKWARDS_SHARE = Decimal("0.5")
"""A meter that seems to have counted half of its dial has run backwards, or was misread."""
DUE_DAYS = 30
"""How long before it runs out a statutory date is told."""
UNSAFE_COUNT = 2
"""From so many critical failures on, a room as a whole is unsafe."""
_DATES = ("lift_next_inspection", "insulation_tools")
_FIRE_WATER = ("fire_main_pressure", "fire_tank_level", "fire_pump_start")


def near_limit(inspection: Inspection, checklist: Checklist) -> Iterator[FindingDraft]:
    """A critical reading that passes, but only just."""
    for result in inspection.results:
        item = find_item(checklist, result.item)
        if result.outcome != "pass" or result.severity != "critical" or item is None:
            continue
        limit = _near(item, result.figure)
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


def _near(item: Item, figure: Decimal | None) -> Decimal | None:
    """The limit that a figure is close to, or None.  A limit of 0 has nothing close to it."""
    low = getattr(item.answer, "pass_min", None)
    high = getattr(item.answer, "pass_max", None)
    limits = [limit for limit in (low, high) if isinstance(limit, Decimal)]
    band = abs(limits[-1] - limits[0]) if len(limits) == 2 else None
    close = [limit for limit in limits if figure is not None and _is_close(figure, limit, band)]
    return close[0] if close else None


def _is_close(figure: Decimal, limit: Decimal, band: Decimal | None) -> bool:
    span = abs(limit) if band is None else min(abs(limit), band)
    return abs(figure - limit) < span * NEAR_SHARE


def meter_backwards(inspection: Inspection, checklist: Checklist) -> Iterator[FindingDraft]:
    """A reading below the previous one that cannot be a dial gone past zero."""
    for result in inspection.results:
        item = find_item(checklist, result.item)
        dial = getattr(item.answer, "rollover", None) if item is not None else None
        reading = _member(result, "reading")
        previous = _member(result, "previous")
        if reading is None or previous is None or reading >= previous:
            continue
        counted = None if dial is None else dial - previous + reading
        if counted is None or dial is None or counted > dial * BACKWARDS_SHARE:
            yield FindingDraft(
                rule="meter-backwards",
                item=result.item,
                repeat=result.repeat,
                severity="major",
                titles={
                    "zh-CN": "本次读数低于上次读数，请核对表计或是否换表",
                    "en": "The reading is below the previous one: check the meter, or its exchange",
                },
                evidence={"reading": show_figure(reading), "previous": show_figure(previous)},
            )


def _member(result: ResultView, name: str) -> Decimal | None:
    value = result.value.get(name) if isinstance(result.value, dict) else None
    try:
        figure = Decimal(value or "NaN")
    except ArithmeticError:
        return None
    return figure if figure.is_finite() else None


def room_unsafe(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """Several critical failures in one room: it is to be taken out of service."""
    failed = [result for result in inspection.failed if result.severity == "critical"]
    for room in dict.fromkeys(result.section for result in failed):
        here = [result for result in failed if result.section == room]
        if len(here) >= UNSAFE_COUNT:
            yield FindingDraft(
                rule="room-unsafe",
                section=room,
                severity="critical",
                titles={
                    "zh-CN": f"同一系统有 {len(here)} 项安全关键项不合格，须停用或专人值守",
                    "en": f"{len(here)} safety-critical failures: take it out of service or man it",
                },
                evidence=evidence_of(here),
            )


def fire_water_lost(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """Fire pumps that do not start by themselves, and no pressure or water behind them."""
    mode = inspection.find("fire_pump_auto")
    broken = inspection.failed_of(*_FIRE_WATER)
    if mode is not None and mode.outcome == "fail" and broken:
        yield FindingDraft(
            rule="fire-water-lost",
            section="fire_pumps",
            severity="critical",
            titles={
                "zh-CN": "消防给水失去保障：消防泵不能自动启动且水源或水压不足",
                "en": "No fire water: the pumps do not start by themselves and supply is short",
            },
            evidence=evidence_of([mode, *broken]),
        )


def date_due_soon(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """A statutory date that still holds and runs out within a month."""
    if not inspection.date:
        return
    today = date.fromisoformat(inspection.date)
    for result in inspection.of_items(*_DATES):
        due = answered_date(result)
        if result.outcome == "pass" and due is not None and due - today <= timedelta(days=DUE_DAYS):
            yield FindingDraft(
                rule="date-due-soon",
                item=result.item,
                repeat=result.repeat,
                titles={
                    "zh-CN": f"将于 {due} 到期，请安排检验",
                    "en": f"Runs out on {due}: arrange the test",
                },
                evidence={"days_left": str((due - today).days)},
            )


RULES: tuple[Rule, ...] = (
    near_limit,
    meter_backwards,
    room_unsafe,
    fire_water_lost,
    date_due_soon,
)
