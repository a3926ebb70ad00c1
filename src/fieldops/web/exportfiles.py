"""Files of a run for whoever comes for them (``/api/v1/exports``).

    GET /api/v1/exports/{run}/file?path=results.csv               whole or in parts
    GET /api/v1/exports/{run}/link?path=…&expires=…&signature=…   the same, from a webhook
    GET /api/v1/exports/pull/{dataset}?destination=…&cursor=…     as pages of JSON Lines

Every fetch leaves an audit record before the first byte goes out, once an hour and file.
"""

import asyncio
from pathlib import Path
from typing import Annotated
from uuid import UUID

from litestar import Response, get, route
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, QueryParameter
from litestar.response import Stream
from sqlmodel import Session

from fieldops.export import orders, serving
from fieldops.export.deliver.interface import File
from fieldops.flow import exportviews
from fieldops.flow.outgoing import Source, pieces
from fieldops.flow.paging import Ask
from fieldops.model.problem import ProblemError, problem
from fieldops.store import audit
from fieldops.store.exports import Run
from fieldops.web import ranges
from fieldops.web.auth import read
from fieldops.web.bodies import AnyRequest
from fieldops.web.core import Core
from fieldops.web.described import answering
from fieldops.web.desk import core_of
from fieldops.web.exports import FETCH
from fieldops.web.outflow import Outflow, streamed
from fieldops.web.paging import Cursor
from fieldops.web.policy import LINKED

LINES_MAX = 10_000
_BYTES, _LINES = "application/octet-stream", "application/jsonl"
_GUARDED = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-store",
}
FilePath = Annotated[
    str, QueryParameter(name="path", max_length=300, description="as the manifest names it")
]
Lines = Annotated[
    int, QueryParameter(ge=1, le=LINES_MAX, description="how many lines a page holds at most")
]
Name = Annotated[str, QueryParameter(max_length=40, description="the destination's name")]


@route(
    "/exports/{run:uuid}/file",
    http_method=["GET", "HEAD"],
    opt={"policy": FETCH},
    operation_class=answering(_BYTES, in_parts=True, more=(410,)),
)
async def file(
    request: AnyRequest, run: FromPath[UUID], path: FilePath
) -> Response[bytes] | Stream:
    """A file of a run; ``datapackage.json`` is its manifest."""
    core, who = core_of(request), request.user.person
    found = await read(core, lambda session: exportviews.one(session, run))
    exportviews.check_level(who, orders.level_of(found), core.clock())
    return await _send(request, found, path, "token", who.id)


@route(
    "/exports/{run:uuid}/link",
    http_method=["GET", "HEAD"],
    opt={"policy": LINKED},
    operation_class=answering(_BYTES, in_parts=True, more=(410,), query=("expires", "signature")),
)
async def linked(
    request: AnyRequest, run: FromPath[UUID], path: FilePath
) -> Response[bytes] | Stream:
    """What a signed link opens: no token is asked for."""
    core = core_of(request)
    found = await read(core, lambda session: exportviews.one(session, run))
    given = core.settings.export.destination(found.destination)
    # Links were given to a destination that the settings may allow less by now, or nothing.
    if given is None or orders.level_of(found) > given.level:
        raise ProblemError(problem("link-invalid"))
    return await _send(request, found, path, "link", None)


@get(
    "/exports/pull/{dataset:str}",
    opt={"policy": FETCH},
    operation_class=answering(_LINES, more=(410,)),
)
async def pull(
    request: AnyRequest,
    dataset: FromPath[str],
    destination: Name,
    cursor: Cursor = "",
    limit: Lines = 1000,
) -> Response[bytes]:
    """A dataset of the newest run of a destination, page by page.

    ``Fieldops-Run`` and ``Fieldops-Manifest`` say of which run (and what to acknowledge in the
    end), ``Fieldops-Cursor`` asks for the next page; it is absent on the last.
    """
    core, who = core_of(request), request.user.person
    ask = Ask(serving.PULL, [destination, dataset], cursor, limit)
    run, offset = await read(core, lambda session: serving.newest(session, destination, ask))
    exportviews.check_level(who, orders.level_of(run), core.clock())
    await _record(core, run, f"{dataset}.jsonl", "pull", who.id)
    page = await asyncio.to_thread(serving.page, core.settings, run, dataset, offset, ask)
    headers = {"Fieldops-Run": str(run.id), "Fieldops-Manifest": run.manifest, **_GUARDED}
    if page.cursor is not None:
        headers["Fieldops-Cursor"] = page.cursor
    return Response(page.lines, media_type=_LINES, headers=headers)


async def _send(
    request: AnyRequest, run: Run, path: str, by: str, who: UUID | None
) -> Response[bytes] | Stream:
    """Answer with a file, a part of it, or that the caller has it already."""
    core = core_of(request)
    found = await asyncio.to_thread(serving.file, core.settings, run, path)
    tag = ranges.etag(found.sha256)
    name = Path(found.path).name
    headers = {**_GUARDED, "ETag": tag, "Content-Disposition": f'attachment; filename="{name}"'}
    if ranges.is_known(request.headers, tag):
        return Response(b"", status_code=304, headers=headers)
    headers |= {"Accept-Ranges": "bytes", "Content-Type": _BYTES}
    if request.method == "HEAD":
        return Response(b"", headers=headers | {"Content-Length": str(found.size_bytes)})
    asked = ranges.asked(request.headers, tag, found.size_bytes)
    part = asked or ranges.Part(0, found.size_bytes, found.size_bytes)
    await _record(core, run, path, by, who)
    source = _source(core, run, found, part)
    outflow = await Outflow(source, core.threads, run.name).begin()
    return streamed(outflow, part, asked is not None, headers)


def _source(core: Core, run: Run, file: File, part: ranges.Part) -> Source:
    yield from pieces(serving.content(core.settings, run, file, part.start), part.length)


async def _record(core: Core, run: Run, path: str, by: str, who: UUID | None) -> None:
    """Every fetch of a run leaves an audit record (domain.md, rule 11)."""
    now_ms = core.clock()
    detail = {
        "run": run.name,
        "path": path,
        "level": orders.level_of(run),
        "by": by,
        "destination": run.destination,
    }
    entry = audit.Entry("export.fetch", now_ms, actor=who, subject=run.id, detail=detail)

    def job(session: Session) -> None:
        audit.add(session, entry)

    await core.reads.once(core.store, (who or run.id, f"{run.id} {path}"), job, now_ms)


HANDLERS: list[HTTPRouteHandler] = [file, linked, pull]
