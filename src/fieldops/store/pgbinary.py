"""PostgreSQL's binary forms of many values, written by the column.

psycopg writes an array element by element in Python, 1 µs each: twenty-six a row were half of a
push.  Here a column becomes a list of *pieces* (length and bytes, the form that arrays and COPY
share), joined in C.

    array   header · piece piece piece …          (server: ``array_send``, arrayfuncs.c)
    COPY    header · (width · piece piece …)*  · trailer      (manual, COPY, "Binary Format")
"""

import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, groupby, repeat
from typing import Any, cast

from psycopg import Connection
from psycopg.adapt import Dumper
from psycopg.pq import Format

_NULL = b"\xff\xff\xff\xff"
_LENGTH = struct.Struct("!i").pack
_INT4 = struct.Struct("!ii").pack
_INT8 = struct.Struct("!iq").pack
_ARRAY = struct.Struct("!iiIii").pack
_EMPTY = struct.Struct("!iiI").pack
_WIDTH = struct.Struct("!h").pack
_COPY_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_COPY_TRAILER = b"\xff\xff"

_ELEMENT_OIDS = {"bytea": 17, "text": 25, "int4": 23, "int8": 20}
"""The types' object ids (pg_type.dat)."""


class ByteaArray(bytes):
    """The binary form of a ``bytea[]``."""


class TextArray(bytes):
    """The binary form of a ``text[]``."""


class Int4Array(bytes):
    """The binary form of an ``int4[]``."""


class Int8Array(bytes):
    """The binary form of an ``int8[]``."""


_ARRAYS: dict[str, tuple[type[bytes], int]] = {
    "bytea": (ByteaArray, 1001),
    "text": (TextArray, 1009),
    "int4": (Int4Array, 1007),
    "int8": (Int8Array, 1016),
}


def register(connection: "Connection[Any]") -> None:
    """Let a connection send the arrays of this module as they are."""
    for kind, oid in _ARRAYS.values():
        connection.adapters.register_dumper(kind, _dumper(oid))


@lru_cache
def _dumper(array_oid: int) -> type[Dumper]:
    class _Sent(Dumper):
        format = Format.BINARY
        oid = array_oid

        def dump(self, obj: bytes) -> bytes:
            return bytes(obj)

    return _Sent


def array(kind: str, values: Sequence[Any]) -> bytes:
    """A column as one array parameter.  ``kind`` is bytea, text, int4 or int8."""
    made, _ = _ARRAYS[kind]
    if not values:
        return made(_EMPTY(0, 0, _ELEMENT_OIDS[kind]))
    pieces = chain.from_iterable(zip(*_WRITERS[kind](values), strict=True))
    return made(_ARRAY(1, 1, _ELEMENT_OIDS[kind], len(values), 1) + b"".join(pieces))


def copy_data(types: Sequence[str], columns: Sequence[Sequence[Any]]) -> bytes:
    """Columns as the whole input of ``COPY … FROM STDIN (FORMAT BINARY)``.

    What is the same in every row (a batch's site, its inspection, its time) is written once;
    columns that stand side by side then cost as much as one.
    """
    count = len(columns[0])
    pieces: list[bytes | Iterable[bytes]] = [_WIDTH(len(types))]
    for kind, column in zip(types, columns, strict=True):
        pieces += _same(kind, column) or _WRITERS[kind](column)
    lines = map(b"".join, zip(*_streams(pieces, count), strict=True))
    return _COPY_HEADER + b"".join(lines) + _COPY_TRAILER


def _streams(pieces: Sequence[bytes | Iterable[bytes]], count: int) -> Iterator[Iterable[bytes]]:
    """Pieces as streams of ``count`` values; neighbours that never change become one."""
    for is_same, group in groupby(pieces, key=lambda piece: type(piece) is bytes):
        if is_same:
            yield repeat(b"".join(cast("Iterable[bytes]", group)), count)
        else:
            yield from cast("Iterable[Iterable[bytes]]", group)


def _same(kind: str, values: Sequence[Any]) -> tuple[bytes, ...]:
    """The one piece of a column whose values are all equal; of others, nothing."""
    if not is_same(values):
        return ()
    (piece,) = zip(*_WRITERS[kind](values[:1]), strict=True)
    return (b"".join(piece),)


def is_same(values: Sequence[Any]) -> bool:
    """Whether a column, of a value at least, says the same in every row."""
    first = values[0]
    return bool(first == values[-1]) and values.count(first) == len(values)


def _bytea(values: Sequence[bytes | None]) -> tuple[Iterable[bytes], ...]:
    try:
        sizes = set(map(len, cast("Sequence[bytes]", values)))
    except TypeError:  # A NULL has no length.
        return ([_NULL if value is None else _LENGTH(len(value)) + value for value in values],)
    given = cast("Sequence[bytes]", values)
    if len(sizes) == 1:
        return repeat(_LENGTH(*sizes), len(given)), given
    return map(_LENGTH, map(len, given)), given


def _text(values: Sequence[str]) -> tuple[Iterable[bytes]]:
    return (map(_text_piece, values),)


@lru_cache(maxsize=1024)
def _text_piece(value: str) -> bytes:
    """Kinds, states and the like: a few words, many times."""
    encoded = value.encode()
    return _LENGTH(len(encoded)) + encoded


def _int4(values: Sequence[int | None]) -> tuple[Iterable[bytes]]:
    return (_numbers(_INT4, 4, values),)


def _int8(values: Sequence[int | None]) -> tuple[Iterable[bytes]]:
    return (_numbers(_INT8, 8, values),)


def _numbers(
    pack: Callable[[int, int], bytes], size: int, values: Sequence[int | None]
) -> Iterable[bytes]:
    if None in values:
        return [_NULL if value is None else pack(size, value) for value in values]
    return map(pack, repeat(size, len(values)), cast("Sequence[int]", values))


_WRITERS: dict[str, Callable[[Sequence[Any]], tuple[Iterable[bytes], ...]]] = {
    "bytea": _bytea,
    "text": _text,
    "int4": _int4,
    "int8": _int8,
}
"""A column as one or two streams, which together give a piece a value; walked in C."""
