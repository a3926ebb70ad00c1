"""What may hurt or disgust somebody: each only shows when several answers are read together."""

from collections.abc import Iterator

from fieldops import Checklist, FindingDraft, Inspection, chosen, evidence_of

FOUL_GRADE = 4
"""The odour grade (0 to 5) from which people avoid a toilet."""
CHLORINE_GAS = frozenset({"acid", "chlorine"})
"""Agents that give off chlorine gas together."""


def slip_hazard(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """Wet weather, a dirty or wet lobby floor, and no mats: somebody will fall."""
    failed = inspection.failed_of("lobby_floor", "rain_mats")
    if len(failed) == 2 and chosen(inspection, "weather") & {"rain", "snow"}:
        yield FindingDraft(
            rule="slip-hazard",
            section=failed[0].section,
            severity="critical",
            titles={
                "zh-CN": "雨雪天大堂湿滑且未铺防滑垫，有人员滑倒风险",
                "en": "Wet weather, lobby floor not dry and no mats: people may slip",
            },
            evidence=evidence_of(failed),
        )


def toilet_unusable(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """A foul smell and no toilet paper: residents cannot use it."""
    odour = inspection.find("toilet_odour")
    if odour is None or odour.figure is None or odour.figure < FOUL_GRADE:
        return
    if "paper" in chosen(inspection, "toilet_supplies"):
        yield FindingDraft(
            rule="toilet-unusable",
            section=odour.section,
            severity="major",
            titles={
                "zh-CN": "卫生间异味严重且无厕纸，无法正常使用",
                "en": "Toilet with a foul smell and no paper: it cannot be used",
            },
            evidence=evidence_of(inspection.of_items("toilet_odour", "toilet_supplies")),
        )


def agents_mixed(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """Acid and chlorine in the same zone give off a poisonous gas."""
    for used in inspection.of_items("agents_used"):
        if isinstance(used.value, list) and CHLORINE_GAS.issubset(used.value):
            yield FindingDraft(
                rule="agents-mixed",
                item=used.item,
                repeat=used.repeat,
                severity="critical",
                titles={
                    "zh-CN": "同一区域混用酸性清洁剂与含氯消毒剂，会产生氯气；立即通风并停用",
                    "en": "Acid and chlorine used in one zone give off chlorine: air it and stop",
                },
                evidence=evidence_of([used]),
            )


def spray_unsafe(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """An agent that is too toxic, and nobody was warned."""
    failed = inspection.failed_of("spray_toxicity", "spray_notice")
    if len(failed) == 2:
        yield FindingDraft(
            rule="spray-unsafe",
            section=failed[0].section,
            severity="critical",
            titles={
                "zh-CN": "使用毒性超限药剂且未公示隔离，儿童与宠物有中毒风险",
                "en": "A toxic agent was sprayed without notice: children and pets are at risk",
            },
            evidence=evidence_of(failed),
        )


def rats_fed(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """Rats, and a waste room that feeds them: poison alone will not help."""
    signs = inspection.failed_of("rat_signs")
    sources = inspection.failed_of("room_floor", "room_interval")
    if signs and sources:
        yield FindingDraft(
            rule="rats-fed",
            section=signs[0].section,
            severity="major",
            titles={
                "zh-CN": "鼠迹超标且垃圾房有食源，请先清除食源再投药",
                "en": "Rats, and waste rooms that feed them: clear the food before baiting",
            },
            evidence=evidence_of([*signs, *sources]),
        )
