"""Build the differences between two checklists: a place, and one difference at it."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from msgspec import Struct

from fieldops.model.answertypes import LANGUAGES, Titles
from fieldops.model.checklist import Item, Section
from fieldops.model.difference import Difference, Effect, Fit
from fieldops.rules.difftexts import (
    LANGUAGE_WORDS,
    MEMBER_WORDS,
    PLAIN,
    SEVERITY_WORDS,
    SWITCHED,
    Words,
    changed,
)
from fieldops.rules.figures import show_figure


class Place(Struct, frozen=True):
    """Where a difference is: the path of keys, and how a sentence about it begins."""

    path: str = ""
    section: str = ""
    item: str = ""
    zh: str = ""
    en: str = ""

    def at(self, member: str) -> str:
        """The path of a member of what stands here."""
        return f"{self.path}.{member}".strip(".")


def place_of(section: Section, item: Item | None = None) -> Place:
    """The place of a section, or of an item in it."""
    path = f"sections.{section.key}"
    if item is None:
        zh, en = _titles(section.titles, section.key)
        return Place(path, section.key, "", f"分区“{zh}”（{section.key}）：", f"Section {en}")
    zh, en = _titles(item.titles, item.key)
    begin = f"“{zh}”（{item.key}）："
    return Place(f"{path}.items.{item.key}", section.key, item.key, begin, en)


def _titles(titles: Titles, key: str) -> Words:
    return titles.get("zh-CN", key), f"“{titles.get('en', key)}” ({key}): "


def told(
    place: Place,
    code: str,
    member: str,
    words: Words,
    effects: tuple[Effect, ...],
    fits: Fit = "all",
    before: str = "",
    after: str = "",
) -> Difference:
    """A difference at a place; ``words`` say what differs."""
    return Difference(
        code=code,
        path=place.at(member),
        section=place.section,
        item=place.item,
        before=before,
        after=after,
        effects=effects,
        fits=fits,
        messages={"zh-CN": place.zh + words[0], "en": place.en + words[1]},
    )


def plain(
    place: Place, code: str, effects: tuple[Effect, ...], fits: Fit = "all", **details: str
) -> Difference:
    """A difference that needs no before and after, by its code in ``PLAIN``."""
    zh, en = PLAIN[code]
    words = zh.format_map(details), en.format_map(details)
    before, after = details.get("before", ""), details.get("after", "")
    return told(place, code, "", words, effects, fits, before, after)


def member(
    place: Place,
    code: str,
    name: str,
    values: tuple[Any, Any],
    effects: tuple[Effect, ...],
    fits: Fit = "all",
    choice: str = "",
) -> Iterator[Difference]:
    """The difference in one member, none where both values are the same."""
    before, after = values
    if before == after:
        return
    if isinstance(after, bool):
        words = SWITCHED[code][0 if after else 1]
        words = words[0].format(choice=choice), words[1].format(choice=choice)
    else:
        zh, en = MEMBER_WORDS[code]
        label = zh.format(choice=choice), en.format(choice=choice)
        words = changed(label, show(before), show(after))
    yield told(place, code, name, words, effects, fits, plain_text(before), plain_text(after))


def titles(
    place: Place, code: str, name: str, values: tuple[Titles, Titles], choice: str = ""
) -> Iterator[Difference]:
    """Differences in a text, told in each language by its own; in one alone, by that one."""
    before, after = values
    differing = [one for one in LANGUAGES if before.get(one, "") != after.get(one, "")]
    if not differing:
        return
    zh, en = (words.format(choice=choice) for words in MEMBER_WORDS[code])
    if len(differing) == len(LANGUAGES):
        old, new = ((_quote(each, "zh-CN"), _quote(each, "en")) for each in values)
    else:
        (only,) = differing
        zh, en = f"{zh}（{LANGUAGE_WORDS[only][0]}）", f"{en} ({LANGUAGE_WORDS[only][1]})"
        old, new = ((_quote(each, only), _quote(each, only)) for each in values)
    texts = [" / ".join(each.get(one, "") for one in differing).strip(" /") for each in values]
    yield told(place, code, name, changed((zh, en), old, new), ("looks",), "all", *texts)


def _quote(text: Titles, language: str) -> str:
    said = text.get("zh-CN" if language == "zh-CN" else "en", "")
    return f"“{said}”" if said else ""


def show(value: Any) -> Words:
    """A value as people read it, in Chinese and in English; nothing for what is not set."""
    if value in SEVERITY_WORDS and isinstance(value, str):
        return SEVERITY_WORDS[value]
    text = plain_text(value)
    return text, text


def plain_text(value: Any) -> str:
    """A value as plain text: decimal text, true or false, empty for what is not set."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return show_figure(value) if isinstance(value, Decimal) else str(value)
