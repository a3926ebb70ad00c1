"""A checklist as a page for the terminal, in Chinese, in English, or each line in both."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Literal

from msgspec import Struct

from fieldops.model.answertypes import Calculated, PhotoOnly
from fieldops.model.checklist import Checklist, Item, Section
from fieldops.rules import checklists
from fieldops.rules.answerwords import answer_words, photo_words
from fieldops.rules.conditionwords import in_words, items_by_key
from fieldops.rules.difftexts import SEVERITY_WORDS, Words
from fieldops.rules.figures import show_figure
from fieldops.rules.shares import percent, section_shares, shares

Spoken = Literal["zh-CN", "en", "both"]
SPOKEN: tuple[Spoken, ...] = ("zh-CN", "en", "both")


class Row(Struct, frozen=True):
    """One row of the page: how deep it is indented, its style (of rich), and its words.

    ``tail`` stands after the words in every language.
    """

    indent: int
    style: str
    words: Words
    tail: str = ""

    def said(self, spoken: Spoken) -> Iterator[str]:
        """The row's lines: one, or one a language where they differ."""
        zh, en = self.words
        texts = {"zh-CN": [zh], "en": [en], "both": [zh] if zh == en else [zh, en]}[spoken]
        for at, text in enumerate(texts):
            yield text + self.tail if at == 0 else text


def page(checklist: Checklist) -> Iterator[Row]:
    """Every row of a checklist's page, from the title to the worked examples."""
    yield from _head(checklist)
    items = items_by_key(checklist)
    worth, whole = shares(checklist), section_shares(checklist)
    for number, section in enumerate(checklist.sections, 1):
        yield Row(0, "", ("", ""))
        yield from _section(section, number, whole[section.key], items)
        for place, item in enumerate(section.items, 1):
            yield from _item(item, f"{number}.{place}", worth.get(item.key), items)
    yield from _examples(checklist)


def _titles(titles: dict[Literal["zh-CN", "en"], str], key: str) -> Words:
    return titles.get("zh-CN", key), titles.get("en", key)


def _joined(parts: list[Words]) -> Words:
    said = [part for part in parts if part[0]]
    return " · ".join(zh for zh, _ in said), " · ".join(en for _, en in said)


def _head(checklist: Checklist) -> Iterator[Row]:
    yield Row(0, "bold", _titles(checklist.titles, checklist.key))
    if checklist.summary:
        yield Row(0, "", _titles(checklist.summary, ""))
    count = sum(len(section.items) for section in checklist.sections)
    line = show_figure(checklist.threshold_percent)
    facts = [
        (f"{count} 项", f"{count} items"),
        (f"{line}% 合格", f"passes at {line}%"),
        ("一票否决", "a critical failure fails all") if checklist.critical_veto else ("", ""),
    ]
    yield Row(0, "", _joined(facts))
    name = f"{checklist.key} {checklist.version} · {checklist.domain}"
    yield Row(0, "dim", (name, name))
    digest = f"SHA-256 {checklists.address(checklist)}"
    yield Row(0, "dim", (digest, digest))


def _section(
    section: Section, number: int, share: Fraction, items: dict[str, Item]
) -> Iterator[Row]:
    zh, en = _titles(section.titles, section.key)
    words = f"{number} {zh}", f"{number} {en}"
    yield Row(0, "bold cyan", words, f"  [{section.key}]")
    yield Row(2, "dim", _section_facts(section, share))
    if section.repeat is not None:
        zh, en = _titles(section.repeat.titles, section.key)
        low, high = section.repeat.min_count, section.repeat.max_count
        yield Row(
            2,
            "",
            (f"每个{zh}答一次（{low} 至 {high} 个）", f"once for each: {en} ({low} to {high})"),
        )
    yield from _condition(section.shows_if, items, 2)


def _section_facts(section: Section, share: Fraction) -> Words:
    weight = "" if section.weight is None else show_figure(section.weight)
    part = percent(share)
    return _joined(
        [
            (f"分区权重 {weight}", f"section weight {weight}") if weight else ("", ""),
            (f"占得分 {part}", f"{part} of the score") if share else ("不计分", "not scored"),
        ]
    )


def _condition(text: str, items: dict[str, Item], indent: int) -> Iterator[Row]:
    if text:
        zh, en = in_words(text, items)
        yield Row(indent, "magenta", (f"显示条件：{zh}", f"shows only if {en}"))


def _item(item: Item, number: str, share: Fraction | None, items: dict[str, Item]) -> Iterator[Row]:
    zh, en = _titles(item.titles, item.key)
    yield Row(2, "bold", (f"{number} {zh}", f"{number} {en}"), f"  [{item.key}]")
    yield Row(4, "", _titles(item.measure, ""))
    yield from _condition(item.shows_if, items, 4)
    zh, en = answer_words(item.answer)
    yield Row(4, "green", (f"答：{zh}", f"answer: {en}"))
    if isinstance(item.answer, Calculated):
        zh, en = in_words(item.answer.expression, items)
        yield Row(4, "", (f"＝ {zh}", f"= {en}"))
    yield from _constraint(item, items)
    zh, en = ("", "") if isinstance(item.answer, PhotoOnly) else photo_words(item.photos)
    if zh:
        yield Row(4, "", (f"照片：{zh}", f"photos: {en}"))
    yield Row(4, "dim", _facts(item, share))


def _constraint(item: Item, items: dict[str, Item]) -> Iterator[Row]:
    if item.constraint is not None:
        zh, en = in_words(item.constraint.expression, items)
        yield Row(4, "", (f"须满足：{zh}", f"must hold: {en}"))
        yield Row(6, "dim", _titles(item.constraint.messages, ""))


def _facts(item: Item, share: Fraction | None) -> Words:
    """Severity, weight and its share of the score, clause, and what is not as usual."""
    weight = show_figure(item.weight)
    part = "" if share is None else percent(share)
    facts = [
        SEVERITY_WORDS[item.severity] if item.scored or item.severity != "minor" else ("", ""),
        (f"权重 {weight}（{part}）", f"weight {weight} ({part})")
        if part
        else ("不计分", "not scored"),
        ("", "") if item.required else ("选填", "optional"),
        ("可不适用", "may be not applicable") if item.na_allowed else ("", ""),
        _urgency(item),
        (item.clause, item.clause),
    ]
    return _joined(facts)


def _urgency(item: Item) -> Words:
    hours = item.rectify_hours
    return ("", "") if hours is None else (f"{hours} 小时内整改", f"rectify within {hours} h")


def _examples(checklist: Checklist) -> Iterator[Row]:
    if not checklist.examples:
        return
    yield Row(0, "", ("", ""))
    yield Row(0, "bold cyan", ("实例", "Worked examples"))
    for number, example in enumerate(checklist.examples):
        score = "–" if example.score is None else f"{show_figure(example.score)}%"
        zh, en = _titles(example.titles, "")
        found = len(example.findings)
        words = (
            f"{number}  {zh}：{score}，{found} 个问题",
            f"{number}  {en}: {score}, {found} findings",
        )
        yield Row(2, "", words)
