"""Scripts and styles of our own pages: browsers keep them, and ask each time if they changed."""

import hashlib

from litestar import Response

from fieldops.web import ranges
from fieldops.web.bodies import AnyRequest

_HEADERS = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}


def script(request: AnyRequest, text: str) -> Response[bytes]:
    """A script, or that the browser has it."""
    return _answer(request, text, "text/javascript")


def style(request: AnyRequest, text: str) -> Response[bytes]:
    """A style sheet, or that the browser has it."""
    return _answer(request, text, "text/css")


def _answer(request: AnyRequest, text: str, mime: str) -> Response[bytes]:
    body = text.encode()
    tag = ranges.etag(hashlib.sha256(body).hexdigest())
    known = ranges.is_known(request.headers, tag)
    return Response(
        b"" if known else body,
        status_code=304 if known else 200,
        headers={**_HEADERS, "ETag": tag},
        media_type=mime,
    )
