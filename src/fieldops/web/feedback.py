"""What residents say, at the desk (``/api/v1/feedback``, ``/api/v1/complaints``).

GET  /feedback  /complaints            lists, the newest first
POST /feedback                         taken down at the desk: the telephone, the front office
POST /feedback/{id}/contact            whom to reach, for a purpose, on record
POST /complaints/{id}/steps            one step: accept, classify, answer, resolve, …
"""

from typing import Annotated
from uuid import UUID

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery, QueryParameter
from msgspec import UNSET, Meta, Struct, UnsetType
from sqlmodel import Session

from fieldops.flow import complaintdesk, contacts, edits, look
from fieldops.flow.complaintdesk import ComplaintView, Stage, Wanted
from fieldops.flow.edits import Edited
from fieldops.flow.paging import LIMIT, Ask, Page
from fieldops.model.access import Person, Role
from fieldops.rules.access import READERS
from fieldops.web.bodies import AnyRequest, read_json
from fieldops.web.desk import core_of, look_at, write
from fieldops.web.documented import documented
from fieldops.web.edits import fields, write_edit
from fieldops.web.paging import Cursor, Limit, Since, Site, Until
from fieldops.web.policy import person
from fieldops_sync.checklistpayloads import Reason
from fieldops_sync.complaintpayloads import ComplaintHandle, Tier
from fieldops_sync.payloads import Contact, FeedbackRecord, Severity, Text

_LOOK = person(*READERS)
_TAKE = person(Role.INSPECTOR, Role.SUPERVISOR)
Word = Annotated[str, QueryParameter(max_length=200)]
Flag = Annotated[bool | None, QueryParameter()]


class NewFeedback(Struct, frozen=True):
    """What a resident of a site says."""

    site: UUID
    feedback: FeedbackRecord


class NewFinding(Struct, frozen=True):
    """What a complaint has brought to light; ``note`` is what was looked at (its ``text`` else)."""

    severity: Severity
    text: Reason
    note: Text | UnsetType = UNSET


class Purpose(Struct, frozen=True):
    """What a contact is needed for; it stands in the audit."""

    purpose: Annotated[str, Meta(min_length=1, max_length=contacts.PURPOSE_MAX)]


@post(
    "/feedback",
    opt={"policy": _TAKE},
    status_code=201,
    operation_class=documented(Edited, 201, takes=NewFeedback, edits=True, more=("not-found",)),
)
async def record(request: AnyRequest) -> Response[bytes]:
    """Take down what a resident says."""
    asked = await read_json(request, NewFeedback, core_of(request).limits)

    def job(session: Session, who: Person, now_ms: int) -> Edited:
        new = edits.New("feedback", asked.site, "feedback.record@1", fields(asked.feedback))
        return edits.create(session, who, new, now_ms)

    return await write_edit(request, job, 201)


@get(
    "/feedback/{feedback:uuid}",
    opt={"policy": _LOOK},
    operation_class=documented(look.View),
)
async def one(request: AnyRequest, feedback: FromPath[UUID]) -> Response[bytes]:
    """One entry."""
    return await look_at(request, lambda who: complaintdesk.entry(who, feedback))


@post(
    "/feedback/{feedback:uuid}/contact",
    opt={"policy": _LOOK},
    status_code=200,
    operation_class=documented(Contact, takes=Purpose),
)
async def contact(request: AnyRequest, feedback: FromPath[UUID]) -> Response[bytes]:
    """Whom to reach: asks for level 3 and a purpose, and leaves an audit record."""
    asked = await read_json(request, Purpose, core_of(request).limits)
    return await write(
        request, lambda s, who, now: contacts.unmask(s, who, feedback, asked.purpose, now)
    )


@get("/complaints", opt={"policy": _LOOK}, operation_class=documented(Page[ComplaintView]))
async def complaints(
    request: AnyRequest,
    site: Site = None,
    stage: Annotated[Stage | None, QueryParameter(name="state")] = None,
    tier: FromQuery[Tier | None] = None,
    owner: FromQuery[UUID | None] = None,
    team: Word = "",
    overdue: Flag = None,
    reopened: Flag = None,
    since: Since = None,
    until: Until = None,
    cause: Word = "",
    reference: Word = "",
    cursor: Cursor = "",
    limit: Limit = LIMIT,
) -> Response[bytes]:
    """The complaints of the caller's sites, the newest first."""
    wanted = Wanted(
        site=site,
        stage=stage,
        tier=tier,
        owner=owner,
        team=team,
        overdue=overdue,
        reopened=reopened,
        since_ms=since,
        until_ms=until,
        cause=cause,
        reference=reference,
    )
    ask = Ask("complaints", wanted, cursor, limit)
    return await look_at(request, lambda who: complaintdesk.listing(who, wanted, ask))


@get(
    "/complaints/{feedback:uuid}",
    opt={"policy": _LOOK},
    operation_class=documented(ComplaintView),
)
async def complaint(request: AnyRequest, feedback: FromPath[UUID]) -> Response[bytes]:
    """One complaint with everything that was done about it."""
    return await look_at(request, lambda who: complaintdesk.one(who, feedback))


@post(
    "/complaints/{feedback:uuid}/steps",
    opt={"policy": _TAKE},
    status_code=200,
    operation_class=documented(Edited, takes=ComplaintHandle, edits=True),
)
async def handle(request: AnyRequest, feedback: FromPath[UUID]) -> Response[bytes]:
    """Take a step; one that is not possible now is 409 and says what is."""
    asked = await read_json(request, ComplaintHandle, core_of(request).limits)
    edit = complaintdesk.step(feedback, fields(asked), request.headers.get("if-match"))

    def job(session: Session, who: Person, now_ms: int) -> Edited:
        return edits.edit(session, who, edit, now_ms)

    return await write_edit(request, job)


@post(
    "/complaints/{feedback:uuid}/findings",
    opt={"policy": _TAKE},
    status_code=200,
    operation_class=documented(Edited, takes=NewFinding, edits=True),
)
async def raise_finding(request: AnyRequest, feedback: FromPath[UUID]) -> Response[bytes]:
    """Look into a complaint and report what is wrong: a finding that names it, and the step."""
    asked = await read_json(request, NewFinding, core_of(request).limits)
    note = asked.text if asked.note is UNSET else asked.note
    payload = {"step": "investigate", "note": note}
    edit = complaintdesk.step(feedback, payload, request.headers.get("if-match"))
    finding = {"severity": asked.severity, "text": asked.text}

    def job(session: Session, who: Person, now_ms: int) -> Edited:
        return complaintdesk.raise_finding(session, who, edit, finding, now_ms)

    return await write_edit(request, job)


HANDLERS: list[HTTPRouteHandler] = [
    record,
    one,
    contact,
    complaints,
    complaint,
    handle,
    raise_finding,
]
