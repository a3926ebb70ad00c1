"""What the report says, in Chinese and in English: (zh, en) by name."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from fieldops.model.answertypes import Titles
from fieldops.model.report import Place
from fieldops.rules.difftexts import SEVERITY_WORDS
from fieldops.rules.zones import zone
from fieldops.settings import Language

NONE = "—"

SEVERITIES: Mapping[str, Titles] = {
    name: {"zh-CN": chinese, "en": english} for name, (chinese, english) in SEVERITY_WORDS.items()
}
STATES: Mapping[str, Titles] = {
    "submitted": {"zh-CN": "已提交", "en": "submitted"},
    "sealed": {"zh-CN": "已封存", "en": "sealed"},
    "approved": {"zh-CN": "已通过", "en": "approved"},
    "returned": {"zh-CN": "已退回", "en": "returned"},
    "open": {"zh-CN": "待指派", "en": "open"},
    "assigned": {"zh-CN": "已指派", "en": "assigned"},
    "rectified": {"zh-CN": "待复查", "en": "rectified"},
    "again": {"zh-CN": "二次整改", "en": "second rectification"},
    "closed": {"zh-CN": "已关闭", "en": "closed"},
    "deducted": {"zh-CN": "扣分关闭", "en": "closed with deduction"},
    "contested": {"zh-CN": "申诉中（扣分）", "en": "deduction appealed"},
    "appealed": {"zh-CN": "申诉中", "en": "appealed"},
    "paused": {"zh-CN": "暂停", "en": "paused"},
    "withdrawn": {"zh-CN": "已撤销", "en": "withdrawn"},
    "planned": {"zh-CN": "待巡", "en": "planned"},
    "under-way": {"zh-CN": "进行中", "en": "under way"},
    "done": {"zh-CN": "已完成", "en": "done"},
    "done-late": {"zh-CN": "迟到完成", "en": "done late"},
    "missed": {"zh-CN": "漏巡", "en": "missed"},
    "complaint": {"zh-CN": "待受理", "en": "not accepted yet"},
    "accepted": {"zh-CN": "已受理", "en": "accepted"},
    "classified": {"zh-CN": "已分级", "en": "classified"},
    "investigating": {"zh-CN": "调查中", "en": "investigating"},
    "resolved": {"zh-CN": "已解决", "en": "resolved"},
    "followed-up": {"zh-CN": "已回访", "en": "followed up"},
    "archived": {"zh-CN": "已归档", "en": "archived"},
    "rating": {"zh-CN": "评价", "en": "rating"},
    "praise": {"zh-CN": "表扬", "en": "praise"},
    "suggestion": {"zh-CN": "建议", "en": "suggestion"},
}
DOMAINS: Mapping[str, Titles] = {
    "cleaning": {"zh-CN": "保洁环境", "en": "cleaning"},
    "security": {"zh-CN": "安保秩序", "en": "security"},
    "facilities": {"zh-CN": "设施设备", "en": "facilities"},
    "confidentiality": {"zh-CN": "信息保密", "en": "confidentiality"},
}


class Speaker:
    """Says things in one language, times in one time zone."""

    def __init__(self, language: Language, timezone: str) -> None:
        self.language: Language = language
        self._zone = zone(timezone)

    def tr(self, zh: str, en: str) -> str:
        """One of two texts."""
        return zh if self.language == "zh-CN" else en

    def of(self, titles: Titles) -> str:
        """A text of both languages; where one lacks it, in the other."""
        other: Language = "en" if self.language == "zh-CN" else "zh-CN"
        return titles.get(self.language) or titles.get(other) or ""

    def word(self, words: Mapping[str, Titles], key: str) -> str:
        """What a key is called; one that is not known is said as it is."""
        return self.of(words[key]) if key in words else key

    def place(self, place: Place) -> str:
        """A site and its area by name."""
        return " · ".join(filter(None, (place.site, place.area)))

    def area(self, place: Place) -> str:
        """An area by name; of none the site as a whole."""
        return place.area or self.tr("（整个项目）", "(whole site)")

    def minute(self, ms: int) -> str:
        """A time to the minute."""
        return f"{datetime.fromtimestamp(ms / 1000, self._zone):%Y-%m-%d %H:%M}"

    def day(self, ms: int) -> str:
        """A day."""
        return f"{datetime.fromtimestamp(ms / 1000, self._zone):%Y-%m-%d}"

    def date(self, ms: int) -> tuple[int, int, int]:
        """A day as numbers."""
        moment = datetime.fromtimestamp(ms / 1000, self._zone)
        return moment.year, moment.month, moment.day

    def percent(self, one: Decimal | None) -> str:
        """A share, or a dash where there is none."""
        return NONE if one is None else f"{one}%" if self.language == "zh-CN" else f"{one} %"

    @staticmethod
    def signed(one: Decimal | int) -> str:
        """A difference with its sign."""
        return f"+{one}" if one > 0 else f"−{abs(one)}" if one < 0 else "±0"
