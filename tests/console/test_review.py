"""The review of walks in a real browser, by keyboard, with a real tablet at the other end."""

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect
from tests.console.tablet import PLACE, TabletApp, tablet
from tests.console.world import World
from tests.pictures.making import jpeg, scene

WHY = "Too dark: please switch on the light"


@pytest.fixture
def app(demo: World, tmp_path: Path) -> Iterator[TabletApp]:
    """A tablet in Li Lei's hands."""
    with tablet(demo, tmp_path / "tablet") as found:
        yield found


def seen(demo: World, page: Page, walk: UUID) -> list[dict[str, Any]]:
    """The photos of a walk as the API tells them, in the order of the page."""
    parts = demo.ask(page, f"/review/{walk}")["parts"]
    return [shot for part in parts for line in part["lines"] for shot in line["photos"]]


def judged(demo: World, page: Page, walk: UUID) -> list[dict[str, Any]]:
    """The photos of a walk once every one was looked at by the server's readers."""
    for _ in range(200):
        shots = seen(demo, page, walk)
        if all(one["shown"] == "ready" and one["risk"] is not None for one in shots):
            return shots
        page.wait_for_timeout(100)
    raise AssertionError("the server's readers did not judge every photo within 20 s")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_sixty_photos_by_keyboard_and_one_comes_back_from_the_tablet(demo: World, app: TabletApp):
    """One is returned, one is taken anew by the tablet, and the page shows that by itself."""
    walk = app.walk(lifts=20, shots=3)
    app.sync()
    page = demo.open("zhou.min", "/review")
    shots = judged(demo, page, walk)
    assert len(shots) == 60
    row = page.locator(f"tr:has(a[href*='{walk}'])")
    expect(row).to_contain_text("60/60")
    for _ in range(5):
        if "chosen" in (row.get_attribute("class") or ""):
            break
        press(page, "j")
    press(page, "Enter")
    page.wait_for_url(f"{demo.url}/inspections/{walk}")
    expect(page.locator("[data-photo]")).to_have_count(60)
    press(page, "Enter")
    first = shots[0]["id"]
    page.wait_for_selector(f".review-turned[data-photo='{first}'][data-decoded=true]")
    press(page, "y", "Q", "5", "Tab")
    page.evaluate("document.activeElement.blur()")
    assert [one["verdict"] for one in seen(demo, page, walk)] == [""] * 60
    for number, shot in enumerate(shots):
        page.wait_for_selector(f".review-turned[data-photo='{shot['id']}']")
        if number == 7:
            press(page, "t")
            page.wait_for_selector("dialog[open]")
            press(page, "2")
        elif number == 9:
            press(page, "r")
            page.wait_for_selector("dialog[open] textarea")
            page.keyboard.type("the sill is not shown")
            press(page, "Enter")
        else:
            press(page, "a")
    expect(page.locator(".review-head")).to_contain_text("60 of 60 reviewed")
    found = seen(demo, page, walk)
    for _ in range(50):
        if all(one["verdict"] for one in found):
            break
        page.wait_for_timeout(100)
        found = seen(demo, page, walk)
    told = {number: (one["verdict"], one["review_note"]) for number, one in enumerate(found)}
    assert told.pop(7) == ("retake", WHY)
    assert told.pop(9) == ("returned", "the sill is not shown")
    assert set(told.values()) == {("approved", "")}
    again(demo, app, page, walk, UUID(shots[7]["id"]))
    press(page, "A")
    expect(page.locator(".review-head .badge").first).to_have_text("approved")
    assert demo.ask(page, f"/inspections/{walk}")["inspection"]["state"] == "approved"
    press(page, "u")


# Two keys in one frame, as hands faster than a busy tablet's screen press them.
TWO_KEYS = """() => {
  for (const key of ["2", "a"]) {
    const pressed = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
    document.activeElement.dispatchEvent(pressed);
  }
}"""


def test_the_key_right_after_a_reason_is_the_next_photos(demo: World, app: TabletApp):
    """A dialog that has closed takes no more keys, whether or not a frame was drawn since."""
    walk = app.walk(lifts=1, shots=3)
    app.sync()
    page = demo.open("zhou.min", f"/inspections/{walk}")
    first, _, third = judged(demo, page, walk)
    page.goto(f"{demo.url}/inspections/{walk}?photo={first['id']}")
    page.wait_for_selector(f".review-turned[data-photo='{first['id']}']")
    page.evaluate("document.activeElement.blur()")  # nothing to go back to when the dialog closes
    press(page, "t")
    page.wait_for_selector("dialog[open] textarea")
    page.evaluate(TWO_KEYS)
    page.wait_for_selector(f".review-turned[data-photo='{third['id']}']")
    for _ in range(50):
        told = [one["verdict"] for one in seen(demo, page, walk)]
        if told == ["retake", "approved", ""]:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"5 s later the photos have {told}")


def again(demo: World, app: TabletApp, page: Page, walk: UUID, old: UUID) -> None:
    """The tablet pulls the task with the reason, takes the photo anew, and the page hears of it."""
    app.sync()
    for _ in range(50):
        if app.tasks(old):
            break
        page.wait_for_timeout(100)
        app.sync()
    (task,) = app.tasks(old)
    assert (task["reason"], task.get("stage", "open")) == (WHY, "open")
    new = app.shoot(walk, task["repeat"], retakes=old)
    app.sync()
    page.wait_for_selector(f".review-tile[data-photo='{new}'] img")
    shot = next(one for one in seen(demo, page, walk) if one["id"] == str(new))
    assert (shot["retakes"], shot["state"]) == (str(old), "stored")


def test_harmless_photos_are_approved_at_once_and_taken_back(demo: World, app: TabletApp):
    """The dialog says how many before; undo leaves them as they were, also for one decision."""
    walk = app.walk(lifts=3)
    app.sync()
    page = demo.open("zhou.min", "/profile")
    shots = judged(demo, page, walk)
    calm = [one["id"] for one in shots if one["risk"] == 0]
    demo.show(page, f"/inspections/{walk}")
    press(page, "B")
    dialog = page.locator("dialog[open]")
    expect(dialog).to_contain_text(f"{len(calm)} photos will be approved")
    press(page, "Enter")
    expect(page.locator(".toast")).to_contain_text(f"{len(calm)} photos approved")
    verdicts = {one["id"]: one["verdict"] for one in seen(demo, page, walk)}
    assert verdicts == {one["id"]: "approved" if one["id"] in calm else "" for one in shots}
    press(page, "u")
    expect(page.locator(".toast").last).to_contain_text("Taken back")
    assert [one["verdict"] for one in seen(demo, page, walk)] == ["", "", ""]
    page.get_by_role("button", name="Return walk").click()
    page.locator("dialog[open] textarea").fill("walk it again")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".review-head .badge").first).to_have_text("returned")
    page.locator(".toast", has_text="Walk returned").get_by_role("button", name="Undo").click()
    expect(page.locator(".review-head .badge").first).to_have_text(re.compile("sealed|submitted"))
    assert demo.ask(page, f"/inspections/{walk}")["inspection"]["body"]["verdict"] is None


def test_a_photo_is_looked_at_closely_and_beside_the_one_before(demo: World, app: TabletApp):
    """Zoom, rotate and compare by keyboard; a finding is raised on what it shows."""
    before = app.walk(lifts=1)
    walk = app.walk(lifts=1)
    app.sync()
    page = demo.open("zhou.min", "/profile", language="zh-CN")
    (old,), (shot,) = judged(demo, page, before), judged(demo, page, walk)
    assert seen(demo, page, walk)[0]["before"]["photo"] == old["id"]
    demo.show(page, f"/inspections/{walk}?photo={shot['id']}")
    photo = page.locator(".review-turned")
    expect(photo).to_have_attribute("data-decoded", "true")
    press(page, "z", ".")
    style = photo.evaluate("one => one.style.transform")
    assert style.startswith("translate(0px, 0px) scale(1.875) rotate(90deg)")
    press(page, "z", ",", "c")
    expect(page.locator(".review-before")).to_have_attribute(
        "src", f"/api/v1/photos/{old['sha256']}/view"
    )
    slider = page.get_by_role("slider")
    slider.focus()
    press(page, "End")
    clipped = page.locator(".review-before").evaluate("one => one.style.clipPath")
    assert clipped.startswith("inset(0px 0%")
    press(page, "f")
    page.locator("dialog[open] textarea").fill("地坎磨损")
    page.get_by_role("button", name="上报问题").last.click()
    expect(page.locator(".review-panel")).to_contain_text("问题 1")
    findings = demo.ask(page, "/findings")["items"]
    mine = [one["finding"]["body"] for one in findings if "地坎磨损" in str(one)]
    assert [(one["inspection"], one["photos"]) for one in mine] == [(str(walk), [shot["sha256"]])]


def test_the_next_photo_is_there_before_it_is_wanted(demo: World, app: TabletApp):
    """On "next" it is decoded, no request is waited for, and few are held at once."""
    walk = app.walk(lifts=12, shots=3)
    app.sync()
    page = demo.open("zhou.min", "/profile")
    judged(demo, page, walk)
    demo.show(page, f"/inspections/{walk}")
    press(page, "Enter")
    held = []
    for number in range(30):
        page.wait_for_selector(".review-turned[data-decoded=true]")
        page.wait_for_timeout(40)
        press(page, "j")
        ready = page.evaluate("document.querySelector('.review-turned').dataset.decoded")
        held.append(ready == "true")
        assert page.locator(".review-top [role=status]").inner_text() == f"{number + 2} of 36"
    assert sum(held) >= 28, held
    page.wait_for_timeout(100)
    assert page.locator("fo-inspection img").count() <= 3


BROKEN = "export function review() { throw new Error('this widget is broken'); }"


def test_the_map_and_a_plugins_widget_stand_beside_a_photo(demo: World, app: TabletApp):
    """Where it was taken on the site; what a plugin knows of it; a broken one harms nothing."""
    app.walk(lifts=1)
    walk = app.walk(lifts=1)
    app.sync()
    boss = demo.open("admin", "/profile")
    latitude, longitude = map(float, PLACE)
    edges = {
        "west": longitude - 0.003,
        "south": latitude - 0.001,
        "east": longitude + 0.001,
        "north": latitude + 0.001,
    }
    picture = base64.b64encode(jpeg(scene(400, 200))).decode()
    site = demo.roster.sites["YJ"]
    demo.tell(boss, "PUT", f"/sites/{site}/map", {"picture": picture, "edges": edges})
    page = demo.open("zhou.min", "/profile")
    (shot,) = judged(demo, page, walk)
    demo.show(page, f"/inspections/{walk}?photo={shot['id']}")
    here = page.locator(".site-map .here")
    expect(here).to_have_attribute("d", "M75.00 50.00h0.001")
    widget = page.locator(".widget")
    expect(widget).to_contain_text("Readings so far")
    expect(widget.locator("svg")).to_have_count(1)
    broken = demo.open("zhou.min", "/profile", language="zh-CN")
    broken.route(
        "**/console/plugins/**",
        lambda route: route.fulfill(content_type="text/javascript", body=BROKEN),
    )
    demo.show(broken, f"/inspections/{walk}?photo={shot['id']}")
    expect(broken.locator(".widget")).to_contain_text("此插件的部件出错")
    press(broken, "a")
    expect(broken.locator(".review-head")).to_contain_text("已审核 1 / 1")
