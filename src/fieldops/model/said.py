"""What is said to people about one occurrence, in both languages at once.

A ``Said`` is its English text, so that rules, logs and tests read it as they read any text, and
carries the Chinese beside it.  Whatever a text method makes of it is plain text again, and
``problem`` takes none: mypy finds every sentence that would lose its Chinese.
"""

from collections.abc import Iterable, Mapping


class Said(str):
    """A sentence: ``Said("中文", "English")``; empty where there is nothing to say."""

    __slots__ = ("zh",)
    zh: str

    def __new__(cls, zh: str, en: str) -> "Said":
        """The sentence in Chinese and in English."""
        made = super().__new__(cls, en)
        made.zh = zh
        return made

    @property
    def texts(self) -> dict[str, str]:
        """The sentence by language, as a problem carries it; empty if there is nothing to say."""
        return {"zh-CN": self.zh, "en": str(self)} if self else {}


NOTHING = Said("", "")
"""Nothing to say: nothing is wrong, or the title says it all."""


def named(text: str) -> Said:
    """Only names, which are the same in every language: a run, a plugin's key, a destination."""
    return Said(text, text)


def both(texts: Mapping[str, str]) -> Said:
    """A sentence that stands in a table of texts by language."""
    return Said(texts["zh-CN"], texts["en"])


def at(place: str, said: Said) -> Said:
    """A sentence about a member, by its name on the wire: ``reason: …``."""
    return Said(f"{place}：{said.zh}", f"{place}: {said}")


def lines(parts: Iterable[Said]) -> Said:
    """Several sentences, a line each."""
    each = list(parts)
    return Said("\n".join(one.zh for one in each), "\n".join(each))


def joined(parts: Iterable[Said]) -> Said:
    """Several sentences as one."""
    each = list(parts)
    return Said("；".join(one.zh for one in each), "; ".join(each))
