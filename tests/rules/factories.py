"""Small checklists and sheets, with only the relevant members in sight."""

from typing import Any

from fieldops.model.answer import Answer, Sheet
from fieldops.model.answertypes import AnswerType, PassFail, Titles
from fieldops.model.checklist import Checklist, Item, Repeat, Section
from fieldops.rules.checklists import parse
from fieldops.rules.evaluation import Scope, evaluate
from fieldops.rules.expressions import parse_expression

TITLES: Titles = {"zh-CN": "检查", "en": "Check"}


def item(key: str, answer: AnswerType | None = None, **members: Any) -> Item:
    return Item(key=key, titles=TITLES, measure=TITLES, answer=answer or PassFail(), **members)


def section(
    key: str, *items: Item, repeat: bool = False, group: Repeat | None = None, **members: Any
) -> Section:
    group = group or (Repeat(titles=TITLES) if repeat else None)
    return Section(key=key, titles=TITLES, items=items, repeat=group, **members)


def checklist(*sections: Section, **members: Any) -> Checklist:
    return Checklist(
        key="test", version="1", domain="cleaning", titles=TITLES, sections=sections, **members
    )


def sheet(date: str = "2026-11-21", **answers: Any) -> Sheet:
    """Answers by item key, with ``__`` before a repeat; an Answer is taken as it is."""
    return Sheet(date=date, answers=tuple(_answer(key, value) for key, value in answers.items()))


def _answer(address: str, value: Any) -> Answer:
    key, _, repeat = address.partition("__")
    if isinstance(value, Answer):
        return value
    if value == "na":
        return Answer(item=key, repeat=repeat, outcome="na")
    return Answer(item=key, repeat=repeat, value=value)


def work(text: str, **values: Any) -> Any:
    """The value of an expression over answers given by key (``key__repeat`` in a group)."""
    slots = {(key.partition("__")[0], key.partition("__")[2]): v for key, v in values.items()}
    return evaluate(parse_expression(text), Scope(values=slots, today="2026-11-21"))


HEAD = """key = "test"
version = "1"
domain = "cleaning"
titles = { zh-CN = "表", en = "List" }
"""
ITEM = """titles = { zh-CN = "项", en = "Item" }
measure = { zh-CN = "量", en = "Measured" }
"""


def toml(*items: str, sections: str = "", examples: str | None = None) -> str:
    """A checklist of one section; each item is TOML that begins with its key."""
    text = HEAD + '[[sections]]\nkey = "s"\ntitles = { zh-CN = "区", en = "Area" }\n' + sections
    for each in items or ('key = "a"',):
        text += "[[sections.items]]\n" + ITEM + each + "\n"
    if examples is None:
        examples = '[[examples]]\ndate = "2026-11-21"\nrest = "pass"\nscore = 100\n'
    return text + examples


def faults(text: str) -> list[tuple[str, int]]:
    """Code and line of every fault."""
    result = parse(text, "test.toml")
    return [] if isinstance(result, Checklist) else [(each.code, each.line) for each in result]


def codes(text: str) -> set[str]:
    return {code for code, _ in faults(text)}
