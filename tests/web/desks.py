"""A browser at a desk in the hands of a test: it keeps cookies and sends what browsers send."""

from http.cookies import SimpleCookie
from typing import Any
from uuid import UUID

import httpx
from sqlmodel import Session
from tests.factories import Server

from fieldops.flow import identity, setup
from fieldops.flow.sessions import Caller, open_session
from fieldops.model.access import Grant, Role
from fieldops.store import people
from fieldops.web.cookies import SESSION

API = "/api/v1"
PASSWORD = "correct horse battery"
OTHER = "an old piano on the roof"
_HASHES: dict[str, str] = {}


class Browser:
    """One browser profile on one server; ``jar`` is what it keeps."""

    def __init__(self, server: Server, agent: str = "Firefox/140") -> None:
        self.server = server
        self.jar: dict[str, str] = {}
        self.headers = {"user-agent": agent, "x-fieldops": "1"}

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """Call the server; a header of an empty text is not sent."""
        told = self.headers | {name.replace("_", "-"): text for name, text in headers.items()}
        told = {name: text for name, text in told.items() if text}
        if self.jar:
            told["cookie"] = "; ".join(f"{name}={text}" for name, text in self.jar.items())
        client = self.server.client
        answer = client.request(method, path, json=body, headers=told, follow_redirects=False)
        client.cookies.clear()
        self.keep(answer)
        return answer

    def keep(self, answer: httpx.Response) -> None:
        """Take over what an answer sets; one whose time is up goes."""
        for header in answer.headers.get_list("set-cookie"):
            for name, morsel in SimpleCookie(header).items():
                if morsel["max-age"] == "0":
                    self.jar.pop(name, None)
                else:
                    self.jar[name] = morsel.value

    def open(self, user: UUID) -> None:
        """Be signed in, without the cost of a password."""
        caller = Caller("203.0.113.7", self.headers["user-agent"])
        lives, now_ms = self.server.core.terms.lifetimes, self.server.clock()
        made = self.server.do(lambda s: open_session(s, user, caller, lives, now_ms))
        self.jar[SESSION] = made.token

    def sign_in(self, login: str, password: str = PASSWORD, **headers: str) -> httpx.Response:
        """Sign in by password."""
        body = {"login": login, "password": password}
        return self.ask("POST", f"{API}/session", body, **headers)


def slug(answer: httpx.Response) -> str:
    """The slug of a problem, or nothing."""
    if answer.status_code < 400:
        return ""
    return str(answer.json()["type"]).rpartition(":")[2]


def add_desk_user(
    server: Server, login: str, role: Role | None = Role.SUPERVISOR, password: str = PASSWORD
) -> UUID:
    """A person with a password and a role on every site; a hash is made once a run."""
    hashed = _HASHES.setdefault(password, identity.hash_secret(password))

    def job(session: Session) -> UUID:
        user = setup.add_user(session, login, login.title(), setup.SYSTEM, server.clock())
        people.set_secrets(session, user, server.clock(), hashed)
        if role is not None:
            setup.add_grant(session, user, Grant(role), setup.SYSTEM, server.clock())
        return user

    return server.do(job)
