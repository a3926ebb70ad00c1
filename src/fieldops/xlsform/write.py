"""Write a checklist as TOML, laid out as people write them: checklists/README.md."""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

import msgspec

from fieldops.model.answertypes import Choice, Titles
from fieldops.model.checklist import Checklist, Example, Item, Section
from fieldops.rules.figures import show_figure

_ESCAPES = {number: f"\\u{number:04x}" for number in (*range(32), 127)} | {
    ord(char): f"\\{sign}" for char, sign in (("\\", "\\"), ('"', '"'), ("\n", "n"), ("\t", "t"))
}
_BARE = re.compile(r"[A-Za-z0-9_-]+")


class Comments(msgspec.Struct, frozen=True):
    """What stands above the file and above its items, line by line, without the number sign."""

    head: tuple[str, ...] = ()
    items: dict[str, tuple[str, ...]] = {}
    tail: tuple[str, ...] = ()


def write_toml(checklist: Checklist, comments: Comments) -> str:
    """The file's text.  The same checklist gives the same text."""
    return "\n".join(_lines(checklist, comments)) + "\n"


def _lines(checklist: Checklist, comments: Comments) -> Iterator[str]:
    yield from _comments(comments.head)
    yield ""
    yield f"key = {_text(checklist.key)}"
    yield f"version = {_text(checklist.version)}"
    yield f"domain = {_text(checklist.domain)}"
    yield f"titles = {_titles(checklist.titles)}"
    if checklist.summary:
        yield f"summary = {_titles(checklist.summary)}"
    yield f"threshold_percent = {show_figure(checklist.threshold_percent)}"
    for section in checklist.sections:
        yield from _section(section, comments)
    yield from _comments(comments.tail)
    for example in checklist.examples:
        yield from _example(example)


def _comments(lines: Iterable[str]) -> Iterator[str]:
    """Line breaks and control signs cannot stand in a comment."""
    for line in lines:
        plain = "".join(char if char.isprintable() else " " for char in line)
        yield f"# {plain}".rstrip()


def _section(section: Section, comments: Comments) -> Iterator[str]:
    yield ""
    yield from _comments([f"{'-' * 66} {section.key}"])
    yield "[[sections]]"
    yield f"key = {_text(section.key)}"
    yield f"titles = {_titles(section.titles)}"
    if section.shows_if:
        yield f"shows_if = {_text(section.shows_if)}"
    if section.repeat is not None:
        yield f"repeat = {_table(msgspec.to_builtins(section.repeat))}"
    for item in section.items:
        yield ""
        yield from _comments(comments.items.get(item.key, ()))
        yield "[[sections.items]]"
        yield from _item(item)


def _item(item: Item) -> Iterator[str]:
    yield f"key = {_text(item.key)}"
    yield f"titles = {_titles(item.titles)}"
    if item.measure:
        yield f"measure = {_titles(item.measure)}"
    for name, default in (("required", True), ("scored", True), ("na_allowed", False)):
        if getattr(item, name) is not default:
            yield f"{name} = {_value(getattr(item, name))}"
    if item.shows_if:
        yield f"shows_if = {_text(item.shows_if)}"
    yield from _answer(item)
    if item.constraint is not None:
        expression, messages = _text(item.constraint.expression), _titles(item.constraint.messages)
        yield f"constraint = {{ expression = {expression}, messages = {messages} }}"


def _answer(item: Item) -> Iterator[str]:
    plain = msgspec.to_builtins(item.answer, builtin_types=(Decimal,))
    choices: tuple[Choice, ...] = getattr(item.answer, "choices", ())
    plain.pop("choices", None)
    if not choices:
        if plain != {"type": "passfail"}:
            yield f"answer = {_table(plain)}"
        return
    yield f"answer = {_table(plain)[:-2]}, choices = ["
    for choice in choices:
        yield f"    {_choice(choice)},"
    yield "] }"


def _choice(choice: Choice) -> str:
    fails = ", fails = true" if choice.fails else ""
    return f"{{ key = {_text(choice.key)}, titles = {_titles(choice.titles)}{fails} }}"


def _example(example: Example) -> Iterator[str]:
    yield ""
    yield from _comments([f"{'-' * 66} examples"])
    yield "[[examples]]"
    yield f"titles = {_titles(example.titles)}"
    yield f"date = {_text(example.date)}"
    if example.repeats:
        yield f"repeats = {_table({key: list(names) for key, names in example.repeats.items()})}"
    if example.photos:
        yield f"photos = {_table(example.photos)}"
    if example.score is not None:
        yield f"score = {_value(example.score)}"
    if example.passed is not None:
        yield f"passed = {_value(example.passed)}"
    if example.findings:
        yield f"findings = {_value(list(example.findings))}"
    if example.answers:
        yield ""
        yield "[examples.answers]"
        for address, answer in example.answers.items():
            yield f"{_key(address)} = {_value(answer)}"


def _titles(titles: Titles) -> str:
    return _table({str(language): text for language, text in titles.items()})


def _table(table: dict[str, Any]) -> str:
    return f"{{ {', '.join(f'{_key(key)} = {_value(value)}' for key, value in table.items())} }}"


def _key(key: str) -> str:
    return (
        key if key.replace("_", "a").replace("-", "a").isalnum() and key.isascii() else _text(key)
    )


def _value(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case Decimal():
            shown = show_figure(value)
            return shown if value == int(value) else _text(shown)
        case int():
            return str(value)
        case dict():
            return _table(value)
        case list() | tuple():
            return f"[{', '.join(map(_value, value))}]"
        case _:
            return _text(str(value))


def _text(text: str) -> str:
    """A text in quotes: single ones where it holds double ones, as expressions do."""
    if '"' in text and "'" not in text and text.isprintable():
        return f"'{text}'"
    return f'"{text.translate(_ESCAPES)}"'
