"""Every error leaves as RFC 9457 problem+json, with the same shape from every route.

Litestar's own mapping puts the message in ``title`` and has no ``type``, hence this one.
"""

import random
from typing import Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, MethodNotAllowedException, NotFoundException

from fieldops.model.problem import ProblemError, detail_in, is_fault, problem
from fieldops.model.said import Said, at, joined
from fieldops.rules.misfits import misfit
from fieldops.store.blobs.interface import BlobStoreDown
from fieldops.store.writer import StoreBusy
from fieldops.web.preferences import preferred
from fieldops_sync.wire import Problem

_logger = structlog.get_logger(__name__)
_MEDIA_TYPE = "application/problem+json"
_RETRY_S = 2
_LANGUAGES = {"zh": "zh-CN", "en": "en"}
_MEMBERS_MAX = 5
_AnyRequest = Request[Any, Any, Any]


def answer(request: _AnyRequest, found: Problem) -> Response[bytes]:
    """The response of a problem, its title and its detail in the caller's language."""
    title = found.titles.get(language(request), found.title)
    detail = detail_in(found, language(request))
    shown = msgspec.structs.replace(found, title=title, detail=detail)
    headers = {"Cache-Control": "no-store", "Content-Language": language(request)}
    wait_s = found.extra.get("retry_after_s")
    if wait_s is None and found.status in {423, 429, 503}:
        wait_s = _RETRY_S
    if wait_s is not None:
        # Jitter keeps a thousand tablets from coming back in the same second.
        headers["Retry-After"] = str(int(wait_s) + random.randrange(3))
    if found.status == 401:
        headers["WWW-Authenticate"] = "Bearer"  # RFC 9110, section 11.6.1: every 401 names a way.
    if "allow" in found.extra:
        headers["Allow"] = str(found.extra["allow"])
    if found.status == 416:
        headers["Content-Range"] = f"bytes */{found.extra['size_bytes']}"
    body = msgspec.json.encode(shown)
    return Response(body, status_code=found.status, media_type=_MEDIA_TYPE, headers=headers)


def language(request: _AnyRequest) -> str:
    """``zh-CN`` or ``en``: what the caller likes best of the languages that we speak."""
    for tag in preferred(request.headers.get("accept-language", "")):
        if found := _LANGUAGES.get(tag.partition("-")[0]):
            return found
    return "en"


def on_problem(request: _AnyRequest, error: ProblemError) -> Response[bytes]:
    """A problem that a flow or a guard raised."""
    log_problem(request, error)
    return answer(request, error.problem)


def log_problem(request: _AnyRequest, error: ProblemError) -> None:
    """Log a problem that is ours; the path alone: an address may hold a code.

    It is read as it came: a bad ``Host`` has no address.
    """
    if is_fault(error.problem):
        found = error.problem
        _logger.error("problem", type=found.type, path=request.scope["path"], detail=found.detail)


def on_busy(request: _AnyRequest, error: StoreBusy) -> Response[bytes]:
    """The database failed or is busy: nothing was kept."""
    # Every tablet asks again and again meanwhile: a line each must do.
    why = str(error.__cause__ or error).partition("\n")[0]
    _logger.error("database busy", path=request.scope["path"], why=why)
    return answer(request, problem("database-busy"))


def on_store_down(request: _AnyRequest, error: BlobStoreDown) -> Response[bytes]:
    """The blob store does not answer."""
    # A page shows dozens of photos, and asks again: a line each must do.
    _logger.error("blob store down", path=request.scope["path"], why=str(error))
    return answer(request, problem("store-down"))


def on_http(request: _AnyRequest, error: HTTPException) -> Response[bytes]:
    """What Litestar itself refuses: unknown paths, wrong methods, bad members, large bodies."""
    if isinstance(error, NotFoundException):
        return answer(request, problem("not-found"))
    if isinstance(error, MethodNotAllowedException):
        allowed = (error.headers or {}).get("allow", "")
        return answer(request, problem("method-not-allowed", allow=allowed))
    if error.status_code == 413:
        return answer(request, problem("body-too-large"))
    if error.status_code < 500:
        return answer(request, problem("validation", _members(error)))
    return on_bug(request, error)


def _members(error: HTTPException) -> Said:
    """Which members are wrong, as Litestar names them; nothing of their content."""
    extra = error.extra if isinstance(error.extra, list) else []
    rows = [row for row in extra if isinstance(row, dict)][:_MEMBERS_MAX]
    return joined(at(str(row.get("key", "")), misfit(str(row.get("message", "")))) for row in rows)


async def of_missing_page(response: Response[Any]) -> Response[Any]:
    """Litestar's own page for an unknown address under /api/openapi is HTML: a problem instead."""
    if response.status_code == 404:
        raise ProblemError(problem("not-found"))
    return response


def on_bug(request: _AnyRequest, error: Exception) -> Response[bytes]:
    """Anything else is a fault of ours: logged whole, answered without details."""
    _logger.error("fault", path=request.scope["path"], exc_info=error)
    return answer(request, problem("internal"))


HANDLERS: dict[Any, Any] = {
    ProblemError: on_problem,
    StoreBusy: on_busy,
    BlobStoreDown: on_store_down,
    HTTPException: on_http,
    Exception: on_bug,
}
