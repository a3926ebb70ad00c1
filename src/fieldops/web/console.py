"""The console: its page at every address of it, and the parts of that page."""

from urllib.parse import urlencode

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from fieldops.console.pages import PAGES, POLICY, Part, index, part
from fieldops.model.problem import ProblemError, problem
from fieldops.web.bodies import AnyRequest
from fieldops.web.origin import may_be_known
from fieldops.web.policy import PUBLIC
from fieldops.web.signinpage import HERE

_OPT = {"policy": PUBLIC}
_GUARDS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
_PAGE = {**_GUARDS, "Cache-Control": "no-cache", "Content-Security-Policy": POLICY}
_KEPT = {**_GUARDS, "Cache-Control": "public, max-age=31536000, immutable"}
"""The name of such a file changes with its content."""
_ADDRESSES = ["/", *(f"/{name}" for name in PAGES), *(f"/{name}/{{rest:path}}" for name in PAGES)]


@get(_ADDRESSES, opt=_OPT, include_in_schema=False)
async def page(request: AnyRequest) -> Response[bytes]:
    """The console; which page of it is shown, the browser reads from its address.

    Whoever has no session for certain is led to the sign-in, and back here afterwards.
    """
    if may_be_known(request):
        return _answer(request, index(), _PAGE)
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    headers = {"Location": f"{HERE}?{urlencode({'to': here})}", "Cache-Control": "no-store"}
    return Response(b"", status_code=303, headers=headers)


@get("/assets/{name:str}", opt=_OPT, include_in_schema=False)
async def asset(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """A script, a style or a picture of the console."""
    return _answer(request, _found(f"assets/{name}"), _KEPT)


@get("/favicon.svg", opt=_OPT, include_in_schema=False)
async def icon(request: AnyRequest) -> Response[bytes]:
    """The picture of a browser's tab."""
    return _answer(request, _found("favicon.svg"), {**_GUARDS, "Cache-Control": "no-cache"})


def _found(name: str) -> Part:
    found = part(name)
    if found is None:
        raise ProblemError(problem("not-found"))
    return found


def _answer(request: AnyRequest, found: Part, headers: dict[str, str]) -> Response[bytes]:
    told = {**headers, "ETag": found.tag, "Vary": "Accept-Encoding"}
    if request.headers.get("if-none-match") == found.tag:
        return Response(b"", status_code=304, headers=told)
    body = found.body
    if found.packed and "gzip" in request.headers.get("accept-encoding", ""):
        body, told["Content-Encoding"] = found.packed, "gzip"
    return Response(body, media_type=found.media_type, headers=told)


HANDLERS: list[HTTPRouteHandler] = [page, asset, icon]
