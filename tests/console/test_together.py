"""Two at the same desk, a bad network, a session that ends: nothing is overwritten, shown or lost.

Each test asks the API what then stands, not only what the page shows.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Page, Route, expect
from tests.console.tablet import TabletApp, tablet
from tests.console.test_cases import BOSS, Colleague, quarantined, said
from tests.console.test_review import judged, press, seen
from tests.console.world import World

DEAF = "window.EventSource = class extends EventTarget { close() {} };"
"""A page that hears of nothing: as stale as any page is for a moment."""


@pytest.fixture
def app(demo: World, tmp_path: Path) -> Iterator[TabletApp]:
    """A tablet in Li Lei's hands."""
    with tablet(demo, tmp_path / "tablet") as found:
        yield found


@pytest.fixture
def colleague(demo: World, request: pytest.FixtureRequest) -> Colleague:
    """One for each test: a company is not made anew for each."""
    return Colleague(demo, f"liu{len(request.node.name)}")


def forgive(demo: World, *statuses: str) -> None:
    """The browser says of its own what the server refused, or that it was not reached."""
    demo.wrong[:] = [one for one in demo.wrong if not any(word in one for word in statuses)]


def deaf(demo: World, path: str) -> Page:
    """A supervisor's page that hears of nothing by itself."""
    context = demo.context()
    context.add_init_script(DEAF)
    demo.sign_in(context, BOSS)
    page = demo.watch(context.new_page())
    demo.show(page, path)
    return page


def verdicts(demo: World, page: Page, walk: UUID) -> list[tuple[str, str]]:
    return [(one["verdict"], one["review_note"]) for one in seen(demo, page, walk)]


def test_what_another_supervisor_has_decided_is_not_overwritten(
    demo: World, app: TabletApp, colleague: Colleague
):
    """Neither by a key, nor in bulk, nor by an undo: the second is told, and sees what stands."""
    walk = app.walk(lifts=3)
    app.sync()
    page = demo.open(BOSS, "/profile")
    shots = judged(demo, page, walk)
    page = deaf(demo, f"/inspections/{walk}")
    retake: Any = {"verdict": "retake", "note": "too dark"}
    colleague.tell(f"/records/{shots[0]['id']}/review", retake)
    press(page, "Enter")
    page.wait_for_selector(f".review-turned[data-photo='{shots[0]['id']}']")
    press(page, "a")
    said(page, "decided on 1 of these photos meanwhile")
    press(page, "Escape")
    assert verdicts(demo, page, walk)[0] == ("retake", "too dark")
    tile = page.locator(f".review-tile[data-photo='{shots[0]['id']}']")
    expect(tile).to_contain_text("retake")
    forgive(demo, "412")

    colleague.tell(f"/records/{shots[1]['id']}/review", {"verdict": "returned", "note": "why"})
    press(page, "B", "Enter")
    expect(page.locator(".toast.bad")).to_have_count(2)
    assert verdicts(demo, page, walk)[1:] == [("returned", "why"), ("", "")]
    expect(page.locator(".review-head")).to_contain_text("2 of 3 reviewed")

    page.locator(f".review-tile[data-photo='{shots[2]['id']}']").click()
    press(page, "a")
    said(page, "Approved")
    colleague.tell(f"/records/{shots[2]['id']}/review", {"verdict": "returned", "note": "no"})
    press(page, "u")
    expect(page.locator(".toast.bad")).to_have_count(3)
    assert verdicts(demo, page, walk)[2] == ("returned", "no")

    expect(page.locator(".review-head")).to_contain_text("3 of 3 reviewed")
    colleague.tell(f"/records/{walk}/review", {"verdict": "returned", "note": "again"})
    press(page, "A")
    expect(page.locator(".review-head .badge").first).to_have_text("returned")
    assert demo.ask(page, f"/inspections/{walk}")["inspection"]["state"] == "returned"
    forgive(demo, "412")


def test_a_decision_that_was_not_sent_is_not_shown(demo: World, app: TabletApp):
    """The network goes while keys are pressed: what did not arrive is taken off the page again."""
    walk = app.walk(lifts=3)
    app.sync()
    page = demo.open(BOSS, "/profile")
    shots = judged(demo, page, walk)
    demo.show(page, f"/inspections/{walk}?photo={shots[0]['id']}")
    page.wait_for_selector(".review-turned[data-decoded=true]")
    page.context.set_offline(True)
    press(page, "a", "a", "a")
    said(page, "cannot be reached")
    expect(page.locator(".review-head")).to_contain_text("0 of 3 reviewed")
    page.context.set_offline(False)
    assert verdicts(demo, page, walk) == [("", "")] * 3
    forgive(demo, "ERR_INTERNET_DISCONNECTED")


def test_an_undo_follows_its_decision_however_slow(demo: World, app: TabletApp):
    walk = app.walk(lifts=2)
    app.sync()
    page = demo.open(BOSS, "/profile")
    shots = judged(demo, page, walk)
    demo.show(page, f"/inspections/{walk}")
    slow: list[Route] = []
    page.route("**/decide", lambda route: route.continue_() if slow else slow.append(route))
    press(page, "Enter")
    page.wait_for_selector(f".review-turned[data-photo='{shots[0]['id']}']")
    press(page, "a", "u")
    page.wait_for_timeout(300)
    slow[0].continue_()
    said(page, "Taken back")
    assert verdicts(demo, page, walk)[0] == ("", "")


def test_a_dialog_is_sent_on_what_its_person_has_read(demo: World, colleague: Colleague):
    """The page hears of another's step while the dialog is open; the dialog still does not know."""
    page = demo.open(BOSS, "/findings")
    finding = demo.ask(page, "/findings?state=open")["items"][0]["finding"]["id"]
    demo.show(page, f"/findings/{finding}")
    page.keyboard.press("a")
    page.locator("dialog [name=team]").fill("保洁班")
    colleague.tell(f"/findings/{finding}/assign", {"team": "工程班"})
    expect(page.locator("aside")).to_contain_text("工程班")
    page.keyboard.press("Control+Enter")
    expect(page.locator("dialog [role=alert]")).to_contain_text("look, then send again")
    body = demo.ask(page, f"/findings/{finding}")["listed"]["finding"]["body"]
    assert body["team"] == "工程班"
    forgive(demo, "412")


def test_a_colleague_who_is_new_is_called_by_name(demo: World):
    """Whoever came after the page had loaded its names, and has done something on it."""
    page = demo.open(BOSS, "/findings")
    finding = demo.ask(page, "/findings?state=open")["items"][0]["finding"]["id"]
    demo.show(page, f"/findings/{finding}")
    colleague = Colleague(demo, "newcomer")
    colleague.tell(f"/findings/{finding}/assign", {"owner": colleague.id})
    expect(page.locator("aside")).to_contain_text("刘洋 Liu Yang")


def test_an_op_that_is_being_mended_stays_whatever_else_happens(demo: World):
    """The list is longer than a page, and the news go on."""
    page = demo.open(BOSS, "/findings")
    me = demo.ask(page, "/me")["id"]
    for number in range(55):
        quarantined(demo, page, me, nature="grumble", text=f"第 {number} 条")
    demo.show(page, "/quarantine")
    page.get_by_role("button", name="Load more").click()
    rows = page.locator(".quarantine-row")
    expect(rows).to_have_count(55)
    rows.last.get_by_role("button").click()
    editor = page.locator("fo-quarantine-editor textarea")
    expect(editor).to_have_value('{\n  "nature": "grumble",\n  "text": "第 0 条"\n}')
    editor.fill('{"nature": "complaint", "text": "half')
    quarantined(demo, page, me, nature="grumble", text="one more")
    finding = demo.ask(page, "/findings")["items"][0]["finding"]["id"]
    demo.tell(page, "POST", f"/findings/{finding}/notes", {"text": "news"})
    page.wait_for_timeout(1500)
    expect(editor).to_have_value('{"nature": "complaint", "text": "half')
    expect(rows).to_have_count(56)


def test_what_was_typed_outlives_the_session(demo: World):
    page = demo.open(BOSS, "/findings")
    finding = demo.ask(page, "/findings?state=open")["items"][0]["finding"]["id"]
    demo.show(page, f"/findings/{finding}")
    page.keyboard.press("n")
    box = page.locator("dialog textarea")
    box.fill("a long note about this finding")
    demo.tell(page, "DELETE", "/session", {})
    page.keyboard.press("Control+Enter")
    alert = page.locator("dialog [role=alert]")
    expect(alert).to_contain_text("sign in again in another tab")
    expect(alert.get_by_role("link")).to_have_attribute("target", "_blank")
    expect(box).to_have_value("a long note about this finding")
    demo.sign_in(page.context, BOSS)
    page.keyboard.press("Control+Enter")
    expect(page.locator("dialog[open]")).to_have_count(0)
    notes = demo.ask(page, f"/findings/{finding}")["notes"]
    assert [one["body"]["text"] for one in notes] == ["a long note about this finding"]
    forgive(demo, "401")


def test_whoever_signs_in_at_one_tab_is_who_acts_in_all(demo: World):
    """A tab that still shows another's name would act in the new one's."""
    page = demo.open(BOSS, "/findings")
    demo.sign_in(page.context, "admin")
    other = demo.watch(page.context.new_page())
    demo.show(other, "/")
    name = demo.ask(page, "/me")["name"]
    expect(page.locator("header .who")).to_have_text(name)
    forgive(demo, "EventSource", "401")


def test_a_page_that_cannot_be_fetched_leaves_the_console_standing(demo: World):
    """The network goes before a page is opened for the first time; a tablet tells it as well."""
    page = deaf(demo, "/findings")
    page.set_viewport_size({"width": 768, "height": 1024})
    expect(page.locator("header .live")).to_be_visible()
    page.context.set_offline(True)
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("link", name="Assessment").click()
    expect(page.locator("main [role=alert]")).to_contain_text("cannot be reached")
    page.context.set_offline(False)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("main h1")).to_contain_text("Assessment")
    forgive(demo, "ERR_INTERNET_DISCONNECTED")


def test_a_browser_whose_clock_is_wrong_tells_time_by_the_server(demo: World):
    """An hour fast: a code that was made now would be over before it is shown."""
    context = demo.context()
    context.add_init_script("const real = Date.now; Date.now = () => real() + 3_600_000;")
    demo.sign_in(context, "admin")
    page = demo.watch(context.new_page())
    demo.show(page, "/devices")
    page.get_by_role("button", name="Enrol a tablet").click()
    page.locator("dialog [name=name]").fill("a tablet")
    page.locator("dialog .main").click()
    expect(page.locator(".devices-left")).to_contain_text("9:5")


def test_whoever_comes_back_to_a_long_list_is_where_he_was(demo: World):
    page = demo.open(BOSS, "/findings")
    site = demo.ask(page, "/findings")["items"][0]["finding"]["site"]
    for number in range(60):
        new = {"severity": "minor", "text": f"finding {number}"}
        demo.tell(page, "POST", f"/sites/{site}/findings", new)
    demo.show(page, "/findings?view=list")
    page.get_by_role("button", name="Load more").click()
    last = page.get_by_role("link", name="finding 0", exact=True)
    last.click()
    page.wait_for_url("**/findings/*")
    page.go_back()
    expect(last).to_be_in_viewport()


def test_a_key_that_is_held_decides_once_and_a_form_sent_twice_is_one(demo: World, app: TabletApp):
    walk = app.walk(lifts=3)
    app.sync()
    page = demo.open(BOSS, "/profile")
    shots = judged(demo, page, walk)
    demo.show(page, f"/inspections/{walk}?photo={shots[0]['id']}")
    page.wait_for_selector(".review-turned[data-decoded=true]")
    for _ in range(3):
        page.keyboard.down("a")
    page.keyboard.up("a")
    said(page, "Approved")
    assert [verdict for verdict, _ in verdicts(demo, page, walk)] == ["approved", "", ""]
    press(page, "f")
    page.locator("dialog[open] textarea").fill("once, please")
    page.evaluate(
        "const it = document.querySelector('dialog[open] form');"
        " it.requestSubmit(); it.requestSubmit();"
    )
    said(page, "Finding raised")
    found = demo.ask(page, "/findings?limit=200")["items"]
    assert len([one for one in found if "once, please" in str(one)]) == 1


def _dropping(page: Page, path: str) -> list[Route]:
    """The first call to a path arrives, and its answer does not; the list has it then."""
    dropped: list[Route] = []

    def drop(route: Route) -> None:
        if dropped or route.request.method != "POST":
            return route.continue_()
        dropped.append(route)
        route.fetch()
        return route.abort()

    page.route(path, drop)
    return dropped


def test_a_finding_whose_answer_is_lost_is_raised_once(demo: World, app: TabletApp):
    """Pressed again at once, after a reload, or with other words: there is never a second."""
    walk = app.walk(lifts=1)
    app.sync()
    page = demo.open(BOSS, "/profile")
    shots = judged(demo, page, walk)
    address = f"/inspections/{walk}?photo={shots[0]['id']}"

    def begin(words: str) -> None:
        demo.show(page, address)
        page.wait_for_selector(".review-turned[data-decoded=true]")
        press(page, "f")
        page.locator("dialog[open] textarea").fill(words)

    def send() -> None:
        page.locator("dialog[open] button[type=submit]").click()

    def raised(words: str) -> int:
        found = demo.ask(page, "/findings?limit=200")["items"]
        return len([one for one in found if words in str(one)])

    lost = _dropping(page, "**/findings")
    begin("the first one")
    send()
    said(page, "cannot be reached")
    assert raised("the first one") == 1
    send()
    said(page, "Finding raised")
    assert raised("the first one") == 1

    lost.clear()
    begin("the second one")
    send()
    said(page, "cannot be reached")
    begin("the second one")
    send()
    said(page, "Finding raised")
    assert raised("the second one") == 1

    lost.clear()
    begin("the third one")
    send()
    said(page, "cannot be reached")
    page.locator("dialog[open] textarea").fill("the third, changed")
    send()
    said(page, "has arrived, with other content")
    assert (raised("the third one"), raised("the third, changed")) == (1, 0)
    # Whoever has looked and still wants it, gets it.
    send()
    said(page, "Finding raised")
    assert raised("the third, changed") == 1
    forgive(demo, "ERR_FAILED", "422")
