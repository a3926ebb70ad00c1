"""Texts that complaints are answered with: a small set, in both languages, with placeholders.

A placeholder is a word in braces, ``{number}``; the desk puts in what it stands for before somebody
looks it over and sends it.  Which there are is fixed, so that a text cannot ask for what a page
does not have.
"""

import re
from collections.abc import Sequence
from typing import Annotated, Literal, get_args

from msgspec import Meta, Struct

from fieldops.model.said import NOTHING, Said, at

Placeholder = Literal["number", "site", "area", "date", "tier", "deadline", "staff"]
"""``number`` is what the resident was given, ``date`` when it was said, ``deadline`` by when it is
to be resolved, ``staff`` the name of whoever answers."""
PLACEHOLDERS: tuple[Placeholder, ...] = get_args(Placeholder)
_BRACES = re.compile(r"\{([^{}]*)\}")
_LANGUAGES = ("zh-CN", "en")
Title = Annotated[str, Meta(min_length=1, max_length=100)]
Text = Annotated[str, Meta(min_length=1, max_length=4000)]


class AnswerTemplate(Struct, frozen=True, kw_only=True):
    """One text, by a key that stays; ``titles`` and ``texts`` are in zh-CN and en."""

    key: Annotated[str, Meta(pattern="^[a-z][a-z0-9-]{0,39}$")]
    titles: dict[Literal["zh-CN", "en"], Title]
    texts: dict[Literal["zh-CN", "en"], Text]


def wrong(templates: Sequence[AnswerTemplate]) -> Said:
    """What is wrong with a set beyond its types, or an empty text."""
    seen: set[str] = set()
    for one in templates:
        if one.key in seen:
            return at(one.key, Said("此键重复", "there are two of this key"))
        seen.add(one.key)
        for name, texts in (("titles", one.titles), ("texts", one.texts)):
            missing = [language for language in _LANGUAGES if language not in texts]
            if missing:
                gap = Said(f"缺少 {missing[0]}", f"{missing[0]} is missing")
                return at(one.key, at(name, gap))
        strange = _strange(one)
        if strange:
            known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
            told = Said(
                f"{{{strange}}} 不是占位符；可用：{known}",
                f"{{{strange}}} is no placeholder; there are {known}",
            )
            return at(one.key, told)
    return NOTHING


def _strange(one: AnswerTemplate) -> str:
    """The first word in braces that is no placeholder."""
    named = [word for text in one.texts.values() for word in _BRACES.findall(text)]
    return next((word for word in named if word not in PLACEHOLDERS), "")


def _template(key: str, titles: tuple[str, str], texts: tuple[str, str]) -> AnswerTemplate:
    return AnswerTemplate(
        key=key,
        titles={"zh-CN": titles[0], "en": titles[1]},
        texts={"zh-CN": texts[0], "en": texts[1]},
    )


DEFAULTS = (
    _template(
        "received",
        ("已受理", "Received"),
        (
            "您好！您于 {date} 反映的问题（编号 {number}）已受理，由 {staff} 跟进，"
            "我们将在 {deadline} 前处理并答复您。感谢您的反馈。",
            "Thank you for telling us on {date} (number {number}). {staff} is looking after it;"
            " we will have it dealt with and answer you by {deadline}.",
        ),
    ),
    _template(
        "resolved",
        ("已处理", "Resolved"),
        (
            "您好！您反映的 {site} {area} 问题（编号 {number}）已处理完毕。"
            "如仍有不满意之处，请直接回复，我们会继续跟进。",
            "What you told us about {site} {area} (number {number}) has been dealt with."
            " If anything is still not right, please reply and we will go on with it.",
        ),
    ),
    _template(
        "longer",
        ("需要更多时间", "It takes longer"),
        (
            "您好！您反映的问题（编号 {number}）处理时间比预期长，预计 {deadline} 前完成。"
            "给您带来不便，敬请谅解。",
            "What you told us (number {number}) takes longer than we thought; we expect it to be"
            " done by {deadline}. We are sorry for the inconvenience.",
        ),
    ),
)
"""What an organisation begins with."""
