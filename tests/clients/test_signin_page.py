"""The sign-in page in a real Chromium, over plain http on this machine, as the demo serves it."""

from pathlib import Path

from playwright.sync_api import Browser, Page
from tests.clients.provider import head_office
from tests.factories import free_port, on_loopback, running
from tests.web.desks import OTHER, PASSWORD, add_desk_user

from fieldops.flow import passwords
from fieldops.web.core import now_ms


def fill(page: Page, part: str, **fields: str) -> None:
    """Fill in a part of the page and send it."""
    for name, text in fields.items():
        page.fill(f"#{part} #{name}", text)
    page.click(f"#{part} button")


def test_people_sign_in_choose_a_password_sign_out_and_come_from_head_office(
    node_modules: Path, chromium: Browser, sqlite_database: str, tmp_path: Path
):
    port = free_port()
    here = f"http://127.0.0.1:{port}"
    with (
        head_office(node_modules, here) as office,
        running(
            sqlite_database,
            tmp_path,
            now_ms,  # type: ignore[arg-type]  # The provider has the real time.
            public_url=here,
            oidc=office.settings,
        ) as server,
        on_loopback(server, port),
    ):
        user = add_desk_user(server, "fang@anhe.example")
        context = chromium.new_context(locale="zh-CN")
        page = context.new_page()
        troubles: list[str] = []
        page.on("console", lambda said: troubles.append(said.text))
        page.goto(f"{here}/signin")
        fill(page, "enter", login="fang@anhe.example", password="wrong")
        page.wait_for_selector("#trouble:has-text('密码错误')")
        terms = server.core.terms
        once = passwords.hashed(OTHER)
        server.do(lambda s: passwords.reset(s, user, once, terms, user, now_ms()))
        fill(page, "enter", login="fang@anhe.example", password=OTHER)
        page.wait_for_selector("#change:visible")
        fill(page, "change", old=OTHER, new="short")
        page.wait_for_selector("#trouble:has-text('15')")
        fill(page, "change", old=OTHER, new=PASSWORD)
        page.wait_for_url(f"{here}/")
        page.goto(f"{here}/signin")
        page.wait_for_selector("#inside:visible")
        assert page.text_content("#who") == "Fang@Anhe.Example"
        kept = {one["name"]: one for one in context.cookies()}
        mine = kept["__Host-fieldops"]
        assert (mine["secure"], mine["httpOnly"], mine["sameSite"]) == (True, True, "Strict")
        assert kept["__Host-fieldops-known"]["sameSite"] == "Strict"
        assert page.evaluate("document.cookie") == ""
        # Another site makes the browser send a form: nothing happens.
        evil = context.new_page()
        target = f"{here}/api/v1/session/password"
        form = f'<form method=post enctype=text/plain action="{target}"><input name=x></form>'
        evil.route(
            "http://evil.example/",
            lambda route: route.fulfill(
                body=f"{form}<script>document.forms[0].submit()</script>", content_type="text/html"
            ),
        )
        with evil.expect_response(target) as answered:
            evil.goto("http://evil.example/")
        assert answered.value.status in (401, 403)
        evil.close()
        page.click("#out")
        page.wait_for_selector("#enter:visible")
        assert "__Host-fieldops" not in {one["name"] for one in context.cookies()}
        # Head office.
        page.goto(f"{here}/signin?to=/healthz")
        page.click("#enter .way")
        page.fill("input[name=login]", "fang")
        page.fill("input[name=password]", "any")
        page.click("button[type=submit]")
        page.click("button[type=submit]")
        page.wait_for_url(f"{here}/healthz")
        page.goto(f"{here}/signin")
        page.wait_for_selector("#inside:visible")
        with page.expect_navigation(url=f"{office.issuer}/session/end*"):
            page.click("#out")
        assert [one for one in troubles if "Content Security Policy" in one] == []
        context.close()
