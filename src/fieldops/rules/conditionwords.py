"""Say an expression in words, in two languages: what ops teams read instead of the code.

    shift == "night" and not answered(note)
    “班次”为“夜班”，且“说明”未作答
    “Shift” is “Night” and “Note” is not answered

Never raises: an expression that cannot be read, or a name that is not known, is shown as written.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from fieldops.model.answertypes import LANGUAGES, Multiple, PassFail, Single
from fieldops.model.checklist import Checklist, Item
from fieldops.model.expression import Binary, Call, Listing, Literal, Name, Node, Unary
from fieldops.rules.difftexts import Words
from fieldops.rules.expressions import parse_expression
from fieldops.rules.figures import show_figure
from fieldops.rules.tokens import ExpressionError

_SIGNS: dict[str, Words] = {
    "==": ("为", "is"),
    "!=": ("不为", "is not"),
    "<": ("小于", "is below"),
    "<=": ("不大于", "is at most"),
    ">": ("大于", "is above"),
    ">=": ("不小于", "is at least"),
    "and": ("，且", "and"),
    "or": ("，或", "or"),
    "+": ("+", "+"),
    "-": ("−", "−"),
    "*": ("×", "×"),
    "/": ("÷", "÷"),
}
_CALLS: dict[str, Words] = {
    "answered": ("{0}已作答", "{0} is answered"),
    "passed": ("{0}合格", "{0} passes"),
    "failed": ("{0}不合格", "{0} fails"),
    "na": ("{0}不适用", "{0} is not applicable"),
    "usage": ("{0}的用量", "the usage of {0}"),
    "count": ("{0}已作答的组数", "the number of answers to {0}"),
    "count_failed": ("{0}不合格的组数", "the number of failures of {0}"),
    "sum": ("各组{0}之和", "the sum of {0}"),
    "min": ("各组{0}的最小值", "the least {0}"),
    "max": ("各组{0}的最大值", "the greatest {0}"),
    "abs": ("|{0}|", "|{0}|"),
    "round": ("{0}（保留 {1} 位小数）", "{0} rounded to {1} places"),
    "if": ("（若{0}则为 {1}，否则为 {2}）", "({1} if {0}, else {2})"),
    "days": ("从{0}到{1}的天数", "the days from {0} to {1}"),
    "matches": ("{0}符合格式 {1}", "{0} matches {1}"),
}
_NOT: dict[str, Words] = {
    "answered": ("{0}未作答", "{0} is not answered"),
    "passed": ("{0}并非合格", "{0} does not pass"),
    "failed": ("{0}并非不合格", "{0} does not fail"),
    "na": ("{0}并非不适用", "{0} is not “not applicable”"),
}
_PASSFAIL: dict[str, Words] = {"pass": ("合格", "pass"), "fail": ("不合格", "fail")}
_JOINING = frozenset({"and", "or"})
_ARITHMETIC = frozenset({"+", "-", "*", "/"})


def items_by_key(checklist: Checklist) -> dict[str, Item]:
    """Every item by its key."""
    return {item.key: item for section in checklist.sections for item in section.items}


def in_words(text: str, items: Mapping[str, Item]) -> Words:
    """An expression in Chinese and in English; ``items`` are those of its checklist, by key."""
    try:
        node = parse_expression(text)
    except ExpressionError:
        return text, text
    return _say(node, items, 0), _say(node, items, 1)


def _say(node: Node, items: Mapping[str, Item], at: int) -> str:
    match node:
        case Literal():
            return _literal(node)
        case Listing(values=values):
            return ("、", ", ")[at].join(_literal(value) for value in values)
        case Name(name=name):
            return _name(name, items, at)
        case Unary(operator=sign, operand=operand):
            return _unary(sign, operand, items, at)
        case Binary(operator="in"):
            return _inside(node, items, at, False)
        case Binary():
            return _binary(node, items, at)
        case Call():
            return _call(node, _CALLS, items, at)


def _literal(node: Literal) -> str:
    if isinstance(node.value, bool):
        return "true" if node.value else "false"
    return f"“{node.value}”" if isinstance(node.value, str) else show_figure(node.value)


def _name(name: str, items: Mapping[str, Item], at: int) -> str:
    if name == "today":
        return ("巡检当天", "the day of the walk")[at]
    if name == "value":
        return ("答案", "the answer")[at]
    if name not in items:
        return name
    return f"“{items[name].titles.get(LANGUAGES[at], name)}”"


def _unary(sign: str, operand: Node, items: Mapping[str, Item], at: int) -> str:
    if sign == "-":
        return f"−{_side(operand, _ARITHMETIC, items, at)}"
    if isinstance(operand, Binary) and operand.operator == "in":
        return _inside(operand, items, at, True)
    if isinstance(operand, Call) and operand.function in _NOT:
        return _call(operand, _NOT, items, at)
    return ("并非（{}）", "not ({})")[at].format(_say(operand, items, at))


def _call(call: Call, words: Mapping[str, Words], items: Mapping[str, Item], at: int) -> str:
    said = [_say(each, items, at) for each in call.arguments]
    return words[call.function][at].format(*said)


def _binary(node: Binary, items: Mapping[str, Item], at: int) -> str:
    sign = _SIGNS[node.operator][at]
    if node.operator in _JOINING:
        left, right = (_joined(each, node.operator, items, at) for each in (node.left, node.right))
        return f"{left}{sign}{right}" if at == 0 else f"{left} {sign} {right}"
    if node.operator in _ARITHMETIC:
        # What binds less, or as much and stands behind, needs brackets.
        binds = node.operator in {"*", "/"}
        left = _side(node.left, {"+", "-"} if binds else set(), items, at)
        right = _side(node.right, _ARITHMETIC if binds else {"+", "-"}, items, at)
        return f"{left} {sign} {right}"
    left = _answer(node.left, node.right, items, at)
    right = _answer(node.right, node.left, items, at)
    spaced = f" {right}" if at == 1 or not right.startswith("“") else right
    return f"{left}{sign}{spaced}" if at == 0 else f"{left} {sign}{spaced}"


def _joined(node: Node, operator: str, items: Mapping[str, Item], at: int) -> str:
    said = _say(node, items, at)
    other = isinstance(node, Binary) and node.operator in _JOINING - {operator}
    return (f"（{said}）", f"({said})")[at] if other else said


def _side(node: Node, bracketed: AbstractSet[str], items: Mapping[str, Item], at: int) -> str:
    """An operand of arithmetic, in brackets if it is worked out by one of these signs."""
    said = _say(node, items, at)
    return f"({said})" if isinstance(node, Binary) and node.operator in bracketed else said


def _answer(node: Node, other: Node, items: Mapping[str, Item], at: int) -> str:
    """A literal that is compared with an item is one of its choices: its title is said."""
    if isinstance(node, Literal) and isinstance(node.value, str) and isinstance(other, Name):
        return _choice(node, items.get(other.name), at)
    return _say(node, items, at)


def _choice(literal: Literal, item: Item | None, at: int) -> str:
    key = str(literal.value)
    if item is not None and isinstance(item.answer, PassFail) and key in _PASSFAIL:
        return _PASSFAIL[key][at]
    if item is not None and isinstance(item.answer, Single | Multiple):
        titles = {choice.key: choice.titles for choice in item.answer.choices}
        return f"“{titles.get(key, {}).get(LANGUAGES[at], key)}”"
    return _literal(literal)


def _inside(node: Binary, items: Mapping[str, Item], at: int, negated: bool) -> str:
    if isinstance(node.right, Listing):
        item = items.get(node.left.name) if isinstance(node.left, Name) else None
        listed = ("、", ", ")[at].join(_choice(each, item, at) for each in node.right.values)
        words = ("{0}{2}为 {1} 之一", "{0} is {2}one of {1}")[at]
        return words.format(_say(node.left, items, at), listed, ("不", "not ")[at] * negated)
    hay = _say(node.right, items, at)
    needle = _answer(node.left, node.right, items, at)
    words = ("{0}{2}{1}", "{0} {2} {1}")[at]
    negation = ("没选", "does not include") if negated else ("选了", "includes")
    return words.format(hay, needle, negation[at])
