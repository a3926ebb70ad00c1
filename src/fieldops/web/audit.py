"""The audit over HTTP (``/api/v1/audit``): searched, and its newest signed checkpoint."""

from typing import Annotated
from uuid import UUID

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter
from sqlmodel import Session

from fieldops.flow import auditsearch
from fieldops.flow.paging import LIMIT, Turn
from fieldops.model.access import Role
from fieldops.model.problem import ProblemError, problem
from fieldops.rules.checkpoints import Checkpoint
from fieldops.store import auditchain
from fieldops.store.audit import Wanted
from fieldops.web.bodies import AnyRequest
from fieldops.web.desk import look_up
from fieldops.web.documented import documented
from fieldops.web.paging import Cursor, Limit, Since, Until
from fieldops.web.policy import organisation

_LOOK = organisation(Role.AUDITOR, Role.ADMINISTRATOR)
Action = Annotated[
    str,
    QueryParameter(max_length=100, description="what the action begins with, such as `record.`"),
]
Reads = Annotated[
    bool, QueryParameter(description="only what somebody saw in the clear, or took along")
]
Actor = Annotated[UUID | None, QueryParameter(description="a person, or the server's own")]
Tablet = Annotated[UUID | None, QueryParameter(name="device", description="a tablet")]
About = Annotated[
    UUID | None,
    QueryParameter(description="a record with all that belongs to it, or a person"),
]


@get("/audit", opt={"policy": _LOOK}, operation_class=documented(auditsearch.Lines))
async def search(
    request: AnyRequest,
    action: Action = "",
    reads: Reads = False,
    actor: Actor = None,
    device: Tablet = None,
    about: About = None,
    since: Since = None,
    until: Until = None,
    cursor: Cursor = "",
    limit: Limit = LIMIT,
) -> Response[bytes]:
    """Who did what, the newest first; everything that is given narrows."""
    wanted = Wanted(
        actions=((action,) if action else ()) or (auditsearch.READS if reads else ()),
        actor=actor,
        device=device,
        about=() if about is None else (about,),
        since_ms=since,
        until_ms=until,
    )
    turn = Turn(cursor, limit)
    return await look_up(request, lambda s, _who, _now: auditsearch.page(s, wanted, turn))


@get(
    "/audit/checkpoint",
    opt={"policy": _LOOK},
    operation_class=documented(Checkpoint, more=("not-found",)),
)
async def checkpoint(request: AnyRequest) -> Response[bytes]:
    """How far the chain is, signed: keep it elsewhere, and nobody can cut off what is before it."""

    def query(session: Session) -> Checkpoint:
        found = auditchain.latest_checkpoint(session)
        if found is None:
            raise ProblemError(problem("not-found"))
        return found

    return await look_up(request, lambda session, _who, _now: query(session))


HANDLERS: list[HTTPRouteHandler] = [search, checkpoint]
