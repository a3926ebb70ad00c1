"""The OpenAPI document as it is served: what Litestar finds out, made whole.

Litestar knows paths and parameters, ``documented`` and ``described`` what routes hold; who may call
a route and which problems follow from that stands in its policy.  A route that says nothing
answers with some JSON, and any problem.
"""

from collections import defaultdict
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from litestar import Litestar, Request
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Operation

from fieldops.model.problem import CATALOGUE, TYPE_PREFIX
from fieldops.web.cookies import SESSION
from fieldops.web.documented import JSON, SLUGS, schemas
from fieldops.web.policy import Policy, Who

PROBLEM = "application/problem+json"
_ALWAYS = ("validation", "method-not-allowed", "internal", "database-busy", "too-busy")
"""Any address may hold what cannot be read, any server may fail."""
_TOKENS = ("token-missing", "token-invalid", "token-expired")
# What a person names that is foreign is absent, wherever he names it.
_BY_POLICY: dict[Who, tuple[str, ...]] = {
    "public": (),
    "device": (*_TOKENS, "device-revoked"),
    "upload": (*_TOKENS, "device-revoked"),
    "internal": ("not-found",),
    "person": (*_TOKENS, "session-over", "cross-site", "password-due", "forbidden", "not-found"),
    "signed": ("link-invalid", "not-found"),
    "linked": ("link-invalid", "not-found"),
}
_BEARER = {
    "type": "http",
    "scheme": "bearer",
    "description": "people: POST /api/v1/session; tablets: POST /sync/v1/token",
}
_SECURITY: dict[str, list[dict[str, list[str]]]] = {
    "public": [],
    "signed": [],
    "linked": [],
    "person": [{"bearer": []}, {"cookie": []}],
}
_ITSELF = "/api/openapi"
"""Where the document is: it does not describe itself."""
_COOKIE = {
    "type": "apiKey",
    "in": "cookie",
    "name": SESSION,
    "description": "POST /api/v1/session; whatever changes anything also needs X-Fieldops: 1",
}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "sent again with the same key and body, it takes effect once and is answered as"
    " the first time",
    "schema": {"type": "string", "pattern": "^[!#-\\[\\]-~]{1,200}$"},
}
_METHODS = frozenset({"get", "head", "post", "put", "patch", "delete"})


class Document(JsonRenderPlugin):
    """Serves the whole document."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """The document as JSON."""
        return self.render_json(request, complete(openapi_schema, request.app))


def complete(document: dict[str, Any], app: Litestar) -> dict[str, Any]:
    """The document with schemas, sign-in, and for each route every answer that it can give."""
    handlers = {(path, str(method).lower()): handler for path, method, handler in _handlers(app)}
    paths = {
        path: {
            method: _whole(path, method, operation, handlers[path, method])
            if method in _METHODS
            else operation
            for method, operation in item.items()
        }
        for path, item in document["paths"].items()
        if not path.startswith(_ITSELF)
    }
    shared = document.get("components", {})
    components = {
        **shared,
        "schemas": {**shared.get("schemas", {}), **schemas()},
        "securitySchemes": {"bearer": _BEARER, "cookie": _COOKIE},
    }
    return {**document, "paths": paths, "components": components}


def _handlers(app: Litestar) -> Iterable[tuple[str, str, HTTPRouteHandler]]:
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            if isinstance(handler, HTTPRouteHandler):
                for method in handler.http_methods:
                    yield str(getattr(route, "path_format", route.path)), method, handler


def _whole(
    path: str, method: str, operation: dict[str, Any], handler: HTTPRouteHandler
) -> dict[str, Any]:
    policy: Policy = handler.opt["policy"]
    own = operation.get(SLUGS)
    answers = operation["responses"]
    if handler.operation_class is Operation:
        own = [slug for slug, kind in CATALOGUE.items() if kind.status != 404 or "{" in path]
        answers = {str(handler.status_code): {"description": "Done", "content": {JSON: {}}}}
    slugs = {*_ALWAYS, *_BY_POLICY[policy.who], *(own or ())}
    if "{" in path:
        slugs.add("not-found")
    whole = {name: value for name, value in operation.items() if name != SLUGS}
    if _is_kept(path, method, policy):
        slugs.add("key-reused")
        whole["parameters"] = [*whole.get("parameters", ()), _KEY]
    return {
        **whole,
        "tags": [_tag(path)],
        "security": _SECURITY.get(policy.who, [{"bearer": []}]),
        "responses": {**problems(slugs), **answers},
    }


def _is_kept(path: str, method: str, policy: Policy) -> bool:
    """Whether it may be sent again under its key (``desk.write``); what only looks may anyway."""
    return method == "post" and policy.who == "person" and path.startswith("/api/v1/")


def problems(slugs: Iterable[str]) -> dict[str, Any]:
    """The answers of these problems by status; each names its types."""
    by_status: dict[int, list[str]] = defaultdict(list)
    for slug in sorted(slugs):
        by_status[CATALOGUE[slug].status].append(slug)
    return {str(status): _problem(status, by_status[status]) for status in sorted(by_status)}


def _problem(status: int, slugs: list[str]) -> dict[str, Any]:
    kind = CATALOGUE[slugs[0]]
    example = {"type": TYPE_PREFIX + kind.slug, "title": kind.en, "status": status}
    types = {"type": "string", "enum": [TYPE_PREFIX + slug for slug in slugs]}
    shape = {"$ref": "#/components/schemas/Problem"}
    schema = {"allOf": [shape, {"properties": {"type": types}}]}
    known = {one.value: one.phrase for one in HTTPStatus}
    content = {PROBLEM: {"schema": schema, "example": example}}
    return {"description": known.get(status, "Checksum Mismatch"), "content": content}


def _tag(path: str) -> str:
    """What a route is about: the first word behind the version."""
    words = [word for word in path.split("/") if word]
    return words[2] if len(words) > 2 else words[-1]
