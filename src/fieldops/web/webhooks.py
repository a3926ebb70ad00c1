"""Webhooks, for administrators (``/api/v1/webhooks``): where they go, how they fare, what to do."""

import asyncio
import time
from typing import Annotated
from uuid import UUID

from litestar import Response, get, patch, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery, QueryParameter
from msgspec import Struct
from sqlmodel import Session

from fieldops.flow import endpoints, endpointviews
from fieldops.flow.edits import check_match, etag
from fieldops.flow.endpoints import MadeSecret, Trial
from fieldops.flow.endpointviews import EndpointView
from fieldops.model.access import Person, Role
from fieldops.store.outlets import DeadLetter
from fieldops.web.auth import read
from fieldops.web.bodies import AnyRequest, read_json, respond
from fieldops.web.desk import core_of, look_up, write
from fieldops.web.documented import documented
from fieldops.web.policy import organisation
from fieldops_sync.checklistpayloads import Reason
from fieldops_sync.endpointpayloads import EndpointSet
from fieldops_sync.wire import Count

_ADMIN = organisation(Role.ADMINISTRATOR)
_DEAD_MOST = 200


class NewEndpoint(EndpointSet, frozen=True, kw_only=True):
    """An endpoint to be; ``from_position`` null tells what happens from now on."""

    from_position: Count | None = None


class Because(Struct, frozen=True):
    """Why somebody does it."""

    reason: Reason


class From(Struct, frozen=True):
    """The position behind which an endpoint is told again; 0 for everything."""

    position: Count


class Which(Struct, frozen=True):
    """The position of one event, null for all."""

    position: Count | None = None


class Tested(Struct, frozen=True):
    """What an endpoint answered: an HTTP status, or 0 and why there was none; how long it took."""

    status: int
    why: str
    ms: int


class Again(Struct, frozen=True):
    """How many events will be sent again."""

    again: int


@get("/webhooks", opt={"policy": _ADMIN}, operation_class=documented(list[EndpointView]))
async def listing(request: AnyRequest) -> Response[bytes]:
    """All endpoints: what each is told, how far it is, how it fares."""
    return await look_up(request, lambda s, _p, now: endpointviews.listing(s, now))


@get(
    "/webhooks/{endpoint:uuid}",
    opt={"policy": _ADMIN},
    operation_class=documented(EndpointView),
)
async def one(request: AnyRequest, endpoint: FromPath[UUID]) -> Response[bytes]:
    """One endpoint."""
    return await look_up(request, lambda s, _p, now: endpointviews.show(s, endpoint, now))


@post(
    "/webhooks",
    opt={"policy": _ADMIN},
    status_code=201,
    operation_class=documented(MadeSecret, 201, takes=NewEndpoint),
)
async def add(request: AnyRequest) -> Response[bytes]:
    """A new endpoint; its secret is shown this once."""
    core = core_of(request)
    asked = await read_json(request, NewEndpoint, core.limits)
    members = {name: getattr(asked, name) for name in EndpointSet.__struct_fields__}
    fields, given = EndpointSet(**members), core.settings.webhooks

    def job(session: Session, who: Person, now_ms: int) -> MadeSecret:
        return endpoints.add(session, given, fields, who.id, now_ms, asked.from_position)

    return await write(request, job, 201)


@patch(
    "/webhooks/{endpoint:uuid}",
    opt={"policy": _ADMIN},
    operation_class=documented(EndpointView, takes=EndpointSet, edits=True),
)
async def change(request: AnyRequest, endpoint: FromPath[UUID]) -> Response[bytes]:
    """Change what is named; ``enabled`` pauses and resumes.  ``If-Match`` names the revision."""
    core, if_match = core_of(request), request.headers.get("if-match")
    fields = await read_json(request, EndpointSet, core.limits)

    who, now_ms = request.user.person, core.clock()

    def job(session: Session) -> EndpointView:
        check_match(endpoints.locked(session, endpoint).revision, if_match, demanded=True)
        endpoints.change(session, core.settings.webhooks, endpoint, fields, who.id, now_ms)
        return endpointviews.show(session, endpoint, now_ms)

    done = await asyncio.wrap_future(core.store.write(job))
    answer = respond(request, done)
    answer.headers["ETag"] = etag(done.revision)
    return answer


@post(
    "/webhooks/{endpoint:uuid}/resume",
    opt={"policy": _ADMIN},
    status_code=200,
    operation_class=documented(EndpointView, takes=Because),
)
async def resume(request: AnyRequest, endpoint: FromPath[UUID]) -> Response[bytes]:
    """Go on at once where it stands: one that is paused, suspended, or waits after a failure."""
    asked = await read_json(request, Because, core_of(request).limits)

    def job(session: Session, who: Person, now_ms: int) -> EndpointView:
        endpoints.resume(session, endpoint, asked.reason, who.id, now_ms)
        return endpointviews.show(session, endpoint, now_ms)

    return await write(request, job)


@post(
    "/webhooks/{endpoint:uuid}/replay",
    opt={"policy": _ADMIN},
    status_code=200,
    operation_class=documented(EndpointView, takes=From),
)
async def replay(request: AnyRequest, endpoint: FromPath[UUID]) -> Response[bytes]:
    """Tell it again, under the same ids, what comes behind a position."""
    asked = await read_json(request, From, core_of(request).limits)

    def job(session: Session, who: Person, now_ms: int) -> EndpointView:
        endpoints.replay(session, endpoint, asked.position, who.id, now_ms)
        return endpointviews.show(session, endpoint, now_ms)

    return await write(request, job)


@post(
    "/webhooks/{endpoint:uuid}/rotate",
    opt={"policy": _ADMIN},
    status_code=200,
    operation_class=documented(MadeSecret),
)
async def rotate(request: AnyRequest, endpoint: FromPath[UUID]) -> Response[bytes]:
    """A new secret, shown this once; for a day both sign, unless the settings differ."""
    given = core_of(request).settings.webhooks
    return await write(request, lambda s, p, now: endpoints.rotate(s, given, endpoint, p.id, now))


@post(
    "/webhooks/{endpoint:uuid}/test",
    opt={"policy": _ADMIN},
    status_code=200,
    operation_class=documented(Tested),
)
async def test(request: AnyRequest, endpoint: FromPath[UUID]) -> Response[bytes]:
    """Send an event of type ``webhook.test`` now, and say what came back."""
    core, who = core_of(request), request.user.person
    now_ms = core.clock()

    def query(session: Session) -> Trial:
        return endpoints.trial(session, endpoint, who.id, now_ms)

    made = await read(core, query)
    began_s = time.monotonic()
    answer = await core.outside.run(endpoints.send, made, core.settings.webhooks)
    took_ms = int((time.monotonic() - began_s) * 1000)
    return respond(request, Tested(answer.status, answer.why, took_ms))


@get(
    "/webhooks/{endpoint:uuid}/dead",
    opt={"policy": _ADMIN},
    operation_class=documented(list[DeadLetter]),
)
async def dead(
    request: AnyRequest,
    endpoint: FromPath[UUID],
    after: FromQuery[Count] = 0,
    limit: Annotated[int, QueryParameter(ge=1, le=_DEAD_MOST)] = _DEAD_MOST,
) -> Response[bytes]:
    """What it refused, by position; further ones come behind ``after``."""

    def query(session: Session, _who: Person, _now_ms: int) -> list[DeadLetter]:
        return endpoints.dead(session, endpoint, after, limit)

    return await look_up(request, query)


@post(
    "/webhooks/{endpoint:uuid}/dead/retry",
    opt={"policy": _ADMIN},
    status_code=200,
    operation_class=documented(Again, takes=Which),
)
async def retry(request: AnyRequest, endpoint: FromPath[UUID]) -> Response[bytes]:
    """Send again what it refused, one event or all."""
    asked = await read_json(request, Which, core_of(request).limits)

    def job(session: Session, who: Person, now_ms: int) -> Again:
        return Again(endpoints.retry(session, endpoint, asked.position, who.id, now_ms))

    return await write(request, job)


HANDLERS: list[HTTPRouteHandler] = [
    listing,
    one,
    add,
    change,
    resume,
    replay,
    rotate,
    test,
    dead,
    retry,
]
