"""Single sign-on with a real provider process, and what is tried against it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import UUID

import pytest
from tests.clients.provider import Office, head_office
from tests.factories import Server, running
from tests.web.desks import API, OTHER, PASSWORD, Browser, add_desk_user, slug

from fieldops.flow import accounts, setup
from fieldops.store import audit, identities
from fieldops.web import cookies
from fieldops.web.core import now_ms

DESK = "http://127.0.0.1:1"
"""Where the provider sends people back to; the tests take it from there by themselves."""


@pytest.fixture(scope="module")
def office(node_modules: Path) -> Iterator[Office]:
    with head_office(node_modules, DESK) as started:
        yield started


@pytest.fixture(scope="module")
def server(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("signon")
    with desk(office, folder) as started:
        for login in ("fang@anhe.example", "wei@anhe.example", "unverified@anhe.example"):
            add_desk_user(started, login)
        yield started


def desk(office: Office, folder: Path, **oidc: Any):
    """A server that head office's provider knows."""
    return running(
        f"sqlite:///{folder / 'fieldops.db'}",
        folder,
        now_ms,  # type: ignore[arg-type]  # The provider has the real time.
        public_url=DESK,
        oidc=office.settings | oidc,
    )


def begin(browser: Browser, to: str = "/review") -> str:
    """Where the browser is sent to."""
    answer = browser.ask("GET", f"/oidc/start?{urlencode({'to': to})}")
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def come_back(browser: Browser, url: str, accept: str = "application/json", **changed: str):
    """Take the browser to the callback; ``changed`` replaces members of its address."""
    parts = urlsplit(url)
    members = {name: texts[0] for name, texts in parse_qs(parts.query).items()} | changed
    return browser.ask("GET", f"{parts.path}?{urlencode(members)}", accept=accept)


def enter(browser: Browser, office: Office, login: str, **more: str):
    return come_back(browser, office.sign_in(begin(browser), login), **more)


def test_whom_head_office_knows_is_signed_in_and_led_on(server: Server, office: Office):
    browser = Browser(server)
    url = begin(browser)
    asked = {name: texts[0] for name, texts in parse_qs(urlsplit(url).query).items()}
    assert asked["code_challenge_method"] == "S256"
    assert (asked["response_type"], asked["scope"]) == ("code", "openid profile email")
    answer = come_back(browser, office.sign_in(url, "fang"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/signin?to=%2Freview")
    assert cookies.SSO not in browser.jar
    here = browser.ask("GET", f"{API}/session").json()
    assert here["session"]["way"] == "sso"
    assert here["person"]["name"] == "Fang@Anhe.Example"
    rows = server.look(lambda s: audit.latest(s, 10))
    user = UUID(here["person"]["id"])
    assert [row.action for row in rows if row.subject == user][:2] == [
        "session.open",
        "identity.link",
    ]
    out = browser.ask("DELETE", f"{API}/session").json()
    end = urlsplit(out["sign_out_at"])
    assert f"{end.scheme}://{end.netloc}" == office.issuer
    assert parse_qs(end.query)["post_logout_redirect_uri"] == [f"{DESK}/signin"]


def test_the_way_back_may_lead_to_a_chinese_name(server: Server, office: Office):
    browser = Browser(server)
    answer = come_back(browser, office.sign_in(begin(browser, "/项目?q=1 号楼&b=%20"), "fang"))
    assert answer.status_code == 303
    asked = urlsplit(answer.headers["location"])
    assert asked.path == "/signin"
    assert parse_qs(asked.query) == {"to": ["/项目?q=1 号楼&b=%20"]}
    assert cookies.SESSION in browser.jar


def test_it_opens_where_it_was_begun_and_nowhere_else(server: Server, office: Office):
    victim, attacker = Browser(server), Browser(server)
    begin(victim)
    stolen = office.sign_in(begin(attacker), "fang")
    assert slug(come_back(victim, stolen)) == "sso-failed"
    assert slug(come_back(Browser(server), stolen)) == "sso-failed"
    assert cookies.SESSION not in victim.jar


@pytest.mark.parametrize(
    "changed",
    [
        {"state": "another"},
        {"state": "é"},
        {"iss": "https://evil.example"},
        {"iss": ""},
        {"code": ""},
        {"error": "access_denied"},
        {"error": "<script>"},
        {"code": "made-up"},
    ],
)
def test_an_answer_that_was_changed_opens_nothing(server: Server, office: Office, changed):
    browser = Browser(server)
    answer = enter(browser, office, "fang", **changed)
    assert (answer.status_code, slug(answer)) == (401, "sso-failed")
    assert "script" not in answer.text
    assert browser.jar == {}


def test_an_answer_opens_one_session(server: Server, office: Office):
    browser = Browser(server)
    back = office.sign_in(begin(browser), "wei")
    kept = dict(browser.jar)
    assert come_back(browser, back).status_code == 303
    browser.jar = kept
    again = come_back(browser, back)
    assert (slug(again), again.json()["detail"]) == ("sso-failed", "the answer was used before")


def test_the_provider_takes_a_code_once_and_with_its_verifier_only(server: Server, office: Office):
    provider = server.core.provider
    assert provider is not None
    for spoil in ({"verifier": "x" * 64}, {"nonce": "another"}, {}):
        url, flow = provider.begin("/", 600)
        code = parse_qs(urlsplit(office.sign_in(url, "fang")).query)["code"][0]
        other = type(flow)(**{name: getattr(flow, name) for name in flow.__struct_fields__} | spoil)
        if not spoil:
            assert provider.redeem(flow, code)["sub"] == "fang"
        with pytest.raises(Exception, match="sso-failed"):
            provider.redeem(other, code)


def test_strangers_learn_so_and_are_not_made(server: Server, office: Office):
    for login in ("nobody", "unverified"):
        answer = enter(Browser(server), office, login)
        assert (answer.status_code, slug(answer)) == (403, "sso-stranger")
    (row, *_) = server.look(lambda s: audit.latest(s, 1, "session.fail"))
    assert row.detail == {"way": "sso"}


def test_people_see_a_page_in_their_language(server: Server, office: Office):
    for language, told in (("zh-CN", "总部已确认您的身份"), ("en", "Head office knows you")):
        browser = Browser(server)
        browser.headers["accept-language"] = language
        answer = enter(browser, office, "nobody", accept="text/html,*/*")
        assert answer.status_code == 403
        assert answer.headers["content-type"].startswith("text/html")
        assert answer.headers["content-language"] == language
        assert told in answer.text
        assert f'<html lang="{language}"' in answer.text
        assert answer.headers["referrer-policy"] == "no-referrer"


def test_a_link_holds_whatever_is_renamed_and_is_not_inherited(server: Server, office: Office):
    issuer = office.issuer
    login = "old@anhe.example"
    user = add_desk_user(server, login)
    server.do(lambda s: identities.link(s, issuer, "old-number", user, now_ms()))
    answer = enter(Browser(server), office, "old")
    assert slug(answer) == "sso-stranger", "the login is somebody else's subject already"
    server.do(lambda s: identities.unlink(s, user))
    assert enter(Browser(server), office, "old").status_code == 303
    server.do(lambda s: accounts.disable(s, user, setup.SYSTEM, now_ms()))
    assert slug(enter(Browser(server), office, "old")) == "sso-stranger"


def test_who_came_from_head_office_may_change_a_password_too(server: Server, office: Office):
    browser = Browser(server)
    enter(browser, office, "fang")
    body = {"old": PASSWORD, "new": OTHER}
    assert browser.ask("POST", f"{API}/session/password", body).status_code == 200
    assert cookies.KNOWN not in browser.jar, "no password was used to sign in"
    assert browser.ask("GET", f"{API}/session").json()["session"]["way"] == "sso"


@pytest.mark.parametrize("to", ["https://evil.example", "//evil.example", "/\\evil.example", ""])
def test_nobody_is_led_elsewhere(server: Server, office: Office, to: str):
    browser = Browser(server)
    answer = come_back(browser, office.sign_in(begin(browser, to), "fang"))
    assert answer.headers["location"] == "/signin?to=%2F"


def test_a_sign_on_takes_ten_minutes_at_most(server: Server, office: Office):
    browser = Browser(server)
    back = office.sign_in(begin(browser), "fang")
    clock = server.core.clock
    try:
        server.core.clock = lambda: clock() + 600_000
        assert slug(come_back(browser, back)) == "sso-failed"
    finally:
        server.core.clock = clock


def test_claims_in_the_token_and_people_made_at_first_sign_on(node_modules: Path, tmp_path: Path):
    with (
        head_office(node_modules, DESK, in_user_info=False) as office,
        desk(
            office,
            tmp_path,
            create=True,
            login_claim="preferred_username",
            domains=("anhe.example",),
        ) as server,
    ):
        browser = Browser(server)
        assert enter(browser, office, "lin").status_code == 303
        assert browser.ask("GET", f"{API}/me").json()["name"] == "lin of head office"
        assert slug(browser.ask("GET", f"{API}/sites")) == "forbidden", "without any grant"
        assert slug(enter(Browser(server), office, "unverified")) == "sso-stranger"


def test_without_a_provider_there_is_a_page_and_no_button(tmp_path: Path, sqlite_database: str):
    with running(sqlite_database, tmp_path) as server:
        browser = Browser(server)
        assert slug(browser.ask("GET", "/oidc/start")) == "sso-off"
        assert slug(browser.ask("GET", "/oidc/callback")) == "sso-off"
        page = browser.ask("GET", "/signin?lang=zh-CN&to=/%22%3E%3Cscript%3E").text
        assert "/oidc/start" not in page
        assert "登录" in page
        assert '"><script>' not in page


def test_the_page_names_head_office_and_runs_its_own_script_alone(office: Office, tmp_path: Path):
    with desk(office, tmp_path, label="安和 <集团>") as server:
        answer = Browser(server).ask("GET", "/signin?to=/review")
        assert "安和 &lt;集团&gt;" in answer.text
        assert "/oidc/start?to=%2Freview" in answer.text
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "sha256-" not in policy, "there is nothing inline that a hash would let in"
        assert "require-trusted-types-for 'script'; trusted-types 'none'" in policy
        assert "frame-ancestors 'none'" in policy


def test_a_provider_that_is_down_is_told_and_holds_up_no_passwords(tmp_path: Path):
    gone = Office("http://127.0.0.1:9", DESK)
    with desk(gone, tmp_path) as server:
        add_desk_user(server, "fang")
        browser = Browser(server)
        assert slug(browser.ask("GET", "/oidc/start")) == "sso-down"
        assert browser.ask("GET", "/oidc/start", accept="text/html").status_code == 503
        assert browser.sign_in("fang").status_code == 200
        assert browser.ask("DELETE", f"{API}/session").json() == {"signed_out": True}


def test_the_files_of_the_page_are_kept_and_asked_about(server: Server):
    for path, mime in (("/signin.js", "text/javascript"), ("/signin.css", "text/css")):
        first = Browser(server).ask("GET", path)
        assert first.headers["content-type"].startswith(mime)
        assert first.headers["cache-control"] == "no-cache"
        again = Browser(server).ask("GET", path, if_none_match=first.headers["etag"])
        assert (again.status_code, again.content) == (304, b"")
