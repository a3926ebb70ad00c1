"""The public form of a site (``/f/{token}``): pages that ask for no sign-in and run no script.

    GET  /f/{token}           the form, with a slip
    POST /f/{token}           counted, read, checked, stored → 303 to the thanks
    GET  /f/{token}/thanks    the number that was given, and nothing else

Whoever does not take HTML is answered by problems, like on every other route.
"""

import asyncio
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from sqlmodel import Session

from fieldops.flow import forms
from fieldops.flow.formentry import payload, wrong_entry
from fieldops.flow.formpage import (
    POLICY,
    Filled,
    Language,
    form_page,
    thanks_page,
    told_page,
)
from fieldops.flow.formphoto import Photo, TooLarge
from fieldops.flow.forms import Form
from fieldops.flow.formtexts import TEXTS
from fieldops.flow.uploadsaid import SPOOL_FULL
from fieldops.model.problem import ProblemError, problem, slug_of
from fieldops.model.said import Said, at, both, joined
from fieldops.web.addresses import address_of
from fieldops.web.auth import read
from fieldops.web.bodies import AnyRequest
from fieldops.web.core import Core
from fieldops.web.desk import core_of
from fieldops.web.parts import Sent, UnreadableForm, read_form
from fieldops.web.policy import PUBLIC
from fieldops.web.problems import answer, language

_MB = 1024 * 1024
_HOUR_S = 3600
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


@get("/{token:str}", opt={"policy": PUBLIC}, include_in_schema=False)
async def show(request: AnyRequest, token: FromPath[str]) -> Response[bytes]:
    """The form of an address."""
    form = await _form(request, token)
    return form if isinstance(form, Response) else _show(request, form)


@get("/{token:str}/thanks", opt={"policy": PUBLIC}, include_in_schema=False)
async def thanks(request: AnyRequest, token: FromPath[str]) -> Response[bytes]:
    """What was given to whom has just sent something; nothing is looked up by it."""
    form = await _form(request, token)
    if isinstance(form, Response):
        return form
    core = core_of(request)
    shown, seal = (str(request.query_params.get(name, "")) for name in ("number", "seal"))
    if forms.seal(core.secret, token, shown) != seal:
        return _told(request, "gone", problem("not-found"))
    return _page(request, thanks_page(form, shown, seal, _language(request)), 200)


@post("/{token:str}", opt={"policy": PUBLIC}, include_in_schema=False)
async def send(request: AnyRequest, token: FromPath[str]) -> Response[bytes]:
    """Take one entry; the same slip again leads to the same thanks."""
    form = await _form(request, token)
    if isinstance(form, Response):
        return form
    core = core_of(request)
    address, now_ms = address_of(request), core.clock()

    def count(session: Session) -> bool:
        return forms.is_turn(session, core.secret, token, address, core.settings.forms, now_ms)

    if not await asyncio.wrap_future(core.store.write(count)):
        return await _often(request, form)
    limit_bytes = core.settings.forms.photo_mb * _MB
    announced = request.headers.get("content-length", "")
    size_bytes = min(int(announced), limit_bytes) if announced.isdecimal() else limit_bytes
    if not await asyncio.to_thread(core.uploads.spool.has_room, size_bytes):
        raise ProblemError(problem("too-busy", SPOOL_FULL))
    try:
        sent = await read_form(
            request, limit_bytes, lambda: Photo(core.settings.spool_dir, limit_bytes)
        )
    except TooLarge:
        return _show(request, form, Filled(wrong=["wrong-photo"]), 413)
    except UnreadableForm:
        return _show(request, form, Filled(wrong=["wrong-form"]), 400)
    try:
        return await _take(request, form, sent)
    finally:
        if sent.photo is not None:
            sent.photo.close()


async def _often(request: AnyRequest, form: Form) -> Response[bytes]:
    """Too many came from there: who has written something gets it back, to be sent later."""
    found = problem("form-often", retry_after_s=_HOUR_S)
    if not _takes_html(request):
        return answer(request, found)
    try:
        sent = await read_form(request, core_of(request).settings.forms.photo_mb * _MB, None)
    except (TooLarge, UnreadableForm):
        return _told(request, "often", found)
    shown = _show(request, form, _filled(sent, ["wrong-often"]), found.status)
    shown.headers["Retry-After"] = str(_HOUR_S)
    return shown


def _filled(sent: Sent, wrong: list[str]) -> Filled:
    values = {name: value for name, value in sent.fields.items() if name != "slip"}
    return Filled(values, wrong, sent.had_photo)


async def _take(request: AnyRequest, form: Form, sent: Sent) -> Response[bytes]:
    core, fields = core_of(request), sent.fields
    now_ms = core.clock()
    slip = forms.read_slip(core.secret, form.token, fields.get("slip", ""), now_ms)
    wrong = wrong_entry(fields) + ([] if slip else ["wrong-slip"])
    if sent.is_too_large or (sent.photo is not None and not sent.photo.mime):
        wrong.append("wrong-photo")
    if sent.is_one_of_many:
        wrong.append("wrong-photos")
    if wrong or slip is None:
        status = 413 if sent.is_too_large else 422
        return _show(request, form, _filled(sent, wrong), status)
    number = forms.reference(core.secret, slip.feedback)
    entry = payload(fields, form, number)
    if sent.photo is not None:
        entry["photos"] = [await _store(core, sent.photo, now_ms)]
    await _record(core, form, slip.feedback, entry, now_ms)
    seal = forms.seal(core.secret, form.token, number)
    lang = _language(request)
    to = f"/f/{form.token}/thanks?number={number}&seal={seal}&lang={lang}"
    return Response(b"", status_code=303, headers={**_HEADERS, "Location": to})


async def _store(core: Core, photo: Photo, now_ms: int) -> str:
    """The photo in the blob store; on the threads that read photos, which are few."""
    loop = asyncio.get_running_loop()
    stored = await loop.run_in_executor(core.threads, photo.store, core.store, core.blobs, now_ms)
    if stored is None:
        raise ProblemError(problem("too-busy"))
    return stored


async def _record(
    core: Core, form: Form, feedback: UUID, entry: dict[str, Any], now_ms: int
) -> None:
    def job(session: Session) -> bool:
        return forms.record(session, form, feedback, entry, now_ms)

    await asyncio.wrap_future(core.store.write(job))


async def _form(request: AnyRequest, token: str) -> Form | Response[bytes]:
    """The form of an address, or the answer that there is none."""
    try:
        return await read(core_of(request), lambda session: forms.opened(session, token))
    except ProblemError as error:
        if slug_of(error.problem) != "not-found":
            raise
        return _told(request, "gone", error.problem)


def _said(key: str, photo_mb: int) -> Said:
    """What is wrong with what was filled in, as the form says it."""
    size = str(photo_mb)
    texts: dict[str, str] = {name: text.replace("{mb}", size) for name, text in TEXTS[key].items()}
    return at(key, both(texts))


def _show(
    request: AnyRequest, form: Form, filled: Filled | None = None, status: int = 200
) -> Response[bytes]:
    core = core_of(request)
    photo_mb = core.settings.forms.photo_mb
    if filled is not None and not _takes_html(request):
        said = joined(_said(one, photo_mb) for one in filled.wrong)
        return answer(request, problem("validation", said))
    slip = forms.draw(core.secret, form, core.clock())
    page = form_page(form, slip, _language(request), photo_mb, filled or Filled())
    return _page(request, page, status)


def _told(request: AnyRequest, key: Any, found: Any) -> Response[bytes]:
    if not _takes_html(request):
        return answer(request, found)
    return _page(request, told_page(key, _language(request)), found.status)


def _page(request: AnyRequest, page: str, status: int) -> Response[bytes]:
    headers = {**_HEADERS, "Content-Language": _language(request)}
    return Response(page.encode(), status_code=status, media_type="text/html", headers=headers)


def _takes_html(request: AnyRequest) -> bool:
    return "text/html" in request.headers.get("accept", "")


def _language(request: AnyRequest) -> Language:
    """By the switch on the page, else by what the browser prefers; else the first of the server's.

    A browser that names neither language is in a Chinese estate more likely than not.
    """
    asked = request.query_params.get("lang")
    if asked in ("zh-CN", "en"):
        return "en" if asked == "en" else "zh-CN"
    preferred = request.headers.get("accept-language", "").lower()
    if any(one.strip().startswith(("zh", "en")) for one in preferred.split(",")):
        return "zh-CN" if language(request) == "zh-CN" else "en"
    return core_of(request).settings.languages[0]


HANDLERS: list[HTTPRouteHandler] = [show, thanks, send]
