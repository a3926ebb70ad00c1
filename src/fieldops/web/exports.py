"""Runs of the export (``/api/v1/exports``): how they stand, asking for one, head office's word.

    GET  /api/v1/exports                      runs, the newest first
    GET  /api/v1/exports/destinations         where they go, and how far each place is
    GET  /api/v1/exports/{run}                one run, and what was said about it
    POST /api/v1/exports                      a run now
    POST /api/v1/exports/{run}/ack            head office has loaded it: the next one begins there
    POST /api/v1/exports/{run}/redeliver      deliver it once more, byte for byte

Their files are ``exportfiles``.
"""

import asyncio
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, QueryParameter
from msgspec import Meta, Struct
from sqlmodel import Session

from fieldops.export.deliver.interface import DeliveryError
from fieldops.export.demand import wanted_run
from fieldops.flow import exporttake, exportviews
from fieldops.flow.exportviews import DestinationView, RunView
from fieldops.flow.paging import Ask, Page
from fieldops.model.access import Person, Role
from fieldops.model.problem import ProblemError, problem, slug_of
from fieldops.model.said import Said
from fieldops.web.bodies import AnyRequest, read_json
from fieldops.web.desk import core_of, look_up, write
from fieldops.web.documented import documented
from fieldops.web.paging import Cursor, Limit
from fieldops.web.policy import organisation

LOOK = organisation(Role.OPS, Role.AUDITOR, Role.EXPORTER, Role.ADMINISTRATOR)
ASK = organisation(Role.EXPORTER, Role.ADMINISTRATOR)
FETCH = organisation(Role.EXPORTER)
Destination = Annotated[
    str, QueryParameter(max_length=40, description="one destination only, by its name")
]


class NewRun(Struct, frozen=True):
    """A run now: what there is since the accepted one, everything, or some days (both included)."""

    destination: Annotated[str, Meta(max_length=40)]
    kind: Literal["incremental", "full", "backfill"] = "incremental"
    from_day: date | None = None
    to_day: date | None = None


class Loaded(Struct, frozen=True):
    """The SHA-256 of the ``datapackage.json`` that was loaded, in hexadecimal digits."""

    manifest_sha256: Annotated[str, Meta(pattern="^[0-9a-fA-F]{64}$")]


@get("/exports", opt={"policy": LOOK}, operation_class=documented(Page[RunView]))
async def listing(
    request: AnyRequest, destination: Destination = "", cursor: Cursor = "", limit: Limit = 50
) -> Response[bytes]:
    """Runs, the newest first."""
    ask = Ask(exportviews.LIST, destination, cursor, limit)
    return await look_up(request, lambda s, _p, _now: exportviews.listing(s, destination, ask))


@get(
    "/exports/destinations",
    opt={"policy": LOOK},
    operation_class=documented(list[DestinationView]),
)
async def destinations(request: AnyRequest) -> Response[bytes]:
    """Where runs go, how far each place is, and when its next night is."""
    settings = core_of(request).settings
    return await look_up(request, lambda s, _p, now: exportviews.destinations(s, settings, now))


@get("/exports/{run:uuid}", opt={"policy": LOOK}, operation_class=documented(RunView))
async def one(request: AnyRequest, run: FromPath[UUID]) -> Response[bytes]:
    """One run, and what was said about it."""
    return await look_up(request, lambda s, _p, _now: exportviews.show(s, run))


@post(
    "/exports",
    opt={"policy": ASK},
    status_code=202,
    operation_class=documented(
        RunView, 202, takes=NewRun, more=("destination-unknown", "export-under-way")
    ),
)
async def add(request: AnyRequest) -> Response[bytes]:
    """Ask for a run; the worker writes and delivers it."""
    core = core_of(request)
    asked = await read_json(request, NewRun, core.limits)
    given, days = exportviews.known(core.settings, asked.destination), _days(asked)
    who = request.user.person.id
    try:
        planned = wanted_run(given, core.secret, who, asked.kind == "full", days)
    except DeliveryError as error:
        told = Said(f"导出目标不可用：{error}", str(error))
        raise ProblemError(problem("validation", told)) from error

    def job(session: Session, _who: Person, now_ms: int) -> RunView:
        exporttake.plan(session, planned, now_ms)
        return exportviews.show(session, planned.id)

    return await write(request, job, 202)


@post(
    "/exports/{run:uuid}/ack",
    opt={"policy": FETCH},
    status_code=200,
    operation_class=documented(
        RunView, takes=Loaded, more=("export-not-arrived", "manifest-mismatch")
    ),
)
async def ack(request: AnyRequest, run: FromPath[UUID]) -> Response[bytes]:
    """Head office has loaded a run; it is fine to say so again.  Another hash is kept on record."""
    core = core_of(request)
    said = (await read_json(request, Loaded, core.limits)).manifest_sha256

    def job(session: Session, who: Person, now_ms: int) -> RunView:
        exporttake.acknowledge(session, run, said, "api", who.id, now_ms)
        return exportviews.show(session, run)

    def refuse(session: Session) -> None:
        who, now_ms = request.user.person.id, core.clock()
        exporttake.refuse_ack(session, run, said, "api", who, now_ms)

    try:
        return await write(request, job)
    except ProblemError as error:
        if slug_of(error.problem) == "manifest-mismatch":
            await asyncio.wrap_future(core.store.write(refuse))
        raise


@post(
    "/exports/{run:uuid}/redeliver",
    opt={"policy": ASK},
    status_code=202,
    operation_class=documented(RunView, 202, more=("export-not-arrived",)),
)
async def redeliver(request: AnyRequest, run: FromPath[UUID]) -> Response[bytes]:
    """Deliver a run once more; the worker does it."""

    def job(session: Session, who: Person, now_ms: int) -> RunView:
        return exportviews.run_view(exporttake.redeliver(session, run, who.id, now_ms))

    return await write(request, job, 202)


def _days(asked: NewRun) -> tuple[date, date] | None:
    """The days of a backfill, and of nothing else.  Raises ``ProblemError`` validation."""
    if asked.kind != "backfill":
        return None
    if asked.from_day is None or asked.to_day is None or asked.to_day < asked.from_day:
        why = Said(
            "补导须按先后填写 from_day 和 to_day", "a backfill needs from_day and to_day, in order"
        )
        raise ProblemError(problem("validation", why))
    return asked.from_day, asked.to_day


HANDLERS: list[HTTPRouteHandler] = [listing, destinations, one, add, ack, redeliver]
"""Their files are fetched by ``exportfiles``."""
