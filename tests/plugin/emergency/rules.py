"""What shows that a site is not ready, beyond single items: drills overdue, resources expired."""

from collections.abc import Iterator
from datetime import date

from fieldops import (
    Checklist,
    Column,
    EarlierWalk,
    Entry,
    FindingDraft,
    Inspection,
    RegisterSpec,
    Rule,
    Titles,
    once_a_walk,
)

EARLIER_DAYS = 400
"""A drill is held once a year at the least: what the walks of that time said of it counts."""

TITLES: Titles = {
    "zh-CN": "记录中有身份证号，请删去",
    "en": "An identity number in a note: remove it",
}

DRILLS = RegisterSpec(
    name="drills",
    titles={"zh-CN": "演练计划", "en": "Drills"},
    columns=(
        Column(
            name="every_days",
            titles={"zh-CN": "间隔天数", "en": "Every so many days"},
            type="integer",
            required=True,
        ),
        Column(name="last_on", titles={"zh-CN": "最近日期", "en": "Last held on"}, type="date"),
    ),
)
RESOURCES = RegisterSpec(
    name="resources",
    titles={"zh-CN": "应急物资", "en": "Resources"},
    columns=(
        Column(name="expires_on", titles={"zh-CN": "有效期至", "en": "Use before"}, type="date"),
    ),
)


def resource_expired(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """Resources of the site's register that are past their date."""
    expired = {
        entry.key: entry.get("expires_on")
        for entry in inspection.entries_of("resources")
        if _is_before(entry.get("expires_on"), inspection.date)
    }
    if expired:
        yield FindingDraft(
            rule="resource-expired",
            section="resources",
            severity="major",
            titles={
                "zh-CN": f"{len(expired)} 种应急物资已过期，请更换",
                "en": f"{len(expired)} resources have expired: replace them",
            },
            evidence=expired,
        )


def drill_overdue(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """Drills of the register that were last held longer ago than they may be, or never."""
    overdue = {
        entry.key: held or "never"
        for entry in inspection.entries_of("drills")
        for held in [_last_held(inspection, entry)]
        if _is_overdue(entry, held, inspection.date)
    }
    if overdue:
        yield FindingDraft(
            rule="drill-overdue",
            section="drills",
            severity="major",
            titles={
                "zh-CN": f"{len(overdue)} 项演练超期未开展",
                "en": f"{len(overdue)} drills are overdue",
            },
            evidence=overdue,
        )


def _last_held(inspection: Inspection, drill: Entry) -> str:
    """The latest date that the register, this walk or an earlier one gives; empty without any."""
    here = inspection.find("drill_held_on", drill.key)
    earlier = [_drills_told(walk).get(drill.key) for walk in inspection.earlier]
    answers = [here.value if here else None, *earlier]
    dates = [one for one in (drill.get("last_on"), *answers) if isinstance(one, str) and _day(one)]
    return max(dates, default="")


@once_a_walk
def _drills_told(walk: EarlierWalk) -> dict[str, object]:
    return {one.repeat: one.value for one in walk.results if one.item == "drill_held_on"}


def _is_overdue(drill: Entry, held: str, today: str) -> bool:
    last, now, every = _day(held), _day(today), drill.get("every_days")
    if last is None or now is None:
        return now is not None
    return every.isdecimal() and (now - last).days > int(every)


def _is_before(day: str, today: str) -> bool:
    first, second = _day(day), _day(today)
    return first is not None and second is not None and first < second


def _day(text: str) -> date | None:
    """A date, or None: what stands in a register or an answer may be anything."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def identity_in_note(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """Somebody's identity number stands in what was written: lists of people are kept elsewhere."""
    for result in inspection.results:
        if "identity-number" in result.personal:
            yield FindingDraft(
                rule="identity-in-note", titles=TITLES, item=result.item, repeat=result.repeat
            )


RULES: tuple[Rule, ...] = (resource_expired, drill_overdue, identity_in_note)
