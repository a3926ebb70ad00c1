"""Looking at photos (``/api/v1/photos``): originals, derivatives, and signed links to them.

    GET /api/v1/photos/{sha256}               the original, as a file to save
    GET /api/v1/photos/{sha256}/{kind}        `thumb` (320 px) or `view` (1,600 px), to be shown
    POST /api/v1/photos/links                 addresses that an <img> opens without a token
    GET /api/v1/photos/{sha256}/{kind}/link   what these addresses are

Bytes under a hash never change, so a browser may keep them for good.  What a camera wrote is never
run or rendered in our name: no sniffing, no scripts, no frames of other origins.
"""

from typing import Annotated, Literal, cast

from litestar import Response, post, route
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Stream
from msgspec import Meta, Struct
from sqlmodel import Session

from fieldops.flow import links, photos
from fieldops.flow.outgoing import ShortFile, Source, pieces
from fieldops.flow.photos import File, Kind, Photo, Standing
from fieldops.flow.timing import rfc3339
from fieldops.model.access import Person
from fieldops.model.problem import ProblemError, problem
from fieldops.rules.access import READERS
from fieldops.rules.photonames import ORIGINALS
from fieldops.store.blobs import BlobMissing
from fieldops.store.pictures import THUMB_MIME, VIEW_MIME
from fieldops.web import ranges
from fieldops.web.auth import read
from fieldops.web.bodies import AnyRequest, read_json, respond
from fieldops.web.core import Core
from fieldops.web.described import answering
from fieldops.web.documented import documented
from fieldops.web.outflow import BEGIN_S, Outflow, streamed
from fieldops.web.policy import SIGNED, person
from fieldops_sync.wire import Sha256

LINKS_MAX = 1000
"""Links asked for in one call: more than one walk has photos."""
_LOOK = person(*READERS)
_ABSENT = (410, 500)
"""Statuses of photos that were removed in due course, or cannot be found."""
_FOR_GOOD = "private, max-age=31536000, immutable"
_GUARDED = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
}
"""What browsers are told of every photo (Fetch standard; Content Security Policy Level 3)."""


class Wanted(Struct, frozen=True):
    """A photo to make a link to."""

    sha256: Sha256
    kind: Kind = "thumb"


class WantedLinks(Struct, frozen=True):
    """The photos that a page shows."""

    photos: Annotated[list[Wanted], Meta(max_length=LINKS_MAX)]


class PhotoLink(Struct, frozen=True):
    """``url`` is the address on this server, null where nothing can be shown, as ``state`` says.

    ``unknown`` is what does not exist or is not for the caller to see.
    """

    sha256: str
    kind: Kind
    state: Standing | Literal["unknown"]
    url: str | None = None


class PhotoLinks(Struct, frozen=True):
    """A link per photo, in order; ``expires`` is when they end (RFC 3339)."""

    links: list[PhotoLink]
    expires: str


@route(
    "/photos/{sha256:str}",
    http_method=["GET", "HEAD"],
    opt={"policy": _LOOK},
    operation_class=answering(*ORIGINALS, in_parts=True, more=_ABSENT),
)
async def original(request: AnyRequest, sha256: FromPath[str]) -> Response[bytes] | Stream:
    """The bytes that the camera wrote, as a file to save; a read is recorded."""
    photo = await _photo(request, sha256)
    return await _send(request, photo, "original", _FOR_GOOD)


@route(
    "/photos/{sha256:str}/{kind:str}",
    http_method=["GET", "HEAD"],
    opt={"policy": _LOOK},
    operation_class=answering(THUMB_MIME, VIEW_MIME, in_parts=True, more=_ABSENT),
)
async def derivative(
    request: AnyRequest, sha256: FromPath[str], kind: FromPath[str]
) -> Response[bytes] | Stream:
    """``thumb`` (WebP, 320 pixels) or ``view`` (JPEG, 1,600 pixels), upright, without metadata."""
    if kind not in ("thumb", "view"):
        raise ProblemError(problem("not-found"))
    photo = await _photo(request, sha256)
    return await _send(request, photo, cast(Kind, kind), _FOR_GOOD)


@route(
    "/photos/{sha256:str}/{kind:str}/link",
    http_method=["GET", "HEAD"],
    opt={"policy": SIGNED},
    operation_class=answering(
        *ORIGINALS, in_parts=True, more=_ABSENT, query=("person", "expires", "signature")
    ),
)
async def linked(
    request: AnyRequest, sha256: FromPath[str], kind: FromPath[str]
) -> Response[bytes] | Stream:
    """What a signed link opens: no token is asked for, the person's right still counts."""
    left_s = int(request.query_params["expires"]) - _core(request).clock() // 1000
    photo = await _photo(request, sha256)
    keeping = f"private, max-age={max(0, left_s)}, immutable"
    return await _send(request, photo, cast(Kind, kind), keeping, by="link")


@post(
    "/photos/links",
    opt={"policy": _LOOK},
    status_code=200,
    operation_class=documented(PhotoLinks, takes=WantedLinks),
)
async def make_links(request: AnyRequest) -> Response[bytes]:
    """Addresses of photos for a page, good for ten minutes at most unless the settings differ."""
    core = _core(request)
    asked: WantedLinks = await read_json(request, WantedLinks, core.limits)
    who: Person = request.user.person
    now_ms = core.clock()
    expires_s = links.end_s(now_ms, core.settings.link_minutes)

    def query(session: Session) -> list[PhotoLink]:
        found = photos.seen(session, who, {one.sha256 for one in asked.photos}, now_ms)
        return [_link(core, one, found.get(one.sha256), who, expires_s) for one in asked.photos]

    made = await read(core, query)
    return respond(request, PhotoLinks(made, rfc3339(expires_s * 1000)))


def _link(
    core: Core, wanted: Wanted, photo: Photo | None, who: Person, expires_s: int
) -> PhotoLink:
    sha256, kind = wanted.sha256, wanted.kind
    stands = "unknown" if photo is None else photos.standing(photo, kind)
    if stands != "ready":
        return PhotoLink(sha256, kind, stands)
    query = links.query(core.secret, links.Link(sha256, kind, who.id, expires_s))
    return PhotoLink(sha256, kind, stands, f"/api/v1/photos/{sha256}/{kind}/link?{query}")


def _core(request: AnyRequest) -> Core:
    core: Core = request.app.state.core
    return core


async def _photo(request: AnyRequest, sha256: str) -> Photo:
    core, who = _core(request), request.user.person
    return await read(core, lambda session: photos.one(session, who, sha256, core.clock()))


async def _send(
    request: AnyRequest, photo: Photo, kind: Kind, keeping: str, by: str = "token"
) -> Response[bytes] | Stream:
    """Answer with a file, a part of it, or that the caller has it already."""
    found = photos.file(photo, kind)
    tag = ranges.etag(found.sha256)
    headers = _headers(found, kind, keeping) | {"ETag": tag}
    if ranges.is_known(request.headers, tag):
        return Response(b"", status_code=304, headers=headers)
    headers |= {"Accept-Ranges": "bytes", "Content-Type": found.mime}
    if request.method == "HEAD":
        return Response(b"", headers=headers | {"Content-Length": str(found.size_bytes)})
    asked = ranges.asked(request.headers, tag, found.size_bytes)
    part = asked or ranges.Part(0, found.size_bytes, found.size_bytes)
    core = _core(request)
    if kind == "original":
        await core.reads.record(core.store, request.user.person.id, photo, by, core.clock())
    outflow = await _open(core, photo, found, part)
    return streamed(outflow, part, asked is not None, headers)


def _headers(found: File, kind: Kind, keeping: str) -> dict[str, str]:
    shown = "attachment" if kind == "original" else "inline"
    return {
        **_GUARDED,
        "Cache-Control": keeping,
        "Vary": "Authorization",
        "Content-Disposition": f'{shown}; filename="{found.name}"',
    }


async def _open(core: Core, photo: Photo, found: File, part: ranges.Part) -> Outflow:
    """The bytes with their first piece read.  Raises ``BlobStoreDown``, or photo-missing."""

    def source() -> Source:
        opened = (
            core.blobs.get(found.sha256)
            if part.is_whole
            else core.blobs.get_range(found.sha256, part.start, part.length)
        )
        yield from pieces(opened, part.length)

    try:
        return await Outflow(source(), core.threads, found.sha256).begin(BEGIN_S)
    except (BlobMissing, ShortFile) as error:
        raise ProblemError(photos.absence(photo, "missing")) from error


HANDLERS: list[HTTPRouteHandler] = [original, derivative, linked, make_links]
