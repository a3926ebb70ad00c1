"""The functions of XLSForms that our language has a counterpart for.

Source: the function list of the ODK XForms specification.  What is not here is refused by name.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING

from fieldops.model.expression import Literal, Name, Node
from fieldops.rules.moments import read_moment
from fieldops.rules.patterns import pattern_valid
from fieldops.xlsform.compare import compare, key_of
from fieldops.xlsform.figures import floor
from fieldops.xlsform.meaning import Term, binary, call, negated, number, words
from fieldops.xlsform.xpath import Figure, Words, XPath, XPathError

if TYPE_CHECKING:
    from fieldops.xlsform.translate import Translator

_LENGTH_MAX = 1000
"""RE2 counts no further."""
_COUNTED_MAX = 20
"""Choices up to which those chosen are counted one by one."""
_PLAIN_DAYS = {"%Y-%m-%d", "%Y-%m-%e"}


def _literal(argument: XPath) -> str:
    if isinstance(argument, Words):
        return argument.text
    if isinstance(argument, Figure):
        return f"{argument.value.normalize():f}"
    raise XPathError("xpath-literal")


def _selected(to: "Translator", several: XPath, one: XPath) -> Term:
    term = to.term(several)
    if term.kind != "choices" or term.item is None:
        return Term(compare("=", term, to.term(one)), "truth")
    if isinstance(one, Words | Figure):
        return Term(binary("in", words(key_of(term.item, _literal(one))), term.node), "truth")
    other = to.term(one)
    if other.item is None or other.item.choices != term.item.choices:
        raise XPathError("xpath-kind", left="choices", right=other.kind)
    return Term(binary("in", other.node, term.node), "truth")


def _count_selected(to: "Translator", several: XPath) -> Term:
    term = to.term(several)
    if term.kind != "choices" or term.item is None:
        raise XPathError("xpath-kind", left=term.kind, right="choices")
    if len(term.item.choices) > _COUNTED_MAX:
        raise XPathError("xpath-long")
    found: Node = number(0)
    for at, key in enumerate(term.item.choices.values()):
        chosen = call("if", binary("in", words(key), term.node), number(1), number(0))
        found = binary("+", found, chosen) if at else chosen
    return Term(found, "number")


def _today(_to: "Translator") -> Term:
    return Term(Name("today", 0), "date")


def _date(to: "Translator", value: XPath) -> Term:
    if isinstance(value, Words):
        day = read_moment("date", value.text[:10])
        if day is None:
            raise XPathError("xpath-kind", left="text", right="date")
        return Term(words(day), "date")
    term = to.term(value)
    if term.kind not in {"date", "moment"}:
        raise XPathError("xpath-kind", left=term.kind, right="date")
    return term


def _format_date(to: "Translator", value: XPath, form: XPath) -> Term:
    term = _date(to, value)
    if _literal(form) not in _PLAIN_DAYS or term.kind != "date":
        raise XPathError("xpath-function", function="format-date")
    return term


def _if(to: "Translator", condition: XPath, then: XPath, otherwise: XPath) -> Term:
    decided = to.truth(condition, total=True)
    left, right = to.term(then), to.term(otherwise)
    if left.kind == right.kind and left.kind in {"text", "date", "time", "truth"}:
        return Term(call("if", decided, left.node, right.node), left.kind)
    one, other = to.figure(then), to.figure(otherwise)
    return Term(call("if", decided, one, other), "number")


def _coalesce(to: "Translator", first: XPath, second: XPath) -> Term:
    answered = call("answered", to.item(first))
    left, right = to.term(first), to.term(second)
    if left.kind == right.kind and left.kind in {"text", "date", "time"}:
        return Term(call("if", answered, left.node, right.node), left.kind)
    return Term(call("if", answered, to.figure(first), to.figure(second)), "number")


def _pattern(to: "Translator", value: XPath, pattern: str) -> Term:
    term = to.term(value)
    if term.kind != "text":
        raise XPathError("xpath-kind", left=term.kind, right="text")
    if not pattern_valid(pattern) or ('"' in pattern and "'" in pattern):
        raise XPathError("xpath-pattern", value=pattern[:60])
    return Term(call("matches", term.node, words(pattern)), "truth")


def _regex(to: "Translator", value: XPath, pattern: XPath) -> Term:
    return _pattern(to, value, _literal(pattern))


def _around(before: str, after: str) -> Callable[..., Term]:
    def found(to: "Translator", value: XPath, part: XPath) -> Term:
        return _pattern(to, value, f"(?s){before}{_escaped(_literal(part))}{after}")

    return found


def _escaped(text: str) -> str:
    """RE2 takes a backslash before ASCII signs only."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)


def _rounded(to: "Translator", value: XPath, places: XPath | None = None) -> Term:
    count = Decimal(0) if places is None else Decimal(_literal(places))
    return Term(call("round", to.figure(value), Literal(count, 0)), "number")


def _floor(to: "Translator", value: XPath) -> Term:
    return Term(floor(to.figure(value)), "number")


def _ceiling(to: "Translator", value: XPath) -> Term:
    above = binary("+", to.figure(value), Literal(Decimal("0.499999999"), 0))
    return Term(call("round", above, number(0)), "number")


def _power(to: "Translator", base: XPath, exponent: XPath) -> Term:
    times = int(_literal(exponent)) if _literal(exponent) in {"1", "2", "3"} else 0
    node = to.figure(base)
    if not times:
        raise XPathError("xpath-function", function="pow")
    found = node
    for _ in range(times - 1):
        found = binary("*", found, node)
    return Term(found, "number")


def _boolean(to: "Translator", value: XPath) -> Term:
    return Term(to.truth(value), "truth")


def _over(name: str) -> Callable[..., Term]:
    """``sum``, ``min`` and ``max`` over all repeats of an item, or of two figures."""

    def found(to: "Translator", *values: XPath) -> Term:
        if len(values) == 1:
            term = to.term(values[0])
            if term.kind != "number" or term.item is None:
                raise XPathError("xpath-kind", left=term.kind, right="number")
            return Term(call(name, term.node) if term.item.group else term.node, "number")
        if name == "sum" or len(values) != 2:
            raise XPathError("xpath-function", function=name)
        one, other = (to.figure(value) for value in values)
        sign = ">" if name == "max" else "<"
        return Term(call("if", binary(sign, one, other), one, other), "number")

    return found


def _count(to: "Translator", nodes: XPath) -> Term:
    return Term(to.counted(nodes), "number")


def _same(to: "Translator", value: XPath) -> Term:
    return to.term(value)


def _number(to: "Translator", value: XPath) -> Term:
    return Term(to.figure(value), "number")


def _constant(value: bool) -> Callable[..., Term]:
    def found(_to: "Translator") -> Term:
        return Term(Literal(value, 0), "truth")

    return found


def length_condition(to: "Translator", value: XPath, sign: str, limit: int) -> Node:
    """``string-length(x) sign limit`` as a pattern; 0 asks whether there is an answer."""
    low, high = {
        "=": (limit, limit),
        "!=": (limit, limit),
        ">": (limit + 1, None),
        ">=": (limit, None),
        "<": (0, limit - 1),
        "<=": (0, limit),
    }[sign]
    if (low, high) in {(1, None), (0, 0)} and sign != "!=":
        answered = call("answered", to.item(value))
        return answered if low else negated(answered)
    if max(low, high or 0) > _LENGTH_MAX or (high is not None and high < low):
        raise XPathError("xpath-long")
    times = f"{{{low}}}" if low == high else f"{{{low},{'' if high is None else high}}}"
    node = _pattern(to, value, f"(?s).{times}").node
    return negated(node) if sign == "!=" else node


FUNCTIONS: dict[tuple[str, int], Callable[..., Term]] = {
    ("abs", 1): lambda to, value: Term(call("abs", to.figure(value)), "number"),
    ("boolean", 1): _boolean,
    ("boolean-from-string", 1): _boolean,
    ("ceiling", 1): _ceiling,
    ("coalesce", 2): _coalesce,
    ("contains", 2): _around(".*", ".*"),
    ("count", 1): _count,
    ("count-non-empty", 1): _count,
    ("count-selected", 1): _count_selected,
    ("date", 1): _date,
    ("date-time", 1): _date,
    ("decimal-date-time", 1): _date,
    ("ends-with", 2): _around(".*", ""),
    ("false", 0): _constant(False),
    ("floor", 1): _floor,
    ("format-date", 2): _format_date,
    ("if", 3): _if,
    ("int", 1): _floor,
    ("max", -1): _over("max"),
    ("min", -1): _over("min"),
    ("not", 1): lambda to, value: Term(negated(to.truth(value, total=True)), "truth"),
    ("now", 0): _today,
    ("number", 1): _number,
    ("pow", 2): _power,
    ("regex", 2): _regex,
    ("round", 1): _rounded,
    ("round", 2): _rounded,
    ("selected", 2): _selected,
    ("starts-with", 2): _around("", ".*"),
    ("string", 1): _same,
    ("sum", 1): _over("sum"),
    ("today", 0): _today,
    ("true", 0): _constant(True),
}
"""By name and number of arguments; -1 takes any number."""
