"""Users and grants, over HTTP (``/api/v1``); sign-in is ``session``'s."""

from typing import Annotated, Literal
from uuid import UUID

from litestar import Response, delete, get, post, put
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Meta, Struct
from sqlmodel import Session

from fieldops.flow import accounts, mailboxes, passwords, setup
from fieldops.flow.paging import LIMIT, Ask, Page, Turn, after, cut
from fieldops.model.access import Grant, Level, Person, Role
from fieldops.model.problem import ProblemError, problem
from fieldops.model.said import Said, at
from fieldops.store import letters, people
from fieldops.store.letters import Mailbox
from fieldops.web.bodies import AnyRequest, read_json
from fieldops.web.desk import core_of, look_up, write
from fieldops.web.documented import documented
from fieldops.web.paging import Cursor, Limit
from fieldops.web.policy import organisation, person
from fieldops_sync.wire import Count

_ADMIN = organisation(Role.ADMINISTRATOR)
_READ = person(Role.OPS, Role.ADMINISTRATOR)
Text = Annotated[str, Meta(min_length=1, max_length=200)]


class NewUser(Struct, frozen=True):
    """A user to create; whoever has no password signs in on tablets only, by PIN.

    The password opens one sign-in, at which its owner chooses another.
    """

    login: Text
    name: Text
    staff_number: str = ""
    password: Annotated[str, Meta(min_length=1, max_length=1000)] | None = None
    pin: Annotated[str, Meta(pattern=accounts.PIN_PATTERN)] | None = None


class Placed(Struct, frozen=True):
    """Where a person works: short texts that plans and assessments name; empty for none."""

    team: Annotated[str, Meta(max_length=accounts.PLACE_LENGTH)] = ""
    post: Annotated[str, Meta(max_length=accounts.PLACE_LENGTH)] = ""


class Named(Struct, frozen=True):
    """What a person is called, and the number that staff know them by."""

    name: Text
    staff_number: Annotated[str, Meta(max_length=200)] = ""


class NewPin(Struct, frozen=True):
    """What a person types on tablets."""

    pin: Annotated[str, Meta(pattern=accounts.PIN_PATTERN)]


class PinSet(Struct, frozen=True):
    """Whether the PIN is set; the PIN is not said again."""

    set: bool


class Letters(Struct, frozen=True):
    """An e-mail address (empty: no letters) and the language of the letters."""

    address: Annotated[str, Meta(max_length=320)] = ""
    language: Literal["zh-CN", "en"] = "zh-CN"


class NewGrant(Struct, frozen=True):
    """``sites`` null means every site; ``expires_ms`` null means no end."""

    user: UUID
    role: Role
    sites: list[UUID] | None
    level: Level = Level.L1
    expires_ms: Count | None = None


class UserView(Struct, frozen=True):
    """A user with grants, each with the id by which it is revoked."""

    id: UUID
    login: str
    name: str
    staff_number: str
    team: str
    post: str
    grants: list[tuple[UUID, Grant]]


class Disabled(Struct, frozen=True):
    """The tablets that the person could use."""

    devices: list[UUID]


class Made(Struct, frozen=True):
    """The id of what was made."""

    id: UUID


@get("/users", opt={"policy": _ADMIN}, operation_class=documented(Page[UserView]))
async def users(request: AnyRequest, cursor: Cursor = "", limit: Limit = LIMIT) -> Response[bytes]:
    """All users that are not disabled, with their grants, by login."""
    return await look_up(request, lambda s, _p, _now: _users(s, Turn(cursor, limit).ask("users")))


def _users(session: Session, ask: Ask) -> Page[UserView]:
    found = people.listed(session, after(ask, str) or "", ask.limit + 1)
    return cut(ask, found, lambda row: row[0], lambda row: _user(session, *row))


def _user(session: Session, login: str, one: Person) -> UserView:
    grants = people.grants(session, one.id)
    return UserView(one.id, login, one.name, one.staff_number, one.team, one.post, grants)


@post(
    "/users",
    opt={"policy": _ADMIN},
    status_code=201,
    operation_class=documented(Made, 201, takes=NewUser, more=("password-unfit",)),
)
async def add_user(request: AnyRequest) -> Response[bytes]:
    """Create a user."""
    core = core_of(request)
    asked = await read_json(request, NewUser, core.limits)
    if asked.password is not None:
        passwords.require(asked.password, core.terms, (asked.login, asked.name))

    def job(session: Session, who: Person, now_ms: int) -> Made:
        user = setup.add_user(
            session,
            asked.login,
            asked.name,
            who.id,
            now_ms,
            asked.staff_number,
            asked.password,
            asked.pin,
            once=True,
        )
        return Made(user)

    return await write(request, job, 201)


@put(
    "/users/{user:uuid}/place",
    opt={"policy": _ADMIN},
    operation_class=documented(Placed, takes=Placed),
)
async def place(request: AnyRequest, user: FromPath[UUID]) -> Response[bytes]:
    """Set a person's team and post; the tablets that they are granted on learn of it."""
    asked = await read_json(request, Placed, core_of(request).limits)

    def job(session: Session, who: Person, now_ms: int) -> Placed:
        _require(session, user)
        accounts.place(session, user, asked.team, asked.post, who.id, now_ms)
        return asked

    return await write(request, job)


@put(
    "/users/{user:uuid}/name",
    opt={"policy": _ADMIN},
    operation_class=documented(Named, takes=Named, more=("not-found",)),
)
async def rename(request: AnyRequest, user: FromPath[UUID]) -> Response[bytes]:
    """Set a person's name and staff number; the tablets that they are granted on learn of it."""
    asked = await read_json(request, Named, core_of(request).limits)

    def job(session: Session, who: Person, now_ms: int) -> Named:
        _require(session, user)
        accounts.rename(session, user, asked.name, asked.staff_number, who.id, now_ms)
        return asked

    return await write(request, job)


@put(
    "/users/{user:uuid}/pin",
    opt={"policy": _ADMIN},
    operation_class=documented(PinSet, takes=NewPin, more=("not-found",)),
)
async def set_pin(request: AnyRequest, user: FromPath[UUID]) -> Response[bytes]:
    """Set a person's PIN; the tablets that they are granted on take it by their next pull."""
    asked = await read_json(request, NewPin, core_of(request).limits)

    def job(session: Session, who: Person, now_ms: int) -> PinSet:
        _require(session, user)
        setup.set_pin(session, user, asked.pin, who.id, now_ms)
        return PinSet(True)

    return await write(request, job)


@post(
    "/users/{user:uuid}/disable",
    opt={"policy": _ADMIN},
    status_code=200,
    operation_class=documented(Disabled, more=("not-found", "last-administrator")),
)
async def disable(request: AnyRequest, user: FromPath[UUID]) -> Response[bytes]:
    """Nobody acts as this person any more: sign-in ends, and the tablets are told."""

    def job(session: Session, who: Person, now_ms: int) -> Disabled:
        _require(session, user)
        accounts.keep_administrator(session, without_user=user)
        return Disabled(accounts.disable(session, user, who.id, now_ms))

    return await write(request, job)


@get(
    "/users/{user:uuid}/mailbox",
    opt={"policy": _ADMIN},
    operation_class=documented(Letters, more=("not-found",)),
)
async def mailbox(request: AnyRequest, user: FromPath[UUID]) -> Response[bytes]:
    """Where a person gets letters."""

    def query(session: Session, _who: Person, _now_ms: int) -> Letters:
        _require(session, user)
        found = letters.mailbox(session, user)
        return _letters(found)

    return await look_up(request, query)


def _letters(found: Mailbox | None) -> Letters:
    if found is None:
        return Letters()
    return Letters(found.address, "en" if found.language == "en" else "zh-CN")


@put(
    "/users/{user:uuid}/mailbox",
    opt={"policy": _ADMIN},
    operation_class=documented(Letters, takes=Letters, more=("not-found",)),
)
async def set_mailbox(request: AnyRequest, user: FromPath[UUID]) -> Response[bytes]:
    """Set where a person gets letters, and in which language."""
    asked = await read_json(request, Letters, core_of(request).limits)

    def job(session: Session, who: Person, now_ms: int) -> Letters:
        _require(session, user)
        mailboxes.set_mailbox(session, user, asked.address, asked.language, who.id, now_ms)
        return asked

    return await write(request, job)


def _require(session: Session, user: UUID) -> None:
    if user not in people.people(session, [user]):
        raise ProblemError(problem("not-found"))


@post(
    "/grants",
    opt={"policy": _ADMIN},
    status_code=201,
    operation_class=documented(Made, 201, takes=NewGrant),
)
async def add_grant(request: AnyRequest) -> Response[bytes]:
    """Grant a role on sites."""
    asked = await read_json(request, NewGrant, core_of(request).limits)
    sites = None if asked.sites is None else frozenset(asked.sites)
    grant = Grant(asked.role, sites, asked.level, asked.expires_ms)

    def job(session: Session, who: Person, now_ms: int) -> Made:
        if asked.user not in people.people(session, [asked.user]):
            why = at("user", Said("没有该用户", "there is no such user"))
            raise ProblemError(problem("validation", why))
        return Made(setup.add_grant(session, asked.user, grant, who.id, now_ms))

    return await write(request, job, 201)


@delete(
    "/grants/{grant:uuid}",
    opt={"policy": _ADMIN},
    status_code=200,
    operation_class=documented(dict[str, bool], more=("not-found", "last-administrator")),
)
async def revoke_grant(request: AnyRequest, grant: FromPath[UUID]) -> Response[bytes]:
    """End a grant; not the one by which the last administrator is one."""

    def job(session: Session, who: Person, now_ms: int) -> dict[str, bool]:
        accounts.keep_administrator(session, without_grant=grant)
        if not setup.revoke_grant(session, grant, who.id, now_ms):
            raise ProblemError(problem("not-found"))
        return {"revoked": True}

    return await write(request, job)


HANDLERS: list[HTTPRouteHandler] = [
    users,
    add_user,
    place,
    rename,
    set_pin,
    disable,
    mailbox,
    set_mailbox,
    add_grant,
    revoke_grant,
]
