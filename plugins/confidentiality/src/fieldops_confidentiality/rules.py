"""What a confidentiality inspection shows beyond single items: exposure by level, safeguards."""

from collections.abc import Iterator

from fieldops import Checklist, FindingDraft, Inspection, Rule, chosen, evidence_of

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
)
"""The items by whose failure somebody may have seen, or taken, what is held here."""
SAFEGUARDS = ("nda_share", "training_on", "leavers_cards", "shared_accounts")
"""What keeps people who handle information to their duty."""
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


def safeguards_missing(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """Several personal safeguards fail at once: agreements, training, leavers, accounts."""
    failed = inspection.failed_of(*SAFEGUARDS)
    if len(failed) >= _SEVERAL:
        yield FindingDraft(
            rule="safeguards-missing",
            section=failed[-1].section,
            severity="major",
            titles={
                "zh-CN": "人员保密保障多项缺失（协议、培训、离职停卡、账号）",
                "en": "Several safeguards are missing: agreements, training, leavers, accounts",
            },
            evidence=evidence_of(failed),
        )


def backup_unproven(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """A backup is worth something only when a restore drill has succeeded (domain.md, rule 13)."""
    places, drill = inspection.find("backup_places"), inspection.find("restore_drill_on")
    if not inspection.is_submitted or places is None or drill is None or drill.outcome == "pass":
        return
    lost = places.outcome == "fail"
    yield FindingDraft(
        rule="backup-unproven",
        section=drill.section,
        severity="critical" if lost else "major",
        titles={
            "zh-CN": "备份不足且从未证明可恢复" if lost else "备份未经恢复演练证明可用",
            "en": "Too few backups, and none proven" if lost else "No drill proves the backups",
        },
        evidence=evidence_of([places, drill]),
    )


RULES: tuple[Rule, ...] = (
    l3_exposure,
    room_exposed,
    level_understated,
    safeguards_missing,
    backup_unproven,
)
