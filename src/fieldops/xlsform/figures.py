"""Terms as numbers."""

from decimal import Decimal

from fieldops.model.expression import Literal, Node
from fieldops.xlsform.meaning import Item, Term, binary, call, figure_in, number, words
from fieldops.xlsform.xpath import XPathError


def as_number(term: Term) -> Node:
    """A term as a number: a choice by its name in the workbook, a text that is written as one."""
    if term.kind == "number":
        return term.node
    if term.kind == "truth":
        return call("if", term.node, number(1), number(0))
    if term.kind == "choice" and term.item is not None:
        return _points(term, term.item)
    if isinstance(term.node, Literal) and isinstance(term.node.value, str):
        figure = figure_in(term.node.value)
        if figure is not None:
            return number(figure)
    raise XPathError("xpath-kind", left=term.kind, right="number")


def _points(term: Term, item: Item) -> Node:
    """A choice as the number that its name is: ``if(x == "c1", 1, if(x == "c2", 2, …))``."""
    found: Node | None = None
    for name, key in reversed(item.choices.items()):
        figure = figure_in(name)
        if figure is None:
            continue
        value = number(figure)
        chosen = binary("==", term.node, words(key))
        found = value if found is None else call("if", chosen, value, found)
    if found is None or isinstance(found, Literal):
        raise XPathError("xpath-kind", left="choice", right="number")
    return found


def floor(node: Node) -> Node:
    """The whole part of a number from 0 on; ours round half up, to nine places at most."""
    return call("round", binary("-", node, Literal(Decimal("0.499999999"), 0)), number(0))
