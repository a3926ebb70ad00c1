"""What people are told of a password that lacks something, in both languages."""

from collections.abc import Iterable

from fieldops.rules.passwords import LENGTH_MAX, Lack, PasswordRules

_DAY_MS = 24 * 3600 * 1000
_TEXTS: dict[Lack, tuple[str, str]] = {
    "short": (
        "至少需要 {length} 个字符；可用几个不相关的词组成一句话",
        "use at least {length} characters; a few words that do not belong together do well",
    ),
    "long": (f"最多 {LENGTH_MAX} 个字符", f"use at most {LENGTH_MAX} characters"),
    "classes": (
        "小写字母、大写字母、数字、其他符号中至少需要 {classes} 类",
        "use {classes} of these four: lower case, upper case, digits, other characters",
    ),
    "common": (
        "主要由常见密码或键盘连续字符组成；请换用不易猜到的内容",
        "it is mostly a common password or keys in a row; take what is hard to guess",
    ),
    "context": (
        "主要由您的姓名、登录名或单位名称组成；请换用他人不了解的内容",
        "it is mostly your name, your login or the organisation; take what others do not know",
    ),
    "past": (
        "与最近 {past} 次用过的密码相同；请换用新的密码",
        "it is one of your last {past} passwords; take a new one",
    ),
    "same": ("与当前密码相同；请换用新的密码", "it is the password you have; take a new one"),
}


def text(lack: Lack, rules: PasswordRules) -> dict[str, str]:
    """What it lacks and what to do, by language."""
    figures = {"length": rules.length, "classes": rules.classes, "past": rules.past}
    zh, en = (one.format(**figures) for one in _TEXTS[lack])
    return {"zh-CN": zh, "en": en}


def notice(due: bool, soon: bool, ends_ms: int | None, now_ms: int) -> dict[str, str] | None:
    """What somebody who has signed in is told of their password, by language; None for nothing."""
    if due:
        return {
            "zh-CN": "请先更改密码，然后继续使用。",
            "en": "Change your password first, then go on.",
        }
    if not soon or ends_ms is None:
        return None
    days = max((ends_ms - now_ms) // _DAY_MS, 0)
    return {
        "zh-CN": f"您的密码将在 {days} 天后到期，请尽快更改。",
        "en": f"Your password runs out in {days} days; change it soon.",
    }


def texts(found: Iterable[Lack], rules: PasswordRules) -> list[dict[str, str]]:
    """One entry a lack: ``code`` and the texts by language."""
    return [{"code": lack, **text(lack, rules)} for lack in found]
