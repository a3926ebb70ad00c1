"""What the OpenAPI document says of routes that answer with bytes instead of JSON.

    @route(..., operation_class=answering("image/webp", in_parts=True, more=(410,)))

Litestar would call every answer JSON.  Raw bytes have a media type and no schema (OpenAPI 3.1.0,
"Considerations for File Uploads" and "Media Type Object").
"""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from litestar.openapi.spec import (
    OpenAPIHeader,
    OpenAPIMediaType,
    OpenAPIResponse,
    OpenAPIType,
    Operation,
    Parameter,
    Reference,
    Schema,
)

PROBLEM = "application/problem+json"
_PROBLEMS = (401, 403, 404, 503)
_TEXT = Schema(type=OpenAPIType.STRING)
_PROBLEM = Schema(
    type=OpenAPIType.OBJECT,
    description='RFC 9457; PROTOCOL.md, "Problems", lists every type',
    required=["type", "title", "status"],
    properties={
        "type": Schema(type=OpenAPIType.STRING, description="urn:fieldops:problem: and a slug"),
        "title": _TEXT,
        "status": Schema(type=OpenAPIType.INTEGER),
        "detail": _TEXT,
        "titles": Schema(type=OpenAPIType.OBJECT, description="the title in zh-CN and en"),
        "extra": Schema(type=OpenAPIType.OBJECT, description="the members of this occurrence"),
        "details": Schema(type=OpenAPIType.OBJECT, description="the detail in zh-CN and en"),
    },
)
_KEPT = {
    "ETag": "the SHA-256 of the bytes, a strong tag",
    "Cache-Control": "how long a browser may keep them",
    "Content-Disposition": "a file name; originals are attachments",
}
_WHOLE = {"Content-Length": "in bytes"}
_PARTS = {"Accept-Ranges": "bytes"}
_CONDITIONS = {
    "Range": "one range of bytes (RFC 9110, 14); several are answered by the whole",
    "If-Range": "the part only if this is still the ETag",
    "If-None-Match": "304 if the caller has these bytes",
}


def answering(
    *mimes: str,
    in_parts: bool = False,
    more: Sequence[int] = (),
    query: Sequence[str] = (),
) -> type[Operation]:
    """How a route is described that answers with bytes of one of these media types.

    ``in_parts`` says that it takes ranges and conditions, ``more`` are statuses of problems
    beside those of every route, ``query`` are parameters that must be given.
    """
    responses = _successes(mimes, in_parts)
    statuses = {*_PROBLEMS, *more, *((416,) if in_parts else ())}
    responses |= {str(one): _problem(HTTPStatus(one)) for one in sorted(statuses)}
    parameters = [_parameter(name, "query", "", is_required=True) for name in query]
    if in_parts:
        parameters += [_parameter(name, "header", why) for name, why in _CONDITIONS.items()]

    @dataclass
    class Answering(Operation):
        """The handler's operation with what it really answers."""

        def __post_init__(self) -> None:
            self.responses = {**responses}
            self.parameters = [*(self.parameters or ()), *parameters]

    return Answering


def _successes(mimes: Sequence[str], in_parts: bool) -> dict[str, OpenAPIResponse]:
    content = {mime: OpenAPIMediaType() for mime in mimes}
    if not in_parts:
        kept = {name: _KEPT[name] for name in ("Cache-Control", "Content-Disposition")}
        return {"200": OpenAPIResponse("All of it", content=content, headers=_headers(kept))}
    whole = _KEPT | _WHOLE | _PARTS
    part = whole | {"Content-Range": "which part, of how many bytes"}
    return {
        "200": OpenAPIResponse("All of it", content=content, headers=_headers(whole)),
        "206": OpenAPIResponse("The part asked for", content=content, headers=_headers(part)),
        "304": OpenAPIResponse("The caller has these bytes", headers=_headers(_KEPT)),
    }


def _headers(named: dict[str, str]) -> dict[str, OpenAPIHeader | Reference]:
    return {name: OpenAPIHeader(schema=_TEXT, description=why) for name, why in named.items()}


def _problem(status: HTTPStatus) -> OpenAPIResponse:
    return OpenAPIResponse(status.phrase, content={PROBLEM: OpenAPIMediaType(schema=_PROBLEM)})


def _parameter(name: str, where: str, why: str, is_required: bool = False) -> Parameter:
    return Parameter(
        name=name, param_in=where, schema=_TEXT, required=is_required, description=why or None
    )
