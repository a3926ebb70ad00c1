"""Compare how two versions of an item are answered: type, limits, choices.

``fits`` says what becomes of answers to the old version: a wider limit takes all of them, a
narrower one some, another type or unit none.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from msgspec.structs import astuple, fields, replace

from fieldops.model.answertypes import AnswerType, Calculated, Choice, Multiple, Score, Single
from fieldops.model.difference import Difference, Effect, Fit
from fieldops.rules.differing import Place, member, plain, titles, told
from fieldops.rules.difftexts import MEMBER_WORDS, TYPE_WORDS, changed
from fieldops.rules.migrations import maps

_LOW = frozenset({"min", "min_count"})
_HIGH = frozenset({"max", "max_count", "max_length", "decimals", "max_accuracy_m"})
_NONE_FIT = frozenset({"unit", "part"})


def answer_differences(
    place: Place, old: AnswerType, new: AnswerType, renamed: Mapping[str, str]
) -> Iterator[Difference]:
    """Every difference in how an item is answered; ``place`` is the item's.

    ``renamed`` are the declared new keys of choices, by their old ones.
    """
    if type(old) is not type(new):
        names = TYPE_WORDS[type(old)], TYPE_WORDS[type(new)]
        words = changed(MEMBER_WORDS["answer-type"], *names)
        tags = [str(each.__struct_config__.tag) for each in (old, new)]
        effects: tuple[Effect, ...] = ("asked", "answers", "outcome", "score")
        fits: Fit = "some" if maps(old, new) else "none"
        yield told(place, "answer-type", "answer.type", words, effects, fits, *tags)
        return
    for field in fields(old):
        if field.name != "choices":
            yield from _member(place, field.name, old, new)
    if isinstance(old, Single | Multiple) and isinstance(new, Single | Multiple):
        yield from _renamed(place, new.choices, renamed)
        before = (replace(each, key=renamed.get(each.key, each.key)) for each in old.choices)
        yield from _choices(place, tuple(before), new.choices)


def _member(place: Place, name: str, old: AnswerType, new: AnswerType) -> Iterator[Difference]:
    values = getattr(old, name), getattr(new, name)
    code = f"answer-{name.replace('_', '-')}"
    fits = _fits(name, (_bound(name, old), _bound(name, new)), old)
    yield from member(place, code, f"answer.{name}", values, _effects(name, old), fits)


def _bound(name: str, kind: AnswerType) -> Any:
    """What a member comes to: without ``max_count`` every choice may be chosen."""
    value = getattr(kind, name)
    if name == "max_count" and value is None and isinstance(kind, Multiple):
        return len(kind.choices)
    return value


def _effects(name: str, kind: AnswerType) -> tuple[Effect, ...]:
    if isinstance(kind, Calculated):
        return ("outcome", "score") if name != "unit" else ("looks",)
    if name.startswith("pass_"):
        return ("outcome", "score")
    if name in _NONE_FIT or name == "rollover":
        return ("answers", "outcome", "score")
    # Points count as a share of the greatest.
    if name == "max" and isinstance(kind, Score):
        return ("answers", "score")
    return ("answers",)


def _fits(name: str, values: tuple[Any, Any], kind: AnswerType) -> Fit:
    before, after = values
    if isinstance(kind, Calculated) or name.startswith("pass_"):
        return "all"
    if name in _NONE_FIT or (name == "max" and isinstance(kind, Score)):
        return "none"
    if name in _LOW:
        return "all" if after is None or (before is not None and after <= before) else "some"
    if name in _HIGH:
        return "all" if after is None or (before is not None and after >= before) else "some"
    if name == "step":
        return "all" if before % after == 0 else "some"
    # A pattern, or the figure at which a meter starts again: removed, it takes every text.
    return "all" if name == "pattern" and not after else "some"


def _renamed(
    place: Place, new: tuple[Choice, ...], renamed: Mapping[str, str]
) -> Iterator[Difference]:
    after = {choice.key: choice for choice in new}
    for old_key, key in renamed.items():
        if key in after:
            named = {"before": old_key, "after": key}
            yield _choice(place, "choice-renamed", after[key], ("looks",), "all", **named)


def _choices(
    place: Place, old: tuple[Choice, ...], new: tuple[Choice, ...]
) -> Iterator[Difference]:
    before, after = ({choice.key: choice for choice in each} for each in (old, new))
    kept = [key for key in before if key in after]
    for key in after:
        if key not in before:
            yield _choice(place, "choice-added", after[key], ("answers",), "all")
    for key in before:
        if key not in after:
            fits: Fit = "some" if kept else "none"
            yield _choice(place, "choice-removed", before[key], ("answers",), fits)
    for key in kept:
        yield from _kept(place, before[key], after[key])
    if kept != [key for key in after if key in before]:
        here = Place(place.at("answer.choices"), *astuple(place)[1:])
        yield plain(here, "choice-moved", ("looks",))


def _choice(
    place: Place,
    code: str,
    choice: Choice,
    effects: tuple[Effect, ...],
    fits: Fit,
    **details: str,
) -> Difference:
    zh, en = (choice.titles.get(each, choice.key) for each in ("zh-CN", "en"))
    here = Place(place.at(f"answer.choices.{choice.key}"), *astuple(place)[1:])
    return plain(here, code, effects, fits, choice=choice.key, zh=zh, en=en, **details)


def _kept(place: Place, old: Choice, new: Choice) -> Iterator[Difference]:
    path = f"answer.choices.{new.key}"
    key = new.key
    yield from titles(place, "choice-titles", f"{path}.titles", (old.titles, new.titles), key)
    fails = old.fails, new.fails
    yield from member(
        place, "choice-fails", f"{path}.fails", fails, ("outcome", "score"), "all", key
    )
    if (old.credit_percent, new.credit_percent) != (None, None):
        credit, name = (_credit(old), _credit(new)), f"{path}.credit_percent"
        yield from member(place, "choice-credit-percent", name, credit, ("score",), "all", key)


def _credit(choice: Choice) -> Decimal:
    if choice.credit_percent is None:
        return Decimal(0 if choice.fails else 100)
    return Decimal(choice.credit_percent)
