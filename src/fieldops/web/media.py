"""Photos' plan and status (``/sync/v1/media``): thin handlers; HTTP.md is their text."""

import asyncio
from typing import Annotated

from litestar import Response, post
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta
from sqlmodel import Session

from fieldops.flow import media
from fieldops.web.auth import read
from fieldops.web.bodies import AnyRequest, read_json, respond
from fieldops.web.core import Core
from fieldops.web.policy import DEVICE
from fieldops.web.tus import uploads_url
from fieldops_sync.wire import MediaItem, MediaPlan, MediaStatus, Sha256

ITEMS_MAX = 1000
"""Photos asked about in one call: more than one walk has."""
_Items = Annotated[list[MediaItem], Meta(max_length=ITEMS_MAX)]
_Hashes = Annotated[list[Sha256], Meta(max_length=ITEMS_MAX)]


@post("/media/plan", opt={"policy": DEVICE}, status_code=200)
async def plan(request: AnyRequest) -> Response[bytes]:
    """Which photos to send, and where."""
    core: Core = request.app.state.core
    items: list[MediaItem] = await read_json(request, _Items, core.limits)
    device, url = request.user.device, uploads_url(request)

    def job(session: Session) -> list[MediaPlan]:
        return media.plan(session, device, items, url, core.clock())

    return respond(request, await asyncio.wrap_future(core.store.write(job)))


@post("/media/status", opt={"policy": DEVICE}, status_code=200)
async def status(request: AnyRequest) -> Response[bytes]:
    """Where photos stand; only ``stored`` lets a tablet forget."""
    core: Core = request.app.state.core
    hashes: list[str] = await read_json(request, _Hashes, core.limits)
    device = request.user.device

    def query(session: Session) -> list[MediaStatus]:
        return media.status(session, device, hashes, core.clock())

    return respond(request, await read(core, query))


HANDLERS: list[HTTPRouteHandler] = [plan, status]
