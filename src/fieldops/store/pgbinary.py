"""PostgreSQL's binary forms of many values, written by the column.

psycopg writes an array element by element in Python, 1 µs each: twenty-six a row were half of a
push.  Here a column becomes a list of *pieces* (length and bytes, the form that arrays and COPY
share), joined in C.

    array   header · piece piece piece …          (server: ``array_send``, arrayfuncs.c)
    COPY    header · (width · piece piece …)*  · trailer      (manual, COPY, "Binary Format")
"""

import struct
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from psycopg import Connection
from psycopg.adapt import Dumper
from psycopg.pq import Format

_NULL = b"\xff\xff\xff\xff"
_LENGTH = struct.Struct("!i").pack
_INT4 = struct.Struct("!ii").pack
_INT8 = struct.Struct("!iq").pack
_ARRAY = struct.Struct("!iiIii").pack
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
    header = _ARRAY(1, 1, _ELEMENT_OIDS[kind], len(values), 1)
    return made(header + b"".join(_pieces(kind, values))) if values else made(_empty(kind))


def _empty(kind: str) -> bytes:
    return struct.pack("!iiI", 0, 0, _ELEMENT_OIDS[kind])


def copy_data(types: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> bytes:
    """Rows as the whole input of ``COPY … FROM STDIN (FORMAT BINARY)``."""
    width = [_WIDTH(len(types))] * len(rows)
    columns = [
        _pieces(kind, column) for kind, column in zip(types, zip(*rows, strict=True), strict=True)
    ]
    lines = map(b"".join, zip(width, *columns, strict=True))
    return _COPY_HEADER + b"".join(lines) + _COPY_TRAILER


def _pieces(kind: str, values: Sequence[Any]) -> list[bytes]:
    return _WRITERS[kind](values)


def _bytea(values: Sequence[bytes | None]) -> list[bytes]:
    return [_NULL if value is None else _LENGTH(len(value)) + value for value in values]


def _text(values: Sequence[str]) -> list[bytes]:
    return [_text_piece(value) for value in values]


@lru_cache(maxsize=1024)
def _text_piece(value: str) -> bytes:
    """Kinds, states and the like: a few words, many times."""
    encoded = value.encode()
    return _LENGTH(len(encoded)) + encoded


def _int4(values: Sequence[int | None]) -> list[bytes]:
    return [_NULL if value is None else _INT4(4, value) for value in values]


def _int8(values: Sequence[int | None]) -> list[bytes]:
    return [_NULL if value is None else _INT8(8, value) for value in values]


_WRITERS: dict[str, Callable[[Sequence[Any]], list[bytes]]] = {
    "bytea": _bytea,
    "text": _text,
    "int4": _int4,
    "int8": _int8,
}
