"""A picture of a site and where it is (``/api/v1/sites/{site}/map``): thin handlers."""

import asyncio
from typing import Annotated
from uuid import UUID

from litestar import Response, delete, get, put
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Meta, Struct
from sqlmodel import Session

from fieldops.flow import sitemaps
from fieldops.flow.audience import Audience
from fieldops.flow.sitemaps import Drawn, MapView
from fieldops.model.access import Person, Role
from fieldops.model.problem import ProblemError, problem
from fieldops.pictures.box import Box, Grant
from fieldops.rules.access import READERS
from fieldops.store.blobs.interface import is_name
from fieldops.store.maps import Edges
from fieldops.web import ranges
from fieldops.web.bodies import AnyRequest, read_json
from fieldops.web.core import Core
from fieldops.web.described import answering
from fieldops.web.desk import core_of, look_at, shown, write
from fieldops.web.documented import documented
from fieldops.web.policy import person

_LOOK = person(*READERS)
_SETUP = person(Role.OPS, Role.ADMINISTRATOR)
PICTURE_BYTES_MAX = 3 * 1024 * 1024 - 64 * 1024
"""In base64 it fits into a body of 4 MiB."""
_KEPT = {
    "Cache-Control": "private, max-age=31536000, immutable",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Vary": "Authorization",
}


class NewMap(Struct, frozen=True):
    """A picture (JPEG or PNG, as base64), north up, and the degrees (WGS 84) of its edges."""

    picture: Annotated[bytes, Meta(min_length=1, max_length=PICTURE_BYTES_MAX)]
    edges: Edges


@put(
    "/sites/{site:uuid}/map",
    opt={"policy": _SETUP},
    operation_class=documented(MapView, takes=NewMap, more=("not-found",)),
)
async def set_map(request: AnyRequest, site: FromPath[UUID]) -> Response[bytes]:
    """Set the picture of a site; it is decoded in a process that can do nothing else."""
    core = core_of(request)
    asked = await read_json(request, NewMap, core.limits)
    sitemaps.check(asked.edges)
    drawn = await asyncio.get_running_loop().run_in_executor(
        core.reporting, _draw, core, asked.picture
    )

    def job(session: Session, who: Person, now_ms: int) -> MapView:
        return sitemaps.set_map(session, who, site, drawn, asked.edges, now_ms)

    return await write(request, job)


def _draw(core: Core, picture: bytes) -> Drawn:
    given = core.settings.pictures
    box = Box(Grant(given.budget_s, given.memory_mb, given.pixels_max, len(picture)))
    try:
        return sitemaps.draw(box.look, picture)
    finally:
        box.close()


@delete(
    "/sites/{site:uuid}/map",
    opt={"policy": _SETUP},
    status_code=200,
    operation_class=documented(dict[str, bool], more=("not-found",)),
)
async def drop_map(request: AnyRequest, site: FromPath[UUID]) -> Response[bytes]:
    """Take the picture of a site away."""
    return await write(request, lambda s, who, now: {"dropped": sitemaps.drop(s, who, site, now)})


@get(
    "/sites/{site:uuid}/map",
    opt={"policy": _LOOK},
    operation_class=documented(MapView | None, more=("not-found",)),
)
async def site_map(request: AnyRequest, site: FromPath[UUID]) -> Response[bytes]:
    """Where the edges of a site's picture are, and its address; null where it has none."""
    return await look_at(request, lambda who: sitemaps.one(who, site))


@get(
    "/sites/{site:uuid}/map/{sha256:str}",
    opt={"policy": _LOOK},
    operation_class=answering(sitemaps.MIME),
)
async def picture(
    request: AnyRequest, site: FromPath[UUID], sha256: FromPath[str]
) -> Response[bytes]:
    """The picture; what has this address never changes."""

    def query(who: Audience) -> bytes:
        if not is_name(sha256):
            raise ProblemError(problem("not-found"))
        return sitemaps.picture(who, site, sha256)

    found = await shown(request, query)
    tag = ranges.etag(sha256)
    headers = _KEPT | {"ETag": tag, "Content-Disposition": 'inline; filename="map.jpg"'}
    if ranges.is_known(request.headers, tag):
        return Response(b"", status_code=304, headers=headers)
    return Response(found, media_type=sitemaps.MIME, headers=headers)


HANDLERS: list[HTTPRouteHandler] = [set_map, drop_map, site_map, picture]
