"""Single sign-on in the browser (``/oidc``), and the page on which people sign in (``/signin``).

    head office ─ /oidc/callback (opens the session) ─→ /signin?to=… ─ its script ─→ where to

A browser that comes from another site brings no ``Strict`` cookie to whatever it is sent on to;
what the sign-in page asks for and goes on to is asked for by ourselves.
"""

import asyncio
from typing import Annotated
from urllib.parse import quote, urlencode

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery, QueryParameter
from sqlmodel import Session

from fieldops.flow import signon
from fieldops.flow.oidc import Provider
from fieldops.flow.oidcflow import Answer, Flow, failed, seal, unseal
from fieldops.flow.sessions import Opened
from fieldops.model.problem import ProblemError, problem
from fieldops.model.said import Said
from fieldops.rules.signon import own_path
from fieldops.web import cookies, pagefiles, signinpage
from fieldops.web.bodies import AnyRequest
from fieldops.web.core import Core
from fieldops.web.desk import core_of
from fieldops.web.origin import may_be_known
from fieldops.web.policy import PUBLIC
from fieldops.web.problems import language, log_problem, on_problem
from fieldops.web.session import caller_of
from fieldops.web.signinscript import SCRIPT, STYLE
from fieldops_sync.wire import Problem

_OPT = {"policy": PUBLIC}
_AS_IT_IS = ":/?#[]@!$&'()*+,;=%"
"""What delimits the parts of an address, and what is encoded already (RFC 3986, 2.2)."""


@get("/signin", opt=_OPT, include_in_schema=False)
async def sign_in_page(
    request: AnyRequest, to: FromQuery[str] = "", lang: FromQuery[str] = ""
) -> Response[bytes]:
    """The sign-in page; ``to`` is a path of ours to go on to."""
    tongue = lang if lang in ("zh-CN", "en") else language(request)
    asks = may_be_known(request)
    return signinpage.page(tongue, own_path(to, ""), _label(core_of(request)), asks=asks)


@get("/signin.js", opt=_OPT, include_in_schema=False)
async def script(request: AnyRequest) -> Response[bytes]:
    """The script of the sign-in page."""
    return pagefiles.script(request, SCRIPT)


@get("/signin.css", opt=_OPT, include_in_schema=False)
async def style(request: AnyRequest) -> Response[bytes]:
    """The style of the sign-in page."""
    return pagefiles.style(request, STYLE)


@get("/oidc/start", opt=_OPT, include_in_schema=False)
async def start(request: AnyRequest, to: FromQuery[str] = "") -> Response[bytes]:
    """Send the browser to head office's sign-in."""
    core = core_of(request)
    try:
        provider = _provider(core)
        path = own_path(to, "/")
        url, flow = await core.outside.run(provider.begin, path, cookies.SSO_S)
    except ProblemError as error:
        return _told(request, error)
    response = _sent_to(url)
    response.set_cookie(cookies.sso(seal(core.secret, flow)))
    return response


@get("/oidc/callback", opt=_OPT, include_in_schema=False)
async def callback(
    request: AnyRequest,
    code: FromQuery[str] = "",
    flow_state: Annotated[str, QueryParameter(name="state")] = "",
    iss: FromQuery[str] = "",
    error: FromQuery[str] = "",
) -> Response[bytes]:
    """Take what head office says of the browser, and open a session for the person it is."""
    core = core_of(request)
    try:
        provider = _provider(core)
        sealed = request.cookies.get(cookies.SSO, "")
        flow = unseal(core.secret, sealed, core.clock())
        answer = Answer(code, flow_state, iss, error)
        made = await _entered(request, provider, flow, answer)
    except ProblemError as problem_:
        response = _told(request, problem_)
    else:
        response = _sent_to(f"{signinpage.HERE}?{urlencode({'to': flow.to})}")
        response.set_cookie(cookies.session(made.token))
    response.set_cookie(cookies.gone(cookies.SSO))
    return response


async def _entered(request: AnyRequest, provider: Provider, flow: Flow, answer: Answer) -> Opened:
    """Raises ``ProblemError``: sso-failed, sso-down, sso-stranger."""
    core = core_of(request)
    await core.outside.run(provider.check_answer, flow, answer)
    now_ms = core.clock()
    used = core.store.write(lambda s: signon.use_state(s, flow.state, flow.until_ms, now_ms))
    if not await asyncio.wrap_future(used):
        raise failed(Said("该回答已使用过", "the answer was used before"))
    claims = await core.outside.run(provider.redeem, flow, answer.code)
    caller, terms = caller_of(request), core.terms

    def job(session: Session) -> Opened | Problem:
        return signon.enter(session, claims, provider.settings, caller, terms, core.clock())

    done = await asyncio.wrap_future(core.store.write(job))
    if isinstance(done, Problem):
        raise ProblemError(done)
    return done


def _provider(core: Core) -> Provider:
    if core.provider is None:
        raise ProblemError(problem("sso-off"))
    return core.provider


def _label(core: Core) -> str | None:
    return None if core.provider is None else core.provider.settings.label


def _told(request: AnyRequest, error: ProblemError) -> Response[bytes]:
    """The problem as a page for people; a program that asks for no page gets it as it is."""
    if "text/html" not in request.headers.get("accept", ""):
        return on_problem(request, error)
    log_problem(request, error)
    core = core_of(request)
    return signinpage.page(language(request), "", _label(core), error.problem)


def _sent_to(url: str) -> Response[bytes]:
    # A header holds no Chinese: what is no part of an address is encoded (RFC 3986, 2.1).
    headers = {
        "Location": quote(url, safe=_AS_IT_IS),
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
    }
    return Response(b"", status_code=303, headers=headers)


HANDLERS: list[HTTPRouteHandler] = [sign_in_page, script, style, start, callback]
