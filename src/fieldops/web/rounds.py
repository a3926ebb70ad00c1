"""Plans, rounds, qualifications and calendars at the desk (``/api/v1``): each change is an op."""

from typing import Annotated, Literal
from uuid import UUID

from litestar import Response, get, patch, post, put
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, QueryParameter
from msgspec import UNSET, Meta, Struct, UnsetType
from sqlmodel import Session

from fieldops.flow import calendardesk, qualificationdesk, rounddesk
from fieldops.flow.calendardesk import CalendarView
from fieldops.flow.edits import Edited
from fieldops.flow.look import View
from fieldops.flow.paging import LIMIT, Ask, Page
from fieldops.flow.rounddesk import Wanted
from fieldops.model.access import Person, Role
from fieldops.rules.access import READERS, WALKERS
from fieldops.web.bodies import AnyRequest, read_json
from fieldops.web.desk import core_of, look_at
from fieldops.web.documented import documented
from fieldops.web.edits import create, edit, fields, write_edit
from fieldops.web.paging import Cursor, Limit, Since, Site, Until
from fieldops.web.policy import organisation, person
from fieldops.web.steps import Step, steps
from fieldops_sync.calendarpayloads import CalendarSet
from fieldops_sync.payloads import Text
from fieldops_sync.roundpayloads import PlanSet, QualificationSet, RoundAssign, RoundHandover

_LOOK = person(*READERS)
_PLAN = person(Role.SUPERVISOR, Role.OPS, Role.ADMINISTRATOR)
_WALK = person(*WALKERS)
_SETUP = person(Role.OPS, Role.ADMINISTRATOR)
_EVERYWHERE = organisation(Role.OPS, Role.ADMINISTRATOR)
_STAFF = organisation(Role.SUPERVISOR, Role.OPS, Role.AUDITOR, Role.ADMINISTRATOR)
PlanState = Annotated[Literal["", "draft", "active", "ended"], QueryParameter(name="state")]
RoundState = Annotated[
    Literal["", "planned", "under-way", "done", "done-late", "missed", "withdrawn"],
    QueryParameter(name="state"),
]
PlanId = Annotated[UUID | None, QueryParameter(name="plan", description="of one plan only")]
PersonId = Annotated[UUID | None, QueryParameter(name="person", description="of one person only")]
Domain = Annotated[str, QueryParameter(max_length=200, description="for one domain only")]


class Withdraw(Struct, frozen=True):
    """Why a round is not to be walked."""

    reason: Annotated[str, Meta(min_length=1, max_length=20_000)]


class QualificationChange(Struct, frozen=True):
    """Members of a qualification; those that are left out stay."""

    valid_until: str | None | UnsetType = UNSET
    withdrawn: Text | None | UnsetType = UNSET


@get("/plans", opt={"policy": _LOOK}, operation_class=documented(Page[View]))
async def plans(
    request: AnyRequest,
    site: Site = None,
    in_state: PlanState = "",
    cursor: Cursor = "",
    limit: Limit = LIMIT,
) -> Response[bytes]:
    """Plans of rounds, the newest first."""
    wanted = Wanted("plan", site, in_state)
    ask = Ask("plans", wanted, cursor, limit)
    return await look_at(request, lambda who: rounddesk.page(who, wanted, ask))


@post(
    "/sites/{site:uuid}/plans",
    opt={"policy": _PLAN},
    status_code=201,
    operation_class=documented(Edited, 201, takes=PlanSet, edits=True),
)
async def add_plan(request: AnyRequest, site: FromPath[UUID]) -> Response[bytes]:
    """Plan rounds of a site; the server makes them within seconds."""
    asked = await read_json(request, PlanSet, core_of(request).limits)
    return await create(request, "plan", site, "plan.set@1", fields(asked))


@patch(
    "/plans/{plan:uuid}",
    opt={"policy": _PLAN},
    operation_class=documented(Edited, takes=PlanSet, edits=True),
)
async def set_plan(request: AnyRequest, plan: FromPath[UUID]) -> Response[bytes]:
    """Change members of a plan; rounds that are not due yet follow.  If-Match is demanded."""
    asked = await read_json(request, PlanSet, core_of(request).limits)
    return await edit(request, "plan", plan, "plan.set@1", fields(asked), demanded=True)


@get("/rounds", opt={"policy": _LOOK}, operation_class=documented(Page[View]))
async def rounds(
    request: AnyRequest,
    site: Site = None,
    plan: PlanId = None,
    in_state: RoundState = "",
    since: Since = None,
    until: Until = None,
    cursor: Cursor = "",
    limit: Limit = LIMIT,
) -> Response[bytes]:
    """Rounds, the latest first; ``since`` and ``until`` are when they are due."""
    wanted = Wanted("round", site, in_state, plan, since, until)
    ask = Ask("rounds", wanted, cursor, limit)
    return await look_at(request, lambda who: rounddesk.page(who, wanted, ask))


@get("/qualifications", opt={"policy": _STAFF}, operation_class=documented(Page[View]))
async def qualifications(
    request: AnyRequest,
    person_id: PersonId = None,
    domain: Domain = "",
    cursor: Cursor = "",
    limit: Limit = LIMIT,
) -> Response[bytes]:
    """Who may walk which domain from when to when."""
    ask = Ask("qualifications", (person_id, domain), cursor, limit)
    return await look_at(request, lambda who: qualificationdesk.page(who, person_id, domain, ask))


@post(
    "/qualifications",
    opt={"policy": _EVERYWHERE},
    status_code=201,
    operation_class=documented(Edited, 201, takes=QualificationSet, edits=True),
)
async def add_qualification(request: AnyRequest) -> Response[bytes]:
    """Record a qualification; walks of that day that were marked for want of it are no more."""
    asked = await read_json(request, QualificationSet, core_of(request).limits)

    def job(session: Session, who: Person, now_ms: int) -> Edited:
        return qualificationdesk.add(session, who, asked, now_ms)

    return await write_edit(request, job, 201)


@patch(
    "/qualifications/{qualification:uuid}",
    opt={"policy": _EVERYWHERE},
    operation_class=documented(Edited, takes=QualificationChange, edits=True),
)
async def set_qualification(request: AnyRequest, qualification: FromPath[UUID]) -> Response[bytes]:
    """Change until when it is valid, or withdraw it.  If-Match is demanded."""
    asked = await read_json(request, QualificationChange, core_of(request).limits)
    if_match = request.headers.get("if-match")

    def job(session: Session, who: Person, now_ms: int) -> Edited:
        told = fields(asked)
        return qualificationdesk.change(session, who, qualification, told, if_match, now_ms)

    return await write_edit(request, job)


@get("/calendar", opt={"policy": _LOOK}, operation_class=documented(CalendarView))
async def calendar(request: AnyRequest, site: Site = None) -> Response[bytes]:
    """What counts as working time at a site, or for the organisation."""
    return await look_at(request, lambda who: calendardesk.view(who, site))


@put(
    "/calendar",
    opt={"policy": _EVERYWHERE},
    operation_class=documented(Edited, takes=CalendarSet, edits=True),
)
async def set_calendar(request: AnyRequest) -> Response[bytes]:
    """Change the organisation's calendar; members that are left out stay."""
    return await _set_calendar(request, None)


@put(
    "/sites/{site:uuid}/calendar",
    opt={"policy": _SETUP},
    operation_class=documented(Edited, takes=CalendarSet, edits=True),
)
async def set_site_calendar(request: AnyRequest, site: FromPath[UUID]) -> Response[bytes]:
    """Change a site's own calendar; what it does not say, the organisation's says."""
    return await _set_calendar(request, site)


async def _set_calendar(request: AnyRequest, site: UUID | None) -> Response[bytes]:
    asked = await read_json(request, CalendarSet, core_of(request).limits)
    if_match = request.headers.get("if-match")

    def job(session: Session, who: Person, now_ms: int) -> Edited:
        return calendardesk.change(session, who, site, fields(asked), if_match, now_ms)

    return await write_edit(request, job)


_STEPS = (
    Step(
        "assign",
        "round.assign@1",
        RoundAssign,
        _PLAN,
        "Let somebody else walk a round that is not walked yet.",
    ),
    Step(
        "handover", "round.handover@1", RoundHandover, _WALK, "Hand a round over to another person."
    ),
    Step(
        "withdraw",
        "round.withdraw@1",
        Withdraw,
        _PLAN,
        "A round is not to be walked; its plan does not bring it back.",
    ),
)

HANDLERS: list[HTTPRouteHandler] = [
    plans,
    add_plan,
    set_plan,
    rounds,
    qualifications,
    add_qualification,
    set_qualification,
    calendar,
    set_calendar,
    set_site_calendar,
    *steps("/rounds/{round:uuid}", "round", _STEPS),
]
