"""Where every plugin stands (``/api/v1/plugins``): its state, cursor, lag and last faults."""

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from sqlmodel import Session

from fieldops.flow.paging import LIMIT, Ask, Page, Turn, after, cut
from fieldops.flow.plugins import plugin_states
from fieldops.model.access import Role
from fieldops.model.plugin import PluginState
from fieldops.settings import Settings
from fieldops.web.bodies import AnyRequest
from fieldops.web.desk import core_of, look_up
from fieldops.web.documented import documented
from fieldops.web.paging import Cursor, Limit
from fieldops.web.policy import person

_LOOK = person(Role.OPS, Role.AUDITOR, Role.ADMINISTRATOR)


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


HANDLERS: list[HTTPRouteHandler] = [plugins]
