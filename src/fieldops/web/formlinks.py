"""The addresses of public forms at the desk: made, listed, withdrawn, printed as posters."""

from typing import Annotated
from uuid import UUID

from litestar import Response, get, post, put
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Meta, Struct
from sqlmodel import Session

from fieldops.flow import formpage, forms, look
from fieldops.model.access import Person, Role
from fieldops.model.problem import ProblemError, problem
from fieldops.rules.access import may
from fieldops.store import forms as rows
from fieldops.store.forms import FormRow
from fieldops.web.addresses import reached_at
from fieldops.web.auth import read
from fieldops.web.bodies import AnyRequest, read_json
from fieldops.web.described import answering
from fieldops.web.desk import core_of, look_up, write
from fieldops.web.documented import documented
from fieldops.web.policy import person
from fieldops_sync.payloads import Titles

_SETUP = person(Role.OPS, Role.ADMINISTRATOR)


class NewForm(Struct, frozen=True):
    """An address; ``name`` says where it hangs, ``replace`` ends all others of the site."""

    name: Annotated[str, Meta(max_length=200)] = ""
    replace: bool = False


class Consent(Struct, frozen=True):
    """What residents agree to, in both languages."""

    texts: Titles


class ConsentVersion(Struct, frozen=True):
    """The version of a consent text, as feedback names it."""

    sha256: str


@get(
    "/sites/{site:uuid}/forms",
    opt={"policy": _SETUP},
    operation_class=documented(list[FormRow]),
)
async def listing(request: AnyRequest, site: FromPath[UUID]) -> Response[bytes]:
    """The addresses of a site's public form, withdrawn ones included."""

    def query(session: Session, who: Person, now_ms: int) -> list[FormRow]:
        _check(session, who, site, now_ms)
        return rows.of_sites(session, [site])

    return await look_up(request, query)


@post(
    "/sites/{site:uuid}/forms",
    opt={"policy": _SETUP},
    status_code=201,
    operation_class=documented(FormRow, 201, takes=NewForm),
)
async def add(request: AnyRequest, site: FromPath[UUID]) -> Response[bytes]:
    """Make an address for a site."""
    asked = await read_json(request, NewForm, core_of(request).limits)

    def job(session: Session, who: Person, now_ms: int) -> FormRow:
        _check(session, who, site, now_ms)
        make = forms.rotate if asked.replace else forms.add
        return make(session, site, asked.name, who.id, now_ms)

    return await write(request, job, 201)


@post(
    "/sites/{site:uuid}/forms/{token:str}/withdraw",
    opt={"policy": _SETUP},
    status_code=200,
    operation_class=documented(FormRow),
)
async def withdraw(
    request: AnyRequest, site: FromPath[UUID], token: FromPath[str]
) -> Response[bytes]:
    """End an address: its posters open nothing any more."""

    def job(session: Session, who: Person, now_ms: int) -> FormRow:
        _of_site(session, who, site, token, now_ms)
        return forms.withdraw(session, token, who.id, now_ms)

    return await write(request, job)


@get(
    "/sites/{site:uuid}/forms/{token:str}/poster",
    opt={"policy": _SETUP},
    operation_class=answering("text/html"),
)
async def poster(
    request: AnyRequest, site: FromPath[UUID], token: FromPath[str]
) -> Response[bytes]:
    """A poster with the QR code of an address, to be printed on A4."""
    core = core_of(request)
    who, now_ms = request.user.person, core.clock()

    def query(session: Session) -> str:
        _of_site(session, who, site, token, now_ms)
        return forms.opened(session, token).site_name

    name = await read(core, query)
    base = reached_at(request)
    page = formpage.poster(name, forms.address(base, token))
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": 'attachment; filename="poster.html"',
        "X-Content-Type-Options": "nosniff",
    }
    return Response(page.encode(), media_type="text/html", headers=headers)


@put(
    "/sites/{site:uuid}/consent",
    opt={"policy": _SETUP},
    operation_class=documented(ConsentVersion, takes=Consent),
)
async def consent(request: AnyRequest, site: FromPath[UUID]) -> Response[bytes]:
    """Change what residents agree to; feedback keeps the version that it was given under."""
    asked = await read_json(request, Consent, core_of(request).limits)

    def job(session: Session, who: Person, now_ms: int) -> ConsentVersion:
        _check(session, who, site, now_ms)
        return ConsentVersion(forms.set_consent(session, site, asked.texts, who.id, now_ms))

    return await write(request, job)


def _check(session: Session, who: Person, site: UUID, now_ms: int) -> None:
    """Raise ``ProblemError`` not-found for a foreign site, forbidden without the role there."""
    look.visible(session, who, site, now_ms)
    if not may(who, _SETUP.roles, site, now_ms):
        raise ProblemError(problem("forbidden"))


def _of_site(session: Session, who: Person, site: UUID, token: str, now_ms: int) -> None:
    _check(session, who, site, now_ms)
    row = rows.get(session, token)
    if row is None or row.site != site:
        raise ProblemError(problem("not-found"))


HANDLERS: list[HTTPRouteHandler] = [listing, add, withdraw, poster, consent]
