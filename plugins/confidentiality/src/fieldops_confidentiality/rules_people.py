"""Who may get in and what they have signed: safeguards, ways in, agreements of the register.

Agreements are counted by people, and nobody is named: the register knows who they are.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from msgspec import Struct

from fieldops import Checklist, Entry, FindingDraft, Inspection, ResultView, evidence_of
from fieldops_confidentiality.register import AGREEMENTS, day_of, read_date

SAFEGUARDS = ("nda_share", "training_on", "leavers_cards", "shared_accounts")
"""What keeps people who handle information to their duty."""
DUE_DAYS = 30
"""How long before it runs out an agreement is told."""
_SEVERAL = 2
_FOREVER = date.max


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


def access_uncontrolled(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """Keys that nobody can find, and cards of leavers that still open: anybody may be inside."""
    failed = inspection.failed_of("keys_unaccounted", "leavers_cards")
    if len(failed) == _SEVERAL:
        yield FindingDraft(
            rule="access-uncontrolled",
            section=failed[0].section,
            severity="critical",
            titles={
                "zh-CN": "钥匙去向不明且离职门卡未停，出入失控，须立即换锁停卡",
                "en": "Keys are lost and leavers' cards still open: change locks, disable cards",
            },
            evidence=evidence_of(failed),
        )


def leavers_linger(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """Leavers keep both cards and accounts: it is the way of leaving that fails, not one list."""
    cards, accounts = inspection.failed_of("leavers_cards"), inspection.failed_of("access_leavers")
    if cards and accounts:
        yield FindingDraft(
            rule="leavers-linger",
            section=cards[0].section,
            severity="critical",
            titles={
                "zh-CN": "离职人员的门卡与系统账号均未停用，请修订离职流程",
                "en": "Leavers keep their cards and their accounts: mend the way of leaving",
            },
            evidence=evidence_of([*cards, *accounts]),
        )


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
