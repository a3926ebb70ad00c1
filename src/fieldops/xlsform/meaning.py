"""What the names in a workbook's expressions stand for, and the terms made from them."""

from decimal import Decimal

from msgspec import Struct

from fieldops.model.answertypes import (
    AnswerType,
    Bounded,
    Code,
    Moment,
    Multiple,
    PassFail,
    PhotoOnly,
    Score,
    Single,
    Text,
)
from fieldops.model.expression import Binary, Call, Listing, Literal, Name, Node, Unary
from fieldops.rules.figures import read_figure


class Item(Struct, frozen=True):
    """A question that became an item.

    ``choices`` leads from the workbook's names of choices to our keys.  ``group`` is the key of its
    repeat group, empty outside.
    """

    key: str
    answer: AnswerType
    choices: dict[str, str] = {}
    group: str = ""


class Inline(Struct, frozen=True):
    """A calculation that is no item: its term is written wherever it is used."""

    term: "Term"


class Gone(Struct, frozen=True):
    """A question that is not carried; ``row`` says where it stands."""

    row: int


class Group(Struct, frozen=True):
    """A group or repeat; ``first`` is an item that every repeat answers, if there is one."""

    first: str = ""


Meaning = Item | Inline | Gone | Group


class Term(Struct, frozen=True):
    """A node and what it gives.

    ``kind`` is number, text, truth, date, time, moment (date and time), choice, choices, tick
    (pass/fail), photo, thing (what can only be answered or not) or shifted: a date and, in
    ``shift``, the days to add to it.
    """

    node: Node
    kind: str
    item: Item | None = None
    shift: Node | None = None


def kind_of(answer: AnswerType) -> str:
    """The kind of term that an item of this type is."""
    match answer:
        case Moment(part=part):
            return "moment" if part == "datetime" else part
        case Single():
            return "choice"
        case Multiple():
            return "choices"
        case PassFail():
            return "tick"
        case PhotoOnly():
            return "photo"
        case Text() | Code():
            return "text"
        case _:
            return "number" if isinstance(answer, Bounded | Score) else "thing"


def term_of(item: Item, name: str = "") -> Term:
    """The term of an item, under its key or another name (``value``)."""
    return Term(Name(name or item.key, 0), kind_of(item.answer), item)


def number(value: Decimal | int) -> Literal:
    """A number as a node."""
    return Literal(Decimal(value), 0)


def words(text: str) -> Literal:
    """A text as a node."""
    return Literal(text, 0)


def listing(texts: list[str]) -> Listing:
    """Texts as a node, to stand behind ``in``."""
    return Listing(tuple(words(text) for text in texts), 0)


def call(function: str, *arguments: Node) -> Call:
    """A function's node."""
    return Call(function, arguments, 0)


def binary(sign: str, left: Node, right: Node) -> Binary:
    """Two nodes joined."""
    return Binary(sign, left, right, 0)


def negated(node: Node) -> Node:
    """``not``, and nothing where that was said already."""
    if isinstance(node, Unary) and node.operator == "not":
        return node.operand
    if isinstance(node, Literal) and isinstance(node.value, bool):
        return Literal(not node.value, 0)
    return Unary("not", node, 0)


def negative(node: Node) -> Node:
    """A number with a minus sign."""
    if isinstance(node, Literal) and isinstance(node.value, Decimal):
        return Literal(-node.value, 0)
    return Unary("-", node, 0)


def both(left: Node, right: Node, sign: str = "and") -> Node:
    """Two conditions joined; what is true or false already is left out."""
    neutral = sign == "and"
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Literal) and isinstance(one.value, bool):
            return other if one.value is neutral else one
    if isinstance(right, Binary) and right.operator == sign:
        return binary(sign, both(left, right.left, sign), right.right)
    return binary(sign, left, right)


def figure_in(text: str) -> Decimal | None:
    """The number that a choice's name or a text is, or None."""
    return read_figure(text.strip())
