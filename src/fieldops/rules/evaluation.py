"""Work out an expression over answers.  Total: it always ends, and never raises.

What was not answered is unknown, and unknown spreads (three-valued logic, as in SQL): a comparison
with something unknown is unknown, ``false and unknown`` is false, ``true or unknown`` is true.  So
an unknown ``shows_if`` hides its item, and an unknown ``constraint`` does not complain.  Division
by zero, overflow and operands of the wrong kind are unknown too; lint reports the latter.
"""

import operator
from collections.abc import Callable
from datetime import date
from decimal import Decimal, DecimalException
from typing import Any, assert_never

from msgspec import Struct

from fieldops.model.answer import Value
from fieldops.model.checklist import Outcome
from fieldops.model.expression import Binary, Call, Listing, Literal, Name, Node, Unary
from fieldops.rules.expressions import OF_ITEM, OVER_REPEATS
from fieldops.rules.figures import CONTEXT, round_figure
from fieldops.rules.patterns import pattern_matches

Slot = tuple[str, str]
"""The item key and the repeat, empty outside repeat groups."""


class Scope(Struct, frozen=True):
    """What an expression can see: answers, outcomes and meter usages so far, by slot.

    ``repeat`` is the repeat at hand, ``own`` the answer at hand, ``today`` the walk's day.
    """

    values: dict[Slot, Value] = {}
    outcomes: dict[Slot, Outcome | None] = {}
    usages: dict[Slot, Decimal | None] = {}
    repeat: str = ""
    today: str = ""
    own: Value = None

    def slot(self, name: str) -> Slot:
        """The item's slot in this repeat, else outside repeat groups."""
        here = (name, self.repeat)
        return here if here in self.values else (name, "")


def evaluate(node: Node, scope: Scope) -> Value:
    """The value of an expression; None when it is unknown."""
    match node:
        case Literal(value=value):
            return value
        case Listing(values=values):
            return tuple(str(literal.value) for literal in values)
        case Name(name=name):
            return _name(name, scope)
        case Unary(operator=sign, operand=operand):
            return _unary(sign, evaluate(operand, scope))
        case Binary(operator="and" | "or"):
            return _logic(node, scope)
        case Binary(operator="in"):
            return _inside(node, scope)
        case Binary(operator=sign, left=left, right=right):
            return _binary(sign, evaluate(left, scope), evaluate(right, scope))
        case Call():
            return _call(node, scope)
        case _:
            assert_never(node)


def _name(name: str, scope: Scope) -> Value:
    if name == "value":
        return scope.own
    if name == "today":
        return scope.today or None
    return scope.values.get(scope.slot(name))


def _unary(sign: str, value: Value) -> Value:
    if sign == "not":
        return None if not isinstance(value, bool) else not value
    return CONTEXT.minus(value) if isinstance(value, Decimal) else None


def _logic(node: Binary, scope: Scope) -> bool | None:
    decisive = node.operator == "or"
    left = evaluate(node.left, scope)
    if left is decisive:
        return decisive
    right = evaluate(node.right, scope)
    if right is decisive:
        return decisive
    return None if not (isinstance(left, bool) and isinstance(right, bool)) else not decisive


def _inside(node: Binary, scope: Scope) -> bool | None:
    needle = evaluate(node.left, scope)
    if isinstance(node.right, Listing):
        if needle is None or isinstance(needle, tuple):
            return None
        return any(needle == literal.value for literal in node.right.values)
    hay = evaluate(node.right, scope)
    if not isinstance(needle, str) or not isinstance(hay, tuple):
        return None
    return needle in hay


def _binary(sign: str, left: Value, right: Value) -> Value:
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return _arithmetic(sign, left, right)
    if isinstance(left, str) and isinstance(right, str):
        return _compare(sign, left, right)
    if isinstance(left, bool) and isinstance(right, bool) and sign in {"==", "!="}:
        return _compare(sign, left, right)
    return None


_ARITHMETIC: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": CONTEXT.add,
    "-": CONTEXT.subtract,
    "*": CONTEXT.multiply,
    "/": CONTEXT.divide,
}


def _arithmetic(sign: str, left: Decimal, right: Decimal) -> Value:
    if sign not in _ARITHMETIC:
        return _compare(sign, left, right)
    try:
        return _ARITHMETIC[sign](left, right)
    except DecimalException:
        return None


_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _compare(sign: str, left: object, right: object) -> bool | None:
    return bool(_COMPARE[sign](left, right)) if sign in _COMPARE else None


def _call(call: Call, scope: Scope) -> Value:
    if call.function in OF_ITEM:
        item = call.arguments[0]
        # The parser admits nothing but a name here.
        name = item.name if isinstance(item, Name) else ""
        function = _over_repeats if call.function in OVER_REPEATS else _of_item
        return function(call.function, name, scope)
    if call.function == "if":
        return _if(call, scope)
    return _FUNCTIONS[call.function](*(evaluate(each, scope) for each in call.arguments))


_OUTCOMES: dict[str, Outcome] = {"passed": "pass", "failed": "fail", "na": "na"}


def _of_item(function: str, name: str, scope: Scope) -> Value:
    if function == "answered":
        return scope.own is not None if name == "value" else _answered(scope.slot(name), scope)
    if function == "usage":
        return scope.usages.get(scope.slot(name))
    outcome = scope.outcomes.get(scope.slot(name))
    return None if outcome is None else outcome == _OUTCOMES[function]


def _answered(slot: Slot, scope: Scope) -> bool:
    return scope.values.get(slot) is not None or scope.outcomes.get(slot) is not None


def _over_repeats(function: str, name: str, scope: Scope) -> Value:
    slots = [slot for slot in scope.values if slot[0] == name]
    if function == "count":
        return Decimal(sum(_answered(slot, scope) for slot in slots))
    if function == "count_failed":
        return Decimal(sum(scope.outcomes.get(slot) == "fail" for slot in slots))
    figures = [value for slot in slots if isinstance(value := scope.values[slot], Decimal)]
    if function == "sum":
        return sum(figures, Decimal(0))
    if not figures:
        return None
    return max(figures) if function == "max" else min(figures)


def _if(call: Call, scope: Scope) -> Value:
    condition, then, otherwise = call.arguments
    decided = evaluate(condition, scope)
    if not isinstance(decided, bool):
        return None
    return evaluate(then if decided else otherwise, scope)


def _abs(value: Value) -> Value:
    return abs(value) if isinstance(value, Decimal) else None


def _round(value: Value, places: Value) -> Value:
    if not (isinstance(value, Decimal) and isinstance(places, Decimal) and places in _PLACES):
        return None
    return round_figure(value, _PLACES.index(places))


_PLACES = [Decimal(places) for places in range(10)]


def _days(start: Value, end: Value) -> Value:
    try:
        return Decimal((_date(end) - _date(start)).days)
    except ValueError:
        return None


def _date(value: Value) -> date:
    return date.fromisoformat(value[:10] if isinstance(value, str) else "")


def _matches(value: Value, pattern: Value) -> Value:
    if not isinstance(value, str) or not isinstance(pattern, str):
        return None
    return pattern_matches(pattern, value)


_FUNCTIONS: dict[str, Callable[..., Value]] = {
    "abs": _abs,
    "round": _round,
    "days": _days,
    "matches": _matches,
}
