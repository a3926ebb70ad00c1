"""The lists of the desk (``/api/v1``): newest first, a page at a time, of the caller's sites."""

from typing import Annotated, Literal
from uuid import UUID

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery, QueryParameter

from fieldops.flow import disputes, lists
from fieldops.flow.disputes import Dispute
from fieldops.flow.lists import Filter
from fieldops.flow.look import View
from fieldops.flow.paging import LIMIT, Page, Turn
from fieldops.rules.access import READERS
from fieldops.web.bodies import AnyRequest
from fieldops.web.desk import look_at
from fieldops.web.documented import documented
from fieldops.web.paging import Cursor, Limit, Since, Site, Until
from fieldops.web.policy import person

_LOOK = person(*READERS)
_PAGE = documented(Page[View])
Kind = Literal[
    "inspection",
    "result",
    "photo",
    "feedback",
    "finding",
    "note",
    "suggestion",
    "area",
    "override",
]
Checklist = Annotated[str, QueryParameter(max_length=200, description="the key of a checklist")]
Person = Annotated[UUID | None, QueryParameter(name="person", description="owner, or writer")]
Item = Annotated[str, QueryParameter(max_length=200, description="the key of an item")]
Inspection = Annotated[UUID | None, QueryParameter(name="inspection")]
InspectionState = Annotated[
    Literal["", "stub", "draft", "submitted", "sealed", "approved", "returned", "retake", "voided"],
    QueryParameter(name="state"),
]
PhotoState = Annotated[
    Literal["", "awaiting", "stored", "removed", "waived", "voided"], QueryParameter(name="state")
]
Nature = Literal["", "rating", "praise", "suggestion", "complaint"]
Outcome = Literal["", "pass", "fail", "na", "voided"]
Verdict = Literal["", "approved", "returned", "retake"]


async def _kind(
    request: AnyRequest, kind: str, wanted: Filter, cursor: str, limit: int
) -> Response[bytes]:
    return await look_at(request, lambda who: lists.of_kind(who, kind, wanted, Turn(cursor, limit)))


@get("/sites", opt={"policy": _LOOK}, operation_class=_PAGE)
async def sites(request: AnyRequest, cursor: Cursor = "", limit: Limit = LIMIT) -> Response[bytes]:
    """The sites that the caller may look at."""
    return await _kind(request, "site", Filter(), cursor, limit)


@get("/areas", opt={"policy": _LOOK}, operation_class=_PAGE)
async def areas(
    request: AnyRequest, site: Site = None, cursor: Cursor = "", limit: Limit = LIMIT
) -> Response[bytes]:
    """Areas of sites: buildings, floors, plant rooms."""
    return await _kind(request, "area", Filter(site=site), cursor, limit)


@get("/records", opt={"policy": _LOOK}, operation_class=_PAGE)
async def records(
    request: AnyRequest,
    kind: FromQuery[Kind],
    site: Site = None,
    cursor: Cursor = "",
    limit: Limit = LIMIT,
) -> Response[bytes]:
    """All records of a kind."""
    return await _kind(request, kind, Filter(site=site), cursor, limit)


@get("/inspections", opt={"policy": _LOOK}, operation_class=_PAGE)
async def inspections(
    request: AnyRequest,
    site: Site = None,
    in_state: InspectionState = "",
    checklist: Checklist = "",
    person: Person = None,
    since: Since = None,
    until: Until = None,
    cursor: Cursor = "",
    limit: Limit = LIMIT,
) -> Response[bytes]:
    """Inspections, by when they began; ``person`` is who owns them now."""
    wanted = Filter(site, in_state, checklist, person, since_ms=since, until_ms=until)
    return await _kind(request, "inspection", wanted, cursor, limit)


@get("/results", opt={"policy": _LOOK}, operation_class=_PAGE)
async def results(
    request: AnyRequest,
    site: Site = None,
    inspection: Inspection = None,
    checklist: Checklist = "",
    item: Item = "",
    outcome: FromQuery[Outcome] = "",
    person: Person = None,
    since: Since = None,
    until: Until = None,
    cursor: Cursor = "",
    limit: Limit = LIMIT,
) -> Response[bytes]:
    """Results, inspection by inspection; with ``outcome=fail`` alone by when they failed.

    The period is the inspection's (of failed ones, their own).  A page may hold fewer than
    ``limit`` where few results fit.
    """
    wanted = Filter(site, outcome, checklist, person, item, inspection, since, until)
    return await _kind(request, "result", wanted, cursor, limit)


@get("/photos", opt={"policy": _LOOK}, operation_class=_PAGE)
async def photos(
    request: AnyRequest,
    site: Site = None,
    inspection: Inspection = None,
    item: Item = "",
    in_state: PhotoState = "",
    person: Person = None,
    since: Since = None,
    until: Until = None,
    cursor: Cursor = "",
    limit: Limit = LIMIT,
) -> Response[bytes]:
    """Photos, inspection by inspection; the period is the inspection's."""
    wanted = Filter(site, in_state, "", person, item, inspection, since, until)
    return await _kind(request, "photo", wanted, cursor, limit)


@get("/feedback", opt={"policy": _LOOK}, operation_class=_PAGE)
async def feedback(
    request: AnyRequest,
    site: Site = None,
    nature: FromQuery[Nature] = "",
    person: Person = None,
    since: Since = None,
    until: Until = None,
    cursor: Cursor = "",
    limit: Limit = LIMIT,
) -> Response[bytes]:
    """What residents said, by when they said it."""
    wanted = Filter(site, person=person, since_ms=since, until_ms=until)
    turn = Turn(cursor, limit)
    return await look_at(request, lambda who: lists.feedback(who, wanted, nature, turn))


@get("/reviews", opt={"policy": _LOOK}, operation_class=_PAGE)
async def reviews(
    request: AnyRequest,
    site: Site = None,
    verdict: FromQuery[Verdict] = "",
    since: Since = None,
    until: Until = None,
    cursor: Cursor = "",
    limit: Limit = LIMIT,
) -> Response[bytes]:
    """The inspections, results and photos that a supervisor has decided on."""
    wanted = Filter(site=site, verdict=verdict, since_ms=since, until_ms=until)
    return await look_at(request, lambda who: lists.reviews(who, wanted, Turn(cursor, limit)))


@get("/conflicts", opt={"policy": _LOOK}, operation_class=_PAGE)
async def conflicts(
    request: AnyRequest,
    site: Site = None,
    kind: FromQuery[Kind | None] = None,
    cursor: Cursor = "",
    limit: Limit = LIMIT,
) -> Response[bytes]:
    """The records that hold two values for a member until somebody decides."""
    turn = Turn(cursor, limit)
    return await look_at(request, lambda who: lists.conflicts(who, site, kind or "", turn))


@get("/conflicts/sides", opt={"policy": _LOOK}, operation_class=documented(Page[Dispute]))
async def sides(
    request: AnyRequest,
    site: Site = None,
    kind: FromQuery[Kind | None] = None,
    cursor: Cursor = "",
    limit: Limit = LIMIT,
) -> Response[bytes]:
    """The same conflicts with what to decide by: each value, who wrote it, when, on what."""
    turn = Turn(cursor, limit)
    return await look_at(request, lambda who: disputes.page(who, site, kind or "", turn))


HANDLERS: list[HTTPRouteHandler] = [
    sites,
    areas,
    records,
    inspections,
    results,
    photos,
    feedback,
    reviews,
    conflicts,
    sides,
]
