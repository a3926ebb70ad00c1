"""``/healthz``: the process answers.  ``/readyz``: its parts do, and if not, which and why."""

import asyncio

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct
from sqlmodel import Session

from fieldops.flow import doctornotices, exportalarms, plugins, reportalarms, troubles
from fieldops.model.answertypes import Titles
from fieldops.settings import Settings
from fieldops.store import checks, engine, log, meta
from fieldops.store.writer import StoreBusy
from fieldops.web.bodies import AnyRequest, respond
from fieldops.web.core import Core
from fieldops.web.documented import documented
from fieldops.web.outside import PATIENCE_S
from fieldops.web.policy import PUBLIC

DATABASE_PATIENCE_S = 3.0
"""A database that needs longer to say a word counts as away: whoever probes waits no longer."""
_TRIAL_S = 2.0
_SILENT = "the database does not answer"


class Part(Struct, frozen=True, omit_defaults=True):
    """One part: ``ok``, ``degraded`` (goes on without it) or ``down``; ``why`` for people.

    ``titles`` says why in both languages, of the worker's jobs.
    """

    name: str
    state: str
    why: str = ""
    titles: Titles | None = None


class Ready(Struct, frozen=True):
    """Ready unless the database is down; degraded parts are named."""

    state: str
    parts: list[Part]


@get("/healthz", opt={"policy": PUBLIC}, operation_class=documented(dict[str, str]))
async def healthz(request: AnyRequest) -> Response[bytes]:
    """The process answers."""
    return respond(request, {"state": "ok"})


@get("/readyz", opt={"policy": PUBLIC}, operation_class=documented(Ready))
async def readyz(request: AnyRequest) -> Response[bytes]:
    """200 while ops can be accepted; 503 otherwise."""
    core: Core = request.app.state.core
    found = await parts(core)
    down = any(part.state == "down" for part in found)
    degraded = any(part.state != "ok" for part in found)
    state = "down" if down else "degraded" if degraded else "ok"
    return respond(request, Ready(state, found), 503 if down else 200)


async def parts(core: Core) -> list[Part]:
    """Database, photo store, and whatever else does not work; in a few seconds at most."""
    (database, *others), blobs = await asyncio.gather(_database(core), _blobs(core))
    return [database, blobs, *others]


async def _database(core: Core) -> list[Part]:
    """The database, and what it says of everything else."""
    why = await core.outside.database.answer(lambda: _amiss(core), DATABASE_PATIENCE_S)
    if why is None or why:
        return [Part("database", "down", why or _SILENT)]
    found = await core.outside.standing.answer(lambda: _standing(core), PATIENCE_S)
    if found is None:
        return [Part("database", "degraded", "the database is slow to answer")]
    return [Part("database", "ok"), *found]


def _amiss(core: Core) -> str:
    """Why no op can be accepted, or nothing.  It is not written each time, but after a failure."""
    try:
        with core.store.read() as session:
            log.counter(session)
            if engine.is_read_only(session):
                return "the database is read-only: a replica, or told so"
    except StoreBusy:
        return _SILENT
    if not core.store.is_failing:
        return ""
    now_ms = str(core.clock())
    trial = core.store.write(lambda session: meta.put(session, meta.TRIED_MS, now_ms))
    try:
        trial.result(_TRIAL_S)
    except (StoreBusy, TimeoutError):
        trial.cancel()
        return "the database keeps nothing now: is its disk full?"
    return ""


def _standing(core: Core) -> list[Part] | None:
    """Whatever else does not work; None if the database went away meanwhile."""
    try:
        with core.store.read() as session:
            readers = _readers(session, core.settings)
            return [*readers, *_photos(session), *_outside(session, core)]
    except StoreBusy:
        return None


async def _blobs(core: Core) -> Part:
    if await core.outside.store_answers():
        return Part("blobs", "ok")
    return Part("blobs", "degraded", "the photo store does not answer; photos wait")


def _readers(session: Session, settings: Settings) -> list[Part]:
    """Every reader of the log that does not work: sync goes on without it."""
    return [
        Part(f"{one.kind} {one.name}", "degraded", one.why)
        for one in plugins.standing_still(session, settings)
    ]


def _photos(session: Session) -> list[Part]:
    """Damaged or missing bytes of photos, as the scrubber found them."""
    damaged = len(checks.damaged(session))
    return [Part("photos", "degraded", f"{damaged} damaged or missing")] if damaged else []


def _outside(session: Session, core: Core) -> list[Part]:
    """Webhooks, mail, exports, reports and jobs of the worker that do not get through."""
    now_ms = core.clock()
    found = [
        *doctornotices.standing_still(session, now_ms),
        *exportalarms.standing_still(session, core.settings, now_ms),
        *reportalarms.standing_still(session, core.settings, now_ms),
        *troubles.standing_still(session),
    ]
    return [Part(f"{one.kind} {one.name}", "degraded", one.why, one.titles) for one in found]


HANDLERS: list[HTTPRouteHandler] = [healthz, readyz]
