"""The monthly report at the desk (``/api/v1/reports/monthly``): one file, made while one waits.

It takes seconds, of which typst and plugins are most, so it is made in a thread of its own, two at
a time, and never in the event loop; who asks while two are being made waits for his turn.
"""

import asyncio
from functools import partial
from typing import Annotated
from uuid import UUID

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery, QueryParameter
from sqlmodel import Session

from fieldops.flow import assessshow
from fieldops.model.access import Level, Person
from fieldops.report.build import Asked
from fieldops.report.make import MIMES, Format, Maker, Order, ask, note_made
from fieldops.rules.access import level as level_of
from fieldops.settings import Language
from fieldops.web.auth import read
from fieldops.web.bodies import AnyRequest
from fieldops.web.core import Core
from fieldops.web.described import answering
from fieldops.web.policy import person

_LOOK = person(*assessshow.ROLES)
Month = Annotated[
    str, QueryParameter(name="month", max_length=7, description="2026-10; one that has begun")
]
Sites = Annotated[
    list[UUID] | None,
    QueryParameter(name="site", max_items=500, description="repeatable; none: all of the caller's"),
]
AsOf = Annotated[
    str,
    QueryParameter(
        name="as_of",
        max_length=40,
        description="what was known then: a day (its evening) or an RFC 3339 time; none: its end",
    ),
]
DataLevel = Annotated[
    int, QueryParameter(name="level", ge=1, le=3, description="that of whoever will read it")
]


@get(
    "/reports/monthly",
    opt={"policy": _LOOK},
    operation_class=answering(*MIMES.values()),
)
async def monthly(
    request: AnyRequest,
    month: Month,
    site: Sites = None,
    language: FromQuery[Language] = "zh-CN",
    format: FromQuery[Format] = "pdf",
    as_of: AsOf = "",
    level: DataLevel = 1,
) -> Response[bytes]:
    """A month's analysis report of the caller's sites, as PDF, HTML or XLSX; on record."""
    core: Core = request.app.state.core
    who, now_ms = request.user.person, core.clock()
    order = Order(
        month=month,
        language=language,
        format=format,
        sites=tuple(site or ()),
        as_of=as_of,
        level=Level(level),
    )
    asked = await read(core, partial(_asked, core, who, order, now_ms))
    maker = Maker(core.store, core.blobs, core.settings)
    loop = asyncio.get_running_loop()
    made = await loop.run_in_executor(core.reporting, maker.make, asked, order)

    def record(session: Session) -> None:
        note_made(session, who.id, asked, order, made, now_ms)

    # Nothing is handed out that is not on record.
    await asyncio.wrap_future(core.store.write(record))
    return Response(
        made.content,
        media_type=made.mime,
        headers={
            "Cache-Control": "no-store",
            "Content-Disposition": f'attachment; filename="{made.name}"',
            "X-Content-Type-Options": "nosniff",
        },
    )


def _asked(core: Core, who: Person, order: Order, now_ms: int, session: Session) -> Asked:
    mine = assessshow.visible(session, who, now_ms)

    def may(site: UUID) -> Level:
        return level_of(who, site, now_ms)

    return ask(session, order, mine, may, core.settings, now_ms)


HANDLERS: list[HTTPRouteHandler] = [monthly]
