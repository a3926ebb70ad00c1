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
