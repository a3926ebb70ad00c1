"""Who is signed in where, and ending it; an administrator's reset of a password (``/api/v1``)."""

from uuid import UUID

from litestar import Response, delete, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Struct
from sqlmodel import Session

from fieldops.flow import passwords, sessions
from fieldops.flow.sessions import SessionView
from fieldops.model.access import Person, Role
from fieldops.model.problem import ProblemError, problem
from fieldops.rules.access import sites
from fieldops.web.bodies import AnyRequest
from fieldops.web.desk import core_of, look_up, write
from fieldops.web.documented import documented
from fieldops.web.policy import SIGNED_IN, organisation
from fieldops.web.session import hashed, session_of

_ADMIN = organisation(Role.ADMINISTRATOR)


class Ended(Struct, frozen=True):
    """How many sessions ended."""

    ended: int


@get("/sessions", opt={"policy": SIGNED_IN}, operation_class=documented(list[SessionView]))
async def own(request: AnyRequest) -> Response[bytes]:
    """Where the caller is signed in, the newest first."""
    lifetimes, mine = core_of(request).terms.lifetimes, session_of(request)
    return await look_up(
        request, lambda s, who, now: sessions.listing(s, who.id, lifetimes, now, mine.id)
    )


@delete("/sessions", opt={"policy": SIGNED_IN}, status_code=200, operation_class=documented(Ended))
async def end_others(request: AnyRequest) -> Response[bytes]:
    """End every session of the caller but the one that asks."""
    mine = session_of(request)
    return await write(
        request,
        lambda s, who, now: Ended(
            sessions.revoke_all(s, who.id, who.id, now, "asked", but=mine.id)
        ),
    )


@delete(
    "/sessions/{session:uuid}",
    opt={"policy": SIGNED_IN},
    status_code=200,
    operation_class=documented(Ended),
)
async def end_one(request: AnyRequest, session: FromPath[UUID]) -> Response[bytes]:
    """End one of one's own sessions; an administrator ends anybody's."""

    def job(found: Session, who: Person, now_ms: int) -> Ended:
        everybody = sites(who, (Role.ADMINISTRATOR,), now_ms) is None
        if not sessions.revoke(found, session, who.id, now_ms, None if everybody else who.id):
            raise ProblemError(problem("not-found"))
        return Ended(1)

    return await write(request, job)


@get(
    "/users/{user:uuid}/sessions",
    opt={"policy": _ADMIN},
    operation_class=documented(list[SessionView]),
)
async def of_user(request: AnyRequest, user: FromPath[UUID]) -> Response[bytes]:
    """Where a person is signed in."""
    lifetimes, mine = core_of(request).terms.lifetimes, session_of(request)
    return await look_up(
        request, lambda s, _who, now: sessions.listing(s, user, lifetimes, now, mine.id)
    )


@delete(
    "/users/{user:uuid}/sessions",
    opt={"policy": _ADMIN},
    status_code=200,
    operation_class=documented(Ended),
)
async def end_all_of_user(request: AnyRequest, user: FromPath[UUID]) -> Response[bytes]:
    """End every session of a person."""
    return await write(
        request, lambda s, who, now: Ended(sessions.revoke_all(s, user, who.id, now, "asked"))
    )


@post(
    "/users/{user:uuid}/password-reset",
    opt={"policy": _ADMIN},
    status_code=200,
    operation_class=documented(passwords.Reset),
)
async def reset_password(request: AnyRequest, user: FromPath[UUID]) -> Response[bytes]:
    """A password for one sign-in, shown once; the person's sessions and any lock-out end."""
    core = core_of(request)
    made = passwords.make_once()
    hash_ = await hashed(core, passwords.hashed, made)
    terms = core.terms

    def job(session: Session, who: Person, now_ms: int) -> passwords.Reset:
        until_ms = passwords.reset(session, user, hash_, terms, who.id, now_ms)
        return passwords.Reset(made, until_ms)

    return await write(request, job)


HANDLERS: list[HTTPRouteHandler] = [
    own,
    end_others,
    end_one,
    of_user,
    end_all_of_user,
    reset_password,
]
