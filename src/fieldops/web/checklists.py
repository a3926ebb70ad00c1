"""Checklists at the desk (``/api/v1/checklists``): what is out, publishing, how items do."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, QueryParameter
from msgspec import Meta, Struct
from sqlmodel import Session

from fieldops.flow import impact, look, setup, standards
from fieldops.flow.audience import Audience
from fieldops.flow.impact import Impact
from fieldops.flow.paging import LIMIT, Ask, Page, Turn, after, cut
from fieldops.flow.standards import Standing
from fieldops.flow.statistics import Asked, days_until, statistics
from fieldops.flow.versions import published
from fieldops.flow.view import Shelf
from fieldops.model.access import Level, Person, Role
from fieldops.model.checklist import Checklist
from fieldops.model.fault import Fault
from fieldops.model.problem import ProblemError, problem
from fieldops.model.said import Said
from fieldops.model.statistics import Statistics
from fieldops.rules.access import level
from fieldops.rules.checklists import address, check_migrations, parse
from fieldops.web.bodies import AnyRequest, read_json
from fieldops.web.desk import Site, core_of, look_up, write
from fieldops.web.documented import documented
from fieldops.web.paging import Cursor, Limit
from fieldops.web.policy import organisation, person

FILE = "checklist.toml"
_WALKS = 200
"""A person waits for the answer; the command line looks at more."""
_LOOK = person(Role.OPS, Role.ADMINISTRATOR)
_READ = person(Role.SUPERVISOR, Role.OPS, Role.AUDITOR, Role.ADMINISTRATOR)
_OPS = organisation(Role.OPS, Role.ADMINISTRATOR)


class ChecklistText(Struct, frozen=True):
    """A checklist's TOML text."""

    toml: Annotated[str, Meta(max_length=2_000_000)]


class Published(Struct, frozen=True):
    """A version's address, and whether it was not out before."""

    sha256: str
    published: bool


class Withdrawal(Struct, frozen=True):
    """The version to withdraw, and why."""

    version: Annotated[str, Meta(min_length=1, max_length=200)]
    reason: Annotated[str, Meta(min_length=1, max_length=2000)]


class Withdrawn(Struct, frozen=True):
    """Whether it was not withdrawn before."""

    withdrawn: bool


@get("/checklists", opt={"policy": _LOOK}, operation_class=documented(Page[Standing]))
async def listing(
    request: AnyRequest,
    key: Annotated[str, QueryParameter(max_length=200)] = "",
    cursor: Cursor = "",
    limit: Limit = LIMIT,
) -> Response[bytes]:
    """All published versions, by key and oldest first: current, superseded or withdrawn."""
    ask = Turn(cursor, limit).ask("checklists", key)
    return await look_up(request, lambda s, _p, _now: _standings(s, key, ask))


def _standings(session: Session, key: str, ask: Ask) -> Page[Standing]:
    """How a version stands follows from all of its key: all are read, and some shown."""
    last = after(ask, tuple[str, int])
    every = standards.of_key(session, key) if key else standards.standings(session)
    behind = [one for one in every if last is None or _spot(one) > last]
    return cut(ask, sorted(behind, key=_spot), _spot, lambda one: one)


def _spot(one: Standing) -> tuple[str, int]:
    # No two versions of a key are published in the same ms.
    return one.key, one.published_ms


@post(
    "/checklists",
    opt={"policy": _OPS},
    status_code=201,
    operation_class=documented(Published, 201, takes=ChecklistText),
)
async def publish(request: AnyRequest) -> Response[bytes]:
    """Lint and publish a checklist; faults come back with line, column and what to write."""
    text, checklist = await _checklist(request)

    def job(session: Session, who: Person, now_ms: int) -> Published:
        _check(session, checklist, text)
        fresh = setup.publish(session, checklist, who.id, now_ms)
        return Published(address(checklist), fresh)

    return await write(request, job, 201)


@post(
    "/checklists/preview",
    opt={"policy": _OPS},
    status_code=200,
    operation_class=documented(Impact, takes=ChecklistText),
)
async def preview(request: AnyRequest) -> Response[bytes]:
    """What publishing would meet: differences, tablets, walks under way, answers that are lost."""
    text, checklist = await _checklist(request)

    def query(session: Session, _who: Person, _now_ms: int) -> Impact:
        _check(session, checklist, text)
        return impact.preview(session, checklist)

    return await look_up(request, query)


@post(
    "/checklists/{key:str}/withdraw",
    opt={"policy": _OPS},
    status_code=200,
    operation_class=documented(Withdrawn, takes=Withdrawal, more=("not-found",)),
)
async def withdraw(request: AnyRequest, key: FromPath[str]) -> Response[bytes]:
    """Let no new walk begin on a version; walks under way finish on it."""
    asked = await read_json(request, Withdrawal, core_of(request).limits)

    def job(session: Session, who: Person, now_ms: int) -> Withdrawn:
        done = standards.withdraw(session, key, asked.version, asked.reason, who.id, now_ms)
        return Withdrawn(done)

    return await write(request, job)


async def _checklist(request: AnyRequest) -> tuple[str, Checklist]:
    """The text that was sent, and what it says.  Raises ``ProblemError`` validation."""
    asked = await read_json(request, ChecklistText, core_of(request).limits)
    parsed = parse(asked.toml, FILE)
    if isinstance(parsed, list):
        raise _faulty(parsed)
    return asked.toml, parsed


def _check(session: Session, checklist: Checklist, text: str) -> None:
    """Hold the migrations against what is out.  Raises ``ProblemError`` validation."""
    known = [one for one in published(session, checklist.key, Shelf()) if one != checklist]
    faults = check_migrations(checklist, text, FILE, known)
    if faults:
        raise _faulty(faults)


def _faulty(faults: Sequence[Fault]) -> ProblemError:
    first = faults[0]
    detail = Said(
        f"{len(faults)} 处错误；第一处：第 {first.line} 行：{first.messages['zh-CN']}",
        f"{len(faults)} fault(s); the first: line {first.line}: {first.messages['en']}",
    )
    return ProblemError(problem("validation", detail, faults=faults))


@get(
    "/checklists/{key:str}/statistics",
    opt={"policy": _READ},
    operation_class=documented(Statistics),
)
async def item_statistics(
    request: AnyRequest,
    key: FromPath[str],
    site: Site = None,
    since: Annotated[date | None, QueryParameter()] = None,
) -> Response[bytes]:
    """How its items did on the caller's sites since a day, and what is suggested about them."""
    timezone = core_of(request).settings.timezone

    def query(session: Session, who: Person, now_ms: int) -> Statistics:
        sites = _sites(session, who, site, now_ms)
        asked = Asked(
            key=key,
            sites=sites,
            days=days_until(now_ms, timezone, since),
            timezone=timezone,
            most=_WALKS,
            # Identity numbers are for those who look at the record itself, which is audited.
            level=min((Level.L2, *(level(who, one, now_ms) for one in sites))),
        )
        found = statistics(session, asked)
        if found is None:
            raise ProblemError(problem("not-found"))
        return found

    return await look_up(request, query)


def _sites(session: Session, who: Person, site: UUID | None, now_ms: int) -> list[UUID]:
    mine = look.my_sites(Audience(session, who, now_ms))
    return mine if site is None else [one for one in mine if one == site]


HANDLERS: list[HTTPRouteHandler] = [listing, publish, preview, withdraw, item_statistics]
