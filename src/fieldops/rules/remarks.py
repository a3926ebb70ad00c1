"""Remark on what a checklist allows and nobody is likely to mean.

Vague measures, idle weights, twin titles, texts not translated, examples that leave things untried.
"""

from collections.abc import Iterator
from decimal import Decimal

import re2

from fieldops.model.answertypes import LANGUAGES, Multiple, Single, Titles
from fieldops.model.checklist import Checklist, Item, Section
from fieldops.rules.branching import read_sheet
from fieldops.rules.examples import sheet_of
from fieldops.rules.faults import Slip
from fieldops.rules.figures import show_figure
from fieldops.rules.positions import Path

_EXAMPLES_MIN = 3
_WHOLE = (Decimal(1), Decimal(100))
_HAN = re2.compile(r"\p{Han}")
_NUMERALS = "零一二两三四五六七八九十百千半每全各逐均无不未"
"""Chinese numerals, and the words by which a measure counts all, each or none."""
_METHODS = (
    *"测量查核对数试读称扫拍听闻摸看巡填签按以",
    *("清点", "观察", "目视", "抽", "记录", "询问", "计算", "选择", "录入", "登记", "定位", "写明"),
)
"""Characters and words that say how to look."""
_FIGURES_EN = re2.compile(
    r"(?i)\b(one|two|three|four|five|six|seven|eight|nine|ten|twelve|half|all|both|none|no|not|"
    r"every|each|any|nothing|nobody|without|neither|never|only)\b"
)
_METHODS_EN = re2.compile(
    r"(?i)\b(measur|count|check|look|read|test|try|walk|watch|weigh|time[ds]?|scan|compar|ask|open|"
    r"press|run|touch|smell|listen|inspect|enter|choose|tick|note|record|photograph|sign|say|fix|"
    r"call|trip|play|average|sum|work|stand|take|see|seen|as )"
)


def remarks(checklist: Checklist) -> list[Slip]:
    """Everything worth a remark.  The checklist has no fault but perhaps in its examples."""
    return list(_remarks(checklist))


def _remarks(checklist: Checklist) -> Iterator[Slip]:
    yield from _weights(checklist)
    yield from _twins([(s.titles, ("sections", n)) for n, s in enumerate(checklist.sections)])
    for number, section in enumerate(checklist.sections):
        yield from _section(section, ("sections", number))
    yield from _examples(checklist)


def _weights(checklist: Checklist) -> Iterator[Slip]:
    if not any(item.scored for section in checklist.sections for item in section.items):
        yield Slip(("sections", 0), "nothing-scored")
    weights = [section.weight for section in checklist.sections if section.weight is not None]
    total = sum(weights, Decimal(0))
    if weights and total not in _WHOLE:
        yield Slip(("sections", 0, "weight"), "section-weights-sum", {"sum": show_figure(total)})


def _section(section: Section, path: Path) -> Iterator[Slip]:
    if section.weight is not None and not any(item.scored for item in section.items):
        details = {"name": section.key, "value": show_figure(section.weight)}
        yield Slip((*path, "weight"), "unused-section-weight", details)
    yield from _twins([(i.titles, (*path, "items", n)) for n, i in enumerate(section.items)])
    for number, item in enumerate(section.items):
        yield from _item(item, (*path, "items", number))


def _item(item: Item, path: Path) -> Iterator[Slip]:
    if not item.scored and item.weight != 1:
        details = {"name": item.key, "value": show_figure(item.weight)}
        yield Slip((*path, "weight"), "unused-weight", details)
    for name, titles in (("titles", item.titles), ("measure", item.measure)):
        yield from _copied(titles, (*path, name))
    if _is_vague(item.measure):
        text = item.measure["zh-CN"]
        yield Slip((*path, "measure"), "vague-measure", {"name": item.key, "text": text})
    if isinstance(item.answer, Single | Multiple):
        where = (*path, "answer", "choices")
        entries = [(one.titles, (*where, n)) for n, one in enumerate(item.answer.choices)]
        yield from _twins(entries)


def _is_vague(measure: Titles) -> bool:
    """Neither language has a figure, a word that counts, or a verb that says how to look."""
    zh, en = measure.get("zh-CN", ""), measure.get("en", "")
    if any(sign.isdigit() for sign in zh + en):
        return False
    if any(word in zh for word in (*_NUMERALS, *_METHODS)):
        return False
    return not (_FIGURES_EN.search(en) or _METHODS_EN.search(en))


def _copied(titles: Titles, path: Path) -> Iterator[Slip]:
    """The same words twice; a name such as CCTV-3 may be the same in both."""
    zh, en = titles.get("zh-CN", ""), titles.get("en", "")
    if zh.strip() == en.strip() and (_HAN.search(zh) or len(zh.split()) > 2):
        language = "en" if _HAN.search(zh) else "zh-CN"
        yield Slip(path, "copied-text", {"name": str(path[-1]), "language": language})


def _twins(entries: list[tuple[Titles, Path]]) -> Iterator[Slip]:
    """Titles that stand twice beside each other, in either language."""
    first: dict[tuple[str, str], Path] = {}
    for titles, path in entries:
        for language in LANGUAGES:
            text = titles.get(language, "").strip()
            if (language, text) in first:
                where = first[language, text]
                yield Slip((*path, "titles"), "duplicate-title", {"text": text}, where)
                break
            first[language, text] = path


def _examples(checklist: Checklist) -> Iterator[Slip]:
    count = len(checklist.examples)
    if 0 < count < _EXAMPLES_MIN:
        yield Slip(("examples", 0), "few-examples", {"count": str(count)})
    for number, example in enumerate(checklist.examples):
        if not example.titles:
            yield Slip(("examples", number), "untitled-example")
    shown = {
        line.item
        for example in checklist.examples
        for line in read_sheet(checklist, sheet_of(checklist, example)).lines
    }
    for number, section in enumerate(checklist.sections):
        for place, item in enumerate(section.items):
            if count and item.key not in shown:
                path = ("sections", number, "items", place)
                yield Slip(path, "untried-item", {"name": item.key})
