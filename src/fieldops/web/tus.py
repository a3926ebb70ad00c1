"""tus 1.0 over HTTP (https://tus.io/protocols/resumable-upload): thin handlers around `Uploads`.

Bodies are streamed, never held.  When an upload is refused early, a bounded part of the body is
read away first: many clients see a broken connection otherwise, and no answer.
"""

import asyncio
import base64
import binascii
import contextlib
import re
import time
from collections.abc import AsyncIterator
from email.utils import formatdate
from typing import Any, cast
from uuid import UUID

from litestar import Response, delete, head, patch, post, route
from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler
from litestar.middleware import ASGIMiddleware
from litestar.params import FromPath
from litestar.types import ASGIApp, HTTPReceiveMessage, Message, Receive, Scope, Send

from fieldops.flow.begin import Wanted
from fieldops.flow.holders import Cut
from fieldops.flow.receive import Algorithm, Checksum, Part
from fieldops.flow.upload import Uploads
from fieldops.model.problem import ProblemError, problem
from fieldops.model.said import Said, at
from fieldops.store.uploads import UploadRow
from fieldops.web.addresses import reached_at
from fieldops.web.bodies import AnyRequest
from fieldops.web.core import Core
from fieldops.web.documented import documented
from fieldops.web.policy import DEVICE_UPLOAD, PUBLIC

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,expiration,checksum,termination"
_DIGEST_BYTES: dict[str, int] = {"sha1": 20, "sha256": 32}
_BODY_TYPE = "application/offset+octet-stream"
_METADATA_MAX = 4096
"""Characters; `Upload-Metadata` comes back with every HEAD."""
_NUMBER_DIGITS_MAX = 15
_MORE = (
    "tus-version",
    "upload-type",
    "unsupported-encoding",
    "upload-offset",
    "upload-gone",
    "upload-locked",
    "upload-too-large",
    "uploads-too-many",
    "media-hash-mismatch",
    "chunk-checksum-mismatch",
    "body-undecodable",
    "store-down",
)
"""What an upload may be answered."""
_DRAIN_BYTES = 8 * 1024 * 1024
_DRAIN_S = 2.0


class TusMiddleware(ASGIMiddleware):
    """Every answer names the version; an early refusal reads away what is still coming."""

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        more = True

        async def counted() -> Any:
            nonlocal more
            message = await receive()
            more = message["type"] == "http.request" and bool(message.get("more_body"))
            return message

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                if message["status"] >= 400 and more:
                    await _drain(receive)
                headers = [(b"tus-resumable", VERSION.encode())]
                if message["status"] == 412:
                    headers.append((b"tus-version", VERSION.encode()))
                message["headers"] = [*message["headers"], *headers]
            await send(message)

        await next_app(scope, cast(Receive, counted), named)


@route(
    ["/uploads", "/uploads/{upload:str}"],
    http_method=HttpMethod.OPTIONS,
    opt={"policy": PUBLIC},
    status_code=204,
    include_in_schema=False,
)
async def capabilities(request: AnyRequest) -> Response[None]:
    """What this server can do."""
    headers = {
        "Tus-Resumable": VERSION,
        "Tus-Version": VERSION,
        "Tus-Extension": EXTENSIONS,
        "Tus-Max-Size": str(_core(request).limits.photo_bytes),
        "Tus-Checksum-Algorithm": ",".join(_DIGEST_BYTES),
    }
    return Response(None, status_code=204, headers=headers)


@post(
    "/uploads",
    opt={"policy": DEVICE_UPLOAD},
    middleware=[TusMiddleware()],
    status_code=201,
    operation_class=documented(None, 201, more=_MORE),
)
async def create(request: AnyRequest) -> Response[bytes]:
    """Begin an upload; a body is its first part."""
    _check_version(request)
    size_bytes = _number(request, "upload-length")
    text = request.headers.get("upload-metadata", "")
    sha256, mime = _photo(text)
    part = _part(request, 0) if _has_body(request) else None
    uploads, device = _uploads(request), request.user.device
    row = await uploads.create(
        Wanted(device, sha256, size_bytes, mime, text), is_late=part is not None
    )
    if part is not None:
        row = await uploads.write_first(row, part, _stream(request))
    url = f"{uploads_url(request)}/{row.id}"
    return Response(b"", status_code=201, headers={"Location": url, **_standing(row)})


@head(
    "/uploads/{upload:str}",
    opt={"policy": DEVICE_UPLOAD},
    middleware=[TusMiddleware()],
    operation_class=documented(None, more=_MORE),
)
async def stand(request: AnyRequest, upload: FromPath[str]) -> Response[None]:
    """Where to go on."""
    _check_version(request)
    row = await _uploads(request).head(request.user.device, _id(upload))
    headers = {**_standing(row), "Upload-Length": str(row.size_bytes)}
    return Response(None, headers={**headers, "Upload-Metadata": row.metadata})


@patch(
    "/uploads/{upload:str}",
    opt={"policy": DEVICE_UPLOAD},
    middleware=[TusMiddleware()],
    status_code=204,
    operation_class=documented(None, 204, more=_MORE),
)
async def write(request: AnyRequest, upload: FromPath[str]) -> Response[None]:
    """Take the next part; the last one is answered once everything is stored."""
    return await _write(request, upload)


@delete(
    "/uploads/{upload:str}",
    opt={"policy": DEVICE_UPLOAD},
    middleware=[TusMiddleware()],
    status_code=204,
    operation_class=documented(None, 204, more=_MORE),
)
async def end(request: AnyRequest, upload: FromPath[str]) -> Response[None]:
    """Give an upload up."""
    return await _end(request, upload)


@post(
    "/uploads/{upload:str}",
    opt={"policy": DEVICE_UPLOAD},
    middleware=[TusMiddleware()],
    status_code=204,
    operation_class=documented(None, 204, more=_MORE),
)
async def overridden(request: AnyRequest, upload: FromPath[str]) -> Response[None]:
    """``X-HTTP-Method-Override``, for clients behind proxies that know neither PATCH nor DELETE."""
    method = request.headers.get("x-http-method-override", "").upper()
    if method == "PATCH":
        return await _write(request, upload)
    if method == "DELETE":
        return await _end(request, upload)
    raise ProblemError(problem("method-not-allowed", allow="HEAD, PATCH, DELETE, OPTIONS"))


HANDLERS: list[HTTPRouteHandler] = [capabilities, create, stand, write, end, overridden]


def uploads_url(request: AnyRequest) -> str:
    """The absolute address that uploads are created at, as this caller reaches the server."""
    return f"{reached_at(request)}/sync/v1/uploads"


async def _write(request: AnyRequest, upload: str) -> Response[None]:
    _check_version(request)
    part = _part(request, _number(request, "upload-offset"))
    device = request.user.device
    row = await _uploads(request).write(device, _id(upload), part, _stream(request))
    return Response(None, status_code=204, headers=_standing(row))


async def _end(request: AnyRequest, upload: str) -> Response[None]:
    _check_version(request)
    await _uploads(request).end(request.user.device, _id(upload))
    return Response(None, status_code=204, headers={"Cache-Control": "no-store"})


def _core(request: AnyRequest) -> Core:
    core: Core = request.app.state.core
    return core


def _uploads(request: AnyRequest) -> Uploads:
    return _core(request).uploads


def _standing(row: UploadRow) -> dict[str, str]:
    headers = {"Upload-Offset": str(row.offset_bytes), "Cache-Control": "no-store"}
    if row.state == "open":
        headers["Upload-Expires"] = formatdate(row.expires_ms / 1000, usegmt=True)
    return headers


def _check_version(request: AnyRequest) -> None:
    if request.headers.get("tus-resumable") != VERSION:
        raise ProblemError(problem("tus-version", versions=[VERSION]))


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise ProblemError(problem("not-found")) from error


def _number(request: AnyRequest, name: str) -> int:
    text = request.headers.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= _NUMBER_DIGITS_MAX):
        raise _wrong(name, Said("须为字节数", "must be a number of bytes"))
    return int(text)


def _photo(metadata: str) -> tuple[bytes, str]:
    """SHA-256 and media type of what is announced."""
    pairs = (pair.strip().partition(" ") for pair in metadata.split(","))
    given = {key: value for key, _, value in pairs}
    sha256, mime = _text(given.get("sha256", "")), _text(given.get("filetype", ""))
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        why = Said(
            "sha256 须为 64 位小写十六进制数字", "sha256 must be 64 lower-case hexadecimal digits"
        )
        raise _wrong("upload-metadata", why)
    if len(mime) > 100 or not mime.isprintable() or len(metadata) > _METADATA_MAX:
        why = Said("filetype 须为媒体类型", "filetype must be a media type")
        raise _wrong("upload-metadata", why)
    return bytes.fromhex(sha256), mime or "application/octet-stream"


def _text(value: str) -> str:
    try:
        return base64.b64decode(value, validate=True).decode()
    except ValueError as error:
        why = Said("各值须为 UTF-8 的 Base64 编码", "values must be base64 of UTF-8")
        raise _wrong("upload-metadata", why) from error


def _part(request: AnyRequest, offset: int) -> Part:
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != _BODY_TYPE:
        raise ProblemError(problem("upload-type", accepted=_BODY_TYPE))
    if request.headers.get("content-encoding", "").strip().lower() not in ("", "identity"):
        # Offsets count the bytes of the photo: a packed part would end as another photo.
        raise ProblemError(problem("unsupported-encoding", encodings=["identity"]))
    length = request.headers.get("content-length", "")
    return Part(offset, _checksum(request), int(length) if length.isdigit() else None)


def _checksum(request: AnyRequest) -> Checksum | None:
    given = request.headers.get("upload-checksum")
    if given is None:
        return None
    algorithm, _, text = given.strip().partition(" ")
    try:
        digest = base64.b64decode(text, validate=True)
    except binascii.Error:
        digest = b""
    if len(digest) != _DIGEST_BYTES.get(algorithm, 0) or not digest:
        known = ", ".join(_DIGEST_BYTES)
        why = Said(f"须为 {known} 之一，Base64 编码", f"must be one of {known}, in base64")
        raise _wrong("upload-checksum", why)
    return Checksum(cast(Algorithm, algorithm), digest)


def _has_body(request: AnyRequest) -> bool:
    """Whether a first part comes along: said by its length, or by a transfer coding."""
    length = request.headers.get("content-length", "0")
    return length != "0" or "transfer-encoding" in request.headers


def _wrong(header: str, why: Said) -> ProblemError:
    return ProblemError(problem("validation", at(header, why), members=[header]))


async def _stream(request: AnyRequest) -> AsyncIterator[bytes]:
    """The body's chunks as they come; raises ``Cut`` when the connection breaks."""
    while True:
        message: HTTPReceiveMessage = await request.receive()  # type: ignore[assignment]
        if message["type"] == "http.disconnect":
            raise Cut
        if body := message["body"]:
            yield body
        if not message.get("more_body", False):
            return


async def _drain(receive: Receive) -> None:
    """Read away what is still coming, within bounds."""
    size_bytes, until_s = 0, time.monotonic() + _DRAIN_S
    with contextlib.suppress(TimeoutError):
        while size_bytes < _DRAIN_BYTES:
            left_s = until_s - time.monotonic()
            message: Any = await asyncio.wait_for(receive(), max(left_s, 0))
            size_bytes += len(message.get("body", b""))
            if message["type"] != "http.request" or not message.get("more_body", False):
                return
