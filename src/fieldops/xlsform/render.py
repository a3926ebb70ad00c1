"""Write an expression tree of ours as text, with no more brackets than it needs."""

from decimal import Decimal

from fieldops.model.expression import Binary, Call, Listing, Literal, Name, Node, Unary
from fieldops.rules.figures import show_figure

_LEVELS = {"or": 1, "and": 2, "==": 4, "!=": 4, "<": 4, "<=": 4, ">": 4, ">=": 4, "in": 4}
_LEVELS |= {"+": 5, "-": 5, "*": 6, "/": 6}
_NOT, _MINUS, _ATOM = 3, 7, 8


def render(node: Node) -> str:
    """The text of an expression, which reads back as the same tree."""
    return _write(node)[0]


def _write(node: Node) -> tuple[str, int]:
    match node:
        case Literal(value=value):
            return _literal(value), _ATOM
        case Name(name=name):
            return name, _ATOM
        case Listing(values=values):
            return f"[{', '.join(_literal(one.value) for one in values)}]", _ATOM
        case Call(function=function, arguments=arguments):
            return f"{function}({', '.join(render(one) for one in arguments)})", _ATOM
        case Unary(operator="not", operand=Binary(operator="in", left=left, right=right)):
            return f"{_above(left, 4)} not in {_above(right, 4)}", 4
        case Unary(operator=sign, operand=operand):
            level = _NOT if sign == "not" else _MINUS
            text = (
                f"not {_above(operand, level - 1)}" if sign == "not" else f"-{_above(operand, 6)}"
            )
            return text, level
        case Binary(operator=sign, left=left, right=right):
            return _binary(sign, left, right)


def _binary(sign: str, left: Node, right: Node) -> tuple[str, int]:
    """Signs of one level group to the left; comparisons do not group at all."""
    level = _LEVELS[sign]
    return (
        f"{_above(left, level if level == 4 else level - 1)} {sign} {_above(right, level)}",
        level,
    )


def _above(node: Node, level: int) -> str:
    """A node's text, in brackets unless it binds more strongly than ``level``."""
    text, found = _write(node)
    return text if found > level else f"({text})"


def _literal(value: Decimal | str | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"'{value}'" if '"' in value else f'"{value}"'
    return show_figure(value)
