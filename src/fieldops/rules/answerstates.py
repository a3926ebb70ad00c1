"""The finitely many ways to answer an item that conditions can tell apart.

A condition compares an item with literals and asks for its outcome.  Between two neighbouring
literals or limits all figures are alike to it, so one of each stretch stands for all:

    min 0, max 9, pass_min 4, compared with 6  →  0 · 2 · 4 · 5 · 6 · 7 · 9

What an answer comes to is asked of ``judge`` itself.  Where that depends on more than the answer
(the day of the walk, a previous reading, a constraint) every outcome that may come is a state:
there may be too many states, never too few.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from math import floor

from msgspec import Struct
from msgspec.structs import replace

from fieldops.model.answer import Answer, Value
from fieldops.model.answertypes import (
    Bounded,
    Calculated,
    Duration,
    Meter,
    Multiple,
    Number,
    PassFail,
    PhotoOnly,
    Score,
    Single,
    Temperature,
)
from fieldops.model.checklist import Item, Outcome, RawValue
from fieldops.rules.answers import judge
from fieldops.rules.figures import show_figure
from fieldops.rules.numbers import judge_figure

State = tuple[Value, Outcome | None]
"""What an answer is to an expression, and its outcome."""

OPEN: State = (None, None)
"""Shown and not answered."""
_CLAIMS: tuple[Outcome | None, ...] = (None, "pass", "fail")
_OTHER_TEXT = "\x00"
"""Stands for every text that no condition names."""
_FINEST = Decimal("1e-9")
"""The wire carries nine decimal places."""
_CHOICES_MAX = 8
"""With more choices than this, subsets of those that conditions name stand for all."""


class Probes(Struct, frozen=True):
    """The literals that the conditions of a checklist compare one item with."""

    figures: frozenset[Decimal] = frozenset()
    texts: frozenset[str] = frozenset()


def states_of(item: Item, probes: Probes) -> frozenset[State]:
    """Every state that an acceptable answer to an item that shows can have, unanswered included."""
    found = {OPEN, *_states(item, probes)}
    if not isinstance(item.answer, Calculated):
        found.add((None, "fail"))
        found |= {(None, "na")} if item.na_allowed else set()
    if item.constraint is not None:
        found |= {(value, None) for value, _ in found}
    return frozenset(found)


def stretches(
    points: Iterable[Decimal], low: Decimal | None, high: Decimal | None, unit: Decimal
) -> list[Decimal]:
    """Every point, and a multiple of ``unit`` from each stretch between two and beyond the ends.

    Only what lies within the limits and is a multiple of ``unit``.
    """
    marks = sorted({*points, *(each for each in (low, high) if each is not None)}) or [Decimal(0)]
    found = [_before(marks[0], unit), *marks]
    for at, mark in enumerate(marks):
        after = _after(mark, unit)
        if at + 1 == len(marks) or after < marks[at + 1]:
            found.append(after)
    return [
        each
        for each in found
        if (low is None or low <= each) and (high is None or each <= high) and not each % unit
    ]


def _after(figure: Decimal, unit: Decimal) -> Decimal:
    return (floor(Fraction(figure) / Fraction(unit)) + 1) * unit


def _before(figure: Decimal, unit: Decimal) -> Decimal:
    return -_after(-figure, unit)


def _states(item: Item, probes: Probes) -> Iterator[State]:
    kind = item.answer
    match kind:
        case PassFail():
            yield from _judged(item, ["pass", "fail"])
        case Single():
            yield from _judged(item, [choice.key for choice in kind.choices])
        case Multiple():
            yield from _multiple(item, kind, probes)
        case Calculated():
            yield from _calculated(kind, probes)
        case Score() | Number() | Duration() | Meter() | Temperature():
            yield from _figures(item, kind, probes)
        case PhotoOnly():
            yield from ((True, outcome) for outcome in ("pass", "fail", None))
        case _:
            yield from _texts(probes)


def _judged(item: Item, raws: Iterable[RawValue]) -> Iterator[State]:
    """What ``judge`` makes of acceptable answers, whatever the person claims."""
    free = replace(item, constraint=None)
    for raw in raws:
        for claim in _CLAIMS:
            found = judge(free, Answer(item=item.key, value=raw, outcome=claim))
            yield found.value, found.outcome


def _multiple(item: Item, kind: Multiple, probes: Probes) -> Iterator[State]:
    named = [choice.key for choice in kind.choices if choice.key in probes.texts]
    if len(kind.choices) > _CHOICES_MAX:
        for subset in _subsets(named):
            yield from ((subset, outcome) for outcome in ("pass", "fail", None))
        return
    high = len(kind.choices) if kind.max_count is None else kind.max_count
    keys = [choice.key for choice in kind.choices]
    fitting = [list(one) for one in _subsets(keys) if kind.min_count <= len(one) <= high]
    for value, outcome in _judged(item, fitting):
        chosen = value if isinstance(value, tuple) else ()
        yield tuple(key for key in chosen if key in named), outcome


def _subsets(keys: list[str]) -> Iterator[tuple[str, ...]]:
    for size in range(len(keys) + 1):
        yield from combinations(keys, size)


def _calculated(kind: Calculated, probes: Probes) -> Iterator[State]:
    """Nobody can mistype what is worked out, so its plausible range limits nothing."""
    unit = Decimal(1).scaleb(-kind.decimals)
    limits = (kind.min, kind.max, kind.pass_min, kind.pass_max)
    points = {*probes.figures, *(each for each in limits if each is not None)}
    for figure in stretches(points, None, None, unit):
        fails = judge_figure(kind, figure).fails
        yield figure, None
        if fails is not False:
            yield figure, "fail"
        if not fails:
            yield figure, "pass"


def _figures(item: Item, kind: Bounded | Score, probes: Probes) -> Iterator[State]:
    if isinstance(kind, Score):
        low, high, unit = Decimal(0), kind.max, kind.step
        limits: tuple[Decimal | None, ...] = (kind.pass_min,)
    else:
        low, high, unit = _least(kind), kind.max, _unit(kind)  # type: ignore[assignment]
        limits = (kind.pass_min, kind.pass_max)
    points = {*probes.figures, *(each for each in limits if each is not None)}
    raws = [show_figure(figure) for figure in stretches(points, low, high, unit)]
    for value, outcome in _judged(item, raws):
        yield value, outcome
        if isinstance(kind, Meter) and (kind.pass_usage_min, kind.pass_usage_max) != (None, None):
            yield from ((value, each) for each in ("pass", "fail"))


def _least(kind: Bounded) -> Decimal | None:
    if isinstance(kind, Duration):
        return max(kind.min or Decimal(0), Decimal(0))
    return kind.min


def _unit(kind: Bounded) -> Decimal:
    return Decimal(1).scaleb(-kind.decimals) if isinstance(kind, Number) else _FINEST


def _texts(probes: Probes) -> Iterator[State]:
    """Texts, moments and the like: outcomes depend on claims or on the day of the walk."""
    for text in (*probes.texts, _OTHER_TEXT):
        yield from ((text, outcome) for outcome in ("pass", "fail", None))
