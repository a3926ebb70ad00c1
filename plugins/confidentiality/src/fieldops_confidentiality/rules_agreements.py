"""Agreements of staff: run out, running out, never signed, not as many as were counted.

They are counted by people, and nobody is named: the register knows who they are.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from msgspec import Struct

from fieldops import Checklist, Entry, FindingDraft, Inspection, ResultView
from fieldops_confidentiality.register import AGREEMENTS, day_of, read_date

DUE_DAYS = 30
"""How long before it runs out an agreement is told."""
_FOREVER = date.max


class _People(Struct, frozen=True):
    """The last day of the agreement in force of each person; of others that it has run out."""

    until: dict[str, date]
    out: frozenset[str]


def agreement_expired(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """People whose agreement has run out and who have signed no other."""
    anchor, people = _read(inspection)
    if anchor is not None and people is not None and people.out:
        yield _counted(
            anchor,
            "agreement-expired",
            len(people.out),
            f"台账中 {len(people.out)} 人的保密协议已过期",
            f"The agreements of {len(people.out)} people in the register have run out",
        )


def agreement_due(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """People whose agreement runs out within a month."""
    anchor, people = _read(inspection)
    today = day_of(inspection)
    if anchor is None or people is None or today is None:
        return
    end = today + timedelta(days=DUE_DAYS)
    soon = [last for last in people.until.values() if last <= end]
    if soon:
        yield _counted(
            anchor,
            "agreement-due",
            len(soon),
            f"{len(soon)} 人的保密协议将在 {DUE_DAYS} 天内到期",
            f"The agreements of {len(soon)} people run out within {DUE_DAYS} days",
        )


def agreement_missing(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """More people handle information than the register has ever had an agreement of."""
    anchor, people = _read(inspection)
    staff = inspection.find("staff_total")
    if anchor is None or people is None or staff is None or staff.figure is None:
        return
    missing = int(staff.figure) - len(people.until) - len(people.out)
    if missing > 0:
        yield _counted(
            anchor,
            "agreement-missing",
            missing,
            f"{missing} 名接触客户信息的人员在台账中没有保密协议",
            f"{missing} people who handle information have no agreement in the register",
        )


def agreements_differ(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """The walk counted other agreements in force than the register has."""
    anchor, people = _read(inspection)
    if anchor is None or people is None or anchor.figure is None:
        return
    if int(anchor.figure) != len(people.until):
        yield FindingDraft(
            rule="agreements-differ",
            item=anchor.item,
            repeat=anchor.repeat,
            titles={
                "zh-CN": "现场清点的有效保密协议数与台账不一致",
                "en": "The agreements counted are not as many as the register has in force",
            },
            evidence={"counted": str(int(anchor.figure)), "register": str(len(people.until))},
        )


def _read(inspection: Inspection) -> tuple[ResultView | None, _People | None]:
    """The item that counts agreements, and the people of the register; None without either."""
    anchor, today = inspection.find("nda_signed"), day_of(inspection)
    entries = inspection.entries_of(AGREEMENTS.name)
    if anchor is None or today is None or not entries:
        return None, None
    until: dict[str, date] = {}
    for entry in entries:
        last = _last(entry, today)
        if last is not None:
            person = entry.get("staff") or entry.key
            until[person] = max(last, until.get(person, last))
    held = {person: last for person, last in until.items() if last >= today}
    return anchor, _People(held, frozenset(until) - frozenset(held))


def _last(entry: Entry, today: date) -> date | None:
    """The last day that an agreement holds; None for one that is not signed yet."""
    signed = read_date(entry.get("signed"))
    if signed is None or signed > today:
        return None
    return read_date(entry.get("expires")) or _FOREVER


def _counted(anchor: ResultView, rule: str, count: int, zh: str, en: str) -> FindingDraft:
    return FindingDraft(
        rule=rule,
        item=anchor.item,
        repeat=anchor.repeat,
        severity="minor" if rule == "agreement-due" else "major",
        titles={"zh-CN": zh, "en": en},
        evidence={"people": str(count)},
    )
