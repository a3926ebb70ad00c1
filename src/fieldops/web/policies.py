"""Policies at the desk (``/api/v1/sites/{site}/policies``): the figures that a site works by."""

import asyncio
from typing import Annotated
from uuid import UUID

from litestar import Response, get, put
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Meta, Struct
from sqlmodel import Session

from fieldops.flow import look, policies, policysetting
from fieldops.flow.audience import Audience
from fieldops.flow.edits import etag
from fieldops.flow.policies import PolicyView
from fieldops.model.access import Role
from fieldops.model.problem import ProblemError, problem
from fieldops.rules.access import OP_ROLES, READERS, may
from fieldops.web.bodies import AnyRequest, read_json, respond
from fieldops.web.desk import core_of, look_at
from fieldops.web.documented import documented
from fieldops.web.policy import person
from fieldops_sync.payloads import Key

_LOOK = person(*READERS)
_SET = person(Role.SUPERVISOR, Role.OPS, Role.ADMINISTRATOR)


class Policies(Struct, frozen=True):
    """All policies of a site."""

    policies: list[PolicyView]


class PolicyChange(Struct, frozen=True):
    """``values`` is the whole difference, text by key; null takes it back.  It needs a reason."""

    values: dict[Key, Key] | None
    reason: Annotated[str, Meta(min_length=1, max_length=20_000)]


@get("/sites/{site:uuid}/policies", opt={"policy": _LOOK}, operation_class=documented(Policies))
async def listing(request: AnyRequest, site: FromPath[UUID]) -> Response[bytes]:
    """The policies of a site: defaults, what the organisation changed, what the site changed."""

    def query(who: Audience) -> Policies:
        _must_see(who, site)
        return Policies(policies.standing(who.session, site))

    return await look_at(request, query)


@put(
    "/sites/{site:uuid}/policies/{policy:str}",
    opt={"policy": _SET},
    operation_class=documented(PolicyView, takes=PolicyChange, edits=True),
)
async def change(
    request: AnyRequest, site: FromPath[UUID], policy: FromPath[str]
) -> Response[bytes]:
    """Change what a site works by, from now on; who and why stay on record.

    If-Match is demanded: it names the ``revision`` that the policy was shown with.
    """
    asked = await read_json(request, PolicyChange, core_of(request).limits)
    if_match = request.headers.get("if-match")
    core = core_of(request)
    now_ms, who = core.clock(), request.user.person

    def job(session: Session) -> PolicyView:
        _must_see(Audience(session, who, now_ms), site)
        if not may(who, OP_ROLES["policy.set@1"], site, now_ms):
            raise ProblemError(problem("forbidden"))
        return policysetting.set_policy(
            session, site, policy, asked.values, asked.reason, who.id, now_ms, if_match
        )

    done = await asyncio.wrap_future(core.store.write(job))
    answer = respond(request, done)
    answer.headers["ETag"] = etag(done.revision)
    return answer


def _must_see(who: Audience, site: UUID) -> None:
    """A site that is foreign, or none, is not found."""
    if site not in look.my_sites(who):
        raise ProblemError(problem("not-found"))


HANDLERS: list[HTTPRouteHandler] = [listing, change]
