"""Comparisons of XPath in our language: by what stands on both sides."""

import operator
from collections.abc import Callable
from decimal import Decimal

from fieldops.model.expression import Literal, Name, Node
from fieldops.rules.moments import read_moment
from fieldops.xlsform.figures import as_number
from fieldops.xlsform.meaning import (
    Item,
    Term,
    binary,
    both,
    call,
    figure_in,
    listing,
    negated,
    negative,
    number,
    words,
)
from fieldops.xlsform.xpath import XPathError

_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}
_OURS = {"=": "==", "!=": "!="}
_HOLDS: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_TRUE = {"true", "1"}
_FALSE = {"false", "0"}
_TICKED = {"OK", "ok", "yes", "1", "true"}
_ALONE_MAX = 20
"""Choices up to which “only this one” is written out."""


def compare(sign: str, left: Term, right: Term) -> Node:
    """``left sign right`` as a condition.  Raises ``XPathError`` where the two do not compare."""
    if isinstance(left.node, Literal) and not isinstance(right.node, Literal):
        left, right, sign = right, left, _FLIPPED[sign]
    if isinstance(right.node, Literal) and not isinstance(left.node, Literal):
        return _with_literal(sign, left, right.node, right)
    if {left.kind, right.kind} <= {"date", "moment", "shifted"}:
        return _dates(sign, left, right)
    if left.kind == right.kind == "choice":
        return _choices(sign, left, right)
    if {left.kind, right.kind} <= {"number", "choice"}:
        return binary(_OURS.get(sign, sign), as_number(left), as_number(right))
    if left.kind == right.kind and left.kind in {"text", "time"}:
        return binary(_OURS.get(sign, sign), left.node, right.node)
    raise XPathError("xpath-kind", left=left.kind, right=right.kind)


def _with_literal(sign: str, left: Term, literal: Literal, right: Term) -> Node:
    text = _plain(literal)
    if text == "" and sign in _OURS:
        return _blank(sign, left)
    match left.kind:
        case "choice" if left.item is not None:
            return _choice(sign, left, left.item, text)
        case "choices" if left.item is not None and sign in _OURS:
            return _only(sign, left, left.item, text)
        case "tick" if sign in _OURS and text in _TICKED:
            passed = call("passed", left.node)
            return passed if sign == "=" else negated(passed)
        case "truth" if sign in _OURS and text.lower() in _TRUE | _FALSE:
            said = (text.lower() in _TRUE) == (sign == "=")
            return left.node if said else negated(left.node)
        case "number":
            return _number(sign, left, text)
        case "shifted":
            return _dates(sign, left, Term(words(_day(text)), "date"))
        case "date" | "moment" | "time":
            return _moment(sign, left, text)
        case "text" if sign in _OURS:
            return binary(_OURS[sign], left.node, words(text))
    raise XPathError("xpath-kind", left=left.kind, right=right.kind)


def _plain(literal: Literal) -> str:
    """A literal as the text that XPath makes of it: 3 and not 3.0."""
    if isinstance(literal.value, Decimal):
        return f"{literal.value.normalize():f}"
    if isinstance(literal.value, bool):
        return "true" if literal.value else "false"
    return literal.value


def _blank(sign: str, left: Term) -> Node:
    """``x = ''`` asks whether there is an answer."""
    if not isinstance(left.node, Name):
        raise XPathError("xpath-name-wanted")
    answered = call("answered", left.node)
    return answered if sign == "!=" else negated(answered)


def key_of(item: Item, name: str) -> str:
    """Our key of a choice.  Raises ``XPathError`` for one that the list does not have."""
    if name not in item.choices:
        raise XPathError("xpath-choice", other=item.key, value=name[:40])
    return item.choices[name]


def _choice(sign: str, left: Term, item: Item, text: str) -> Node:
    if sign in _OURS:
        return binary(_OURS[sign], left.node, words(key_of(item, text)))
    limit = figure_in(text)
    figures = {key: figure_in(name) for name, key in item.choices.items()}
    if limit is None:
        raise XPathError("xpath-kind", left="choice", right="text")
    fitting = [
        key for key, figure in figures.items() if figure is not None and _HOLDS[sign](figure, limit)
    ]
    if not fitting:
        raise XPathError("xpath-choice", other=item.key, value=f"{sign} {text}")
    return binary("in", left.node, listing(fitting))


def _only(sign: str, left: Term, item: Item, text: str) -> Node:
    """``${several} = 'a'``: a was chosen, and nothing else."""
    chosen = key_of(item, text)
    if len(item.choices) > _ALONE_MAX:
        raise XPathError("xpath-long")
    found: Node = binary("in", words(chosen), left.node)
    for key in item.choices.values():
        if key != chosen:
            found = both(found, negated(binary("in", words(key), left.node)))
    return found if sign == "=" else negated(found)


def _choices(sign: str, left: Term, right: Term) -> Node:
    one, other = left.item, right.item
    if sign not in _OURS or one is None or other is None or one.choices != other.choices:
        raise XPathError("xpath-kind", left="choice", right="choice")
    return binary(_OURS[sign], left.node, right.node)


def _number(sign: str, left: Term, text: str) -> Node:
    figure = figure_in(text)
    if figure is None:
        raise XPathError("xpath-kind", left="number", right="text")
    return binary(_OURS.get(sign, sign), left.node, number(figure))


def _moment(sign: str, left: Term, text: str) -> Node:
    part = "datetime" if left.kind == "moment" else left.kind
    if left.kind == "moment" and (day := read_moment("date", text)) is not None:
        return _dates(sign, left, Term(words(day), "date"))
    moment = read_moment(part, text[:10] if part == "date" and "T" in text else text)
    if moment is None:
        raise XPathError("xpath-kind", left=left.kind, right="text")
    return binary(_OURS.get(sign, sign), left.node, words(moment))


def _day(text: str) -> str:
    day = read_moment("date", text[:10])
    if day is None:
        raise XPathError("xpath-kind", left="date", right="text")
    return day


def _dates(sign: str, left: Term, right: Term) -> Node:
    """Days compare as text; where a side has a time of day or is shifted, by the days between."""
    sign = _OURS.get(sign, sign)
    if left.kind == right.kind != "shifted":
        return binary(sign, left.node, right.node)
    shift = right.shift or number(0)
    if left.shift is not None:
        shift = negative(left.shift) if right.shift is None else binary("-", shift, left.shift)
    return binary(sign, call("days", right.node, left.node), shift)
