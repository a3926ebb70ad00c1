"""Sign-in of people at desks: cookies, what guards them, lists and ends of sessions, passwords."""

import asyncio
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from litestar import Request
from tests.factories import Server, running
from tests.web.desks import API, OTHER, PASSWORD, Browser, add_desk_user, slug

from fieldops.flow import accounts, identity, setup
from fieldops.flow.sessions import close, token_hash
from fieldops.model.access import Grant, Role
from fieldops.store import audit, passwords, people, sessions
from fieldops.web import cookies, events, session
from fieldops.web.auth import authorise
from fieldops_sync.ids import uuid7


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("session")
    with running(f"sqlite:///{folder / 'fieldops.db'}", folder) as started:
        yield started


@pytest.fixture
def login(server: Server) -> str:
    """Somebody new."""
    name = f"fang-{uuid4().hex[:8]}"
    add_desk_user(server, name)
    return name


@pytest.fixture
def desk(server: Server, login: str) -> Browser:
    """Their browser, signed in."""
    made = Browser(server)
    made.open(user_of(server, login))
    return made


def user_of(server: Server, login: str) -> UUID:
    found = server.look(lambda session: people.user_id(session, login))
    assert found is not None
    return found


def actions(server: Server, user: UUID, prefix: str) -> list[str]:
    """What the audit says of a person, the oldest first."""
    rows = server.look(lambda session: audit.latest(session, 1000, prefix))
    return [one.action for one in reversed(rows) if one.subject == user]


def test_a_cookie_opens_the_api_and_says_nothing_to_scripts(server: Server, login: str):
    desk = Browser(server)
    answer = desk.sign_in(login)
    assert "token" not in answer.json()
    assert answer.json()["password"] == {}
    first, second = answer.headers.get_list("set-cookie")
    for header in (first, second):
        assert {"secure", "httponly", "path=/"} <= {x.strip().lower() for x in header.split(";")}
        assert "domain" not in header.lower()
    assert first.startswith("__Host-fieldops=")
    assert "samesite=strict" in first.lower()
    assert "max-age" not in first.lower()
    assert "samesite=strict" in second.lower()
    assert desk.ask("GET", f"{API}/me").json()["name"] == login.title()
    here = desk.ask("GET", f"{API}/session").json()
    assert here["session"]["current"] is True
    assert (here["session"]["kind"], here["session"]["way"]) == ("cookie", "password")
    assert here["session"]["agent"] == "Firefox/140"


def test_a_program_gets_a_token_and_no_cookie(server: Server, login: str):
    desk = Browser(server)
    body = {"login": login, "password": PASSWORD, "kind": "bearer"}
    answer = desk.ask("POST", f"{API}/session", body, x_fieldops="")
    assert desk.jar == {}
    bearer = {"authorization": f"Bearer {answer.json()['token']}"}
    assert desk.ask("GET", f"{API}/me", **bearer).status_code == 200
    assert desk.ask("DELETE", f"{API}/session", x_fieldops="", **bearer).status_code == 200
    assert slug(desk.ask("GET", f"{API}/me", **bearer)) == "token-invalid"


def test_a_cookie_is_no_token_and_a_token_no_cookie(server: Server, desk: Browser, login: str):
    token = desk.jar[cookies.SESSION]
    bearer = {"authorization": f"Bearer {token}"}
    assert slug(Browser(server).ask("GET", f"{API}/me", **bearer)) == "token-invalid"
    body = {"login": login, "password": PASSWORD, "kind": "bearer"}
    other = Browser(server)
    other.jar[cookies.SESSION] = other.ask("POST", f"{API}/session", body).json()["token"]
    assert slug(other.ask("GET", f"{API}/me")) == "session-over"


def test_what_the_server_never_made_opens_nothing(server: Server, login: str):
    desk = Browser(server)
    desk.jar[cookies.SESSION] = "planted"
    assert slug(desk.ask("GET", f"{API}/me")) == "session-over"
    assert desk.sign_in(login).status_code == 200
    assert desk.jar[cookies.SESSION] != "planted"


def test_signing_out_twice_at_once_is_one_sign_out(server: Server, desk: Browser):
    mine = server.look(lambda s: sessions.by_hash(s, token_hash(desk.jar[cookies.SESSION])))
    assert mine is not None
    for _ in range(2):
        server.do(lambda s: close(s, mine, server.clock()))
    assert actions(server, mine.user, "session") == ["session.open", "session.close"]


def test_each_sign_in_makes_a_new_token_and_ends_the_one_before(server: Server, desk: Browser):
    user = UUID(desk.ask("GET", f"{API}/me").json()["id"])
    login = desk.ask("GET", f"{API}/me").json()["name"].lower()
    before = Browser(server)
    before.jar = dict(desk.jar)
    desk.sign_in(login)
    assert slug(before.ask("GET", f"{API}/me")) == "session-over"
    assert actions(server, user, "session") == ["session.open", "session.close", "session.open"]


def test_sign_out_takes_the_cookie_and_the_session(server: Server, login: str):
    desk = Browser(server)
    desk.sign_in(login)
    kept = Browser(server)
    kept.jar = dict(desk.jar)
    assert desk.ask("DELETE", f"{API}/session").json() == {"signed_out": True}
    assert cookies.SESSION not in desk.jar
    assert cookies.KNOWN in desk.jar
    assert slug(kept.ask("GET", f"{API}/me")) == "session-over"
    assert slug(desk.ask("GET", f"{API}/me")) == "token-missing"


# Requests of other sites


CROSS = [
    {"x_fieldops": ""},
    {"sec_fetch_site": "cross-site"},
    {"sec_fetch_site": "same-site"},
    {"sec_fetch_site": "none"},
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": "http://["},
    {"origin": "https://testserver.local.evil.example"},
]
OURS = [
    {},
    {"sec_fetch_site": "same-origin"},
    {"sec_fetch_site": "same-origin", "origin": "http://testserver.local"},
    {"origin": "https://testserver.local"},
]


@pytest.mark.parametrize("headers", CROSS)
def test_what_another_site_sends_changes_nothing(desk: Browser, login: str, headers):
    assert slug(desk.ask("DELETE", f"{API}/session", **headers)) == "cross-site"
    assert slug(desk.sign_in(login, **headers)) == "cross-site"
    assert desk.ask("GET", f"{API}/me", **headers).status_code == 200, "reading changes nothing"


@pytest.mark.parametrize("headers", OURS)
def test_what_our_own_pages_send_is_done(desk: Browser, headers):
    assert desk.ask("DELETE", f"{API}/sessions", **headers).status_code == 200


def test_the_address_that_people_know_is_ours_behind_a_proxy(tmp_path: Path, sqlite_database: str):
    known = "https://desk.anhe.example"
    with running(sqlite_database, tmp_path, public_url=f"{known}/x") as server:
        add_desk_user(server, "fang")
        desk = Browser(server)
        assert desk.sign_in("fang", origin=known).status_code == 200
        assert slug(desk.sign_in("fang", origin="https://evil.example")) == "cross-site"


def test_a_bearer_token_needs_none_of_this_and_a_header_counts_before_a_cookie(
    server: Server, desk: Browser, login: str
):
    body = {"login": login, "password": PASSWORD, "kind": "bearer"}
    token = desk.ask("POST", f"{API}/session", body).json()["token"]
    cross = {"x_fieldops": "", "sec_fetch_site": "cross-site"}
    bearer = {"authorization": f"Bearer {token}"}
    assert desk.ask("DELETE", f"{API}/session", **bearer, **cross).status_code == 200
    assert slug(desk.ask("GET", f"{API}/me", authorization="Bearer x")) == "token-invalid"
    assert desk.ask("GET", f"{API}/me").status_code == 200


def test_tablets_routes_know_no_cookies(desk: Browser):
    assert slug(desk.ask("POST", "/sync/v1/pull", {"cursor": None})) == "token-missing"


def test_it_is_known_whose_request_a_proxy_brings(server: Server):
    lines = [b"6.6.6.6", b"198.51.100.1"]
    scope: Any = {
        "type": "http",
        "method": "GET",
        "client": ("127.0.0.1", 7),
        "headers": [(b"x-forwarded-for", one) for one in lines] + [(b"user-agent", b"a\x07b")],
        "litestar_app": server.app,
    }
    caller = session.caller_of(Request(scope))
    assert (caller.address, caller.agent) == ("198.51.100.1", "ab")
    del scope["client"]
    assert session.caller_of(Request(scope)).address == ""


# Lifetimes


def test_a_session_that_nobody_uses_ends_and_one_in_use_lives_a_working_day(
    server: Server, desk: Browser, login: str
):
    other = Browser(server)
    other.open(user_of(server, login))
    try:
        for _ in range(23):
            server.clock.forward(0.5)
            assert desk.ask("GET", f"{API}/me").status_code == 200
            server.do(lambda _session: None)  # What waited is written: that it was seen.
        assert slug(other.ask("GET", f"{API}/me")) == "session-over"
        assert len(desk.ask("GET", f"{API}/sessions").json()) == 1, "idle ones are not listed"
        server.clock.forward(0.5)
        assert slug(desk.ask("GET", f"{API}/me")) == "session-over"
    finally:
        server.clock.forward(-12)


@pytest.mark.parametrize(("handler", "counts"), [(session.me, True), (events.events, False)])
def test_what_an_open_page_asks_by_itself_is_no_use_of_the_session(
    server: Server, desk: Browser, handler: Any, counts: bool
):
    cookie = f"{cookies.SESSION}={desk.jar[cookies.SESSION]}"
    scope: Any = {
        "type": "http",
        "method": "GET",
        "raw_path": b"/",
        "query_string": b"",
        "headers": [(b"cookie", cookie.encode())],
        "litestar_app": server.app,
    }
    server.clock.forward(0.1)
    try:
        asyncio.run(authorise(Request(scope), handler))
        server.do(lambda _session: None)
        hash_ = token_hash(desk.jar[cookies.SESSION])
        mine = server.look(lambda s: sessions.by_hash(s, hash_))
        assert mine is not None
        assert (mine.seen_ms > mine.made_ms) is counts
    finally:
        server.clock.forward(-0.1)


# Lists and ends


def test_people_see_and_end_their_own_sessions(server: Server, desk: Browser, login: str):
    phone = Browser(server, agent="Phone/1 " + "x" * 300)
    phone.open(user_of(server, login))
    mine, first = desk.ask("GET", f"{API}/sessions").json()
    if mine["current"]:
        mine, first = first, mine
    assert first["current"] is True
    assert mine["agent"] == ("Phone/1 " + "x" * 300)[:200]
    assert desk.ask("DELETE", f"{API}/sessions/{mine['id']}").json() == {"ended": 1}
    assert slug(phone.ask("GET", f"{API}/me")) == "session-over"
    assert slug(desk.ask("DELETE", f"{API}/sessions/{mine['id']}")) == "not-found"
    phone.open(user_of(server, login))
    assert desk.ask("DELETE", f"{API}/sessions").json() == {"ended": 1}
    assert slug(phone.ask("GET", f"{API}/me")) == "session-over"
    assert desk.ask("GET", f"{API}/me").status_code == 200


def test_nobody_but_an_administrator_ends_the_sessions_of_others(server: Server, desk: Browser):
    user = desk.ask("GET", f"{API}/me").json()["id"]
    mine = desk.ask("GET", f"{API}/session").json()["session"]["id"]
    for role, ends in ((Role.SUPERVISOR, False), (Role.ADMINISTRATOR, True)):
        boss = Browser(server)
        boss.open(add_desk_user(server, f"boss-{uuid4().hex[:8]}", role))
        answer = boss.ask("DELETE", f"{API}/sessions/{mine}")
        assert slug(answer) == ("" if ends else "not-found")
        assert slug(desk.ask("GET", f"{API}/me")) == ("session-over" if ends else "")
    assert [one["current"] for one in boss.ask("GET", f"{API}/users/{user}/sessions").json()] == []
    assert boss.ask("DELETE", f"{API}/users/{user}/sessions").json() == {"ended": 0}
    assert slug(boss.ask("DELETE", f"{API}/sessions/{uuid7()}")) == "not-found"


def test_who_is_disabled_or_gets_other_rights_is_signed_out(server: Server, login: str):
    user, now_ms = user_of(server, login), server.clock()
    grants = server.look(lambda session: people.grants(session, user))
    ends = (
        lambda s: setup.add_grant(s, user, Grant(Role.AUDITOR), setup.SYSTEM, now_ms),
        lambda s: setup.revoke_grant(s, grants[0][0], setup.SYSTEM, now_ms),
        lambda s: accounts.disable(s, user, setup.SYSTEM, now_ms),
    )
    for end in ends:
        desk = Browser(server)
        desk.open(user)
        server.do(end)
        assert slug(desk.ask("GET", f"{API}/me")) == "session-over"
    assert slug(Browser(server).sign_in(login)) == "sign-in-failed"
    told = [one for one in actions(server, user, "session") if one != "session.open"]
    assert told == ["session.revoke"] * 3


# Passwords


def change(desk: Browser, old: str, new: str, **headers: str):
    return desk.ask("POST", f"{API}/session/password", {"old": old, "new": new}, **headers)


def test_a_new_password_needs_the_old_one_and_signs_out_everywhere_else(
    server: Server, desk: Browser, login: str
):
    other = Browser(server)
    other.open(user_of(server, login))
    assert slug(change(desk, "wrong", OTHER)) == "sign-in-failed"
    unfit = change(desk, PASSWORD, "short")
    assert (unfit.status_code, slug(unfit)) == (422, "password-unfit")
    (missing,) = unfit.json()["extra"]["missing"]
    assert missing["code"] == "short"
    assert "15" in missing["zh-CN"]
    before = desk.jar[cookies.SESSION]
    assert change(desk, PASSWORD, OTHER).status_code == 200
    assert desk.jar[cookies.SESSION] != before
    assert desk.ask("GET", f"{API}/me").status_code == 200
    assert slug(other.ask("GET", f"{API}/me")) == "session-over"
    assert slug(other.sign_in(login)) == "sign-in-failed"
    assert other.sign_in(login, OTHER).status_code == 200
    assert actions(server, user_of(server, login), "password") == ["password.change"]


def test_guessing_the_old_password_of_an_open_session_has_to_wait(desk: Browser):
    assert {slug(change(desk, "wrong", OTHER)) for _ in range(5)} == {"sign-in-failed"}
    waiting = change(desk, PASSWORD, OTHER)
    assert (waiting.status_code, slug(waiting)) == (429, "locked-out")


def test_a_program_changes_its_password_and_gets_a_new_token(server: Server, login: str):
    desk = Browser(server)
    body = {"login": login, "password": PASSWORD, "kind": "bearer"}
    bearer = {"authorization": f"Bearer {desk.ask('POST', f'{API}/session', body).json()['token']}"}
    answer = change(desk, PASSWORD, OTHER, **bearer)
    assert desk.jar == {}
    assert slug(desk.ask("GET", f"{API}/me", **bearer)) == "token-invalid"
    bearer = {"authorization": f"Bearer {answer.json()['token']}"}
    assert desk.ask("GET", f"{API}/me", **bearer).status_code == 200


def test_an_administrators_password_opens_one_sign_in_and_must_be_changed(
    server: Server, login: str
):
    admin, user = f"admin-{uuid4().hex[:8]}", user_of(server, login)
    boss, desk = Browser(server), Browser(server)
    boss.open(add_desk_user(server, admin, Role.ADMINISTRATOR))
    for _ in range(5):
        desk.sign_in(login, "wrong")
    assert slug(desk.sign_in(login)) == "locked-out"
    reset = boss.ask("POST", f"{API}/users/{user}/password-reset").json()
    entered = desk.sign_in(login, reset["password"])
    assert entered.json()["password"] == {"due": True}
    assert "更改" in entered.json()["notice"]["zh-CN"]
    assert slug(desk.ask("GET", f"{API}/sites")) == "password-due"
    assert slug(desk.ask("GET", f"{API}/sessions")) == "password-due"
    assert desk.ask("GET", f"{API}/session").json()["password"] == {"due": True}
    assert change(desk, reset["password"], OTHER).json()["password"] == {}
    assert desk.ask("GET", f"{API}/sites").status_code == 200
    assert slug(desk.sign_in(login, reset["password"])) == "sign-in-failed"
    assert actions(server, user, "password") == ["password.reset", "password.change"]
    assert slug(boss.ask("POST", f"{API}/users/{uuid7()}/password-reset")) == "not-found"
    late = boss.ask("POST", f"{API}/users/{user}/password-reset").json()["password"]
    try:
        server.clock.forward(7 * 24)
        assert slug(Browser(server).sign_in(login, late)) == "sign-in-failed"
    finally:
        server.clock.forward(-7 * 24)


def test_a_password_of_a_new_user_is_held_against_the_profile(server: Server):
    admin, login = f"admin-{uuid4().hex[:8]}", f"new-{uuid4().hex[:8]}"
    boss, desk = Browser(server), Browser(server)
    boss.open(add_desk_user(server, admin, Role.ADMINISTRATOR))
    new = {"login": login, "name": "Lin Yifan", "password": "lin yifan lin yifan"}
    told = boss.ask("POST", f"{API}/users", new)
    assert [one["code"] for one in told.json()["extra"]["missing"]] == ["context"]
    assert boss.ask("POST", f"{API}/users", new | {"password": PASSWORD}).status_code == 201
    assert desk.sign_in(login).json()["password"] == {"due": True}


def test_who_has_no_password_cannot_change_it(server: Server, desk: Browser, login: str):
    user = user_of(server, login)
    server.do(lambda s: people.disable(s, user, server.clock()))
    assert slug(desk.ask("GET", f"{API}/me")) == "session-over"
    assert slug(change(desk, PASSWORD, OTHER)) == "session-over"


def test_mlps_passwords_run_out_and_do_not_come_back(tmp_path: Path, sqlite_database: str):
    words = [f"Klavier{number}!" for number in range(3)]
    with running(sqlite_database, tmp_path, password_profile="cn-mlps") as server:
        user, desk = add_desk_user(server, "fang", password=words[0]), Browser(server)
        for hash_ in (identity.hash_secret(words[1]), "older", "old", "young"):
            server.do(partial(passwords.retire, user=user, hash_=hash_, set_ms=0, keep=5))
        desk.open(user)
        for new, lack in ((words[0], "same"), (words[1], "past")):
            told = change(desk, words[0], new).json()["extra"]["missing"]
            assert [one["code"] for one in told] == [lack]
        assert change(desk, words[0], words[2]).status_code == 200
        assert change(desk, words[2], words[1]).status_code == 200, "the sixth before is free"
        server.clock.forward(80 * 24)
        soon = desk.sign_in("fang", words[1]).json()
        assert soon["password"]["soon"] is True
        assert "10 days" in soon["notice"]["en"]
        assert desk.ask("GET", f"{API}/session").json()["notice"] == soon["notice"]
        server.clock.forward(10 * 24)
        assert desk.sign_in("fang", words[1]).json()["password"]["due"] is True
        assert slug(desk.ask("GET", f"{API}/sites")) == "password-due"
        assert change(desk, words[1], "Klavier3!").status_code == 200
        assert desk.ask("GET", f"{API}/sites").status_code == 200
