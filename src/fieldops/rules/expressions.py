"""Read the small expression language of checklists.

    or      := and ("or" and)*
    and     := not ("and" not)*
    not     := "not" not | comparison
    comparison := sum [("==" | "!=" | "<" | "<=" | ">" | ">=" | ["not"] "in") sum]
    sum     := product (("+" | "-") product)*
    product := unary (("*" | "/") unary)*
    unary   := "-" unary | primary
    primary := number | "text" | true | false | name | name "(" or ("," or)* ")" | "(" or ")"
             | "[" literal ("," literal)* "]"

There is no assignment, loop, attribute or import, so an expression always ends; its length, depth
and number of nodes are bounded.  ``evaluation.py`` works it out.
"""

from decimal import Decimal
from functools import lru_cache

from fieldops.model.expression import Binary, Call, Listing, Literal, Name, Node, Unary
from fieldops.rules.tokens import ExpressionError, Token, read_tokens

LENGTH_MAX = 2000
"""Characters of an expression."""
DEPTH_MAX = 24
"""Nested parentheses, calls, ``not`` and minus signs."""
NODES_MAX = 200
"""Names, literals, signs and calls of an expression."""

FUNCTIONS: dict[str, int] = {
    "abs": 1,
    "answered": 1,
    "count": 1,
    "count_failed": 1,
    "days": 2,
    "failed": 1,
    "if": 3,
    "matches": 2,
    "max": 1,
    "min": 1,
    "na": 1,
    "passed": 1,
    "round": 2,
    "sum": 1,
    "usage": 1,
}
"""Every function with its number of arguments."""
OVER_REPEATS = frozenset({"count", "count_failed", "max", "min", "sum"})
"""Functions over all repeats of an item."""
OF_ITEM = OVER_REPEATS | {"answered", "failed", "na", "passed", "usage"}
"""Functions whose argument is the name of an item, not a value."""

_COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">="})


class _Parser:
    """Recursive descent over the tokens; ``_depth`` and ``_nodes`` keep it small."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0
        self._nodes = 0

    def parse(self) -> Node:
        node = self._or()
        if self._token.kind != "end":
            raise self._unexpected()
        return node

    @property
    def _token(self) -> Token:
        return self._tokens[self._at]

    def _unexpected(self) -> ExpressionError:
        if self._token.kind == "end":
            return ExpressionError("expression-end", self._token.column)
        return ExpressionError("expression-unexpected", self._token.column, text=self._token.text)

    def _next(self) -> Token:
        token = self._token
        self._at += 1
        self._nodes += 1
        if self._nodes > NODES_MAX:
            raise ExpressionError("expression-long", token.column)
        return token

    def _is(self, *texts: str) -> bool:
        return self._token.kind in {"sign", "word"} and self._token.text in texts

    def _expect(self, text: str) -> None:
        if not self._is(text):
            raise self._unexpected()
        self._at += 1

    def _enter(self) -> None:
        self._depth += 1
        if self._depth > DEPTH_MAX:
            raise ExpressionError("expression-deep", self._token.column)

    def _or(self) -> Node:
        self._enter()
        node = self._and()
        while self._is("or"):
            token = self._next()
            node = Binary("or", node, self._and(), token.column)
        self._depth -= 1
        return node

    def _and(self) -> Node:
        node = self._not()
        while self._is("and"):
            token = self._next()
            node = Binary("and", node, self._not(), token.column)
        return node

    def _not(self) -> Node:
        if not self._is("not"):
            return self._comparison()
        self._enter()
        token = self._next()
        node = Unary("not", self._not(), token.column)
        self._depth -= 1
        return node

    def _comparison(self) -> Node:
        left = self._sum()
        if self._is(*_COMPARISONS):
            token = self._next()
            return Binary(token.text, left, self._sum(), token.column)
        if self._is("not", "in"):
            return self._membership(left)
        return left

    def _membership(self, left: Node) -> Node:
        token = self._next()
        if token.text == "not":
            self._expect("in")
        inside = Binary("in", left, self._sum(), token.column)
        return Unary("not", inside, token.column) if token.text == "not" else inside

    def _sum(self) -> Node:
        node = self._product()
        while self._is("+", "-"):
            token = self._next()
            node = Binary(token.text, node, self._product(), token.column)
        return node

    def _product(self) -> Node:
        node = self._unary()
        while self._is("*", "/"):
            token = self._next()
            node = Binary(token.text, node, self._unary(), token.column)
        return node

    def _unary(self) -> Node:
        if not self._is("-"):
            return self._primary()
        self._enter()
        token = self._next()
        operand = self._unary()
        self._depth -= 1
        if isinstance(operand, Literal) and isinstance(operand.value, Decimal):
            return Literal(-operand.value, token.column)
        return Unary("-", operand, token.column)

    def _primary(self) -> Node:
        if self._is("("):
            self._next()
            node = self._or()
            self._expect(")")
            return node
        if self._is("["):
            return self._listing()
        if self._token.kind == "name":
            token = self._next()
            return self._call(token) if self._is("(") else Name(token.text, token.column)
        return self._literal()

    def _literal(self) -> Literal:
        if not (self._token.kind in {"number", "text"} or self._is("true", "false")):
            raise self._unexpected()
        token = self._next()
        if token.kind == "number":
            return Literal(Decimal(token.text), token.column)
        if token.kind == "text":
            return Literal(token.text[1:-1], token.column)
        return Literal(token.text == "true", token.column)

    def _listing(self) -> Listing:
        column = self._next().column
        values = [self._literal()]
        while self._is(","):
            self._at += 1
            values.append(self._literal())
        self._expect("]")
        return Listing(tuple(values), column)

    def _call(self, name: Token) -> Call:
        if name.text not in FUNCTIONS:
            raise ExpressionError("expression-function", name.column, text=name.text)
        self._next()
        arguments = [self._or()]
        while self._is(","):
            self._at += 1
            arguments.append(self._or())
        self._expect(")")
        _check_arguments(name, arguments)
        return Call(name.text, tuple(arguments), name.column)


def _check_arguments(name: Token, arguments: list[Node]) -> None:
    wanted = FUNCTIONS[name.text]
    if len(arguments) != wanted:
        raise ExpressionError(
            "expression-arguments", name.column, text=name.text, count=str(wanted)
        )
    if name.text in OF_ITEM and not isinstance(arguments[0], Name):
        raise ExpressionError("expression-item", name.column, text=name.text)
    if name.text == "matches" and not (
        isinstance(arguments[1], Literal) and isinstance(arguments[1].value, str)
    ):
        raise ExpressionError("expression-pattern", name.column)


@lru_cache(maxsize=2048)
def parse_expression(text: str) -> Node:
    """The tree of an expression.

    Raises ``ExpressionError``, and nothing else, for text that is not one.
    """
    if len(text) > LENGTH_MAX:
        raise ExpressionError("expression-long", LENGTH_MAX + 1)
    return _Parser(read_tokens(text)).parse()


def children(node: Node) -> tuple[Node, ...]:
    """The nodes right below a node."""
    match node:
        case Call(arguments=arguments):
            return arguments
        case Unary(operand=operand):
            return (operand,)
        case Binary(left=left, right=right):
            return (left, right)
        case Listing(values=values):
            return values
        case _:
            return ()


def walk_nodes(node: Node) -> list[Node]:
    """A node and everything below it."""
    return [node, *(below for child in children(node) for below in walk_nodes(child))]
