"""Today, assessment and one's own account, as people use them; what they did, the API then says."""

import base64
import json
import re

from playwright.sync_api import Page, expect
from tests.console.world import World, settle
from tests.gallery import jpeg


def test_today_hears_of_a_change_by_itself(demo: World):
    page = demo.open("zhou.min")
    waiting = page.locator("[data-todo=findings] strong")
    before = demo.ask(page, "/today")["counts"]["findings_open"]
    expect(waiting).to_have_text(str(before))
    site = demo.ask(page, "/sites")["items"][0]["id"]
    told = {"text": "消防门常开 / fire door held open", "severity": "critical"}
    demo.tell(page, "POST", f"/sites/{site}/findings", told)
    expect(waiting).to_have_text(str(before + 1))
    assert demo.ask(page, "/today")["counts"]["findings_open"] == before + 1
    # Everything leads to its page, by its number too.
    number = page.locator("[data-todo=findings] kbd").inner_text()
    page.keyboard.press(number)
    page.wait_for_url(re.compile("/findings"))


def test_today_shows_each_role_what_is_theirs(demo: World):
    def todos(login: str) -> set[str]:
        page = demo.open(login)
        page.wait_for_selector(".today-list")
        found: list[str] = page.eval_on_selector_all(
            "[data-todo]", "all => all.map(one => one.dataset.todo)"
        )
        return set(found)

    assert "review" in todos("zhou.min")
    assert not todos("chen.yun") & {"review", "rechecks", "quarantine"}


def test_a_point_of_a_chart_ends_at_its_photos(demo: World):
    page = demo.open("zhou.min", "/assessment")
    failed = demo.ask(page, f"/assessments/failures?period={_month(page)}")["items"]
    photographed = {one["body"]["item"] for one in demo.ask(page, "/photos?limit=200")["items"]}
    place, item = next((n, one) for n, one in enumerate(failed) if one["item"] in photographed)
    page.locator(".chart-bars").first.locator("button").nth(place).click()
    dialog = page.locator("dialog[open]")
    expect(dialog.locator("h2")).to_have_text(item["titles"]["en"])
    photo = dialog.locator(".assess-photos a").first
    shown = photo.locator("img")
    expect(shown).to_have_js_property("complete", True)
    assert shown.evaluate("one => one.naturalWidth") > 0
    href = photo.get_attribute("href") or ""
    record = demo.ask(page, f"/records/{href.rpartition('=')[2]}")
    assert (record["kind"], record["body"]["item"]) == ("photo", item["item"])
    photo.click()
    page.wait_for_url(re.compile(re.escape(href)))
    settle(page)


def test_charts_are_read_by_keyboard_and_as_tables(demo: World):
    page = demo.open("zhou.min", "/assessment", language="zh-CN")
    figures = demo.ask(page, f"/assessments?period={_month(page)}")["own"]
    expect(page.locator(".assess-tile.conformity strong")).to_contain_text(
        str(float(figures["conformity"]["score"]["percent"]))
    )
    page.locator(".chart-picture .chart-point[tabindex='0']").first.focus()
    page.keyboard.press("ArrowRight")
    told = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert "个样本" in told
    page.keyboard.press("Enter")
    expect(page.locator("dialog[open] .assess-lines li").first).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="以表格显示").first.click()
    expect(page.locator("figure table").first).to_contain_text("符合度")
    page.keyboard.press("[")
    page.wait_for_url(re.compile(r"period=\d{4}-\d\d"))
    expect(page.locator(".assess-tile.conformity strong")).to_have_text("—")


def test_hot_spots_are_shown_on_the_map_of_a_site(demo: World):
    page = demo.open("chen.yun", "/assessment")
    shots = [
        one for one in demo.ask(page, "/photos?limit=200")["items"] if "latitude" in one["body"]
    ]
    north, east = [
        [float(one["body"][name]) for one in shots] for name in ("latitude", "longitude")
    ]
    edges = {
        "south": min(north) - 0.001,
        "north": max(north) + 0.001,
        "west": min(east) - 0.001,
        "east": max(east) + 0.001,
    }
    site, picture = shots[0]["site"], base64.b64encode(jpeg(7, 900, 600)).decode()
    demo.tell(page, "PUT", f"/sites/{site}/map", {"picture": picture, "edges": edges})
    page.locator("select[name=site]").select_option(site)
    page.locator(".assess-spot").first.click()
    photo = page.locator(".assess-map ~ .assess-photos a").first
    record = demo.ask(page, f"/records/{(photo.get_attribute('href') or '').rpartition('=')[2]}")
    failed = demo.ask(page, f"/assessments/failures?period={_month(page)}&site={site}")["items"]
    assert record["body"]["item"] in [one["item"] for one in failed]


def test_a_plugin_adds_to_the_assessment(demo: World):
    page = demo.open("zhou.min", "/assessment", language="zh-CN")
    widget = page.locator("fo-widgets .widget")
    expect(widget.locator("h3")).to_have_text("设施设备：比上期变差的检查项")
    failed = demo.ask(page, f"/assessments/failures?period={_month(page)}")["items"]
    told = [one["titles"]["zh-CN"] for one in failed]
    assert widget.locator("td:first-child").first.inner_text() in told


def test_on_paper_there_are_only_the_figures(demo: World):
    page = demo.open("zhou.min", "/assessment")
    page.wait_for_selector(".chart-picture")
    page.emulate_media(media="print")
    for gone in ("fo-app > nav", ".bar", ".filters", "fo-monthly"):
        expect(page.locator(gone).first).to_be_hidden()
    for there in ("h1", ".assess-about", ".chart-picture", ".assess-areas"):
        expect(page.locator(there).first).to_be_visible()


def test_the_monthly_report_is_handed_over(demo: World):
    page = demo.open("zhou.min", "/assessment")
    page.get_by_label("Format").select_option("xlsx")
    with page.expect_download() as coming:
        page.get_by_role("button", name="Download the report").click()
    assert coming.value.suggested_filename == f"report-{_month(page)}.en.xlsx"
    assert coming.value.path().read_bytes()[:2] == b"PK"


def test_a_new_password_ends_every_other_session(demo: World):
    page, other = demo.open("sun.shen", "/profile"), demo.open("sun.shen", "/profile")
    old = demo.roster.staff["sun.shen"].password

    def change(new: str) -> None:
        page.get_by_label("Password now").fill(old)
        page.get_by_label("New password", exact=True).fill(new)
        page.get_by_label("New password again").fill(new)
        page.get_by_role("button", name="Change password").click()

    change("short")
    expect(page.locator("#profile-lacks")).to_contain_text("at least")
    # The browser says of every refusal that it was one.
    assert [one for one in demo.wrong if "422" not in one] == []
    demo.wrong.clear()
    new = "seven quiet herons over the weir"
    change(new)
    expect(page.locator(".toast")).to_contain_text("Password changed")
    assert [one["current"] for one in demo.ask(page, "/sessions")] == [True]
    assert other.request.get(f"{demo.url}/api/v1/session").status == 401
    told = json.dumps({"login": "sun.shen", "password": new})
    context = demo.context()
    assert context.request.post(f"{demo.url}/api/v1/session", data=told, headers=demo.headers).ok


def test_another_session_is_ended(demo: World):
    page, other = demo.open("chen.yun", "/profile"), demo.open("chen.yun", "/profile")
    mine = demo.ask(other, "/session")["session"]["id"]
    page.reload()
    settle(page)
    page.locator(f"[data-session='{mine}'] button").click()
    expect(page.locator(f"[data-session='{mine}']")).to_have_count(0)
    assert mine not in [one["id"] for one in demo.ask(page, "/sessions")]
    assert other.request.get(f"{demo.url}/api/v1/session").status == 401


def test_language_and_appearance_are_kept(demo: World):
    page = demo.open("zhou.min", "/profile")
    page.get_by_label("中文").check()
    expect(page.locator("h1")).to_have_text("我的账号")
    page.get_by_role("radio", name="深色").check()
    page.reload()
    settle(page)
    expect(page.locator("h1")).to_have_text("我的账号")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def _month(page: Page) -> str:
    """The month in which the browser is, as the page asks for it."""
    found: str = page.evaluate("new Date().toISOString().slice(0, 7)")
    return found
