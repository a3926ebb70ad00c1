"""The shortest text that a pattern accepts, for examples.

Reads the RE2 syntax that forms use: literals, classes, groups, alternatives, repetitions, anchors.
What it does not know gives a text that does not match; whoever asks tries it anyway.
"""

_CLASSES = {"d": "0", "w": "a", "s": " ", "D": "a", "W": "-", "S": "a"}
_NAMED = {"alpha": "a", "digit": "0", "alnum": "a", "upper": "A", "lower": "a", "space": " "}
_ANY = "a"
_LENGTH_MAX = 2000
"""Characters of a sample, whatever a pattern asks for."""
_DEPTH_MAX = 50
"""Nested groups."""


def sample(pattern: str) -> str:
    """A text for a pattern, as short as its repetitions allow; it need not match."""
    return _Sampler(pattern).alternatives()


class _Sampler:
    def __init__(self, pattern: str) -> None:
        self._text, self._at, self._depth = pattern, 0, 0

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _take(self) -> str:
        self._at += 1
        return self._text[self._at - 1 : self._at]

    def alternatives(self) -> str:
        """The first of several alternatives; the others are read over."""
        found = self._sequence()
        while self._peek() == "|":
            self._take()
            self._sequence()
        return found

    def _sequence(self) -> str:
        found = ""
        while self._peek() and self._peek() not in "|)":
            found += self._repeated(self._atom())
        return found

    def _atom(self) -> str:
        sign = self._take()
        if sign == "(":
            return self._group()
        if sign == "[":
            return self._class()
        if sign == "\\":
            return self._escape()
        return {".": _ANY, "^": "", "$": ""}.get(sign, sign)

    def _escape(self) -> str:
        sign = self._take()
        return "" if sign in "bBAz" else _CLASSES.get(sign, sign)

    def _group(self) -> str:
        if self._text.startswith("?", self._at):
            while self._peek() and self._peek() not in ":)>":
                self._take()
            if self._peek() == ")":
                self._take()
                return ""
            self._take()
        self._depth += 1
        if self._depth > _DEPTH_MAX:
            self._at = len(self._text)
        found = self.alternatives()
        self._depth -= 1
        self._take()
        return found

    def _class(self) -> str:
        """The first sign of a class; of a class of what must not be, a sign that is not in it."""
        end = self._text.find("]", self._at + 1 + (self._text.startswith("^", self._at)))
        end = len(self._text) if end < 0 else end
        if self._text.startswith("[:", self._at):
            end = self._text.find("]]", self._at) + 1
        body = self._text[self._at : end]
        self._at = end + 1
        if body.startswith("^"):
            return next((sign for sign in "a0A- " if sign not in body), "a")
        if body.startswith("[:"):
            return _NAMED.get(body[2:].split(":")[0], "a")
        return _CLASSES.get(body[1:2], body[1:2]) if body.startswith("\\") else body[:1]

    def _repeated(self, found: str) -> str:
        sign = self._peek()
        count = 1
        if sign in ("*", "+", "?"):
            self._take()
            count = int(sign == "+")
        elif sign == "{":
            end = self._text.find("}", self._at)
            low = self._text[self._at + 1 : end].split(",")[0] if end > 0 else ""
            if not low.isdigit():
                return found
            self._at, count = end + 1, int(low)
        if self._peek() == "?" and sign:
            self._take()
        return (found * min(count, _LENGTH_MAX))[:_LENGTH_MAX]
