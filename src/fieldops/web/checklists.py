"""What the desk asks about checklists (``/api/v1/checklists/…``)."""

from datetime import date
from typing import Annotated
from uuid import UUID

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, QueryParameter
from sqlmodel import Session

from fieldops.flow import look
from fieldops.flow.audience import Audience
from fieldops.flow.statistics import Asked, days_until, statistics
from fieldops.model.access import Level, Person, Role
from fieldops.model.problem import ProblemError, problem
from fieldops.model.statistics import Statistics
from fieldops.rules.access import level
from fieldops.web.bodies import AnyRequest
from fieldops.web.desk import Site, core_of, look_up
from fieldops.web.policy import person

_WALKS = 200
"""A person waits for the answer; the command line looks at more."""
_READ = person(Role.SUPERVISOR, Role.OPS, Role.AUDITOR, Role.ADMINISTRATOR)


@get("/checklists/{key:str}/statistics", opt={"policy": _READ})
async def item_statistics(
    request: AnyRequest,
    key: FromPath[str],
    site: Site = None,
    since: Annotated[date | None, QueryParameter()] = None,
) -> Response[bytes]:
    """How its items did on the caller's sites since a day, and what is suggested about them."""
    timezone = core_of(request).settings.timezone

    def query(session: Session, who: Person, now_ms: int) -> Statistics:
        sites = _sites(session, who, site, now_ms)
        asked = Asked(
            key=key,
            sites=sites,
            days=days_until(now_ms, timezone, since),
            timezone=timezone,
            most=_WALKS,
            # Identity numbers are for those who look at the record itself, which is audited.
            level=min((Level.L2, *(level(who, one, now_ms) for one in sites))),
        )
        found = statistics(session, asked)
        if found is None:
            raise ProblemError(problem("not-found"))
        return found

    return await look_up(request, query)


def _sites(session: Session, who: Person, site: UUID | None, now_ms: int) -> list[UUID]:
    mine = look.my_sites(Audience(session, who, now_ms))
    return mine if site is None else [one for one in mine if one == site]


HANDLERS: list[HTTPRouteHandler] = [item_statistics]
