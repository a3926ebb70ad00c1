"""The guard in front of every route: reads its policy, finds out who is there, denies by default.

policy   public    anybody
         device    bearer token of an active device (a revocation is seen within 30 s)
         upload    the same, but an expired token of an active device may finish its upload
         internal  the secret of this server's own processes
         person    session of a user who holds one of the policy's roles: by cookie, from our own
                   pages (``origin``), or by bearer token
         signed    no token: the address is signed for a user, who is who is there
         linked    no token: the address is signed for a file of an export
"""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from litestar.connection import ASGIConnection
from litestar.enums import HttpMethod
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from msgspec import Struct
from sqlmodel import Session

from fieldops.flow import exportlinks, identity, links, sessions
from fieldops.flow.handin import opens
from fieldops.model.access import Person
from fieldops.model.problem import ProblemError, problem
from fieldops.model.said import Said
from fieldops.rules.access import may, sites
from fieldops.store import devices, people
from fieldops.store import sessions as store_sessions
from fieldops.store.sessions import DeskSession, Kind
from fieldops.store.writer import StoreBusy
from fieldops.web import cookies, origin
from fieldops.web.core import Core
from fieldops.web.policy import Policy

T = TypeVar("T")
Connection = ASGIConnection[Any, Any, Any, Any]


class DevicePrincipal(Struct, frozen=True):
    """A tablet that is allowed in."""

    device: UUID


class PersonPrincipal(Struct, frozen=True):
    """A person who is allowed in; the flow narrows what they see to their sites.

    ``session`` is None where a signed address let them in.
    """

    person: Person
    session: DeskSession | None = None


async def authorise(connection: Connection, handler: BaseRouteHandler) -> None:
    """Litestar guard: sets ``user`` in the scope or raises ``ProblemError`` (401, 403)."""
    if _is_automatic_options(handler):
        return
    policy: Policy = handler.opt["policy"]
    core: Core = connection.app.state.core
    if b"%00" in connection.scope["raw_path"] + connection.scope["query_string"]:
        why = Said("地址含有字符 U+0000", "the address holds the character U+0000")
        raise ProblemError(problem("validation", why))
    if policy.who == "public":
        return
    if policy.who == "internal":
        _check_internal(connection, core)
        return
    if policy.who == "signed":
        connection.scope["user"] = await _signed(core, connection)
        return
    if policy.who == "linked":
        _check_linked(connection, core)
        return
    if policy.who == "person":
        connection.scope["user"] = await _person(core, connection, policy)
    else:
        token = _bearer(connection)
        connection.scope["user"] = await _device(core, token, lenient=policy.who == "upload")


def _is_automatic_options(handler: BaseRouteHandler) -> bool:
    """Whether it is what Litestar adds to each path: it names the methods, and nothing else."""
    methods = handler.http_methods if isinstance(handler, HTTPRouteHandler) else set()
    return methods == {HttpMethod.OPTIONS} and "policy" not in handler.opt


async def read(core: Core, query: Callable[[Session], T]) -> T:
    """Run a query on a snapshot, off the event loop."""

    def run() -> T:
        with core.store.read() as session:
            return query(session)

    return await asyncio.to_thread(run)


def _bearer(connection: Connection) -> str:
    kind, _, token = connection.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        raise ProblemError(problem("token-missing"))
    return token.strip()


def _check_internal(connection: Connection, core: Core) -> None:
    given = connection.headers.get("authorization", "")
    if core.door is None or not opens(core.door, given):
        raise ProblemError(problem("not-found"))


async def _device(core: Core, token: str, lenient: bool) -> DevicePrincipal:
    now_ms = core.clock()
    device = identity.read_token(core.secret, token, now_ms, lenient)
    checked_ms, active = core.devices.get(device, (0, False))
    if not active or now_ms - checked_ms >= core.settings.revocation_cache_s * 1000:
        row = await read(core, lambda session: devices.get(session, device))
        active = row is not None and row.revoked_ms is None
        core.devices[device] = (now_ms, active)
    if not active:
        raise ProblemError(problem("device-revoked"))
    return DevicePrincipal(device)


def _holds(person: Person, policy: Policy, now_ms: int) -> bool:
    if policy.everywhere:
        return sites(person, policy.roles, now_ms) is None
    return may(person, policy.roles, None, now_ms)


async def _person(core: Core, connection: Connection, policy: Policy) -> PersonPrincipal:
    now_ms = core.clock()
    token, kind = _presented(connection)
    if kind == "cookie":
        origin.check(connection, core.settings.public_url)

    def find(session: Session) -> tuple[DeskSession, Person | None]:
        found = sessions.find(session, token, kind, core.terms.lifetimes, now_ms)
        return found, people.people(session, [found.user]).get(found.user)

    found, person = await read(core, find)
    if person is None:
        raise ProblemError(problem("session-over" if kind == "cookie" else "token-invalid"))
    if found.bound and not policy.bound:
        raise ProblemError(problem("password-due"))
    if not policy.own and not _holds(person, policy, now_ms):
        raise ProblemError(problem("forbidden"))
    if not policy.passive and sessions.is_to_be_seen(found, now_ms):
        _see(core, found, now_ms)
    return PersonPrincipal(person, found)


def _presented(connection: Connection) -> tuple[str, Kind]:
    """The token of a request, and whether it came in the header or as a cookie."""
    by_cookie = connection.cookies.get(cookies.SESSION, "")
    if by_cookie and "authorization" not in connection.headers:
        return by_cookie, "cookie"
    return _bearer(connection), "bearer"


def _see(core: Core, found: DeskSession, now_ms: int) -> None:
    """Write that the session is in use, without making this request wait for it."""
    with contextlib.suppress(StoreBusy):
        core.store.write(lambda session: store_sessions.see(session, found.id, now_ms))


def _check_linked(connection: Connection, core: Core) -> None:
    named = (str(connection.query_params.get(one, "")) for one in ("path", "expires", "signature"))
    path, expires, signature = named
    run = UUID(str(connection.path_params["run"]))
    exportlinks.check(core.secret, run, path, expires, signature, core.clock())


async def _signed(core: Core, connection: Connection) -> PersonPrincipal:
    """Whom the address was signed for; somebody who may not sign in any more sees nothing."""
    path, query = connection.path_params, connection.query_params
    named = [str(query.get(name, "")) for name in ("person", "expires")]
    link = links.read(str(path["sha256"]), str(path["kind"]), *named)
    links.check(core.secret, link, str(query.get("signature", "")), core.clock())
    found = await read(core, lambda session: people.people(session, [link.person]))
    if link.person not in found:
        raise ProblemError(problem("not-found"))
    return PersonPrincipal(found[link.person])
