"""What happens, for open pages: ``GET /api/v1/events`` as server-sent events (WHATWG HTML, 9.2).

A line of the log is an event ``change`` whose ``id`` is its position, so that a browser that comes
back with ``Last-Event-ID`` misses nothing and sees nothing twice.  Events are thin: they say what
has changed, and whoever may see it fetches it.
"""

import time
from collections.abc import AsyncIterator

from litestar import get
from litestar.background_tasks import BackgroundTask
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.response import Stream
from msgspec.structs import replace

from fieldops.model.access import Person, Role
from fieldops.model.problem import ProblemError, problem
from fieldops.model.said import Said
from fieldops.rules.access import READERS, may, office_kinds, sites
from fieldops.web.auth import authorise, read
from fieldops.web.bodies import AnyRequest
from fieldops.web.core import Core
from fieldops.web.described import answering
from fieldops.web.desk import core_of
from fieldops.web.policy import person
from fieldops.web.watch import Sight, Watch, organisation

_LOOK = replace(person(*Role), passive=True)
"""Head office's account hears of alarms, and of nothing else."""
_CHECK_S = 10.0
"""How often it is looked whether a session has ended or grants have changed."""
_BUSY_S = 10
_DIGITS = 18
"""Positions have fewer; longer numbers are none."""
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_BEGIN = b"retry: 3000\n\n"


@get(
    "/events",
    opt={"policy": _LOOK},
    operation_class=answering("text/event-stream"),
)
async def events(request: AnyRequest) -> Stream:
    """What changes on the caller's sites from now on, or behind ``Last-Event-ID``, as it happens.

    ``reset`` says that the page should be loaded again, ``end`` that the caller's rights changed.
    """
    core, who = core_of(request), request.user.person
    if core.watch.is_full(who.id):
        detail = Said(
            "您打开的实时页面过多；请关闭一个",
            "you have too many pages open that follow what happens; close one",
        )
        raise ProblemError(problem("too-busy", detail, retry_after_s=_BUSY_S))
    sight = await _sight(core, who)
    stream = _Stream(core, request, who, sight)
    await stream.enter(request.headers.get("last-event-id", ""))
    return Stream(
        stream.run(),
        media_type="text/event-stream",
        headers=_HEADERS,
        background=BackgroundTask(stream.leave),
    )


async def _sight(core: Core, who: Person) -> Sight:
    """What a person may hear of."""
    now_ms = core.clock()
    mine = sites(who, READERS, now_ms)
    if mine is not None and may(who, READERS, None, now_ms):
        mine |= {await read(core, organisation)}
    return Sight(mine, office_kinds(who, now_ms))


class _Stream:
    """One caller's stream."""

    def __init__(self, core: Core, request: AnyRequest, who: Person, sight: Sight) -> None:
        self._core, self._request, self._who, self._sight = core, request, who, sight
        self._watch: Watch = core.watch
        self._is_in = False
        self._position = 0
        self._is_reset = False
        self._began_s = self._checked_s = time.monotonic()

    async def enter(self, told: str) -> None:
        """Settle from where on the caller hears, before it is told that it is heard.

        A page loads its data when the answer has begun: what happens after that must reach it.
        """
        self._is_in = True
        try:
            await self._watch.enter(self._who.id)
            is_position = told.isdecimal() and len(told) <= _DIGITS
            self._position = int(told) if is_position else self._watch.head
            is_odd = bool(told) and not is_position
            if is_odd or await self._watch.is_far(self._position):
                self._position, self._is_reset = self._watch.head, True
        except BaseException:
            await self.leave()
            raise

    async def run(self) -> AsyncIterator[bytes]:
        """Send until the caller goes, its rights change, or it has been long enough."""
        try:
            async for text in self._texts():
                yield text
        finally:
            await self.leave()

    async def leave(self) -> None:
        """What was entered is left, once, whatever ended the stream."""
        if self._is_in:
            self._is_in = False
            self._watch.leave(self._who.id)

    async def _texts(self) -> AsyncIterator[bytes]:
        yield _BEGIN
        if self._is_reset:
            yield b"id: %d\nevent: reset\ndata: {}\n\n" % self._position
        async for end, lines in self._watch.lines(self._position, self._sight):
            if await self._is_over():
                yield b'event: end\ndata: {"why":"rights"}\n\n'
                return
            for one in lines:
                yield one.text
            # Without data nothing is dispatched, but the browser remembers how far it is.
            yield b"id: %d\n\n" % end
            if time.monotonic() - self._began_s >= self._watch.longest_s:
                return

    async def _is_over(self) -> bool:
        now_s = time.monotonic()
        if now_s - self._checked_s < min(_CHECK_S, self._watch.heartbeat_s):
            return False
        self._checked_s = now_s
        try:
            handler: BaseRouteHandler = self._request.route_handler
            await authorise(self._request, handler)
        except ProblemError:
            return True
        return await _sight(self._core, self._request.user.person) != self._sight


HANDLERS: list[HTTPRouteHandler] = [events]
