"""Signing in and out at a desk, and one's own password (``/api/v1``)."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

from litestar import Response, delete, get, post
from litestar.handlers import HTTPRouteHandler
from msgspec import UNSET, Meta, Struct, UnsetType
from sqlmodel import Session

from fieldops.flow import lockout, passwords, sessions, signin
from fieldops.flow.sessions import Caller, SessionView
from fieldops.flow.signin import PasswordState, SignedIn
from fieldops.model.access import Person
from fieldops.model.problem import ProblemError, problem
from fieldops.rules.passwordtexts import notice
from fieldops.store import passwords as store_passwords
from fieldops.store.sessions import DeskSession, Kind
from fieldops.web import cookies, origin
from fieldops.web.addresses import address_of
from fieldops.web.bodies import AnyRequest, read_json, respond
from fieldops.web.core import Core
from fieldops.web.desk import core_of, look_up, write
from fieldops.web.documented import documented
from fieldops.web.policy import ACCOUNT, PUBLIC
from fieldops_sync.wire import Problem

Login = Annotated[str, Meta(min_length=1, max_length=200)]
Secret = Annotated[str, Meta(min_length=1, max_length=1000)]


class SignIn(Struct, frozen=True):
    """A login and its password; ``kind`` bearer asks for a token instead of a cookie."""

    login: Login
    password: Secret
    kind: Kind = "cookie"


class NewPassword(Struct, frozen=True):
    """The password that somebody has, and the one to be."""

    old: Secret
    new: Secret


class SessionAnswer(Struct, frozen=True):
    """A session that was opened; ``token`` is there for programs only.

    ``notice`` says, where there is something to say, that the password must be changed.
    """

    user: UUID
    session: UUID
    expires_ms: int
    password: PasswordState
    notice: dict[str, str] | None = None
    token: str | UnsetType = UNSET


class Here(Struct, frozen=True):
    """The session that asks, whose it is, and the state of their password."""

    person: Person
    session: SessionView
    password: PasswordState
    notice: dict[str, str] | None = None


class Out(Struct, frozen=True, omit_defaults=True):
    """Signed out; ``sign_out_at`` is where head office's own session can be ended, too."""

    signed_out: bool
    sign_out_at: str = ""


def caller_of(request: AnyRequest) -> Caller:
    """Where a request comes from."""
    return Caller(
        address=address_of(request),
        agent=_printable(request.headers.get("user-agent", "")),
        known=request.cookies.get(cookies.KNOWN, ""),
        token=request.cookies.get(cookies.SESSION, ""),
    )


def _printable(text: str) -> str:
    return "".join(one for one in text if one.isprintable())


async def hashed(core: Core, work: Any, *given: Any) -> Any:
    """Run what hashes on the threads that are there for it."""
    return await asyncio.get_running_loop().run_in_executor(core.hashing, work, *given)


@post(
    "/session",
    opt={"policy": PUBLIC},
    status_code=200,
    operation_class=documented(
        SessionAnswer,
        takes=SignIn,
        more=("sign-in-failed", "locked-out", "cross-site"),
    ),
)
async def sign_in(request: AnyRequest) -> Response[bytes]:
    """Sign in: a cookie for a browser, or a bearer token for a program.

    Failures make the next try wait, longer each time; a wrong login answers as a wrong password.
    """
    core = core_of(request)
    asked = await read_json(request, SignIn, core.limits)
    caller, terms, now_ms = caller_of(request), core.terms, core.clock()
    if asked.kind == "cookie":
        origin.check(request, core.settings.public_url)
    begun = core.store.write(lambda s: signin.begin(s, asked.login, caller, terms, now_ms))
    ticket = await asyncio.wrap_future(begun)
    fitted = await hashed(core, signin.fits, ticket, asked.password)

    def job(session: Session) -> SignedIn | None:
        return signin.finish(session, ticket, fitted, caller, terms, now_ms, asked.kind)

    done = await asyncio.wrap_future(core.store.write(job))
    if done is None:
        raise ProblemError(problem("sign-in-failed"))
    return opened(request, done)


def opened(request: AnyRequest, done: SignedIn) -> Response[bytes]:
    """The answer that a session was opened, with its cookies or its token."""
    made, password = done.opened, done.password
    by_cookie = made.session.kind == "cookie"
    answer = SessionAnswer(
        made.session.user,
        made.session.id,
        made.session.expires_ms,
        password,
        notice(password.due, password.soon, password.expires_ms, made.session.made_ms),
        UNSET if by_cookie else made.token,
    )
    response = respond(request, answer)
    if by_cookie:
        response.set_cookie(cookies.session(made.token))
        if made.session.way == "password":
            known = lockout.known_cookie(core_of(request).secret, made.session.user)
            response.set_cookie(cookies.known(known))
    return response


@get("/session", opt={"policy": ACCOUNT}, operation_class=documented(Here))
async def here(request: AnyRequest) -> Response[bytes]:
    """Who is signed in by this session, until when, and whether the password must be changed."""
    core, mine = core_of(request), session_of(request)

    def query(session: Session, who: Person, now_ms: int) -> Here:
        kept = store_passwords.by_user(session, who.id)
        state = signin.password_state(kept, core.terms, now_ms) if kept else PasswordState()
        told = notice(state.due, state.soon, state.expires_ms, now_ms)
        return Here(who, sessions.view(mine, mine.id), state, told)

    return await look_up(request, query)


@get("/me", opt={"policy": ACCOUNT}, operation_class=documented(Person))
async def me(request: AnyRequest) -> Response[bytes]:
    """Who the caller is, with grants."""
    return respond(request, request.user.person)


@delete("/session", opt={"policy": ACCOUNT}, status_code=200, operation_class=documented(Out))
async def sign_out(request: AnyRequest) -> Response[bytes]:
    """End the session that asks."""
    core, mine = core_of(request), session_of(request)
    elsewhere = ""
    if mine.way == "sso" and core.provider is not None:
        elsewhere = await core.outside.run(core.provider.sign_out_at)

    def job(session: Session, _who: Person, now_ms: int) -> Out:
        sessions.close(session, mine, now_ms)
        return Out(True, elsewhere)

    response = await write(request, job)
    if mine.kind == "cookie":
        response.set_cookie(cookies.gone(cookies.SESSION))
    return response


@post(
    "/session/password",
    opt={"policy": ACCOUNT},
    status_code=200,
    operation_class=documented(
        SessionAnswer, takes=NewPassword, more=("sign-in-failed", "locked-out", "password-unfit")
    ),
)
async def change_password(request: AnyRequest) -> Response[bytes]:
    """Choose a new password; every session of the person ends, and this one goes on as a new one.

    What the new one lacks stands in ``extra.missing`` of the problem, in both languages.
    """
    core, mine = core_of(request), session_of(request)
    asked = await read_json(request, NewPassword, core.limits)
    caller, terms, now_ms = caller_of(request), core.terms, core.clock()
    begun = core.store.write(lambda s: passwords.begin_change(s, mine.user, terms, now_ms))
    change = await asyncio.wrap_future(begun)
    judged = await hashed(core, passwords.judge, change, asked.old, asked.new, terms)

    def job(session: Session) -> SignedIn | Problem:
        state = passwords.finish_change(session, change, judged, terms, now_ms)
        if isinstance(state, Problem):
            return state
        made = sessions.open_session(
            session, mine.user, caller, terms.lifetimes, now_ms, mine.kind, mine.way
        )
        return SignedIn(made, state)

    done = await asyncio.wrap_future(core.store.write(job))
    if isinstance(done, Problem):
        raise ProblemError(done)
    return opened(request, done)


def session_of(request: AnyRequest) -> DeskSession:
    """The session by which somebody is here; the policies above let in nobody without one."""
    found: DeskSession = request.user.session
    return found


HANDLERS: list[HTTPRouteHandler] = [sign_in, here, me, sign_out, change_password]
