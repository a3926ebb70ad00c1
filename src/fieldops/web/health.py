"""``/healthz``: the process answers.  ``/readyz``: its parts do, and if not, which and why."""

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct
from sqlmodel import Session

from fieldops.flow import doctornotices, exportalarms, plugins, reportalarms, troubles
from fieldops.model.answertypes import Titles
from fieldops.settings import Settings
from fieldops.store import checks, engine, log
from fieldops.store.writer import StoreBusy
from fieldops.web.auth import read
from fieldops.web.bodies import AnyRequest, respond
from fieldops.web.core import Core
from fieldops.web.documented import documented
from fieldops.web.policy import PUBLIC


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
    """Database, photo store, and whatever else does not work."""
    found = [await _database(core), await _blobs(core)]
    if found[0].state == "ok":
        found += await read(core, lambda session: _readers(session, core.settings))
        found += await read(core, _photos)
        found += await read(core, lambda session: _outside(session, core))
    return found


async def _database(core: Core) -> Part:
    try:
        await read(core, log.counter)
        is_read_only = await read(core, engine.is_read_only)
    except StoreBusy:
        return Part("database", "down", "the database does not answer")
    if is_read_only:
        return Part("database", "down", "the database is read-only: a replica, or told so")
    return Part("database", "ok")


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
