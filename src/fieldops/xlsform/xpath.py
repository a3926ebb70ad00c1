"""Read the XPath that XLSForms are written in, as far as forms use it.

    or      := and ("or" and)*                 path    := "." | ".." | "${name}" | step ("/" step)*
    and     := equal ("and" equal)*            step := "." | ".." | name
    equal   := order (("=" | "!=") order)*     primary := number | 'text' | path | name "(" … ")"
    order   := sum (("<" | "<=" | ">" | ">=") sum)*        | "(" or ")"
    sum     := product (("+" | "-") product)*
    product := unary (("*" | "div" | "mod") unary)*
    unary   := "-" unary | primary

Source: XML Path Language 1.0 (W3C, 1999), and ``${name}`` of the XLSForm reference.  A path stands
for the question it ends with; predicates and ``|`` are refused by name.
"""

import re
from decimal import Decimal

from msgspec import Struct

DEPTH_MAX = 60
"""Nested parentheses and calls."""
LENGTH_MAX = 20_000
"""Characters of an expression; a cell of a workbook holds 32,767."""
TOKENS_MAX = 400
"""Names, literals and signs of an expression: twice what one of ours may hold."""

_NAME = r"[^\W\d][\w.\-]*"
_TOKEN = re.compile(
    rf"""\s*(?:
      (?P<ref>\$\{{[^}}]*\}})
    | (?P<number>\d+(?:\.\d+)?|\.\d+)
    | (?P<text>"[^"]*"|'[^']*')
    | (?P<name>{_NAME}(?::{_NAME})?)
    | (?P<sign>\.\.|!=|<=|>=|[.=<>+\-*/(),\[\]|@])
    )""",
    re.VERBOSE,
)
_WORDS = frozenset({"and", "or", "div", "mod"})
_LEVELS = (
    frozenset({"or"}),
    frozenset({"and"}),
    frozenset({"=", "!="}),
    frozenset({"<", "<=", ">", ">="}),
    frozenset({"+", "-"}),
    frozenset({"*", "div", "mod"}),
)


class XPathError(Exception):
    """An expression without a counterpart: ``code`` is one of ``remarks``."""

    def __init__(self, code: str, **details: str) -> None:
        super().__init__(code, details)
        self.code = code
        self.details = details


class Figure(Struct, frozen=True):
    """A number."""

    value: Decimal


class Words(Struct, frozen=True):
    """A text in quotes."""

    text: str


class Ref(Struct, frozen=True):
    """A question or group, by its name."""

    name: str


class Own(Struct, frozen=True):
    """``.``: the answer at hand."""


class Parent(Struct, frozen=True):
    """``..``: the group that the question stands in."""


class Apply(Struct, frozen=True):
    """A function with its arguments."""

    name: str
    arguments: tuple["XPath", ...]


class Join(Struct, frozen=True):
    """Two operands and the sign between them; ``neg`` has its operand on the right."""

    sign: str
    left: "XPath"
    right: "XPath"


XPath = Figure | Words | Ref | Own | Parent | Apply | Join


class _Token(Struct, frozen=True):
    kind: str
    text: str


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    at = 0
    end = len(text.rstrip())
    while at < end:
        found = _TOKEN.match(text, at)
        if found is None:
            raise XPathError("xpath-syntax", text=text[at:].strip()[:20])
        kind = found.lastgroup or ""
        tokens.append(_Token(kind, found.group(kind)))
        at = found.end()
        if len(tokens) > TOKENS_MAX:
            raise XPathError("xpath-long")
    return [*tokens, _Token("end", "")]


class _Parser:
    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens, self._at, self._depth = tokens, 0, 0

    def parse(self) -> XPath:
        found = self._level(0)
        if self._now.kind != "end":
            raise self._unexpected()
        return found

    @property
    def _now(self) -> _Token:
        return self._tokens[self._at]

    def _unexpected(self) -> XPathError:
        return XPathError("xpath-syntax", text=self._now.text[:20] or "…")

    def _next(self) -> _Token:
        self._at += 1
        return self._tokens[self._at - 1]

    def _is(self, *texts: str) -> bool:
        return self._now.kind in {"sign", "name"} and self._now.text in texts

    def _expect(self, text: str) -> None:
        if not self._is(text):
            raise self._unexpected()
        self._at += 1

    def _level(self, level: int) -> XPath:
        """One level of ``_LEVELS``; what stands there is an operator only behind an operand."""
        if level == len(_LEVELS):
            return self._unary()
        left = self._level(level + 1)
        while self._is(*_LEVELS[level]):
            sign = self._next().text
            left = Join(sign, left, self._level(level + 1))
        return left

    def _unary(self) -> XPath:
        negative = False
        while self._is("-"):
            self._next()
            negative = not negative
        found = self._primary()
        return Join("neg", Figure(Decimal(0)), found) if negative else found

    def _primary(self) -> XPath:
        self._depth += 1
        if self._depth > DEPTH_MAX:
            raise XPathError("xpath-long")
        found = self._simple()
        self._depth -= 1
        if self._is("[", "|"):
            raise XPathError("xpath-path", text=self._now.text)
        return found

    def _simple(self) -> XPath:
        token = self._now
        if token.kind == "number":
            self._next()
            return Figure(Decimal(token.text))
        if token.kind == "text":
            self._next()
            return Words(token.text[1:-1])
        if self._is("("):
            self._next()
            found = self._level(0)
            self._expect(")")
            return found
        if token.kind == "ref":
            self._next()
            return self._steps(_ref(token.text))
        if token.kind == "name" and self._tokens[self._at + 1].text == "(":
            return self._call(self._next().text)
        return self._path()

    def _call(self, name: str) -> XPath:
        self._expect("(")
        arguments: list[XPath] = []
        while not self._is(")"):
            if arguments:
                self._expect(",")
            arguments.append(self._level(0))
        self._expect(")")
        if name == "current":
            return self._steps(Own())
        if self._is("/"):
            raise XPathError("xpath-path", text=f"{name}()/")
        return Apply(name, tuple(arguments))

    def _path(self) -> XPath:
        if self._is("/"):
            return self._steps(Parent())
        token = self._now
        if self._is(".", ".."):
            self._next()
            return self._steps(Own() if token.text == "." else Parent())
        if token.kind == "name" and token.text not in _WORDS:
            self._next()
            return self._steps(Ref(token.text))
        raise self._unexpected()

    def _steps(self, found: XPath) -> XPath:
        """Follow a path to its end: the last name that it says."""
        while self._is("/"):
            self._next()
            token = self._next()
            if token.text == "..":
                found = Parent()
            elif token.kind == "name":
                found = Ref(token.text)
            elif token.text != ".":
                raise XPathError("xpath-path", text=f"/{token.text}")
        return found


def _ref(text: str) -> Ref:
    name = text[2:-1].strip()
    if "#" in name or not name:
        raise XPathError("xpath-path", text=text)
    return Ref(name)


def read_xpath(text: str) -> XPath:
    """The tree of an expression.  Raises ``XPathError``, and nothing else."""
    if len(text) > LENGTH_MAX:
        raise XPathError("xpath-long")
    return _Parser(_tokens(text)).parse()


def conjuncts(found: XPath) -> list[XPath]:
    """What ``and`` joins at the top."""
    if isinstance(found, Join) and found.sign == "and":
        return conjuncts(found.left) + conjuncts(found.right)
    return [found]


def show_xpath(found: XPath) -> str:
    """An expression as a form would write it, with brackets around what is joined."""
    match found:
        case Figure(value=value):
            return f"{value}"
        case Words(text=text):
            return f"'{text}'"
        case Ref(name=name):
            return f"${{{name}}}"
        case Own():
            return "."
        case Parent():
            return ".."
        case Apply(name=name, arguments=arguments):
            return f"{name}({', '.join(map(show_xpath, arguments))})"
        case Join(sign="neg", right=right):
            return f"-{show_xpath(right)}"
        case Join(sign=sign, left=left, right=right):
            return f"{_bracketed(left, sign)} {sign} {_bracketed(right, sign)}"


def _bracketed(found: XPath, around: str) -> str:
    """In brackets where it binds less strongly than the sign beside it."""
    text = show_xpath(found)
    is_loose = isinstance(found, Join) and _level_of(found.sign) < _level_of(around)
    return f"({text})" if is_loose else text


def _level_of(sign: str) -> int:
    return next((level for level, signs in enumerate(_LEVELS) if sign in signs), len(_LEVELS))
