"""Who may get in and what keeps them to their duty: safeguards, keys and cards, leavers."""

from collections.abc import Iterator

from fieldops import Checklist, FindingDraft, Inspection, evidence_of

SAFEGUARDS = ("nda_share", "training_on", "leavers_cards", "shared_accounts")
"""What keeps people who handle information to their duty."""
_SEVERAL = 2


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
