"""Texts to answer complaints with (``/api/v1/answer-templates``): thin handlers."""

import asyncio
from typing import Annotated

from litestar import Response, get, put
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta, Struct
from sqlmodel import Session

from fieldops.flow import answertemplates
from fieldops.flow.answertemplates import TEMPLATES_MAX, AnswerTemplates
from fieldops.flow.edits import etag
from fieldops.model.access import Role
from fieldops.rules.access import READERS
from fieldops.rules.answertemplates import AnswerTemplate
from fieldops.web.auth import read
from fieldops.web.bodies import AnyRequest, read_json, respond
from fieldops.web.desk import core_of
from fieldops.web.documented import documented
from fieldops.web.policy import organisation, person


class AllTemplates(Struct, frozen=True):
    """The whole set, in the order in which it is offered."""

    templates: Annotated[list[AnswerTemplate], Meta(max_length=TEMPLATES_MAX)]


@get(
    "/answer-templates",
    opt={"policy": person(*READERS)},
    operation_class=documented(AnswerTemplates),
)
async def listing(request: AnyRequest) -> Response[bytes]:
    """The texts, what may stand in braces in them, and their revision as ETag."""
    return _answer(request, await read(core_of(request), answertemplates.standing))


@put(
    "/answer-templates",
    opt={"policy": organisation(Role.OPS, Role.ADMINISTRATOR)},
    operation_class=documented(AnswerTemplates, takes=AllTemplates, edits=True),
)
async def change(request: AnyRequest) -> Response[bytes]:
    """Set all texts.  If-Match is demanded: it names the revision that was looked at."""
    core = core_of(request)
    asked = await read_json(request, AllTemplates, core.limits)
    if_match, who, now_ms = request.headers.get("if-match"), request.user.person, core.clock()

    def job(session: Session) -> AnswerTemplates:
        return answertemplates.put(session, asked.templates, if_match, who.id, now_ms)

    return _answer(request, await asyncio.wrap_future(core.store.write(job)))


def _answer(request: AnyRequest, found: AnswerTemplates) -> Response[bytes]:
    answer = respond(request, found)
    answer.headers["ETag"] = etag(found.revision)
    return answer


HANDLERS: list[HTTPRouteHandler] = [listing, change]
