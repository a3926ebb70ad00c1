"""Findings at the desk (``/api/v1/findings``): looked for, assigned, put right, looked at again.

Each step is an op through the one mouth; what the finding's state does not allow is 409
``transition``, and nothing is written.
"""

from typing import Annotated, Literal
from uuid import UUID

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, QueryParameter
from msgspec import UNSET, Struct, UnsetType
from sqlmodel import Session

from fieldops.flow import findinglist
from fieldops.flow.edits import Edited
from fieldops.flow.findinglist import FindingView, History, Listed
from fieldops.flow.paging import LIMIT, Ask, Page
from fieldops.model.access import Person, Role
from fieldops.rules.access import READERS
from fieldops.store.findings import Filter
from fieldops.web.bodies import AnyRequest, read_json
from fieldops.web.desk import core_of, look_at
from fieldops.web.documented import documented
from fieldops.web.edits import create, fields, write_edit
from fieldops.web.paging import Cursor, Limit, Since, Site, Until
from fieldops.web.policy import person
from fieldops.web.steps import Step, steps
from fieldops_sync.findingpayloads import (
    AppealDecide,
    FindingAppeal,
    FindingAssign,
    FindingPause,
    FindingReport,
    FindingResume,
    RecheckRecord,
    RectificationReport,
)
from fieldops_sync.payloads import Severity, Text
from fieldops_sync.wire import Sha256

_LOOK = person(*READERS)
_WALK = person(Role.INSPECTOR, Role.SUPERVISOR)
_DESK = person(Role.SUPERVISOR)
State = Literal[
    "open",
    "assigned",
    "rectified",
    "again",
    "closed",
    "deducted",
    "paused",
    "appealed",
    "contested",
    "withdrawn",
    "voided",
]
InState = Annotated[State | None, QueryParameter(name="state", description="where it stands")]
AsSevere = Annotated[Severity | None, QueryParameter(name="severity")]
Owner = Annotated[UUID | None, QueryParameter(name="owner", description="who is to put it right")]
Team = Annotated[str, QueryParameter(name="team", max_length=200)]
OfItem = Annotated[str, QueryParameter(name="item", max_length=200)]
Area = Annotated[UUID | None, QueryParameter(name="area")]
Overdue = Annotated[
    bool, QueryParameter(name="overdue", description="only those whose deadline has passed")
]


class Note(Struct, frozen=True, forbid_unknown_fields=True):
    """A remark on a finding."""

    text: Text
    photos: list[Sha256] | UnsetType = UNSET


@get("/findings", opt={"policy": _LOOK}, operation_class=documented(Page[Listed]))
async def listing(
    request: AnyRequest,
    site: Site = None,
    in_state: InState = None,
    severity: AsSevere = None,
    owner: Owner = None,
    team: Team = "",
    item: OfItem = "",
    area: Area = None,
    overdue: Overdue = False,
    since: Since = None,
    until: Until = None,
    cursor: Cursor = "",
    limit: Limit = LIMIT,
) -> Response[bytes]:
    """The findings of the caller's sites, the latest raised first."""
    wanted = Filter(
        feeds=None if site is None else [site],
        state=in_state or "",
        severity=severity or "",
        owner=owner,
        team=team,
        item=item,
        area=area,
        overdue_at_ms=core_of(request).clock() if overdue else None,
        since_ms=since,
        until_ms=until,
    )
    # A list goes on though the clock does.
    named = [site, in_state, severity, owner, team, item, area, overdue, since, until]
    ask = Ask("findings", [str(one) for one in named], cursor, limit)
    return await look_at(request, lambda who: findinglist.page(who, wanted, ask))


@get("/findings/{finding:uuid}", opt={"policy": _LOOK}, operation_class=documented(FindingView))
async def one(request: AnyRequest, finding: FromPath[UUID]) -> Response[bytes]:
    """A finding, what was done about it, in time or not, and the notes on it."""
    return await look_at(request, lambda who: findinglist.one(who, finding))


@get("/findings/{finding:uuid}/history", opt={"policy": _LOOK}, operation_class=documented(History))
async def history(request: AnyRequest, finding: FromPath[UUID]) -> Response[bytes]:
    """Every step of a finding's life: who, when it happened, when it was received, what changed."""
    return await look_at(request, lambda who: findinglist.steps(who, finding))


@post(
    "/sites/{site:uuid}/findings",
    opt={"policy": _WALK},
    status_code=201,
    operation_class=documented(Edited, 201, takes=FindingReport, edits=True),
)
async def report(request: AnyRequest, site: FromPath[UUID]) -> Response[bytes]:
    """Raise a finding by hand; without a deadline the server sets one by severity."""
    asked = await read_json(request, FindingReport, core_of(request).limits)
    return await create(request, "finding", site, "finding.report@1", fields(asked))


@post(
    "/findings/{finding:uuid}/notes",
    opt={"policy": _WALK},
    status_code=201,
    operation_class=documented(Edited, 201, takes=Note, edits=True),
)
async def note(request: AnyRequest, finding: FromPath[UUID]) -> Response[bytes]:
    """Write a remark, which is a record of its own."""
    asked = await read_json(request, Note, core_of(request).limits)

    def job(session: Session, who: Person, now_ms: int) -> Edited:
        return findinglist.note(session, who, finding, fields(asked), now_ms)

    return await write_edit(request, job, 201)


_STEPS = (
    Step(
        "assign",
        "finding.assign@1",
        FindingAssign,
        _DESK,
        "Say who is to put it right, and by when.",
    ),
    Step(
        "rectify",
        "rectification.report@1",
        RectificationReport,
        _WALK,
        "Say what was done about it.",
    ),
    Step(
        "recheck",
        "recheck.record@1",
        RecheckRecord,
        _WALK,
        "Look again: it is closed, to be done again, or closed with a deduction.",
    ),
    Step(
        "appeal",
        "finding.appeal@1",
        FindingAppeal,
        _WALK,
        "Say that the finding, or its deduction, is not right.",
    ),
    Step(
        "decide",
        "appeal.decide@1",
        AppealDecide,
        _DESK,
        "Decide on the appeal; whoever appealed cannot.",
    ),
    Step("pause", "finding.pause@1", FindingPause, _DESK, "Stop the clock, with the reason."),
    Step(
        "resume",
        "finding.resume@1",
        FindingResume,
        _DESK,
        "Let the clock go on; the deadline moves by the working time that was left.",
    ),
)

HANDLERS: list[HTTPRouteHandler] = [
    listing,
    one,
    history,
    report,
    note,
    *steps("/findings/{finding:uuid}", "finding", _STEPS),
]
