"""Write a checklist as TOML, laid out as people write them: checklists/README.md."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

import msgspec

from fieldops.model.answertypes import Choice, Titles
from fieldops.model.checklist import Checklist, Example, Item, Migration, Section
from fieldops.rules.figures import show_figure

_ESCAPES = {number: f"\\u{number:04x}" for number in (*range(32), 127)} | {
    ord(char): f"\\{sign}" for char, sign in (("\\", "\\"), ('"', '"'), ("\n", "n"), ("\t", "t"))
}
_MEMBERS = ("clause", "required", "scored", "weight", "severity", "rectify_hours", "na_allowed")
"""Members of an item that stand on a line each where the canonical form has them."""


class Comments(msgspec.Struct, frozen=True):
    """What stands above the file and above its items, line by line, without the number sign."""

    head: tuple[str, ...] = ()
    items: dict[str, tuple[str, ...]] = {}
    tail: tuple[str, ...] = ()


_SILENT = Comments()


def write_toml(checklist: Checklist, comments: Comments = _SILENT) -> str:
    """The file's text.  The same checklist gives the same text, and it reads as that checklist."""
    return "\n".join(_lines(checklist, comments)) + "\n"


def _lines(checklist: Checklist, comments: Comments) -> Iterator[str]:
    if comments.head:
        yield from _comments(comments.head)
        yield ""
    yield f"key = {_text(checklist.key)}"
    yield f"version = {_text(checklist.version)}"
    yield f"domain = {_text(checklist.domain)}"
    yield f"titles = {_titles(checklist.titles)}"
    if checklist.summary:
        yield f"summary = {_titles(checklist.summary)}"
    yield f"threshold_percent = {show_figure(checklist.threshold_percent)}"
    if checklist.critical_veto:
        yield "critical_veto = true"
    for section in checklist.sections:
        yield from _section(section, comments)
    yield from _comments(comments.tail)
    for example in checklist.examples:
        yield from _example(example)
    for migration in checklist.migrations:
        yield from _migration(migration)


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
    if section.weight is not None:
        yield f"weight = {_value(section.weight)}"
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
    plain = msgspec.to_builtins(item, builtin_types=(Decimal,))
    for name in _MEMBERS:
        if name in plain:
            yield f"{name} = {_value(plain[name])}"
    if plain.get("photos"):
        yield f"photos = {_table(plain['photos'])}"
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
    more = ", fails = true" if choice.fails else ""
    if choice.credit_percent is not None:
        more += f", credit_percent = {choice.credit_percent}"
    return f"{{ key = {_text(choice.key)}, titles = {_titles(choice.titles)}{more} }}"


def _example(example: Example) -> Iterator[str]:
    yield ""
    yield from _comments([f"{'-' * 66} examples"])
    yield "[[examples]]"
    yield f"titles = {_titles(example.titles)}"
    yield f"date = {_text(example.date)}"
    if example.rest:
        yield f"rest = {_text(example.rest)}"
    for name in ("na", "fail"):
        if addresses := getattr(example, name):
            yield f"{name} = {_value(addresses)}"
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


def _migration(migration: Migration) -> Iterator[str]:
    yield ""
    yield "[[migrations]]"
    yield f"from = {_text(migration.from_version)}"
    for name in ("items", "choices"):
        if renamed := getattr(migration, name):
            yield f"{name} = {_table(renamed)}"
    if migration.drop:
        yield f"drop = {_value(migration.drop)}"


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
