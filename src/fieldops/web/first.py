"""The first administrator of a new server: the page of the link (``/first``), and making them."""

import asyncio
from typing import Annotated
from uuid import UUID

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery
from msgspec import Meta, Struct
from sqlmodel import Session

from fieldops.flow import first, passwords
from fieldops.web import firstpage, origin, pagefiles
from fieldops.web.auth import read
from fieldops.web.bodies import AnyRequest, read_json, respond
from fieldops.web.desk import core_of
from fieldops.web.documented import documented
from fieldops.web.policy import PUBLIC
from fieldops.web.problems import language
from fieldops.web.session import hashed

_OPT = {"policy": PUBLIC}
Text = Annotated[str, Meta(min_length=1, max_length=200)]


class FirstAdministrator(Struct, frozen=True):
    """The code of the link, and who there is to be."""

    code: Text
    name: Text
    login: Text
    password: Annotated[str, Meta(min_length=1, max_length=1000)]


class MadeFirst(Struct, frozen=True):
    """The administrator's id."""

    id: UUID


@get("/first", opt=_OPT, include_in_schema=False)
async def first_page(request: AnyRequest, lang: FromQuery[str] = "") -> Response[bytes]:
    """The page; what the link opens is not looked at before the form is sent."""
    return firstpage.page(lang if lang in ("zh-CN", "en") else language(request))


@get("/first.js", opt=_OPT, include_in_schema=False)
async def script(request: AnyRequest) -> Response[bytes]:
    """The script of the page."""
    return pagefiles.script(request, firstpage.SCRIPT)


@post(
    "/first",
    opt=_OPT,
    status_code=201,
    operation_class=documented(
        MadeFirst,
        201,
        takes=FirstAdministrator,
        more=("link-invalid", "password-unfit", "cross-site"),
    ),
)
async def make(request: AnyRequest) -> Response[bytes]:
    """Make the first administrator, by the link that the server showed when it started."""
    core = core_of(request)
    asked = await read_json(request, FirstAdministrator, core.limits)
    origin.check(request, core.settings.public_url)
    now_ms = core.clock()
    # Before a password is hashed, which takes a while: anybody may ask.
    await read(core, lambda session: first.check(session, asked.code, now_ms))
    passwords.require(asked.password, core.terms, (asked.login, asked.name))
    hash_ = await hashed(core, passwords.hashed, asked.password)

    def job(session: Session) -> MadeFirst:
        made = first.enter(session, asked.code, asked.login, asked.name, hash_, now_ms)
        return MadeFirst(made)

    return respond(request, await asyncio.wrap_future(core.store.write(job)), 201)


PAGES: list[HTTPRouteHandler] = [first_page, script]
HANDLERS: list[HTTPRouteHandler] = [make]
