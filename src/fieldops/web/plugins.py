"""Plugins at the desk (``/api/v1/plugins``): where each stands, and stopping one by hand."""

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Meta, Struct
from msgspec.structs import asdict
from sqlmodel import Session

from fieldops.flow import plugins as flow
from fieldops.flow.paging import LIMIT, Ask, Page, Turn, after, cut
from fieldops.flow.plugins import plugin_sheet, plugin_states
from fieldops.model.access import Person, Role
from fieldops.model.plugin import PluginSheet, PluginState
from fieldops.model.problem import ProblemError, problem
from fieldops.plugin.faults import CATALOGUE, FaultKind
from fieldops.settings import Settings
from fieldops.web.bodies import AnyRequest, read_json
from fieldops.web.desk import core_of, look_up, write
from fieldops.web.documented import documented
from fieldops.web.paging import Cursor, Limit
from fieldops.web.policy import organisation, person
from fieldops_sync.wire import Count

_LOOK = person(Role.OPS, Role.AUDITOR, Role.ADMINISTRATOR)
_HANDLE = organisation(Role.OPS, Role.ADMINISTRATOR)
Job = Callable[[Session, str, UUID, int], bool]


class Park(Struct, frozen=True):
    """Why it is stopped, for others to read."""

    why: Annotated[str, Meta(max_length=2000)] = ""


class Replay(Struct, frozen=True, rename={"position": "from"}):
    """Behind which position of the log it reads again; 0 is all of it."""

    position: Count


class Handled(Struct, frozen=True):
    """A plugin that was parked, resumed or set back, as it stands now."""

    state: PluginState


class Sheet(PluginSheet, frozen=True, kw_only=True):
    """A plugin with, by code, what its faults mean and what to do about them."""

    kinds: dict[str, FaultKind]


@get("/plugins", opt={"policy": _LOOK}, operation_class=documented(Page[PluginState]))
async def plugins(
    request: AnyRequest, cursor: Cursor = "", limit: Limit = LIMIT
) -> Response[bytes]:
    """All plugins that may load or ever did, by name."""
    settings, ask = core_of(request).settings, Turn(cursor, limit).ask("plugins")
    return await look_up(request, lambda s, _p, _now: _states(s, settings, ask))


def _states(session: Session, settings: Settings, ask: Ask) -> Page[PluginState]:
    """There are a dozen: all are read, and some shown."""
    last = after(ask, str)
    behind = [one for one in plugin_states(session, settings) if last is None or one.name > last]
    return cut(ask, behind, lambda one: one.name, lambda one: one)


@get(
    "/plugins/{name:str}",
    opt={"policy": _LOOK},
    operation_class=documented(Sheet, more=("not-found",)),
)
async def plugin(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """One plugin: what it declares, where it stands, its last faults, what its hooks cost."""
    settings = core_of(request).settings

    def query(session: Session, _who: Person, _now_ms: int) -> Sheet:
        found = plugin_sheet(session, settings, name)
        if found is None:
            raise ProblemError(problem("not-found"))
        codes = {fault.code for fault in found.state.faults} & CATALOGUE.keys()
        kinds = {code: CATALOGUE[code] for code in sorted(codes)}
        return Sheet(**asdict(found), kinds=kinds)

    return await look_up(request, query)


@post(
    "/plugins/{name:str}/park",
    opt={"policy": _HANDLE},
    status_code=200,
    operation_class=documented(Handled, takes=Park, more=("not-found",)),
)
async def park(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """Let a plugin stop where it stands, until it is resumed."""
    asked = await read_json(request, Park, core_of(request).limits)
    return await _handle(
        request, name, lambda s, one, who, now: flow.park(s, one, asked.why, who, now)
    )


@post(
    "/plugins/{name:str}/resume",
    opt={"policy": _HANDLE},
    status_code=200,
    operation_class=documented(Handled, more=("not-found",)),
)
async def resume(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """Let a plugin go on where it stands."""
    return await _handle(request, name, flow.resume)


@post(
    "/plugins/{name:str}/replay",
    opt={"policy": _HANDLE},
    status_code=200,
    operation_class=documented(Handled, takes=Replay, more=("not-found",)),
)
async def replay(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """Let a plugin read the log again; what stands already is not raised twice."""
    asked = await read_json(request, Replay, core_of(request).limits)
    return await _handle(
        request, name, lambda s, one, who, now: flow.replay(s, one, asked.position, who, now)
    )


async def _handle(request: AnyRequest, name: str, job: Job) -> Response[bytes]:
    """Do it to a plugin; the server's own readers of the log are none."""
    settings = core_of(request).settings

    def write_it(session: Session, who: Person, now_ms: int) -> Handled:
        known = plugin_sheet(session, settings, name)
        if known is None or not job(session, name, who.id, now_ms):
            raise ProblemError(problem("not-found"))
        found = plugin_sheet(session, settings, name)
        assert found is not None
        return Handled(found.state)

    return await write(request, write_it)


HANDLERS: list[HTTPRouteHandler] = [plugins, plugin, park, resume, replay]
