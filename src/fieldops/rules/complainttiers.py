"""Which tier a complaint looks like: declared rules over what was said, a person decides.

    text, repeats ─ each rule ─ the highest tier of those that fit ─→ Suggestion with its rules

Chinese words are looked for anywhere, English ones as whole words; case does not count.  A rule
that fits by mistake costs a look, one that is missing costs a day: the lists lean to the safe side.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache

from msgspec import Struct

from fieldops.model.answertypes import Titles
from fieldops_sync.complaintpayloads import Tier

TIERS: tuple[Tier, ...] = ("general", "larger", "major")
"""From the lowest to the highest (domain.md, rule 5)."""
REPEAT_DAYS = 30
"""A complaint of the same household within so many days is a repeated one, as long as findings are
(domain.md, rule 4)."""
OFTEN = 3
"""So many complaints before it make a repeated one major."""


class TierRule(Struct, frozen=True):
    """A rule: ``words`` that speak for ``tier``, or ``repeats`` complaints before this one."""

    key: str
    tier: Tier
    titles: Titles
    words: tuple[str, ...] = ()
    repeats: int = 0


class Suggestion(Struct, frozen=True):
    """The tier and the keys of the rules that speak for exactly this one, in declared order."""

    tier: Tier
    rules: tuple[str, ...] = ()


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(","))


RULES: tuple[TierRule, ...] = (
    TierRule(
        "injury",
        "major",
        {"zh-CN": "有人受伤", "en": "Somebody is hurt"},
        _words(
            "受伤, 骨折, 流血, 晕倒, 昏迷, 烫伤, 摔伤, 砸伤, 咬伤, 触电, 中毒, 死亡, 送医, 住院,"
            "injured, injury, bleeding, unconscious, fracture, broken leg, poisoned, hospital"
        ),
    ),
    TierRule(
        "safety",
        "major",
        {"zh-CN": "危及安全", "en": "Danger to people"},
        _words(
            "火灾, 着火, 起火, 冒烟, 燃气泄漏, 煤气泄漏, 爆炸, 困人, 被困, 坠落, 高空抛物,"
            "漏电, 坍塌, 墙皮脱落, on fire, caught fire, smoke, gas leak, explosion, trapped,"
            "falling object, live wire, collapse"
        ),
    ),
    TierRule(
        "personal-information",
        "major",
        {"zh-CN": "个人信息泄露", "en": "Personal information got out"},
        _words(
            "信息泄露, 信息泄漏, 泄露业主, 泄露个人, 隐私泄露, 资料外泄, 身份证被, 监控外泄,"
            "data leak, data breach, personal information, privacy breach, leaked my"
        ),
    ),
    TierRule(
        "media",
        "major",
        {"zh-CN": "媒体或网络曝光", "en": "In the press or on the net"},
        _words(
            "记者, 媒体, 曝光, 电视台, 报社, 热搜, 微博, 抖音,"
            "journalist, reporter, newspaper, on tv"
        ),
    ),
    TierRule(
        "repeated-often",
        "major",
        {"zh-CN": "反复投诉", "en": "Again and again"},
        repeats=OFTEN,
    ),
    TierRule(
        "many-residents",
        "larger",
        {"zh-CN": "涉及多户居民", "en": "Many residents"},
        _words(
            "多户, 全楼, 整栋, 整个小区, 几十户, 业主们, 联名, 集体, 业主群,"
            "many residents, all residents, whole building, neighbours, petition"
        ),
    ),
    TierRule(
        "authority",
        "larger",
        {"zh-CN": "诉诸主管部门或法律", "en": "Authorities or the law"},
        _words("12345, 12315, 消协, 住建局, 律师, 起诉, 法院, 报警, lawyer, court, police, sue"),
    ),
    TierRule(
        "repeated",
        "larger",
        {"zh-CN": "近期重复投诉", "en": "Not the first time"},
        _words(
            "又坏了, 多次反映, 反映多次, 一直没人, 再次投诉, 第三次, again and again, third time"
        ),
        repeats=1,
    ),
)
"""Every rule; the order is the one in which reasons are shown."""


def suggest(text: str, repeats: int = 0, rules: Sequence[TierRule] = RULES) -> Suggestion:
    """The highest tier that a rule speaks for; general where none does.

    ``repeats`` counts the complaints about the same before it, within ``REPEAT_DAYS``.
    """
    fitting = [rule for rule in rules if _fits(rule, text, repeats)]
    tier = max((rule.tier for rule in fitting), key=TIERS.index, default=TIERS[0])
    return Suggestion(tier, tuple(rule.key for rule in fitting if rule.tier == tier))


def is_same_household(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Whether two contacts are of one household: the same phone or the same unit."""
    return any(
        bool(key(one.get(name, ""))) and key(one.get(name, "")) == key(other.get(name, ""))
        for name, key in (("phone", _digits), ("unit", _letters))
    )


def _digits(text: str) -> str:
    return "".join(one for one in text if one.isdecimal())


def _letters(text: str) -> str:
    return "".join(one for one in text if one.isalnum()).casefold()


def is_higher(tier: Tier, than: Tier) -> bool:
    """Whether a tier is above another."""
    return TIERS.index(tier) > TIERS.index(than)


def _fits(rule: TierRule, text: str, repeats: int) -> bool:
    if rule.repeats and repeats >= rule.repeats:
        return True
    return bool(rule.words) and _pattern(rule.words).search(text) is not None


@cache
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """One expression for all words; between those of an English one any blanks may stand."""
    parts = [_whole(word) if word.isascii() else re.escape(word) for word in words]
    return re.compile("|".join(parts), re.IGNORECASE)


def _whole(words: str) -> str:
    """English words as whole ones; beside them Chinese characters may stand."""
    inner = r"\s+".join(map(re.escape, words.split()))
    return f"(?<![a-z0-9]){inner}(?![a-z0-9])"
