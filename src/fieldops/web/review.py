"""The review queue (``/api/v1/review``): thin handlers."""

from typing import Annotated
from uuid import UUID

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery, QueryParameter

from fieldops.flow import reviewcase, reviewqueue
from fieldops.flow.reviewmany import Decided, Verdicts, decide
from fieldops.flow.reviewqueue import Narrow
from fieldops.rules.access import READERS
from fieldops.web.bodies import AnyRequest, read_json
from fieldops.web.desk import Site, core_of, look_at, look_up, write
from fieldops.web.documented import documented
from fieldops.web.policy import person

_DECIDED = ("not-found", "record-voided", "revision-changed")
_Limit = Annotated[int, QueryParameter(ge=1, le=reviewqueue.LIMIT_MAX)]


@get(
    "/review",
    opt={"policy": person(*reviewqueue.ROLES)},
    operation_class=documented(reviewqueue.Queue),
)
async def review(
    request: AnyRequest,
    cursor: FromQuery[str] = "",
    limit: _Limit = 50,
    site: Site = None,
    checklist: FromQuery[str] = "",
) -> Response[bytes]:
    """What the caller has yet to decide on, the riskiest first, then what has waited longest."""
    scale, wanted = core_of(request).settings.evidence, Narrow(site, checklist)
    return await look_up(
        request, lambda s, p, now: reviewqueue.page(s, p, cursor, limit, scale, now, wanted)
    )


@get(
    "/review/{inspection:uuid}",
    opt={"policy": person(*READERS)},
    operation_class=documented(reviewcase.Reviewed),
)
async def review_one(request: AnyRequest, inspection: FromPath[UUID]) -> Response[bytes]:
    """One walk to be reviewed: items beside their standard, photos beside those of before."""
    return await look_at(request, lambda who: reviewcase.gather(who, inspection))


@post(
    "/review/{inspection:uuid}/decide",
    opt={"policy": person(*reviewqueue.ROLES)},
    status_code=200,
    operation_class=documented(Decided, takes=Verdicts, more=_DECIDED),
)
async def review_many(request: AnyRequest, inspection: FromPath[UUID]) -> Response[bytes]:
    """One verdict on many photos of a walk; null takes it back.  All of them, or none.

    ``was`` guards a verdict that the caller has not seen: 412, and nothing is written.
    """
    asked = await read_json(request, Verdicts, core_of(request).limits)
    return await write(request, lambda s, p, now: decide(s, p, inspection, asked, now))


HANDLERS: list[HTTPRouteHandler] = [review, review_one, review_many]
