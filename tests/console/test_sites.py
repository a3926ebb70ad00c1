"""Maps of sites and texts to answer with, in a real browser, held against the API."""

import io

from PIL import Image
from playwright.sync_api import FilePayload, expect
from tests.console.world import World, settle


def picture() -> bytes:
    """A small PNG."""
    made = io.BytesIO()
    Image.new("RGB", (300, 200), "teal").save(made, "PNG")
    return made.getvalue()


def test_a_map_is_set_looked_at_corrected_and_taken_away(demo: World):
    page = demo.open("chen.yun", "/sites")
    first = page.locator(".sites-list tbody tr").first
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sites?site=*")
    site = page.url.partition("site=")[2]
    assert demo.ask(page, f"/sites/{site}/map") is None
    card = page.locator("fo-site-map")
    file = FilePayload(name="map.png", mimeType="image/png", buffer=picture())
    card.locator("input[type=file]").set_input_files(file)
    expect(card.get_by_alt_text("The picture that was chosen")).to_be_visible()
    typed = {"west": "121.48", "east": "121.47", "south": "31.22", "north": "31.23"}
    for name, value in typed.items():
        card.locator(f"input[name={name}]").fill(value)
    card.get_by_role("button", name="Set the map").click()
    # Refused before it is sent; what was typed and chosen stays.
    expect(card.get_by_role("alert")).to_have_text("West must be less than east.")
    assert demo.ask(page, f"/sites/{site}/map") is None
    card.locator("input[name=west]").fill("121.46")
    expect(card.locator("#sites-degrees")).to_contain_text("about 952 × 1,113 m")
    card.get_by_role("button", name="Set the map").click()
    expect(first).to_contain_text("set", use_inner_text=True)
    expect(card.get_by_role("button", name="Replace the map")).to_be_visible()
    made = demo.ask(page, f"/sites/{site}/map")
    assert made["edges"] == {"west": 121.46, "east": 121.47, "south": 31.22, "north": 31.23}
    shown = card.locator(".sites-picture img")
    expect(shown).to_have_attribute("src", made["picture"])
    assert shown.evaluate("image => image.decode().then(() => image.naturalWidth)") == 300
    # Other edges alone: the picture need not be found again.
    card.locator("input[name=east]").fill("121.475")
    card.get_by_role("button", name="Replace the map").click()
    expect(card.locator("figcaption")).to_contain_text("121.475")
    assert demo.ask(page, f"/sites/{site}/map")["edges"]["east"] == 121.475
    page.get_by_role("button", name="中文").click()
    card.get_by_role("button", name="移除地图").click()
    page.locator("dialog[open]").get_by_role("button", name="移除地图").click()
    expect(first).to_contain_text("未设置")
    assert demo.ask(page, f"/sites/{site}/map") is None


def test_more_sites_than_a_page_of_the_api_holds_are_all_there(demo: World):
    page = demo.open("chen.yun")
    # The same as with 201 sites and pages of 200: three sites, and pages of one.
    page.route(
        "**/api/v1/sites?*",
        lambda route: route.continue_(url=route.request.url.replace("limit=200", "limit=1")),
    )
    demo.show(page, "/sites")
    expect(page.locator(".sites-list tbody tr")).to_have_count(3)
    demo.show(page, "/findings")
    # All sites, and the three.
    expect(page.get_by_label("Site").locator("option")).to_have_count(4)


def test_texts_are_edited_moved_and_nothing_typed_is_lost(demo: World):
    page = demo.open("chen.yun", "/sites?tab=answers")
    before = demo.ask(page, "/answer-templates")["templates"]
    card = page.locator(f"[data-key={before[0]['key']}]")
    english = card.locator("div[lang=en] textarea")
    english.fill("We have it, {nmber}.")
    expect(card.get_by_role("alert")).to_have_text("There is no placeholder {nmber}.")
    english.fill("We have it: ")
    page.get_by_role("button", name="{number}").click()
    expect(english).to_have_value("We have it: {number}")
    card.get_by_role("button", name="Move down").click()
    # Somebody else saves first.
    other = demo.open("admin", "/profile")
    path = f"{demo.url}/api/v1/answer-templates"
    match = {**demo.headers, "If-Match": other.request.get(path).headers["etag"]}
    theirs = other.request.put(path, headers=match, data={"templates": before[:1]})
    assert theirs.ok, theirs.text()
    page.get_by_role("button", name="Save the texts").click()
    expect(page.locator(".sites-side [role=alert]")).to_contain_text("Somebody else")
    # What was typed outlives a look at another page.
    page.get_by_role("link", name="Checklists", exact=True).click()
    settle(page)
    page.go_back()
    settle(page)
    expect(english).to_have_value("We have it: {number}")
    page.get_by_role("button", name="Save the texts").click()
    page.get_by_role("button", name="Put mine over theirs").click()
    expect(page.get_by_text("The texts are saved")).to_be_visible()
    after = demo.ask(page, "/answer-templates")["templates"]
    assert [one["key"] for one in after] == [before[at]["key"] for at in (1, 0, 2)]
    assert after[1]["texts"]["en"] == "We have it: {number}"
    assert after[1]["texts"]["zh-CN"] == before[0]["texts"]["zh-CN"]
    # A browser complains of each refusal; there were these two, and nothing else.
    assert ["412" in one for one in demo.wrong] == [True, True], demo.wrong
    demo.wrong.clear()


def test_a_thousand_sites_are_not_a_thousand_questions(demo: World):
    """Of the rows that are seen it is asked whether they have a map; long names widen nothing."""
    page = demo.open("admin", "/profile")
    for number in range(60):
        name = "项目" * 90 if number == 0 else f"\u202e站点 Site {number}"
        demo.tell(page, "POST", "/sites", {"name": name, "code": f"X{number}"})
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if one.url.endswith("/map") else None)
    demo.show(page, "/sites")
    badges = page.locator("fo-map-badge .badge")
    expect(badges.first).to_be_visible()
    page.wait_for_timeout(300)
    assert 0 < len(asked) < 40
    last = page.locator("fo-map-badge").last
    last.scroll_into_view_if_needed()
    expect(last.locator(".badge")).to_have_text("not set")
    page.set_viewport_size({"width": 1024, "height": 700})
    demo.show(page, "/findings")
    wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wider) == 0
