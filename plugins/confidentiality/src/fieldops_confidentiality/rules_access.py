"""Access to systems: reviews that are overdue by the register, and actions nobody can trace."""

from collections.abc import Iterator
from datetime import date, timedelta

from fieldops import Checklist, Entry, FindingDraft, Inspection, answered_date, evidence_of
from fieldops_confidentiality.register import REVIEWS, day_of, read_date

REVIEWED_ON = "access_reviewed_on"
"""The item, once for each system, by which a walk looks at reviews."""
DUE_DAYS = 14
"""How long before a review is due it is told."""
_NAMED_MAX = 50


def access_review_overdue(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """Systems of the register whose latest review was due before the day of the walk."""
    today = day_of(inspection)
    late = [one for one, due in _due(inspection) if today is not None and due < today]
    if late:
        yield _listed(
            inspection,
            "access-review-overdue",
            late,
            f"{len(late)} 个系统的权限复核逾期",
            f"The review of access to {len(late)} systems is overdue",
        )


def access_review_due(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """Systems whose review is due within a fortnight."""
    today = day_of(inspection)
    end = None if today is None else today + timedelta(days=DUE_DAYS)
    soon = [one for one, due in _due(inspection) if today and end and today <= due <= end]
    if soon:
        yield _listed(
            inspection,
            "access-review-due",
            soon,
            f"{len(soon)} 个系统的权限复核将在 {DUE_DAYS} 天内到期",
            f"The review of access to {len(soon)} systems is due within {DUE_DAYS} days",
        )


def access_review_differs(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """The walk read another day of the last review than the register has of that system."""
    known = _latest(inspection)
    for result in inspection.of_items(REVIEWED_ON):
        entry, read = known.get(result.repeat), answered_date(result)
        registered = read_date(entry.get("reviewed_on")) if entry is not None else None
        if read is not None and registered is not None and read != registered:
            yield FindingDraft(
                rule="access-review-differs",
                item=result.item,
                repeat=result.repeat,
                titles={
                    "zh-CN": "现场查到的复核日期与台账不一致",
                    "en": "The day of the last review is not that of the register",
                },
                evidence={"walk": str(read), "register": str(registered)},
            )


def systems_missed(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """Systems of the register that a finished walk did not look at."""
    looked = inspection.of_items(REVIEWED_ON)
    if not inspection.is_submitted or not looked:
        return
    missed = sorted(set(_latest(inspection)) - {result.repeat for result in looked})
    if missed:
        yield FindingDraft(
            rule="systems-missed",
            section=looked[0].section,
            severity="major",
            titles={
                "zh-CN": f"台账中有 {len(missed)} 个系统本次未检",
                "en": f"{len(missed)} systems of the register were not looked at",
            },
            evidence={"systems": ", ".join(missed[:_NAMED_MAX])},
        )


def actions_untraceable(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """Accounts are shared and logs are short: nobody will ever know who saw what."""
    for shared in inspection.failed_of("access_shared"):
        logs = inspection.failed_of("access_log_days")
        here = [one for one in logs if one.repeat == shared.repeat]
        if here:
            yield FindingDraft(
                rule="actions-untraceable",
                item=shared.item,
                repeat=shared.repeat,
                severity="major",
                titles={
                    "zh-CN": "账号共用且日志保存不足，出现泄露将无法追查到人",
                    "en": "Accounts are shared and logs are short: a leak could not be traced",
                },
                evidence=evidence_of([shared, *here]),
            )


def _latest(inspection: Inspection) -> dict[str, Entry]:
    """The entry of each system that is due last."""
    found: dict[str, Entry] = {}
    for entry in inspection.entries_of(REVIEWS.name):
        system = entry.get("system") or entry.key
        if system not in found or entry.get("next_due") > found[system].get("next_due"):
            found[system] = entry
    return found


def _due(inspection: Inspection) -> list[tuple[str, date]]:
    """Each system and the day on which its review is due, where a walk looks at reviews."""
    if not inspection.of_items(REVIEWED_ON):
        return []
    dated = ((name, read_date(one.get("next_due"))) for name, one in _latest(inspection).items())
    return [(system, due) for system, due in dated if due is not None]


def _listed(
    inspection: Inspection, rule: str, systems: list[str], zh: str, en: str
) -> FindingDraft:
    return FindingDraft(
        rule=rule,
        section=inspection.of_items(REVIEWED_ON)[0].section,
        severity="minor" if rule == "access-review-due" else "major",
        titles={"zh-CN": zh, "en": en},
        evidence={"systems": ", ".join(sorted(systems)[:_NAMED_MAX])},
    )
