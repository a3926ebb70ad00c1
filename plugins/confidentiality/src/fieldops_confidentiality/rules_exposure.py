"""What lies open: incidents by level, rooms that do not keep the rules, or never learn to."""

from collections.abc import Iterator

from fieldops import (
    Checklist,
    FindingDraft,
    Inspection,
    chosen,
    earlier_failures,
    evidence_of,
)

EXPOSING = (
    "desks_papers",
    "screens_unlocked",
    "passwords_visible",
    "cabinets_locked",
    "printer_papers",
    "visitors_book",
    "keys_unaccounted",
    "waste_paper",
    "archive_log",
    "record_log_gaps",
)
"""The items by whose failure somebody may have seen, or taken, what is held here."""
HABITS = ("desks_papers", "screens_unlocked", "passwords_visible", "printer_papers")
"""What people leave open by habit, room by room."""
HABIT_DAYS = 90
PAPERS = ("desks_papers", "printer_papers", "waste_paper")
_L3_FIELDS = frozenset({"identity_number", "identity_copy", "face"})
"""Identity documents and faces are level 3 (domain.md, rule 11)."""
_SEVERAL = 2


def l3_exposure(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """A place that holds L3 left something open: an incident, to be reported as a whole."""
    exposed = inspection.failed_of(*EXPOSING)
    if "l3" in chosen(inspection, "holds_level") and exposed:
        yield FindingDraft(
            rule="l3-exposure",
            severity="critical",
            titles={
                "zh-CN": f"L3 敏感信息有暴露风险（{len(exposed)} 处），须按信息安全事件上报",
                "en": f"L3 information is exposed ({len(exposed)} places): report an incident",
            },
            evidence=evidence_of(exposed),
        )


def room_exposed(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """One room with several exposures: its people do not keep the rules, not just one desk."""
    exposed = [result for result in inspection.failed_of(*EXPOSING) if result.repeat]
    for room in dict.fromkeys(result.repeat for result in exposed):
        here = [result for result in exposed if result.repeat == room]
        if len(here) >= _SEVERAL:
            yield FindingDraft(
                rule="room-exposed",
                item=here[0].item,
                repeat=room,
                severity="major",
                titles={
                    "zh-CN": f"“{room}”有 {len(here)} 类信息暴露，请对该室人员集中整改",
                    "en": f"{room}: {len(here)} kinds of exposure; set the whole room right",
                },
                evidence=evidence_of(here),
            )


def exposed_again(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """The same left open in the same room as within the last ninety days: nobody has learnt."""
    for result in inspection.failed_of(*HABITS):
        days = earlier_failures(inspection, result, HABIT_DAYS) if result.repeat else ()
        if days:
            yield FindingDraft(
                rule="exposed-again",
                item=result.item,
                repeat=result.repeat,
                severity="critical" if len(days) >= _SEVERAL else "major",
                titles={
                    "zh-CN": f"同一房间 {HABIT_DAYS} 天内第 {len(days) + 1} 次出现同一暴露",
                    "en": f"The same exposure in the same room, {len(days) + 1} times in "
                    f"{HABIT_DAYS} days",
                },
                evidence={"earlier_days": ", ".join(days)},
            )


def level_understated(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """The place says that it holds no L3, yet it collects identity papers or faces."""
    fields, level = inspection.find("visitor_fields"), chosen(inspection, "holds_level")
    collected = chosen(inspection, "visitor_fields") & _L3_FIELDS
    if fields is not None and collected and level and "l3" not in level:
        yield FindingDraft(
            rule="level-understated",
            section=fields.section,
            severity="major",
            titles={
                "zh-CN": "实际收集身份证件或人脸（L3），与申报的信息级别不符",
                "en": "Identity papers or faces (L3) are collected, but a lower level is declared",
            },
            evidence=evidence_of(inspection.of_items("holds_level", "visitor_fields")),
        )


def papers_unshredded(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """Papers lie about, and there is nothing fit to destroy them: telling people will not help."""
    shredder, papers = inspection.failed_of("shredder"), inspection.failed_of(*PAPERS)
    if shredder and papers:
        yield FindingDraft(
            rule="papers-unshredded",
            section=shredder[0].section,
            severity="major",
            titles={
                "zh-CN": f"{len(papers)} 处遗留客户资料，且碎纸机不合格，无法合规销毁",
                "en": f"Papers left in {len(papers)} places, and no fit shredder to destroy them",
            },
            evidence=evidence_of([*shredder, *papers]),
        )
