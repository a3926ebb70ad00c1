"""What the doctor says of the audit: its key, and whether somebody chains and signs it."""

from sqlmodel import Session

from fieldops.flow import auditing, auditkey
from fieldops.flow.checks import Check, amiss, both, ok, same
from fieldops.model.answertypes import Titles
from fieldops.model.problem import ProblemError
from fieldops.settings import Settings
from fieldops.store import auditchain, meta

LATE_MS = 10 * 60 * 1000
"""A line is chained within two seconds and signed within a minute while a worker runs."""


def check(session: Session, settings: Settings, now_ms: int) -> Check:
    """How the audit stands; ``fieldops audit verify`` is what reads it."""
    try:
        keys = auditkey.read(settings)
    except ProblemError as error:
        return _without_key(same(error.problem.detail))
    if keys is None:
        return _keyless(session)
    found = auditing.standing(session)
    oldest_ms = auditchain.oldest_unchained_ms(session)
    signed = found.latest.last if found.latest else 0
    shown = both(
        f"已入链至 {found.last}，已签名至 {signed}", f"chained to {found.last}, signed to {signed}"
    )
    if oldest_ms is None or now_ms - oldest_ms <= LATE_MS:
        return ok("audit", shown)
    minutes = (now_ms - oldest_ms) // 60_000
    return amiss(
        "audit", "warn",
        both(
            f"{shown['zh-CN']}；有一行已等待 {minutes} 分钟",
            f"{shown['en']}; a line waits for {minutes} minutes",
        ),
        "请运行服务或 fieldops worker：审计由工作进程入链并签名。",
        "Serve, or run fieldops worker: it chains and signs the audit.",
    )  # fmt: skip


def _keyless(session: Session) -> Check:
    if meta.get(session, meta.AUDIT_KEY) is None:
        zh, en = (
            "尚无记录：首次写入时生成密钥",
            "nothing is marked yet: whoever writes first draws the key",
        )
        return ok("audit", both(zh, en))
    return _without_key(both("本机没有密钥", "the key is not here"))


def _without_key(found: Titles) -> Check:
    return amiss(
        "audit", "bad", found,
        "从运行服务的机器复制 audit.key，或设置 audit.key；已丢失则运行 fieldops audit key --new。",
        "Copy audit.key from where fieldops serves, or set audit.key.  If it is lost for good, run"
        " fieldops audit key --new.",
    )  # fmt: skip
