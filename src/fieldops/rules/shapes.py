"""Hold a TOML document against the structs of a checklist, and tell everything that does not fit.

msgspec itself stops at the first misfit and speaks to programmers; this walks its description of
the types over the whole document and notes one slip for every misfit.
"""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

import re2
from msgspec import inspect

from fieldops.rules.faults import Slip
from fieldops.rules.figures import read_figure
from fieldops.rules.positions import Path

_EXAMPLES = {
    "key": "lobby_floor",
    "version": "1.0",
    "domain": "cleaning",
    "date": "2026-11-21",
    "repeats": "lifts",
}
_WORDS: dict[type, tuple[str, str]] = {
    inspect.StructType: ("表，如 { … }", "a table such as { … }"),
    inspect.DictType: ("表，如 { … }", "a table such as { … }"),
    inspect.VarTupleType: ("列表，如 [ … ]", "a list such as [ … ]"),
    inspect.ListType: ("列表，如 [ … ]", "a list such as [ … ]"),
    inspect.StrType: ("引号内的文字", "text in quotes"),
    inspect.LiteralType: ("引号内的文字", "text in quotes"),
    inspect.IntType: ("整数", "a whole number"),
    inspect.BoolType: ("true 或 false", "true or false"),
    inspect.DecimalType: ("数字，最多 15 位整数和 9 位小数", "a number of at most 15.9 digits"),
}


class Figure(str):
    """A number with a fraction, kept as written: TOML's floats never become binary floats."""


def check_shape(value: object, wanted: Any, path: Path = ()) -> list[Slip]:
    """Every way in which ``value`` is not what the type description ``wanted`` asks for."""
    return list(_check(value, wanted, path))


def _check(value: object, wanted: Any, path: Path) -> Iterator[Slip]:
    match wanted:
        case inspect.UnionType():
            yield from _check_union(value, wanted, path)
        case inspect.StructType() if isinstance(value, dict):
            yield from _check_struct(value, wanted, path)
        case inspect.DictType() if isinstance(value, dict):
            for name, member in value.items():
                yield from _check(name, wanted.key_type, (*path, name))
                yield from _check(member, wanted.value_type, (*path, name))
        case inspect.VarTupleType() | inspect.ListType() if isinstance(value, list):
            for number, element in enumerate(value):
                yield from _check(element, wanted.item_type, (*path, number))
        case _:
            yield from _check_plain(value, wanted, path)


def _check_plain(value: object, wanted: Any, path: Path) -> Iterator[Slip]:
    if not _fits(value, wanted):
        zh, en = _WORDS[type(wanted)]
        yield Slip(path, "wrong-type", {"name": _name(path), "zh": zh, "en": en})
    elif isinstance(wanted, inspect.LiteralType) and value not in wanted.values:
        known = ", ".join(f'"{each}"' for each in wanted.values if each)
        yield Slip(path, "not-allowed", {"name": _name(path), "value": str(value), "known": known})
    elif isinstance(wanted, inspect.StrType) and wanted.pattern:
        yield from _check_form(str(value), wanted.pattern, path)
    elif isinstance(wanted, inspect.IntType) and isinstance(value, int):
        yield from _check_bounds(value, wanted, path)


def _fits(value: object, wanted: Any) -> bool:
    """Whether a plain value is of the right sort; True is no number, and 1.5 no text."""
    match wanted:
        case inspect.StrType() | inspect.LiteralType():
            return isinstance(value, str) and not isinstance(value, Figure)
        case inspect.IntType():
            return isinstance(value, int) and not isinstance(value, bool)
        case inspect.BoolType():
            return isinstance(value, bool)
        case inspect.DecimalType():
            return read_figure(value) is not None
        case _:
            return False


def _name(path: Path) -> str:
    """The last named part of a path, for a message."""
    return next((part for part in reversed(path) if isinstance(part, str)), "")


def _check_form(value: str, pattern: str, path: Path) -> Iterator[Slip]:
    if not re2.search(pattern, value):
        name = _name(path)
        example = _EXAMPLES.get(name, _EXAMPLES["key"])
        details = {"name": name, "value": value, "pattern": pattern, "example": example}
        yield Slip(path, "bad-form", details)


def _check_bounds(value: int, wanted: inspect.IntType, path: Path) -> Iterator[Slip]:
    low, high = wanted.ge, wanted.le
    if (low is not None and value < low) or (high is not None and value > high):
        details = {"name": _name(path), "value": str(value), "low": str(low), "high": str(high)}
        yield Slip(path, "out-of-bounds", details)


def _check_struct(
    value: dict[str, object], wanted: inspect.StructType, path: Path
) -> Iterator[Slip]:
    fields = {field.encode_name: field for field in wanted.fields}
    tag = {wanted.tag_field} if wanted.tag_field else set()
    for name, member in value.items():
        if name in fields:
            yield from _check(member, fields[name].type, (*path, name))
        elif name not in tag:
            yield Slip(
                (*path, name), "unknown-member", {"name": name, "known": _near(name, fields)}
            )
    for field in wanted.fields:
        if field.required and field.encode_name not in value:
            yield Slip(path, "missing-member", {"name": field.encode_name})


def _near(name: str, known: Any) -> str:
    """The likely meant names if any are close, else all of them."""
    return ", ".join(get_close_matches(name, list(known), n=2) or sorted(known))


def _check_union(value: object, wanted: inspect.UnionType, path: Path) -> Iterator[Slip]:
    members = [each for each in wanted.types if not isinstance(each, inspect.NoneType)]
    structs = [each for each in members if isinstance(each, inspect.StructType)]
    if structs and structs[0].tag_field:
        yield from _check_tagged(value, structs, path)
        return
    fitting = [each for each in members if not list(_check(value, each, path))]
    if not fitting:
        yield from _check(value, _nearest(value, members), path)


def _nearest(value: object, members: list[Any]) -> Any:
    """The member of a union that a value was probably meant to be."""
    if isinstance(value, dict | list):
        sort = inspect.DictType if isinstance(value, dict) else inspect.ListType
        return next((each for each in members if isinstance(each, sort)), members[0])
    return members[-1] if len(members) == 1 else members[0]


def _check_tagged(value: object, structs: list[inspect.StructType], path: Path) -> Iterator[Slip]:
    field = structs[0].tag_field or "type"
    known = {str(each.tag): each for each in structs}
    if not isinstance(value, dict):
        zh, en = _WORDS[inspect.StructType]
        yield Slip(path, "wrong-type", {"name": _name(path), "zh": zh, "en": en})
    elif field not in value:
        yield Slip(path, "missing-member", {"name": field})
    elif value[field] not in known:
        details = {"name": field, "value": str(value[field])}
        details["known"] = ", ".join(f'"{each}"' for each in known)
        yield Slip((*path, field), "not-allowed", details)
    else:
        yield from _check_struct(value, known[value[field]], path)
