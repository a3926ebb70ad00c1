"""Cutting a request into its ops, so that one bad op never spoils the others (promise 2).

msgspec cuts a good body in one pass.  It gives up on the whole body, however, when one op holds a
lone surrogate escape, NaN or very deep nesting.  Then a scanner does it that knows only strings and
brackets:

    {"incarnation": "…", "ops": [ {…}, {…NaN…}, {…} ], "seen": …}
     └── members at depth 1 ───┘ └ elements at depth 2 ┘

It runs in linear time, without recursion, and never looks into an op.
"""

import json
import re
from itertools import pairwise
from typing import TypeVar
from uuid import UUID

import msgspec
from msgspec import Struct

from fieldops_sync.wire import INT_MAX, Claimed, Heard, PushRequest, SalvageRequest, Seen

Span = tuple[int, int]
"""From (inclusive) and to (exclusive), in bytes."""


_Request = TypeVar("_Request", PushRequest, SalvageRequest)


class FramingError(ValueError):
    """The outer object of a body cannot be read, so its ops cannot be told apart."""


class Frame(Struct, frozen=True):
    """A push request whose ops are still the raw bytes that were sent."""

    incarnation: UUID
    seen: Seen | None
    now: Claimed | None
    ops: list[bytes]
    heard: Heard | None = None


class SalvageFrame(Struct, frozen=True):
    """A salvage request whose ops are still the raw bytes that were sent."""

    device: UUID
    incarnation: UUID
    nonce: str
    signature: str
    ops: list[bytes]


_decode_push = msgspec.json.Decoder(PushRequest).decode
_decode_salvage = msgspec.json.Decoder(SalvageRequest).decode
_UNREADABLE = (msgspec.MsgspecError, UnicodeError, RecursionError)


def split(body: bytes) -> Frame:
    """Cut a push body; raises FramingError when its outer object cannot be read."""
    try:
        push = _decode_push(body)
        ops = [bytes(op) for op in push.ops]
    except _UNREADABLE:
        header, ops = _cut(body)
        push = _header(PushRequest, header)
    return Frame(push.incarnation, push.seen, push.now, ops, push.heard)


def split_salvage(body: bytes) -> SalvageFrame:
    """Cut a salvage body; raises FramingError when its outer object cannot be read."""
    try:
        salvage = _decode_salvage(body)
        ops = [bytes(op) for op in salvage.ops]
    except _UNREADABLE:
        header, ops = _cut(body)
        salvage = _header(SalvageRequest, header)
    return SalvageFrame(salvage.device, salvage.incarnation, salvage.nonce, salvage.signature, ops)


def peek_id(raw: bytes) -> UUID | None:
    """The id of an op that does not decode, if it can be made out."""
    text = _peek(raw, "id")
    try:
        return UUID(json.loads(text)) if text.startswith(b'"') else None
    except ValueError:
        return None


def peek_seq(raw: bytes) -> int | None:
    """The seq (1 to ``INT_MAX``) of an op that does not decode, if it can be made out."""
    text = _peek(raw, "seq")
    if not re.fullmatch(rb"[1-9][0-9]{0,15}", text):
        return None
    number = int(text)
    return number if number <= INT_MAX else None


def member_span(raw: bytes, name: str) -> Span | None:
    """Where the value of a member of a JSON object stands; of equal names, the last one."""
    try:
        return _members(raw).get(name)
    except FramingError:
        return None


def depth(raw: bytes) -> int:
    """How deep the brackets of a JSON text are nested; strings do not count."""
    here = deepest = 0
    for token in _TOKEN.finditer(raw):
        first = raw[token.start()]
        if first in _OPEN:
            here += 1
            deepest = max(deepest, here)
        elif first in _CLOSE:
            here -= 1
    return deepest


_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[\[\]{},]', re.DOTALL)
"""A string (an unfinished one runs to the end, which keeps this linear), a bracket or a comma."""
_MEMBER = re.compile(rb'\s*("[^"\\]*+(?:\\.[^"\\]*+)*+")\s*:', re.DOTALL)
_BLANK = re.compile(rb"[ \t\r\n]*")
_OPEN, _CLOSE, _COMMA = b"[{", b"]}", ord(",")


def _header(kind: type[_Request], header: bytes) -> _Request:
    try:
        return msgspec.json.decode(header, type=kind)
    except _UNREADABLE as error:
        raise FramingError(str(error)) from error


def _cut(body: bytes) -> tuple[bytes, list[bytes]]:
    """The body with an empty list of ops, and the ops."""
    members = _members(body)
    if "ops" not in members:
        raise FramingError("the member ops is missing")
    start, _ = members.pop("ops")
    ops = [body[slice(*span)] for span in _elements(body, start, b"[")]
    header = [json.dumps(name).encode() + b":" + body[slice(*s)] for name, s in members.items()]
    return b"{" + b",".join([*header, b'"ops":[]']) + b"}", ops


def _peek(raw: bytes, name: str) -> bytes:
    span = member_span(raw, name)
    return raw[slice(*span)] if span else b""


def _members(body: bytes) -> dict[str, Span]:
    start = _skip_blank(body, 0)
    members: dict[str, Span] = {}
    for begin, end in _elements(body, start, b"{", to_end=True):
        name = _MEMBER.match(body, begin, end)
        if name is None:
            raise FramingError(f"no member name at byte {begin}")
        members[_name(name[1])] = (_skip_blank(body, name.end()), end)
    return members


def _name(quoted: bytes) -> str:
    try:
        return str(json.loads(quoted))
    except ValueError:
        return quoted.decode("latin-1")


def _elements(body: bytes, start: int, bracket: bytes, *, to_end: bool = False) -> list[Span]:
    """The elements of the container that begins at ``start``, without the blanks around them."""
    if body[start : start + 1] != bracket:
        raise FramingError(f"no {bracket.decode()} at byte {start}")
    cuts, close = _scan(body, start)
    if to_end and _skip_blank(body, close + 1) != len(body):
        raise FramingError(f"something follows the end at byte {close + 1}")
    edges = [start, *cuts, close]
    spans = [_trim(body, left + 1, right) for left, right in pairwise(edges)]
    if len(spans) == 1 and spans[0][0] == spans[0][1]:
        return []
    if any(begin == end for begin, end in spans):
        raise FramingError(f"an empty element in the container at byte {start}")
    return spans


def _scan(body: bytes, start: int) -> tuple[list[int], int]:
    """Where the commas of the container at ``start`` stand, and where it closes."""
    commas: list[int] = []
    here = 0
    for token in _TOKEN.finditer(body, start):
        at = token.start()
        first = body[at]
        if first in _OPEN:
            here += 1
        elif first in _CLOSE:
            here -= 1
            if here == 0:
                return commas, at
        elif first == _COMMA and here == 1:
            commas.append(at)
    raise FramingError(f"the container at byte {start} never ends")


def _trim(body: bytes, begin: int, end: int) -> Span:
    begin = min(_skip_blank(body, begin), end)
    while end > begin and body[end - 1] in b" \t\r\n":
        end -= 1
    return begin, end


def _skip_blank(body: bytes, at: int) -> int:
    blank = _BLANK.match(body, at)
    return blank.end() if blank else at
