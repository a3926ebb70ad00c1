"""Widgets of plugins: which there are (``/api/v1/widgets``), and their modules."""

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from fieldops.flow import widgets
from fieldops.flow.widgets import WidgetView
from fieldops.model.problem import ProblemError, problem
from fieldops.rules.access import READERS
from fieldops.web.auth import read
from fieldops.web.bodies import AnyRequest
from fieldops.web.desk import core_of, look_up
from fieldops.web.documented import documented
from fieldops.web.policy import PUBLIC, person

_ENDING = ".js"
_HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
"""The name of such a file is the hash of its content."""


@get("/widgets", opt={"policy": person(*READERS)}, operation_class=documented(list[WidgetView]))
async def listing(request: AnyRequest) -> Response[bytes]:
    """The modules that plugins have for pages of the console."""
    settings = core_of(request).settings
    return await look_up(request, lambda s, _p, _now: widgets.listed(s, settings))


@get(
    "/console/plugins/{name:str}/{file:str}",
    opt={"policy": PUBLIC},
    include_in_schema=False,
)
async def module(request: AnyRequest, name: FromPath[str], file: FromPath[str]) -> Response[bytes]:
    """A plugin's module, by the SHA-256 of its text."""
    sha256 = file.removesuffix(_ENDING)
    found = await read(core_of(request), lambda s: widgets.module(s, name, sha256))
    if found is None or sha256 == file:
        raise ProblemError(problem("not-found"))
    mime = "text/javascript"
    return Response(found.encode(), media_type=mime, headers=_HEADERS)


FILES: list[HTTPRouteHandler] = [module]
HANDLERS: list[HTTPRouteHandler] = [listing]
