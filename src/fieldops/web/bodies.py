"""Reading request bodies within bounds, and answering packed where the caller likes it."""

import re
from typing import Any, TypeVar

import msgspec
from litestar import Request, Response
from litestar.exceptions import InternalServerException

from fieldops.model.problem import ProblemError, problem
from fieldops.model.said import Said
from fieldops.rules.misfits import misfit
from fieldops.web.preferences import preferred
from fieldops_sync.bodies import BodyTooLarge, BodyUndecodable, compress, decompress
from fieldops_sync.wire import Limits

T = TypeVar("T")
_ENCODINGS = ("zstd", "gzip")
_WORTH_BYTES = 1024
"""Smaller answers travel as they are."""
AnyRequest = Request[Any, Any, Any]


async def read_body(request: AnyRequest, limits: Limits) -> bytes:
    """The unpacked body.  Raises ``ProblemError`` 413, 415 or 400 naming the limit."""
    # Several lines are one list (RFC 9110, section 5.3): packed twice is not what hello names.
    given = ", ".join(request.headers.getall("content-encoding", []))
    encoding = given.strip().lower() or "identity"
    if encoding not in (*_ENCODINGS, "identity"):
        raise ProblemError(problem("unsupported-encoding", encodings=[*_ENCODINGS]))
    packed = await _read(request, limits.batch_bytes)
    try:
        return decompress(packed, encoding, limits.batch_bytes, limits.decompression_ratio)
    except BodyTooLarge as error:
        slug = "body-too-large" if error.limit == "batch_bytes" else "decompression-ratio"
        raise ProblemError(_over(slug, error.limit, limits)) from error
    except BodyUndecodable as error:
        why = Said(f"不是 {encoding} 内容", f"not a {encoding} body")
        raise ProblemError(problem("body-undecodable", why)) from error


async def _read(request: AnyRequest, limit_bytes: int) -> bytes:
    """The body as sent; what is beyond the limit is read away so that the answer gets through."""
    parts: list[bytes] = []
    size_bytes = 0
    try:
        async for chunk in request.stream():
            size_bytes += len(chunk)
            if size_bytes <= limit_bytes:
                parts.append(chunk)
            if size_bytes > 4 * limit_bytes:
                break
    except InternalServerException as error:  # what Litestar calls a connection that broke
        why = Said("连接中断", "the connection broke")
        raise ProblemError(problem("body-undecodable", why)) from error
    if size_bytes > limit_bytes:
        raise ProblemError(problem("body-too-large", limit="batch_bytes", maximum=limit_bytes))
    return b"".join(parts)


def _over(slug: str, limit: str, limits: Limits) -> Any:
    return problem(slug, limit=limit, maximum=getattr(limits, limit))


_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""The escape of U+0000, and not a backslash before the letters u0000."""


async def read_json(
    request: AnyRequest, kind: type[T], limits: Limits, *, holds_ops: bool = False
) -> T:
    """The body as a struct.  Raises ``ProblemError`` validation naming the member.

    Only ops keep U+0000: what becomes a text column would not go into PostgreSQL.
    """
    body = await read_body(request, limits)
    request.state.body = body  # What a call is known by that is sent again (``desk.write``).
    if not holds_ops and _NUL.search(body):
        why = Said("文本含有字符 U+0000", "a text holds the character U+0000")
        raise ProblemError(problem("validation", why))
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        is_unfit = isinstance(error, msgspec.ValidationError)
        shown = misfit(str(error)) if is_unfit else Said("不是 JSON", "not JSON")
        raise ProblemError(problem("validation", shown)) from error


def respond(request: AnyRequest, value: Any, status: int = 200) -> Response[bytes]:
    """JSON, packed if the caller takes it and it is worth it; never cached."""
    return respond_with(request, msgspec.json.encode(value), status)


def respond_with(request: AnyRequest, body: bytes, status: int) -> Response[bytes]:
    """JSON that is written already, as ``respond``."""
    headers = {"Cache-Control": "no-store", "Vary": "Accept-Encoding"}
    taken = preferred(request.headers.get("accept-encoding", ""))
    chosen = next((coding for coding in _ENCODINGS if coding in taken), None)
    if chosen and len(body) >= _WORTH_BYTES:
        body = compress(body, chosen)
        headers["Content-Encoding"] = chosen
    return Response(body, status_code=status, media_type="application/json", headers=headers)
