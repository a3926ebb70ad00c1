"""Relax a condition to comparisons of single names with literals, which a search can try.

What compares several items, dates or patterns becomes a free truth; what sums up a repeat group
becomes a free figure:

    zone == "lobby" and a + b > 3 and count(lifts) > 0
    zone == "lobby" and #1        and #count(lifts) > 0

Every way in which the whole condition can come out, the relaxed one can come out, too.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import cast

from msgspec import Struct

from fieldops.model.expression import Binary, Call, Listing, Literal, Name, Node, Unary
from fieldops.rules.answerstates import Probes
from fieldops.rules.expressions import OF_ITEM, OVER_REPEATS, children, walk_nodes

_JOINING = frozenset({"and", "or"})
_EQUAL = frozenset({"==", "!="})
_ORDERED = frozenset({"<", "<=", ">", ">="})
_OUTCOMES = frozenset({"passed", "failed", "na"})
_FIGURES = OVER_REPEATS | {"usage"}
_WITHOUT_REPEATS = frozenset({"count", "count_failed", "sum"})
"""Functions that give 0, not unknown, where nothing was answered."""


class Free(Struct, frozen=True):
    """A free name: ``function`` over the item ``over``, or a truth; ``knows`` must be answered."""

    name: str
    function: str = ""
    over: str = ""
    knows: frozenset[str] = frozenset()


class Relaxed(Struct, frozen=True):
    """A relaxed condition.  ``names`` are the items that it looks at, ``mentioned`` also those that
    it sums up, ``by_outcome`` those whose outcome it asks for.
    """

    node: Node
    free: tuple[Free, ...] = ()
    names: frozenset[str] = frozenset()
    mentioned: frozenset[str] = frozenset()
    by_outcome: frozenset[str] = frozenset()


def relax(node: Node) -> Relaxed:
    """A condition, relaxed."""
    free: dict[str, Free] = {}
    relaxed = _relax(node, free)
    kept = walk_nodes(relaxed)
    names = {each.name for each in kept if isinstance(each, Name) and each.name not in free}
    asked = {each.name for one in kept for each in _asked(one)}
    for each in free.values():
        names |= each.knows | ({each.over} if each.function == "usage" else set())
    every = (each.name for each in walk_nodes(node) if isinstance(each, Name))
    mentioned = frozenset(every) - {"today"}
    return Relaxed(relaxed, tuple(free.values()), frozenset(names), mentioned, frozenset(asked))


def known_names(node: Node) -> frozenset[str]:
    """The items without whose answers an expression is unknown, whatever else is answered."""
    match node:
        case Name(name=name):
            return frozenset({name}) - {"today", "value"}
        case Call(function="if"):
            return known_names(node.arguments[0])
        case Call(function=function):
            # What is asked for by its outcome may be known of an item without a value.
            if function in _WITHOUT_REPEATS or function in OF_ITEM - _FIGURES:
                return frozenset()
            return frozenset().union(*(known_names(each) for each in node.arguments))
        case Binary(operator="and" | "or"):
            return frozenset()
        case _:
            return frozenset().union(*(known_names(each) for each in children(node)))


def probes_of(conditions: Iterable[Relaxed]) -> dict[str, Probes]:
    """The literals that relaxed conditions compare each name with, for every name in them."""
    figures: dict[str, set[Decimal]] = {}
    texts: dict[str, set[str]] = {}
    for condition in conditions:
        for name in (*condition.names, *(each.name for each in condition.free)):
            figures.setdefault(name, set())
        for node in walk_nodes(condition.node):
            for name, value in _compared(node):
                if isinstance(value, str):
                    texts.setdefault(name, set()).add(value)
                elif isinstance(value, Decimal):
                    figures.setdefault(name, set()).add(value)
    return {
        name: Probes(frozenset(figures.get(name, ())), frozenset(texts.get(name, ())))
        for name in figures.keys() | texts.keys()
    }


def _compared(node: Node) -> list[tuple[str, Decimal | str | bool]]:
    if not isinstance(node, Binary):
        return []
    pairs = ((node.left, node.right), (node.right, node.left))
    found = [
        (name.name, literal.value)
        for name, literal in pairs
        if isinstance(name, Name) and isinstance(literal, Literal)
    ]
    if isinstance(node.left, Name) and isinstance(node.right, Listing):
        found += [(node.left.name, literal.value) for literal in node.right.values]
    return found


def _asked(node: Node) -> list[Name]:
    if isinstance(node, Call) and node.function in _OUTCOMES:
        return [cast(Name, node.arguments[0])]
    return []


def _relax(node: Node, free: dict[str, Free]) -> Node:
    match node:
        case Binary(operator="and" | "or" as sign, left=left, right=right):
            return Binary(sign, _relax(left, free), _relax(right, free), node.column)
        case Unary(operator="not", operand=operand):
            return Unary("not", _relax(operand, free), node.column)
        case Call(function="if", arguments=arguments):
            return Call("if", tuple(_relax(each, free) for each in arguments), node.column)
        case Call(function=function) if function in OF_ITEM - _FIGURES:
            return node
        case Literal():
            return node
        case Name(name=name) if name not in {"today", "value"}:
            return node
        case Binary(operator="in", left=left, right=right):
            return node if _is_probe(left, right) else _truth(node, free)
        case Binary(operator=sign) if sign in _EQUAL | _ORDERED:
            return _comparison(node, free)
        case _:
            return _truth(node, free)


def _is_probe(left: Node, right: Node) -> bool:
    if isinstance(right, Listing):
        return isinstance(left, Name) and left.name != "today"
    return isinstance(left, Literal) and isinstance(right, Name)


def _comparison(node: Binary, free: dict[str, Free]) -> Node:
    """A name against a literal stays, also where a function over an item stands for the name."""
    left, right = _figure(node.left), _figure(node.right)
    literals = [each for each in (left, right) if isinstance(each, Literal)]
    names = [each for each in (left, right) if isinstance(each, Free | Name)]
    if len(literals) == 2:
        return node
    texts = any(isinstance(each.value, str) for each in literals)
    dates = any(each.name == "today" for each in names)
    if len(literals) != 1 or len(names) != 1 or dates or (texts and node.operator in _ORDERED):
        return _truth(node, free)
    return Binary(node.operator, _named(left, free), _named(right, free), node.column)


def _figure(node: Node) -> Node | Free:
    if isinstance(node, Call) and node.function in _FIGURES:
        item = cast(Name, node.arguments[0]).name
        return Free(f"#{node.function}({item})", node.function, item)
    return node


def _named(side: Node | Free, free: dict[str, Free]) -> Node:
    if isinstance(side, Free):
        free[side.name] = side
        return Name(side.name, 0)
    return side


def _truth(node: Node, free: dict[str, Free]) -> Name:
    name = f"#{len(free)}"
    free[name] = Free(name, knows=known_names(node))
    return Name(name, node.column)
