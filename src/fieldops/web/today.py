"""What a day at the desk begins with (``/api/v1/today``): a thin handler."""

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from fieldops.flow import today as flow
from fieldops.rules.access import READERS
from fieldops.web import health
from fieldops.web.bodies import AnyRequest
from fieldops.web.desk import core_of, look_at
from fieldops.web.documented import documented
from fieldops.web.policy import person


@get("/today", opt={"policy": person(*READERS)}, operation_class=documented(flow.Today))
async def today(request: AnyRequest) -> Response[bytes]:
    """Walks under way, rounds due, what is owed, late or to be decided, and what does not work."""
    core = core_of(request)
    amiss = [_amiss(part) for part in await health.parts(core) if part.state != "ok"]
    return await look_at(request, lambda who: flow.today(who, core.settings, amiss))


def _amiss(part: health.Part) -> flow.Amiss:
    kind, _, name = part.name.partition(" ")
    return flow.Amiss(kind=kind, name=name, state=part.state, titles=part.titles)


HANDLERS: list[HTTPRouteHandler] = [today]
