"""Cascading choices as a constraint: which choice belongs to which answer above.

choice_filter: state = ${state}      →      (state == "x" and value in ["a", "b"]) or …
"""

from collections.abc import Callable

from fieldops.model.expression import Name, Node
from fieldops.rules.expressions import parse_expression
from fieldops.rules.tokens import ExpressionError
from fieldops.xlsform.form import Row
from fieldops.xlsform.meaning import Item, Meaning, binary, both, kind_of, listing, words
from fieldops.xlsform.render import render
from fieldops.xlsform.xpath import Join, Ref, XPath, XPathError, conjuncts, read_xpath

_Pair = tuple[str, Item]
"""A column of the choices, and the item whose answer it must equal."""


def cascade(
    text: str, rows: tuple[Row, ...], own: Item, find: Callable[[str], Meaning | None]
) -> tuple[Node, list[str]] | None:
    """The constraint of a filter, and the columns that it reads; None where it is not that plain.

    Only ``column = ${question}``, joined by ``and``, of single choices, and only as much as one
    expression holds.
    """
    if kind_of(own.answer) != "choice":
        return None
    columns = {path[0] for row in rows for path in row.cells if len(path) == 1}
    try:
        pairs = [_pair(part, columns, find) for part in conjuncts(read_xpath(text))]
    except XPathError:
        return None
    known = [pair for pair in pairs if pair is not None]
    if len(known) < len(pairs):
        return None
    node = _written(known, rows, own)
    try:
        parse_expression("" if node is None else render(node))
    except ExpressionError:
        return None
    return None if node is None else (node, [column for column, _item in known])


def _pair(part: XPath, columns: set[str], find: Callable[[str], Meaning | None]) -> _Pair | None:
    match part:
        case Join(sign="=", left=Ref(name=left), right=Ref(name=right)):
            pass
        case _:
            return None
    for column, name in ((left, right), (right, left)):
        item = find(name)
        if column in columns and isinstance(item, Item) and kind_of(item.answer) == "choice":
            return column, item
    return None


def _written(pairs: list[_Pair], rows: tuple[Row, ...], own: Item) -> Node | None:
    offered: dict[tuple[str, ...], list[str]] = {}
    for row in rows:
        values = tuple(item.choices.get(row.text(column), "") for column, item in pairs)
        if all(values) and row.name in own.choices:
            offered.setdefault(values, []).append(own.choices[row.name])
    found: Node | None = None
    for values, keys in offered.items():
        node: Node | None = None
        for value, (_column, item) in zip(values, pairs, strict=True):
            same = binary("==", Name(item.key, 0), words(value))
            node = same if node is None else both(node, same)
        inside = binary("in", Name("value", 0), listing(list(dict.fromkeys(keys))))
        node = inside if node is None else both(node, inside)
        found = node if found is None else binary("or", found, node)
    return found
