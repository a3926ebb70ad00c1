"""The first administrator of a new server, by the link that it shows when it starts."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Browser as Chromium
from tests.factories import Server, free_port, on_loopback, running
from tests.web.desks import API, PASSWORD, Browser, slug

from fieldops.flow import accounts, first, setup
from fieldops.model.access import Role
from fieldops.store import firsts, identities, people
from fieldops.web.core import now_ms

BODY = {"name": "陈安 Chen An", "login": "chen", "password": PASSWORD}


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[Server]:
    with running(database_url, tmp_path) as started:
        yield started


def link(server: Server) -> str:
    code = server.do(lambda s: first.make(s, server.clock()))
    assert code is not None
    return code


def test_a_link_makes_one_administrator_of_every_site_and_ends_all_links(server: Server):
    other, code = link(server), link(server)
    made = Browser(server).ask("POST", f"{API}/first", BODY | {"code": code})
    assert made.status_code == 201, made.text
    desk = Browser(server)
    assert desk.sign_in("chen").json()["password"] == {}, "nothing is to be changed"
    mine = desk.ask("GET", f"{API}/me").json()
    assert (mine["id"], mine["name"]) == (made.json()["id"], BODY["name"])
    assert [(one["role"], one["sites"]) for one in mine["grants"]] == [(Role.ADMINISTRATOR, None)]
    for used in (code, other):
        again = Browser(server).ask("POST", f"{API}/first", BODY | {"code": used, "login": "x"})
        assert (again.status_code, slug(again)) == (403, "link-invalid")
    assert server.do(lambda s: first.make(s, server.clock())) is None
    server.do(lambda s: accounts.disable(s, UUID(mine["id"]), setup.SYSTEM, server.clock()))
    again = Browser(server).ask("POST", f"{API}/first", BODY | {"code": other, "login": "x"})
    assert slug(again) == "link-invalid", "links are gone, and not only out of use"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/first", "text/html"),
        ("/first.js", "text/javascript"),
        ("/signin", "text/html"),
        ("/signin.css", "text/css"),
        ("/", "text/html"),
        ("/favicon.svg", "image/svg+xml"),
    ],
)
def test_the_type_of_a_page_names_its_charset_once(server: Server, path: str, kind: str):
    answer = server.client.get(path)
    charset = "; charset=utf-8" if kind.startswith("text/") else ""
    assert (answer.status_code, answer.headers["content-type"]) == (200, kind + charset)


def test_what_a_link_does_not_open(server: Server):
    code = link(server)
    ask = Browser(server).ask
    assert slug(ask("POST", f"{API}/first", BODY | {"code": code[:-1]})) == "link-invalid"
    assert slug(ask("POST", f"{API}/first", BODY | {"code": code, "password": "short"})) == (
        "password-unfit"
    )
    strange = ask("POST", f"{API}/first", BODY | {"code": code}, origin="https://evil.example")
    assert slug(strange) == "cross-site"
    walker = server.do(lambda s: setup.add_user(s, "chen", "Chen", setup.SYSTEM, server.clock()))
    assert slug(ask("POST", f"{API}/first", BODY | {"code": code})) == "validation"
    hashes = server.look(lambda s: people.has_secrets(s, walker))
    assert hashes == (False, False)
    server.clock.forward(24)
    assert slug(ask("POST", f"{API}/first", BODY | {"code": code, "login": "a"})) == "link-invalid"


def test_who_comes_from_head_office_can_sign_in(server: Server):
    user = server.do(lambda s: setup.add_user(s, "chen", "Chen", setup.SYSTEM, server.clock()))
    assert not server.look(firsts.anybody)
    server.do(lambda s: identities.link(s, "https://office", "7", user, server.clock()))
    assert server.look(firsts.anybody)


def test_the_page_makes_them_and_signs_them_in(
    chromium: Chromium, sqlite_database: str, tmp_path: Path
):
    port = free_port()
    here = f"http://127.0.0.1:{port}"
    with (
        running(sqlite_database, tmp_path, now_ms, public_url=here) as server,  # type: ignore[arg-type]
        on_loopback(server, port),
    ):
        code = server.do(lambda s: first.make(s, now_ms()))
        context = chromium.new_context(locale="zh-CN")
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda one: asked.append(one.url))
        page.goto(f"{here}/first#code={code}")
        page.click("#other")
        page.wait_for_selector("h1:has-text('first administrator')")
        for name, text in (BODY | {"password": "short"}).items():
            page.fill(f"#{name}", text)
        page.click("button")
        page.wait_for_selector("#trouble:has-text('15')")
        page.fill("#password", PASSWORD)
        page.click("button")
        page.wait_for_url(f"{here}/")
        assert not [url for url in asked if code and code in url], "the code is sent in bodies only"
        page.wait_for_selector(".today-first li:has-text('fieldops import')")
        assert page.locator(".today-first li").count() == 4, "a new company is told how to begin"
        page.goto(f"{here}/signin?lang=zh-CN")
        page.wait_for_selector("#inside:visible")
        assert page.text_content("#who") == BODY["name"]
        context.close()
