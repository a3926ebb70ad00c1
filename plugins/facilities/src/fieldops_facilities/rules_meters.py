"""What readings of meters show over time: backwards, another previous, jumps, stops, limits."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Literal

from fieldops import Checklist, FindingDraft, Inspection, show_figure
from fieldops_facilities.meters import Meter, counted, meters
from fieldops_facilities.register import read_decimal

JUMP_TIMES = 3
"""A usage of a day above so many times the median of earlier ones is a jump."""
STOPPED_DAYS = 7
"""A meter that used to count and has not moved for so long has stopped."""
BALANCE_PERCENT = Decimal(10)
"""Main and sub-meters may differ by so much: what is not metered, and the meters' own error."""
MEDIA = ("electricity", "water", "gas", "heat")


def meter_backwards(inspection: Inspection, checklist: Checklist) -> Iterator[FindingDraft]:
    """Below the previous reading, or an earlier walk's, and no dial that has gone past zero."""
    for meter in meters(inspection, checklist):
        earlier = [seen.reading for seen in meter.before[:1]]
        given = [] if meter.previous is None else [meter.previous]
        for before in [*given, *earlier]:
            if counted(before, meter.reading, meter.dial) is None:
                yield _about(
                    meter,
                    "meter-backwards",
                    "本次读数低于上次读数，请核对表计或是否换表",
                    "The reading is below the previous one: check the meter, or its exchange",
                    reading=meter.reading,
                    previous=before,
                )
                break


def meter_previous_differs(inspection: Inspection, checklist: Checklist) -> Iterator[FindingDraft]:
    """The previous reading that was entered is not what the walk before has read."""
    for meter in meters(inspection, checklist):
        if meter.previous is None or not meter.before:
            continue
        before = meter.before[0]
        if meter.previous != before.reading:
            yield _about(
                meter,
                "meter-previous-differs",
                f"填写的上次读数与 {before.day} 巡检抄录的不一致",
                f"The previous reading entered is not what was read on {before.day}",
                previous=meter.previous,
                read_then=before.reading,
            )


def meter_jump(inspection: Inspection, checklist: Checklist) -> Iterator[FindingDraft]:
    """Far more a day than usual: a leak, somebody else's use, or a misread dial."""
    for meter in meters(inspection, checklist):
        now, usual = meter.per_day, meter.usual_per_day
        if now is not None and usual and now > usual * JUMP_TIMES:
            yield _about(
                meter,
                "meter-jump",
                f"日均用量超过以往中位数的 {JUMP_TIMES} 倍，请查漏或核对读数",
                f"More than {JUMP_TIMES} times the usual a day: look for a leak, or read again",
                per_day=now,
                usual_per_day=usual,
            )


def meter_stopped(inspection: Inspection, checklist: Checklist) -> Iterator[FindingDraft]:
    """The same figure as a week ago on a meter that used to count."""
    for meter in meters(inspection, checklist):
        if meter.days >= STOPPED_DAYS and meter.per_day == 0 and meter.usual_per_day:
            yield _about(
                meter,
                "meter-stopped",
                f"读数 {meter.days} 天未变，表计可能停走",
                f"The reading has not moved for {meter.days} days: has the meter stopped?",
                severity="minor",
                usual_per_day=meter.usual_per_day,
            )


def meter_over_limit(inspection: Inspection, checklist: Checklist) -> Iterator[FindingDraft]:
    """More a day than the register allows this one meter."""
    for meter in meters(inspection, checklist):
        limit = read_decimal(meter.entry.get("daily_max")) if meter.entry is not None else None
        now = meter.per_day if meter.before else _claimed_per_day(inspection, meter)
        if limit is not None and now is not None and now > limit:
            yield _about(
                meter,
                "meter-over-limit",
                "日均用量超过台账中该表的上限",
                "More a day than the register allows this meter",
                per_day=now,
                daily_max=limit,
            )


def _claimed_per_day(inspection: Inspection, meter: Meter) -> Decimal | None:
    """By what the walk itself says, where no earlier one has read the meter."""
    days = inspection.find("days_since_reading")
    if days is None or days.figure is None or days.figure <= 0 or meter.result.usage is None:
        return None
    return meter.result.usage / days.figure


def meter_balance(inspection: Inspection, checklist: Checklist) -> Iterator[FindingDraft]:
    """What the main meters counted is not what the sub-meters did: a loss, or a wrong meter."""
    counts: dict[tuple[object, object], list[Meter]] = {}
    said = {(r.item, r.repeat): r.value for r in inspection.of_items("meter_medium", "meter_role")}
    for meter in meters(inspection, checklist):
        names = [said.get((item, meter.result.repeat)) for item in ("meter_medium", "meter_role")]
        if all(isinstance(name, str) for name in names):
            counts.setdefault((names[0], names[1]), []).append(meter)
    for medium in MEDIA:
        yield from _balance(
            medium, counts.get((medium, "main"), []), counts.get((medium, "sub"), [])
        )


def _balance(medium: str, mains: list[Meter], subs: list[Meter]) -> Iterator[FindingDraft]:
    main, sub = _used(mains), _used(subs)
    if not main or not subs:
        return
    lost = (main - sub) * 100 / main
    if abs(lost) > BALANCE_PERCENT:
        yield FindingDraft(
            rule=f"meter-balance.{medium}",
            section=mains[0].result.section,
            titles={
                "zh-CN": f"总表与分表用量相差超过 {BALANCE_PERCENT}%，请查漏损或核对表计",
                "en": f"Main and sub-meters differ by more than {BALANCE_PERCENT} %: is it a loss?",
            },
            evidence={
                "main": show_figure(main),
                "sub": show_figure(sub),
                "lost_percent": show_figure(round(lost, 1)),
            },
        )


def _used(read: list[Meter]) -> Decimal:
    return sum((meter.result.usage or Decimal(0) for meter in read), Decimal(0))


def _about(
    meter: Meter,
    rule: str,
    zh: str,
    en: str,
    severity: Literal["minor", "major"] = "major",
    **figures: Decimal,
) -> FindingDraft:
    return FindingDraft(
        rule=rule,
        item=meter.result.item,
        repeat=meter.result.repeat,
        severity=severity,
        titles={"zh-CN": zh, "en": en},
        evidence={name: show_figure(round(figure, 3)) for name, figure in figures.items()},
    )
