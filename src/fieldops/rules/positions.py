"""Find where each member of a TOML document stands, which ``tomllib`` does not tell.

The text has been accepted by ``tomllib`` before, so this reads valid TOML only: it walks over it
once and notes, for every key, table and array element, the line and column where it begins.
"""

import tomllib
from bisect import bisect_right

Path = tuple[str | int, ...]
Position = tuple[int, int]
"""Line and column, both counted from 1, columns in characters."""

_BARE_END = frozenset(" \t\r\n=.[]{},#")


def find_positions(text: str) -> dict[Path, Position]:
    """The position of everything in a TOML document that ``tomllib`` accepts, by path."""
    return _Scan(text).scan()


def position_of(positions: dict[Path, Position], path: Path) -> Position:
    """Where ``path`` stands, or the nearest thing around it that is there, or the beginning."""
    while path and path not in positions:
        path = path[:-1]
    return positions.get(path, (1, 1))


class _Scan:
    """A cursor over the text.  ``_arrays`` counts the elements of each array of tables."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._arrays: dict[Path, int] = {}
        self._found: dict[Path, Position] = {}
        ends = [at for at, sign in enumerate(self._text) if sign == "\n"]
        self._starts = [0, *(at + 1 for at in ends)]

    def scan(self) -> dict[Path, Position]:
        table: Path = ()
        self._skip()
        while self._at < len(self._text):
            if self._peek("["):
                table = self._header()
            else:
                self._pair(table)
            self._skip()
        return self._found

    def _peek(self, sign: str) -> bool:
        return self._text.startswith(sign, self._at)

    def _note(self, path: Path, at: int) -> None:
        line = bisect_right(self._starts, at)
        self._found.setdefault(path, (line, at - self._starts[line - 1] + 1))

    def _skip(self) -> None:
        """Step over blanks, line ends and comments."""
        while self._at < len(self._text):
            if self._peek("#"):
                end = self._text.find("\n", self._at)
                self._at = len(self._text) if end < 0 else end
            elif self._text[self._at] in " \t\r\n":
                self._at += 1
            else:
                return

    def _take(self, sign: str) -> bool:
        """Step over ``sign`` and the blanks around it, if it is there."""
        self._skip()
        if not self._peek(sign):
            return False
        self._at += len(sign)
        self._skip()
        return True

    def _header(self) -> Path:
        start = self._at
        in_array = self._peek("[[")
        self._take("[[" if in_array else "[")
        keys = self._keys()
        self._take("]]" if in_array else "]")
        path = self._open(keys, in_array)
        self._note(path, start)
        return path

    def _open(self, keys: list[str], in_array: bool) -> Path:
        """The path of a header: a key that names an array of tables means its last element."""
        path: Path = ()
        for number, key in enumerate(keys, 1):
            path = (*path, key)
            if in_array and number == len(keys):
                self._arrays[path] = self._arrays.get(path, 0) + 1
            if path in self._arrays:
                path = (*path, self._arrays[path] - 1)
        return path

    def _keys(self) -> list[str]:
        keys = [self._key()]
        while self._take("."):
            keys.append(self._key())
        return keys

    def _key(self) -> str:
        self._skip()
        if self._peek('"') or self._peek("'"):
            return self._quoted_key()
        start = self._at
        while self._text[self._at] not in _BARE_END:
            self._at += 1
        return self._text[start : self._at]

    def _quoted_key(self) -> str:
        start = self._at
        self._string()
        return _unquote(self._text[start : self._at])

    def _pair(self, table: Path) -> None:
        path = table
        start = self._at
        for key in self._keys():
            path = (*path, key)
            self._note(path, start)
        self._take("=")
        self._value(path)

    def _value(self, path: Path) -> None:
        if self._peek('"') or self._peek("'"):
            self._string()
        elif self._take("["):
            self._elements(path)
        elif self._take("{"):
            while not self._take("}"):
                self._pair(path)
                self._take(",")
        else:
            while self._at < len(self._text) and self._text[self._at] not in ",]}#\n":
                self._at += 1

    def _elements(self, path: Path) -> None:
        number = 0
        while not self._peek("]"):
            self._note((*path, number), self._at)
            self._value((*path, number))
            number += 1
            self._take(",")
        self._at += 1

    def _string(self) -> None:
        quote = self._text[self._at]
        fence = quote * 3 if self._peek(quote * 3) else quote
        self._at += len(fence)
        while not self._peek(fence):
            self._at += 2 if quote == '"' and self._peek("\\") else 1
        self._at += len(fence)
        # Up to two further quotes before the closing fence belong to the text (TOML 1.0).
        while len(fence) == 3 and self._peek(quote):
            self._at += 1


def _unquote(key: str) -> str:
    """A quoted key may hold escapes, which tomllib knows how to read."""
    return next(iter(tomllib.loads(f"{key} = 1")))
