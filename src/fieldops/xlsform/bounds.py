"""Plain bounds of a number: its ``min`` and ``max``, which need no message of their own."""

from decimal import Decimal

from msgspec.structs import replace

from fieldops.model.answertypes import Number
from fieldops.model.expression import Binary, Literal, Name, Node
from fieldops.xlsform.answers import Answered


def bounds(answered: Answered, node: Node) -> tuple[Answered, Node | None]:
    """The answer with the bounds that a constraint says, and what is left of the constraint.

    All of it or nothing: a constraint that says more stays whole.
    """
    answer = answered.answer
    if not isinstance(answer, Number):
        return answered, node
    limits = [_limit(one, answer.decimals == 0) for one in _flat(node)]
    known = [limit for limit in limits if limit is not None]
    if len(known) < len(limits) or len({side for side, _figure in known}) < len(known):
        return answered, node
    bounded = replace(answer, **dict(known))
    if bounded.min is not None and bounded.max is not None and bounded.min > bounded.max:
        return answered, node
    return replace(answered, answer=bounded), None


def _flat(node: Node) -> list[Node]:
    if isinstance(node, Binary) and node.operator == "and":
        return _flat(node.left) + _flat(node.right)
    return [node]


def _limit(node: Node, is_whole: bool) -> tuple[str, Decimal] | None:
    """``min`` or ``max`` and the figure that a comparison says about the answer, or None."""
    match node:
        case Binary(operator=sign, left=Name(name="value"), right=Literal(value=figure)):
            pass
        case _:
            return None
    if isinstance(figure, bool | str) or (sign in {"<", ">"} and not is_whole):
        return None
    sides = {">=": ("min", figure), "<=": ("max", figure)}
    if figure == int(figure):
        sides |= {">": ("min", figure + 1), "<": ("max", figure - 1)}
    return sides.get(sign)
