"""The tree of an expression in a checklist (``shows_if``, ``constraint``, ``expression``)."""

from decimal import Decimal

from msgspec import Struct


class Literal(Struct, frozen=True):
    """A number, a text, true or false, as written; ``column`` counts characters from 1."""

    value: Decimal | str | bool
    column: int


class Listing(Struct, frozen=True):
    """A list of literals, only after ``in``."""

    values: tuple[Literal, ...]
    column: int


class Name(Struct, frozen=True):
    """The answer of an item; ``value`` is the answer at hand and ``today`` the day of the walk."""

    name: str
    column: int


class Call(Struct, frozen=True):
    """A function applied to its arguments."""

    function: str
    arguments: tuple["Node", ...]
    column: int


class Unary(Struct, frozen=True):
    """``not`` or a minus sign."""

    operator: str
    operand: "Node"
    column: int


class Binary(Struct, frozen=True):
    """Two operands joined by ``and``, ``or``, a comparison, ``in`` or an arithmetic sign."""

    operator: str
    left: "Node"
    right: "Node"
    column: int


Node = Literal | Listing | Name | Call | Unary | Binary
