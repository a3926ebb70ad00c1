"""Every page, as a browser shows it: nothing it complains of, nothing that axe-core finds."""

import re
from pathlib import Path

from tests.console.places import Place, places
from tests.console.world import World, settle

ROUTES = Path(__file__).parents[2] / "ui" / "src" / "routes.ts"
_WIDTH = 1024


def test_every_page_can_be_used_by_everybody_in_both_themes_and_languages(demo: World):
    """WCAG 2.2 AA by axe-core: 0 violations; no page is wider than its window."""
    found: list[str] = []
    first = demo.open("zhou.min", width=_WIDTH)
    pages = {"zhou.min": first}
    looked = places(demo, first)
    for place in looked:
        page = pages.get(place.login) or demo.open(place.login, width=_WIDTH)
        pages[place.login] = page
        demo.show(page, place.path)
        english = page.title()
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            found += [f"{place.name}, {theme}: {one}" for one in demo.examine(page)]
        wide = page.evaluate("document.documentElement.scrollWidth")
        found += [f"{place.name} is {wide} wide"] if wide > _WIDTH else []
        page.get_by_role("button", name="中文").click()
        settle(page)
        found += [f"{place.name}: title not translated"] if page.title() == english else []
        page.get_by_role("button", name="English").click()
    assert found == []
    assert _first_words(looked) == set(re.findall(r'path: "/(\w*)', ROUTES.read_text("utf-8")))


def _first_words(looked: list[Place]) -> set[str]:
    return {place.path.partition("?")[0].split("/")[1] for place in looked}


def test_a_page_leads_to_the_sign_in_and_back(demo: World):
    """Whoever follows a link arrives where it leads, after signing in; nothing is in storage."""
    page = demo.watch(demo.context().new_page())
    page.goto(f"{demo.url}/findings?state=open")
    page.wait_for_url(re.compile("/signin"))
    assert demo.examine(page) == []
    page.emulate_media(color_scheme="dark")
    assert demo.examine(page) == []
    password = demo.roster.staff["zhou.min"].password
    page.fill("#login", "zhou.min")
    page.fill("#password", password)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{demo.url}/findings?state=open")
    settle(page)
    kept = page.evaluate("JSON.stringify([localStorage, sessionStorage, document.cookie])")
    assert "token" not in kept
    assert password not in kept
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(re.compile("/signin"))
    # The session is over for the API as well, and the pages lead to the sign-in again.
    assert page.request.get(f"{demo.url}/api/v1/session").status == 401


def test_addresses_and_keys_lead_around(demo: World):
    """Pages change without loading the shell again; the browser's way back works; ? lists keys."""
    page = demo.open("zhou.min")
    page.evaluate("window.same = true")
    page.get_by_role("link", name="Findings", exact=True).click()
    page.wait_for_url(f"{demo.url}/findings")
    settle(page)
    page.get_by_role("link", name="Conflicts", exact=True).click()
    page.wait_for_url(f"{demo.url}/conflicts")
    page.go_back()
    page.wait_for_selector("h1:has-text('Findings')")
    assert page.evaluate("window.same") is True
    page.keyboard.press("?")
    page.wait_for_selector("dialog[open] kbd")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog[open]", state="detached")
    page.goto(f"{demo.url}/findings/none/of/these")
    page.wait_for_selector("h1:has-text('There is no such page')")


def test_all_tabs_of_a_browser_share_one_stream(demo: World):
    """Ten tabs hear of a change though a person may have five streams; the next tab takes over."""
    first = demo.open("zhou.min")
    tabs = [first, *(demo.watch(first.context.new_page()) for _ in range(9))]
    for tab in tabs[1:]:
        demo.show(tab, "/findings")
    for tab in tabs:
        tab.wait_for_selector(".live.on")
    first.close()
    site = demo.ask(tabs[1], "/sites")["items"][0]["id"]
    for text in ("one", "two"):
        for tab in tabs[1:]:
            tab.wait_for_selector(".live.on")
        body = {"text": f"left open: {text}", "severity": "minor"}
        demo.tell(tabs[1], "POST", f"/sites/{site}/findings", body)
        for tab in (tabs[1], tabs[9]):
            tab.wait_for_selector(f"text=left open: {text}")
