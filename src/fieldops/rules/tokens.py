"""Cut an expression of a checklist into numbers, texts, names, words and signs."""

from msgspec import Struct

from fieldops.rules.figures import read_figure

_WORDS = frozenset({"and", "or", "not", "in", "true", "false"})
_SIGNS = ("==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "(", ")", "[", "]", ",")


class ExpressionError(Exception):
    """An expression that cannot be read: ``code`` is a code of the fault catalogue."""

    def __init__(self, code: str, column: int, **details: str) -> None:
        super().__init__(code, column)
        self.code = code
        self.column = column
        self.details = details


class Token(Struct, frozen=True):
    """``kind`` is number, text, name, word, sign or end; ``column`` counts from 1."""

    kind: str
    text: str
    column: int


def _read_word(text: str, at: int) -> Token:
    end = at
    while end < len(text) and (text[end] == "_" or (text[end].isascii() and text[end].isalnum())):
        end += 1
    word = text[at:end]
    return Token("word" if word in _WORDS else "name", word, at + 1)


def _read_number(text: str, at: int) -> Token:
    end = at
    while end < len(text) and text[end] in "0123456789.":
        end += 1
    if read_figure(text[at:end]) is None:
        raise ExpressionError("expression-number", at + 1, text=text[at:end])
    return Token("number", text[at:end], at + 1)


def _read_text(text: str, at: int) -> Token:
    end = text.find(text[at], at + 1)
    if end < 0:
        raise ExpressionError("expression-quote", at + 1, text=text[at:])
    return Token("text", text[at : end + 1], at + 1)


def _read_token(text: str, at: int) -> Token:
    start = text[at]
    if start in "0123456789":
        return _read_number(text, at)
    if start in "\"'":
        return _read_text(text, at)
    if start == "_" or (start.isascii() and start.isalpha()):
        return _read_word(text, at)
    for sign in _SIGNS:
        if text.startswith(sign, at):
            return Token("sign", sign, at + 1)
    raise ExpressionError("expression-character", at + 1, text=start)


def read_tokens(text: str) -> list[Token]:
    """The tokens of an expression, with one of kind ``end`` behind the last.

    Raises ``ExpressionError`` for a character or number that is not part of the language.
    """
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        if text[at] in " \t\r\n":
            at += 1
            continue
        token = _read_token(text, at)
        tokens.append(token)
        at += len(token.text)
    return [*tokens, Token("end", "", len(text) + 1)]
