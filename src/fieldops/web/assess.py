"""Assessments at the desk (``/api/v1/assessments``): figures, ranking, trend, what failed."""

import asyncio
from collections.abc import Callable
from typing import Annotated, TypeVar
from uuid import UUID

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery, QueryParameter
from sqlmodel import Session

from fieldops.flow import assess, assessshow
from fieldops.flow.assess import By, Figures, Question
from fieldops.flow.assessshow import Asked, Behind, Ranking, Trend
from fieldops.flow.paging import LIMIT, Ask, Page
from fieldops.model.access import Person
from fieldops.model.assessment import Counted, Source
from fieldops.model.failing import Failing
from fieldops.report.failing import failing
from fieldops.web.bodies import AnyRequest, respond
from fieldops.web.desk import core_of, look_up
from fieldops.web.documented import documented
from fieldops.web.paging import Cursor, Limit, Site
from fieldops.web.policy import person

T = TypeVar("T")
_LOOK = person(*assessshow.ROLES)
_PERIODS_MAX = 24
PeriodName = Annotated[
    str,
    QueryParameter(
        name="period",
        max_length=40,
        description="2026-10, 2026-Q4, 2026 or 2026-10-01..2026-10-15, by the clock of each site",
    ),
]
Team = Annotated[str, QueryParameter(name="team", max_length=200, description="one team only")]
Someone = Annotated[UUID | None, QueryParameter(name="person", description="one person only")]
AsOf = Annotated[
    str,
    QueryParameter(
        name="as_of",
        max_length=40,
        description="what was known then: a day (its evening) or an RFC 3339 time; none for now",
    ),
]


@get("/assessments", opt={"policy": _LOOK}, operation_class=documented(Figures))
async def figures(
    request: AnyRequest,
    period: PeriodName,
    site: Site = None,
    team: Team = "",
    person_: Someone = None,
    as_of: AsOf = "",
) -> Response[bytes]:
    """The four parts and their total, of the caller's sites together, a site, team or person."""
    asked = Asked(period=period, site=site, team=team, person=person_, as_of=as_of)
    return await _answer(request, asked, assess.figures)


@get("/assessments/trend", opt={"policy": _LOOK}, operation_class=documented(Trend))
async def trend(
    request: AnyRequest,
    period: PeriodName,
    count: Annotated[int, QueryParameter(ge=1, le=_PERIODS_MAX)] = 3,
    site: Site = None,
    team: Team = "",
    person_: Someone = None,
    as_of: AsOf = "",
) -> Response[bytes]:
    """The figures of so many periods before this one, and of this one, oldest first."""
    asked = Asked(period=period, site=site, team=team, person=person_, as_of=as_of)
    return await _answer(request, asked, lambda s, q: Trend(assess.trend(s, q, count)))


@get("/assessments/ranking", opt={"policy": _LOOK}, operation_class=documented(Ranking))
async def ranking(
    request: AnyRequest,
    period: PeriodName,
    by: FromQuery[By] = "site",
    source: FromQuery[Source] = "own",
    site: Site = None,
    as_of: AsOf = "",
) -> Response[bytes]:
    """Sites, teams or people by their total, with the number of cases; equal ones share a place."""
    asked = Asked(period=period, site=site, as_of=as_of)
    return await _answer(request, asked, lambda s, q: assessshow.ranking(s, q, by, source))


@get("/assessments/drilldown", opt={"policy": _LOOK}, operation_class=documented(Page[Behind]))
async def drilldown(
    request: AnyRequest,
    period: PeriodName,
    counted: FromQuery[Counted],
    source: FromQuery[Source] = "own",
    site: Site = None,
    team: Team = "",
    person_: Someone = None,
    as_of: AsOf = "",
    cursor: Cursor = "",
    limit: Limit = LIMIT,
) -> Response[bytes]:
    """The very records behind one figure: walks with failed results and photos, findings, …"""
    asked = Asked(period=period, site=site, team=team, person=person_, as_of=as_of)
    page = Ask("assessments", (asked, counted, source), cursor, limit)
    return await _answer(
        request, asked, lambda s, q: assessshow.behind(s, q, counted, source, page)
    )


@get("/assessments/failures", opt={"policy": _LOOK}, operation_class=documented(Failing))
async def failures(
    request: AnyRequest,
    period: PeriodName,
    source: FromQuery[Source] = "own",
    site: Site = None,
    team: Team = "",
    person_: Someone = None,
    as_of: AsOf = "",
) -> Response[bytes]:
    """What failed: by domain, item and area, with the walks behind; the means of the ratings.

    Every walk of the period and of the one before is judged anew: it takes as long as a report.
    """
    core, who = core_of(request), request.user.person
    now_ms, timezone = core.clock(), core.settings.timezone
    asked = Asked(period=period, site=site, team=team, person=person_, as_of=as_of)

    def query() -> Failing:
        with core.store.read() as session:
            mine = assessshow.visible(session, who, now_ms)
            found = assessshow.question(session, asked, mine, now_ms, timezone)
            return failing(session, found, source)

    loop = asyncio.get_running_loop()
    return respond(request, await loop.run_in_executor(core.reporting, query))


async def _answer(
    request: AnyRequest, asked: Asked, answer: Callable[[Session, Question], T]
) -> Response[bytes]:
    """Answer a question about the caller's sites."""
    timezone = core_of(request).settings.timezone

    def query(session: Session, who: Person, now_ms: int) -> T:
        mine = assessshow.visible(session, who, now_ms)
        return answer(session, assessshow.question(session, asked, mine, now_ms, timezone))

    return await look_up(request, query)


HANDLERS: list[HTTPRouteHandler] = [figures, trend, ranking, drilldown, failures]
