"""Photos' plan and status (``/sync/v1/media``): thin handlers; HTTP.md is their text."""

import asyncio
from typing import Annotated

from litestar import Response, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Meta
from sqlmodel import Session

from fieldops.flow import media
from fieldops.flow.begin import Wanted
from fieldops.model.problem import ProblemError, problem
from fieldops.store.blobs.interface import is_name
from fieldops.web.auth import read
from fieldops.web.bodies import AnyRequest, read_json, respond
from fieldops.web.core import Core
from fieldops.web.documented import documented
from fieldops.web.policy import DEVICE, DEVICE_UPLOAD
from fieldops.web.tus import uploads_url
from fieldops_sync.mediawire import MediaItem, MediaPlan, MediaSent, MediaStatus
from fieldops_sync.wire import Sha256

ITEMS_MAX = 1000
"""Photos asked about in one call: more than one walk has."""
_Items = Annotated[list[MediaItem], Meta(max_length=ITEMS_MAX)]
_Hashes = Annotated[list[Sha256], Meta(max_length=ITEMS_MAX)]


@post(
    "/media/plan",
    opt={"policy": DEVICE},
    status_code=200,
    operation_class=documented(list[MediaPlan], takes=_Items),
)
async def plan(request: AnyRequest) -> Response[bytes]:
    """Which photos to send, and where."""
    core: Core = request.app.state.core
    items: list[MediaItem] = await read_json(request, _Items, core.limits)
    device = request.user.device
    ways = media.Ways(uploads_url(request), core.limits.photo_bytes, core.direct)

    def job(session: Session) -> list[MediaPlan]:
        return media.plan(session, device, items, ways, core.clock())

    # What it has begun a moment ago is named.
    await core.uploads.written(device)
    return respond(request, await asyncio.wrap_future(core.store.write(job)))


@post(
    "/media/status",
    opt={"policy": DEVICE},
    status_code=200,
    operation_class=documented(list[MediaStatus], takes=_Hashes),
)
async def status(request: AnyRequest) -> Response[bytes]:
    """Where photos stand; only ``stored`` lets a tablet forget."""
    core: Core = request.app.state.core
    hashes: list[str] = await read_json(request, _Hashes, core.limits)
    device = request.user.device

    def query(session: Session) -> list[MediaStatus]:
        return media.status(session, device, hashes, core.clock())

    return respond(request, await read(core, query))


@post(
    "/media/{sha256:str}/complete",
    opt={"policy": DEVICE_UPLOAD},
    status_code=200,
    operation_class=documented(
        MediaStatus,
        takes=MediaSent,
        more=("media-hash-mismatch", "upload-too-large", "upload-gone", "store-down"),
    ),
)
async def complete(request: AnyRequest, sha256: FromPath[str]) -> Response[bytes]:
    """A signed PUT is through: verify the bytes and store them."""
    core: Core = request.app.state.core
    sent = await read_json(request, MediaSent, core.limits)
    if not is_name(sha256):
        raise ProblemError(problem("not-found"))
    wanted = Wanted(request.user.device, bytes.fromhex(sha256), sent.size, sent.mime)
    await core.uploads.complete(wanted)
    return respond(request, MediaStatus(sha256, "stored"))


HANDLERS: list[HTTPRouteHandler] = [plan, status, complete]
