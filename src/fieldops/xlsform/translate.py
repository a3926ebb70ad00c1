"""Turn the XPath of a workbook into our expression language, with the same meaning or not at all.

The two differ in what is blank.  In XPath a blank answer is an empty text: ``!=`` holds on it, a
comparison of numbers does not.  In ours it is unknown, and unknown hides.  So where it would matter
(``!=``, and everything below ``not`` and ``if``) a guard is written, ``answered(x)``, unless the
item always has an answer.
"""

from collections.abc import Callable, Set

from msgspec import Struct

from fieldops.model.expression import Call, Literal, Name, Node
from fieldops.rules.expressions import OVER_REPEATS, children, walk_nodes
from fieldops.xlsform.compare import compare
from fieldops.xlsform.figures import as_number, floor
from fieldops.xlsform.functions import FUNCTIONS, length_condition
from fieldops.xlsform.meaning import (
    Gone,
    Group,
    Inline,
    Item,
    Meaning,
    Term,
    binary,
    both,
    call,
    negated,
    negative,
    number,
    term_of,
    words,
)
from fieldops.xlsform.xpath import Apply, Figure, Join, Own, Parent, Ref, Words, XPath, XPathError

_SIGNS = {"+": "+", "-": "-", "*": "*", "div": "/"}


class Sight(Struct, frozen=True):
    """What an expression can see: names, and in a constraint the item whose answer is ``.``."""

    find: Callable[[str], Meaning | None]
    own: Item | None = None
    sure: Set[str] = frozenset()
    """Keys of the items that have an answer when a walk is handed in."""


class Translator:
    """One expression's translation.  Its methods raise ``XPathError``."""

    def __init__(self, sight: Sight) -> None:
        self._sight = sight

    def truth(self, found: XPath, total: bool = False) -> Node:
        """A condition; ``total`` where it must not be unknown."""
        if (length := _length(found)) is not None:
            value, sign, limit = length
            return self._guarded(length_condition(self, value, sign, limit), False, total)
        match found:
            case Join(sign="and" | "or" as sign, left=left, right=right):
                return both(self.truth(left, total), self.truth(right, total), sign)
            case Join(sign="=" | "!=" | "<" | "<=" | ">" | ">=" as sign, left=left, right=right):
                node = compare(sign, self.term(left), self.term(right))
                return self._guarded(node, sign == "!=", total)
            case Apply(name="not", arguments=(inner,)):
                return negated(self.truth(inner, total=True))
            case _:
                return self._as_truth(self.term(found), total)

    def term(self, found: XPath) -> Term:
        """What an expression gives."""
        match found:
            case Figure(value=value):
                return Term(Literal(value, 0), "number")
            case Words(text=text):
                return self._quoted(text)
            case Own():
                return self._own()
            case Ref(name=name):
                return self._named(name)
            case Parent():
                raise XPathError("xpath-path", text="..")
            case Apply(name=name, arguments=arguments):
                return self._apply(name, arguments)
            case Join():
                return self._join(found)

    def figure(self, found: XPath) -> Node:
        """A number, also where choices or texts stand for one."""
        return as_number(self.term(found))

    def item(self, found: XPath) -> Name:
        """An item, for the functions that want one."""
        node = self.term(found).node
        if not isinstance(node, Name) or node.name == "today":
            raise XPathError("xpath-name-wanted")
        return node

    @staticmethod
    def _quoted(text: str) -> Term:
        if '"' in text and "'" in text:
            raise XPathError("xpath-syntax", text=text[:20])
        return Term(words(text), "text")

    def _own(self) -> Term:
        if self._sight.own is None:
            raise XPathError("xpath-path", text=".")
        return term_of(self._sight.own, "value")

    def _named(self, name: str) -> Term:
        match self._sight.find(name):
            case Item() as item:
                own = self._sight.own
                return self._own() if own is not None and item.key == own.key else term_of(item)
            case Inline(term=term):
                return term
            case Gone(row=row):
                raise XPathError("xpath-name-gone", other=name, other_row=str(row))
            case Group():
                raise XPathError("xpath-path", text=name)
            case None:
                raise XPathError("xpath-name-unknown", other=name)

    def counted(self, found: XPath) -> Node:
        """The number of repeats of a group, or of answers to an item."""
        if isinstance(found, Ref):
            match self._sight.find(found.name):
                case Group(first=first) if first:
                    return call("count", Name(first, 0))
                case Item(key=key, group=group) if group:
                    return call("count", Name(key, 0))
        raise XPathError("xpath-path", text=found.name if isinstance(found, Ref) else "count")

    def _apply(self, name: str, arguments: tuple[XPath, ...]) -> Term:
        known = FUNCTIONS.get((name, len(arguments))) or FUNCTIONS.get((name, -1))
        if known is None:
            raise XPathError("xpath-function", function=name)
        return known(self, *arguments)

    def _join(self, found: Join) -> Term:
        if found.sign not in {"+", "-", "*", "div", "mod", "neg"}:
            return Term(self.truth(found), "truth")
        left, right = self.term(found.left), self.term(found.right)
        if found.sign == "-" and {left.kind, right.kind} <= {"date", "moment"}:
            return Term(call("days", right.node, left.node), "number")
        if found.sign in {"+", "-"} and left.kind in {"date", "moment"}:
            away = as_number(right)
            return Term(left.node, "shifted", shift=negative(away) if found.sign == "-" else away)
        one, other = as_number(left), as_number(right)
        if found.sign == "neg":
            return Term(negative(other), "number")
        if found.sign == "mod":
            rest = binary("*", other, floor(binary("/", one, other)))
            return Term(binary("-", one, rest), "number")
        return Term(binary(_SIGNS[found.sign], one, other), "number")

    def _as_truth(self, term: Term, total: bool) -> Node:
        """What XPath's ``boolean()`` makes of a term."""
        if term.kind == "truth":
            return self._guarded(term.node, False, total)
        if term.kind == "number":
            return self._guarded(binary("!=", term.node, number(0)), False, total)
        if isinstance(term.node, Name):
            return call("answered", term.node)
        raise XPathError("xpath-kind", left=term.kind, right="truth")

    def _guarded(self, node: Node, holds_on_blank: bool, total: bool) -> Node:
        """A comparison that is true or false whatever is blank, where that matters."""
        blank = [name for name in asked(node) if not self._is_sure(name)]
        if not blank or (not holds_on_blank and not total):
            return node
        for name in reversed(blank):
            answered = call("answered", Name(name, 0))
            node = both(negated(answered), node, "or") if holds_on_blank else both(answered, node)
        return node

    def _is_sure(self, key: str) -> bool:
        return key in {"value", "today"} or key in self._sight.sure


def asked(node: Node) -> list[str]:
    """The items whose being blank makes a node unknown, each once, in order."""
    handled = {
        one.arguments[0].name
        for one in walk_nodes(node)
        if isinstance(one, Call)
        and one.function == "answered"
        and isinstance(one.arguments[0], Name)
    }
    return [name for name in dict.fromkeys(_names(node)) if name not in handled]


def _names(node: Node) -> list[str]:
    match node:
        case Name(name=name):
            return [name]
        case Call(function=function) if function in OVER_REPEATS or function == "answered":
            return []
        case _:
            return [name for one in children(node) for name in _names(one)]


_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}


def _length(found: XPath) -> tuple[XPath, str, int] | None:
    """The parts of ``string-length(x) sign number``, either way round."""
    match found:
        case Join(sign=sign, left=Apply("string-length", (value,)), right=Figure(value=limit)):
            pass
        case Join(sign=sign, left=Figure(value=limit), right=Apply("string-length", (value,))):
            sign = _FLIPPED.get(sign, sign)
        case _:
            return None
    return (value, sign, int(limit)) if sign in _FLIPPED else None
