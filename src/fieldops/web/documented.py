"""What the OpenAPI document says of routes that answer with JSON.

    @patch("/sites/{site:uuid}", opt={"policy": _SETUP},
           operation_class=documented(Edited, takes=SiteSet, edits=True, more=("site-closed",)))

Handlers read their bodies and write their answers themselves (``bodies``), so Litestar sees bytes;
here a route says what these hold, and which problems are its own.  What every route can answer
follows from its policy (``document``).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, cast

import msgspec
from litestar.openapi.spec import (
    OpenAPIHeader,
    OpenAPIMediaType,
    OpenAPIResponse,
    Operation,
    Parameter,
    Reference,
    RequestBody,
    Schema,
)

from fieldops_sync.wire import Problem

JSON = "application/json"
SLUGS = "x-problems"
"""Where an operation names its own problems until the document is put together."""
OF_BODIES = ("body-undecodable", "body-too-large", "decompression-ratio", "unsupported-encoding")
OF_EDITS = (
    "not-found",
    "revision-changed",
    "revision-required",
    "record-voided",
    "id-reused",
    "transition",
)
_IF_MATCH = "the ETag that the edit was made on; `*` is whatever stands (RFC 9110, 13.1.1)"
_IF_NONE_MATCH = "304 if this is still the ETag (RFC 9110, 13.1.2)"
_declared: dict[Any, None] = {Problem: None}
"""Every type that some route answers with or takes, in the order of their modules."""


def documented(
    answer: Any,
    status: int = 200,
    *,
    takes: Any = None,
    edits: bool = False,
    tagged: bool = False,
    more: Sequence[str] = (),
) -> type[Operation]:
    """How a route is described that answers with ``answer`` as JSON, or with None without a body.

    ``takes`` is its body; ``edits`` says that it goes through ``flow.edits`` (If-Match, ETag);
    ``tagged`` that it answers with an ETag and takes If-None-Match; ``more`` are its own problems.
    """
    for one in (answer, takes):
        if one is not None:
            _declared[one] = None
    own = [*more, *(OF_EDITS if edits else ()), *(() if takes is None else OF_BODIES)]

    @dataclass
    class Documented(Operation):
        """The handler's operation with what it really takes and answers."""

        slugs: list[str] = field(default_factory=lambda: own, metadata={"alias": SLUGS})

        def __post_init__(self) -> None:
            self.responses = {str(status): _success(answer, edits or tagged)}
            if tagged:
                self.responses["304"] = OpenAPIResponse("The caller has it", headers=_tag())
            given = list(self.parameters or ())
            self.parameters = [*given, *_conditions(edits, tagged, given)]
            if takes is not None:
                body = {JSON: OpenAPIMediaType(schema=_schema(takes))}
                self.request_body = RequestBody(content=body, required=True)

    return Documented


def schemas() -> dict[str, Any]:
    """The schemas that routes refer to, by name."""
    return _schemas()[1]


def _success(answer: Any, has_tag: bool) -> OpenAPIResponse:
    content = None if answer is None else {JSON: OpenAPIMediaType(schema=_schema(answer))}
    return OpenAPIResponse("Done", content=content, headers=_tag() if has_tag else None)


def _tag() -> dict[str, OpenAPIHeader | Reference]:
    why = "the record's revision, a strong tag: what the next If-Match names"
    return {"ETag": OpenAPIHeader(schema=_raw({"type": "string"}), description=why)}


def _conditions(edits: bool, tagged: bool, given: Sequence[Any]) -> list[Parameter]:
    """The headers that a route takes and its handler does not declare."""
    wanted = {"If-Match": _IF_MATCH} if edits else {}
    wanted |= {"If-None-Match": _IF_NONE_MATCH} if tagged else {}
    declared = {getattr(one, "name", "") for one in given}
    text = _raw({"type": "string", "maxLength": 1000})
    return [
        Parameter(name=name, param_in="header", schema=text, description=why)
        for name, why in wanted.items()
        if name not in declared
    ]


def _schema(kind: Any) -> Schema:
    return _raw(_schemas()[0][kind])


@cache
def _schemas() -> tuple[dict[Any, dict[str, Any]], dict[str, Any]]:
    """Each declared type's schema, and the components that these refer to."""
    kinds = list(_declared)
    found, shared = msgspec.json.schema_components(
        kinds, schema_hook=_any, ref_template="#/components/schemas/{name}"
    )
    return dict(zip(kinds, found, strict=True)), shared


def _any(_kind: type) -> dict[str, Any]:
    """What a struct leaves open: ``object``, or raw JSON."""
    return {"description": "any JSON"}


def _raw(schema: dict[str, Any]) -> Schema:
    """A schema as msgspec words it (JSON Schema 2020-12, which OpenAPI 3.1 takes as it is)."""
    return cast("Schema", schema)
