"""The canonical hash of an op: what makes two sendings of it the same op.

Canonical text is JSON in the manner of RFC 8785: members sorted by code point, no white space,
UTF-8, the shortest escapes.  Where RFC 8785 would round a number to a double, the literal text
stands instead, so that two different numbers never hash alike.

    raw op ── msgspec ──> canonical text ──┐
       │ NaN, lone surrogates, huge ints   ├──> SHA-256
       ├── stdlib json ──> canonical text ─┘       ^
       │ too deep, not JSON at all                 │
       └── raw bytes without the value of `seq` ───┘
"""

import contextlib
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from fieldops_sync import framing
from fieldops_sync.wire import INT_MAX

DEPTH_MAX = 64
"""Deeper ops are hashed by their bytes: decoders give up at a depth that depends on the caller."""

_NOT_JSON = b"raw\x00"
"""Opens the hashed text of an op that has no canonical form; no JSON text starts like this."""


class _Literal(str):
    """A number or constant that stands in the canonical text exactly as it was sent."""


def canonical_hash(raw: bytes) -> bytes:
    """The SHA-256 (32 bytes) of one op as sent, independent of its ``seq``; never raises."""
    return canonical(raw)[0]


def canonical(raw: bytes) -> tuple[bytes, dict[str, Any] | None]:
    """The canonical hash, and the op's members where it is plain JSON: one pass."""
    if _is_any_deep([raw]):
        return _sha256(_raw_text(raw)).digest(), None
    try:
        return _plain([raw])[0]
    except (msgspec.MsgspecError, UnicodeError):
        return _sha256(_shallow_text(raw)).digest(), None


def canonical_all(raws: Sequence[bytes]) -> list[tuple[bytes, dict[str, Any] | None]]:
    """``canonical`` of each of many ops: step by step if all of them are plain, as most are."""
    if not _is_any_deep(raws):
        with contextlib.suppress(msgspec.MsgspecError, UnicodeError):
            return [*_plain(raws)]
    return [canonical(raw) for raw in raws]


def _plain(raws: Sequence[bytes]) -> list[tuple[bytes, dict[str, Any]]]:
    """Hashes and members; raises what msgspec raises if any of the ops is not a plain object."""
    ops = [*map(_decode_op, raws)]
    seqs = [op.pop("seq", None) for op in ops]
    hashes = [digest.digest() for digest in map(_sha256, map(_encode, ops))]
    for op, seq in zip(ops, seqs, strict=True):
        if seq is not None:
            op["seq"] = seq
    return [*zip(hashes, ops, strict=True)]


def _is_any_deep(raws: Sequence[bytes]) -> bool:
    for raw in raws:
        # To take the brackets out and see what is missing takes half of the time of counting them.
        rest = raw.replace(b"{", b"").replace(b"[", b"")
        if len(raw) - len(rest) > DEPTH_MAX and framing.depth(raw) > DEPTH_MAX:
            return True
    return False


def canonical_text(raw: bytes) -> bytes:
    """The bytes that are hashed; equal for all spellings of one op, whatever its ``seq``."""
    return _raw_text(raw) if _is_any_deep([raw]) else _shallow_text(raw)


def _shallow_text(raw: bytes) -> bytes:
    try:
        op = _decode(raw)
        if isinstance(op, dict):
            op.pop("seq", None)
        return _encode(op)
    except (msgspec.MsgspecError, UnicodeError):
        return _slow_text(raw)


def is_exact(raw: bytes) -> bool:
    """Whether every reader keeps this op's numbers: no floats, integers of at most 53 bits.

    False as well for an op that is not JSON.
    """
    try:
        op = _inspect(raw)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return False
    return all(type(leaf) is not int or -INT_MAX <= leaf <= INT_MAX for leaf in _leaves(op))


def _literal_number(text: str) -> msgspec.Raw:
    return msgspec.Raw(text.encode())


def _refuse_float(text: str) -> None:
    raise msgspec.ValidationError(f"a float: {text}")


_decode = msgspec.json.Decoder(float_hook=_literal_number).decode
_decode_op = msgspec.json.Decoder(dict[str, Any], float_hook=_literal_number).decode
_inspect = msgspec.json.Decoder(float_hook=_refuse_float).decode
_encode = msgspec.json.Encoder(order="sorted").encode
_sha256 = hashlib.sha256


def _leaves(value: Any) -> Iterator[Any]:
    waiting = [value]
    while waiting:
        here = waiting.pop()
        if isinstance(here, dict):
            waiting.extend(here.values())
        elif isinstance(here, list):
            waiting.extend(here)
        else:
            yield here


def _slow_text(raw: bytes) -> bytes:
    try:
        op = json.loads(
            raw.decode(), parse_int=_int_literal, parse_float=_Literal, parse_constant=_Literal
        )
    except (ValueError, RecursionError):
        return _raw_text(raw)
    if isinstance(op, dict):
        op.pop("seq", None)
    return _write(op).encode("utf-8", "surrogatepass")


def _int_literal(text: str) -> _Literal:
    return _Literal("0" if text == "-0" else text)


def _write(value: Any) -> str:
    """Canonical text of a value from the stdlib; equal to msgspec's where msgspec has one."""
    if isinstance(value, _Literal):
        return value
    if isinstance(value, dict):
        members = (f"{_quote(name)}:{_write(value[name])}" for name in sorted(value))
        return "{" + ",".join(members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_write, value)) + "]"
    return _quote(value)


def _quote(value: str | bool | None) -> str:
    return json.dumps(value, ensure_ascii=False)


_SEQ_VALUE = re.compile(rb"\s*-?[0-9]+\s*")


def _raw_text(raw: bytes) -> bytes:
    """The bytes themselves, without the value of a top-level integer ``seq``."""
    span = framing.member_span(raw, "seq")
    if span is None or not _SEQ_VALUE.fullmatch(raw, *span):
        return _NOT_JSON + raw
    return _NOT_JSON + raw[: span[0]] + raw[span[1] :]
