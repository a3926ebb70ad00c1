"""For this server's own processes: the worker hands in what readers of the log found."""

import asyncio

import msgspec
from litestar import Response, post
from litestar.handlers import HTTPRouteHandler

from fieldops.flow import react
from fieldops.flow.handin import HandinRequest, read_request
from fieldops.model.problem import ProblemError, problem
from fieldops.rules.misfits import misfit
from fieldops.web.bodies import AnyRequest, respond
from fieldops.web.core import Core
from fieldops.web.policy import INTERNAL


@post("/handin", opt={"policy": INTERNAL}, status_code=200, include_in_schema=False)
async def handin(request: AnyRequest) -> Response[bytes]:
    """Take a hand-in: cursor and ops in one transaction."""
    core: Core = request.app.state.core
    asked = _read(await request.body())
    now_ms = core.clock()
    done = core.store.write(lambda session: react.take(session, asked, now_ms))
    return respond(request, await asyncio.wrap_future(done))


def _read(body: bytes) -> HandinRequest:
    try:
        request: HandinRequest = read_request(body)
        return request
    except msgspec.MsgspecError as error:
        raise ProblemError(problem("validation", misfit(str(error)))) from error


HANDLERS: list[HTTPRouteHandler] = [handin]
