"""Infer what an expression gives, and find comparisons that cannot work or can never hold."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal as Option
from typing import assert_never

from msgspec import Struct

from fieldops.model.answertypes import (
    AnswerType,
    Bounded,
    Duration,
    Multiple,
    PassFail,
    PhotoOnly,
    Score,
    Single,
)
from fieldops.model.expression import Binary, Call, Listing, Literal, Name, Node, Unary
from fieldops.rules.faults import Slip
from fieldops.rules.figures import show_figure
from fieldops.rules.patterns import pattern_valid
from fieldops.rules.positions import Path

Kind = Option["number", "text", "truth", "list"] | None
"""What a node gives; None where that is not known, which fits everything."""

KIND_WORDS: dict[str | None, tuple[str, str]] = {
    "number": ("数字", "a number"),
    "text": ("文字", "text"),
    "truth": ("真假", "true or false"),
    "list": ("多选", "a list"),
    None: ("未知", "something unknown"),
}
_FUNCTION_KINDS: dict[str, tuple[tuple[Kind, ...], Kind]] = {
    "abs": (("number",), "number"),
    "days": (("text", "text"), "number"),
    "matches": (("text", "text"), "truth"),
    "round": (("number", "number"), "number"),
}
_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


class Inference(Struct, frozen=True):
    """``types`` gives each known name's answer type; slips are noted at ``path``."""

    types: Mapping[str, AnswerType]
    path: Path
    slips: list[Slip]

    def note(self, code: str, **details: str) -> None:
        """Add a slip."""
        self.slips.append(Slip(self.path, code, details))


def kind_of_type(answer: AnswerType) -> Kind:
    """What an answer of this type is to an expression."""
    if isinstance(answer, Bounded | Score):
        return "number"
    if isinstance(answer, Multiple):
        return "list"
    return "truth" if isinstance(answer, PhotoOnly) else "text"


def infer(node: Node, to: Inference) -> Kind:
    """What ``node`` gives; everything wrong in it is noted."""
    match node:
        case Literal(value=value):
            return _literal_kind(value)
        case Listing():
            return "list"
        case Name(name=name):
            return _name_kind(name, to)
        case Unary(operator=sign, operand=operand):
            return _operand(sign, operand, "truth" if sign == "not" else "number", to)
        case Binary(operator="in"):
            return _membership(node, to)
        case Binary():
            return _binary(node, to)
        case Call():
            return _call(node, to)
        case _:
            assert_never(node)


def _literal_kind(value: Decimal | str | bool) -> Kind:
    if isinstance(value, bool):
        return "truth"
    return "number" if isinstance(value, Decimal) else "text"


def _name_kind(name: str, to: Inference) -> Kind:
    if name == "today":
        return "text"
    return kind_of_type(to.types[name]) if name in to.types else None


def _operand(sign: str, operand: Node, wanted: Kind, to: Inference) -> Kind:
    found = infer(operand, to)
    if found not in (wanted, None):
        (left, left_en), (right, right_en) = KIND_WORDS[found], KIND_WORDS[wanted]
        to.note(
            "wrong-operand", sign=sign, left=left, left_en=left_en, right=right, right_en=right_en
        )
    return wanted


def _mismatch(sign: str, left: Kind, right: Kind, to: Inference) -> None:
    (zh, en), (right_zh, right_en) = KIND_WORDS[left], KIND_WORDS[right]
    to.note("wrong-kind", sign=sign, left=zh, right=right_zh, left_en=en, right_en=right_en)


def _binary(node: Binary, to: Inference) -> Kind:
    sign = node.operator
    if sign in {"and", "or"}:
        _operand(sign, node.left, "truth", to)
        return _operand(sign, node.right, "truth", to)
    if sign in {"+", "-", "*", "/"}:
        _operand(sign, node.left, "number", to)
        return _operand(sign, node.right, "number", to)
    left, right = infer(node.left, to), infer(node.right, to)
    ordered = sign not in {"==", "!="}
    known = left is not None and right is not None
    if known and (left != right or left == "list" or (ordered and left == "truth")):
        _mismatch(sign, left, right, to)
    else:
        _check_literal(sign, node.left, node.right, to)
        _check_literal(_FLIPPED[sign], node.right, node.left, to)
    return "truth"


def _check_literal(sign: str, name: Node, literal: Node, to: Inference) -> None:
    """A comparison of an item with a literal that none of its answers can meet."""
    if not (isinstance(name, Name) and isinstance(literal, Literal)) or name.name not in to.types:
        return
    answer, value = to.types[name.name], literal.value
    if isinstance(value, str):
        _check_choice(name.name, answer, value, to)
    elif isinstance(value, Decimal) and isinstance(answer, Bounded | Score):
        _check_reach(sign, name.name, answer, value, to)


def answers_of(answer: AnswerType) -> tuple[str, ...]:
    """The keys that an answer can be, empty where it is not one of a few."""
    if isinstance(answer, PassFail):
        return ("pass", "fail")
    if isinstance(answer, Single | Multiple):
        return tuple(choice.key for choice in answer.choices)
    return ()


def _check_choice(name: str, answer: AnswerType, value: str, to: Inference) -> None:
    known = answers_of(answer)
    if known and value not in known:
        listed = ", ".join(f'"{each}"' for each in known)
        to.note("unknown-choice", name=name, value=value, known=listed)


def _reach(answer: Bounded | Score) -> tuple[Decimal | None, Decimal | None]:
    if isinstance(answer, Score):
        return Decimal(0), answer.max
    least = Decimal(0) if isinstance(answer, Duration) else None
    return (least if answer.min is None else answer.min), answer.max


def _check_reach(
    sign: str, name: str, answer: Bounded | Score, value: Decimal, to: Inference
) -> None:
    low, high = _reach(answer)
    too_low = low is not None and (value < low or (value == low and sign == "<"))
    too_high = high is not None and (value > high or (value == high and sign == ">"))
    if (too_low and sign in {"<", "<=", "=="}) or (too_high and sign in {">", ">=", "=="}):
        shown = ["…" if limit is None else show_figure(limit) for limit in (low, high)]
        to.note("never-true", name=name, low=shown[0], high=shown[1])


def _membership(node: Binary, to: Inference) -> Kind:
    left, right = infer(node.left, to), infer(node.right, to)
    if isinstance(node.right, Listing):
        for literal in node.right.values:
            kind = _literal_kind(literal.value)
            if left not in (kind, None):
                _mismatch("in", left, kind, to)
            else:
                _check_literal("==", node.left, literal, to)
    elif (left not in ("text", None)) or (right not in ("list", None)):
        _mismatch("in", left, right, to)
    else:
        _check_literal("==", node.right, node.left, to)
    return "truth"


def _call(call: Call, to: Inference) -> Kind:
    name = call.function
    if name in {"answered", "passed", "failed", "na"}:
        return "truth"
    if name in {"sum", "min", "max"}:
        return _operand(name, call.arguments[0], "number", to)
    if name in {"count", "count_failed", "usage"}:
        return "number"
    if name == "if":
        return _if(call, to)
    wanted, gives = _FUNCTION_KINDS[name]
    for argument, kind in zip(call.arguments, wanted, strict=True):
        _operand(name, argument, kind, to)
    if name == "matches":
        _check_pattern(call.arguments[1], to)
    return gives


def _check_pattern(node: Node, to: Inference) -> None:
    if isinstance(node, Literal) and not pattern_valid(str(node.value)):
        to.note("pattern", value=str(node.value))


def _if(call: Call, to: Inference) -> Kind:
    condition, then, otherwise = call.arguments
    _operand("if", condition, "truth", to)
    left, right = infer(then, to), infer(otherwise, to)
    if left != right and left is not None and right is not None:
        _mismatch("if", left, right, to)
    return left or right
