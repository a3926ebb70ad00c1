"""What a letter says, in the language of who reads it."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from fieldops.rules.notices import Name

Pair = tuple[str, str]
"""Chinese, English."""

SUBJECTS: dict[Name, Pair] = {
    "finding-assigned": ("有问题交由您整改", "A finding is yours to put right"),
    "finding-overdue": ("整改已超期", "A finding is overdue"),
    "finding-rectified": ("整改已完成，请复查", "A finding was put right: please recheck"),
    "finding-again": ("复查未通过", "A recheck did not pass"),
    "finding-appealed": ("收到申诉，请裁定", "A finding was appealed: please decide"),
    "appeal-decided": ("申诉已裁定", "An appeal was decided"),
    "complaint-received": ("收到住户投诉", "A resident complains"),
    "complaint-classified": ("投诉已定级", "A complaint was classified"),
    "complaint-handed-over": ("有投诉转交给您，请确认", "A complaint is handed over to you"),
    "complaint-overdue": ("投诉处理已超期", "A complaint is overdue"),
    "complaint-major": ("重大投诉，请立即关注", "A major complaint needs you at once"),
    "follow-up-due": ("投诉回访到期", "A follow-up is due"),
    "retake-asked": ("有照片需要重拍", "A photo is to be taken again"),
    "round-assigned": ("有巡检安排给您", "A round is yours to walk"),
    "plugin-parked": ("插件已停下，等待处理", "A plugin is parked and waits for you"),
    "export-amiss": ("夜间导出需要处理", "An export needs looking after"),
    "report-amiss": ("月报未能按时完成", "A monthly report has not come about"),
    "digest": ("今日待办", "What waits today"),
}
_LABELS: dict[str, Pair] = {
    "site": ("项目", "Site"),
    "severity": ("严重程度", "Severity"),
    "tier": ("级别", "Tier"),
    "deadline": ("期限", "Deadline"),
    "what": ("事项", "About"),
    "outcome": ("结果", "Outcome"),
    "plugin": ("插件", "Plugin"),
    "destination": ("导出目标", "Destination"),
    "amiss": ("情况", "What is amiss"),
    "run": ("导出", "Run"),
    "month": ("月份", "Month"),
    "language": ("语言", "Language"),
    "complaints": ("未归档的投诉", "Open complaints"),
    "reviews": ("待审核的巡检", "Walks to review"),
    "findings": ("待整改的问题", "Findings to put right"),
    "overdue": ("其中已超期", "Of these overdue"),
    "rechecks": ("待复查的整改", "Rectifications to recheck"),
    "appeals": ("待裁定的申诉", "Appeals to decide"),
    "link": ("查看", "See"),
}
_TIERS: dict[str, Pair] = {
    "general": ("一般", "general"),
    "larger": ("较大", "larger"),
    "major": ("重大", "major"),
}
_WORDS: dict[str, dict[str, Pair]] = {
    "severity": {
        "minor": ("一般", "minor"),
        "major": ("严重", "major"),
        "critical": ("紧急", "critical"),
    },
    "tier": _TIERS,
    "what": {
        **_TIERS,
        "answer": ("首次答复", "first answer"),
        "resolve": ("办结", "resolution"),
        "follow-up": ("回访", "follow-up"),
    },
    "amiss": {
        "late": ("未按时送达", "it has not arrived in its time"),
        "failing": ("反复失败", "it fails again and again"),
        "unreconciled": ("合计与清单不符", "its totals do not reconcile"),
        "unanswered": ("总部尚未确认", "head office has not acknowledged it"),
        "refused": ("确认的清单不符", "it was acknowledged by another manifest"),
        "report-late": ("到期后六小时仍未完成", "it was not made six hours after it was due"),
        "report-failing": ("反复失败", "it fails again and again"),
    },
    "language": {"zh-CN": ("中文", "Chinese"), "en": ("英文", "English")},
    "outcome": {
        "again": ("二次整改", "second rectification"),
        "deducted": ("扣分关闭", "closed with deduction"),
        "upheld": ("申诉成立", "upheld"),
        "dismissed": ("申诉不成立", "dismissed"),
    },
}
"""The words for the keys that a fact may be."""
_FOOT: Pair = (
    "此信由系统发出，请勿回复。内容请登录后查看。",
    "This letter was sent by the system; please do not answer it.  Sign in to see more.",
)


class Text(Struct, frozen=True):
    """A letter's subject and body, as plain text."""

    subject: str
    body: str


def letter_text(name: Name, facts: Mapping[str, Any], language: str) -> Text:
    """A letter in ``zh-CN``, or else in English.  Facts of no label are left out."""
    at = 0 if language == "zh-CN" else 1
    subject = SUBJECTS[name][at]
    lines = [
        f"{label[at]}{'：' if at == 0 else ': '}{_value(key, str(facts[key]), at)}"
        for key, label in _LABELS.items()
        if key in facts
    ]
    site = f" · {facts['site']}" if "site" in facts else ""
    # A line break in a name must not begin another header.
    title = " ".join(f"{subject}{site}".split())
    return Text(title, "\n".join([subject, "", *lines, "", _FOOT[at], ""]))


def _value(key: str, value: str, at: int) -> str:
    words = _WORDS.get(key, {})
    return words[value][at] if value in words else value
