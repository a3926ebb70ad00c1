"""Checklists, tablets, people and the audit in a real browser, held against the API."""

from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect
from tests.console.world import World, settle

from fieldops.cli.demo_walk import clock
from fieldops.flow import enrolment
from fieldops_sync import Client, Outbox
from fieldops_sync.transport import ServerProblem

KEY = "security-systems"
RISK = "facilities-plant-rooms"
CHOSEN = """() => { const one = document.activeElement;
  return one.value.slice(one.selectionStart, one.selectionEnd); }"""


def versions(demo: World, page: Page, key: str = KEY) -> dict[str, str]:
    """How each version of a checklist stands."""
    items = demo.ask(page, f"/checklists?key={key}")["items"]
    return {one["version"]: one["state"] for one in items}


def editor(page: Page) -> Any:
    """The text of the draft."""
    return page.locator("textarea[name=toml]")


def test_a_version_is_drafted_published_compared_and_withdrawn(demo: World):
    page = demo.open("chen.yun", f"/checklists/{KEY}")
    page.keyboard.press("d")
    text = editor(page).input_value()
    editor(page).fill(text.replace("clause = ", "claus = ", 1))
    # The fault stands beside its line, and leads there.
    line = text[: text.index("clause = ")].count("\n") + 1
    page.get_by_role("button", name=f"Line {line}", exact=True).click()
    chosen = (
        "const t = document.activeElement; return t.value.slice(t.selectionStart, t.selectionEnd)"
    )
    assert page.evaluate(f"() => {{ {chosen} }}").startswith("claus = ")
    expect(page.get_by_role("button", name="See the impact")).to_be_disabled()
    newer = text.replace('version = "1.0"', 'version = "1.1"')
    editor(page).fill(newer.replace('clause = "', 'clause = "Q-', 1))
    page.get_by_role("button", name="See the impact").click()
    met = page.locator("#impact")
    expect(met).to_contain_text("A-01")
    expect(met).to_contain_text("This version is new.")
    assert versions(demo, page) == {"1.0": "current"}
    met.get_by_role("button", name="Publish 1.1").click()
    page.locator("dialog[open]").get_by_role("button", name="Publish 1.1").click()
    page.wait_for_url(f"**/checklists/{KEY}?tab=versions")
    settle(page)
    assert versions(demo, page) == {"1.0": "superseded", "1.1": "current"}
    told = demo.ask(page, f"/checklists/{KEY}/diff?before=1.0&after=1.1")["differences"]
    expect(page.locator(".checklists-diff")).to_contain_text(told[0]["messages"]["en"])
    page.get_by_role("button", name="中文").click()
    expect(page.locator(".checklists-diff")).to_contain_text(told[0]["messages"]["zh-CN"])
    page.get_by_role("row", name="1.1").get_by_role("button", name="撤回").click()
    page.fill("dialog[open] textarea", "写错了")
    page.locator("dialog[open]").get_by_role("button", name="撤回").click()
    expect(page.get_by_role("row", name="1.1")).to_contain_text("写错了")
    assert versions(demo, page) == {"1.0": "current", "1.1": "withdrawn"}


def test_the_form_reacts_as_on_a_tablet(demo: World):
    page = demo.open("chen.yun", f"/checklists/{RISK}")
    action = page.locator("[data-item=joint_overheat_action]")
    page.wait_for_selector("[data-item=joint_temperature]")
    assert not action.count()
    page.fill("[data-item=joint_temperature] input", "95")
    expect(action).to_contain_text("Load reduced")
    expect(page.locator("[data-item=joint_temperature]")).to_contain_text("Fail")
    page.fill("[data-item=joint_temperature] input", "40")
    expect(action).to_have_count(0)
    page.locator("input[name=repeat]").first.fill("1号梯")
    page.keyboard.press("Enter")
    expect(page.locator("[data-item='lift_levelling@1号梯']")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Clear the answers").click()
    expect(page.locator("[data-item='lift_levelling@1号梯']")).to_have_count(0)


@pytest.fixture
def device(demo: World, tmp_path: Path) -> Any:
    """A tablet that was enrolled by the code that the page showed."""
    page = demo.open("admin", "/devices")
    page.keyboard.press("n")
    page.fill("dialog[open] input[name=name]", "C-07")
    page.locator("dialog[open] label", has_text="Li Lei").locator("input").check()
    page.keyboard.press("Enter")
    code = page.locator(".devices-typed").inner_text()
    link = f"{enrolment.SCHEME}?{urlencode({'url': demo.url, 'code': code})}"
    drawn = page.locator(".devices-code svg path:not(.paper)").get_attribute("d")
    assert drawn == enrolment.draw(link).path, "the picture says something else than the text"
    expect(page.locator(".devices-left")).to_contain_text("Good for another 9:")
    with Outbox(tmp_path / "tablet", clock=clock) as outbox, Client(outbox, demo.url) as client:
        client.enrol(code, "console tests", "1")
        expect(page.locator(".devices-here")).to_contain_text("C-07 is enrolled", timeout=10_000)
        page.keyboard.press("Escape")
        yield page, client


def test_a_tablet_is_enrolled_by_its_code_and_revoked(demo: World, device: Any):
    page, client = device
    row = page.get_by_role("row", name="C-07")
    expect(row).to_contain_text("Li Lei")
    client.pull()
    row.get_by_role("button", name="Revoke").click()
    page.locator("dialog[open]").get_by_role("button", name="Revoke").click()
    expect(row).to_have_count(0)
    gone = next(one for one in demo.ask(page, "/devices")["items"] if one["name"] == "C-07")
    assert gone["revoked_ms"]
    with pytest.raises(ServerProblem):
        client.pull()


def test_a_grant_is_given_and_stands_in_the_audit(demo: World):
    page = demo.open("admin", "/people")
    page.keyboard.press("n")
    page.fill("dialog[open] input[name=name]", "何雨 He Yu")
    page.fill("dialog[open] input[name=login]", "he.yu")
    page.fill("dialog[open] input[name=pin]", "246810")
    page.get_by_label("make a password for one sign-in").check()
    page.keyboard.press("Enter")
    assert page.locator(".people-once code").inner_text()
    page.keyboard.press("Escape")
    page.wait_for_selector("h1:has-text('He Yu')")
    page.locator("summary", has_text="Grant a role").click()
    page.select_option("select[name=role]", "supervisor")
    page.get_by_label("Only these").check()
    page.get_by_label("Yunjin Tower").check()
    page.get_by_role("button", name="Grant a role").click()
    expect(page.locator(".people-grants")).to_contain_text("supervisor")
    user = next(
        one for one in demo.ask(page, "/users?limit=200")["items"] if one["login"] == "he.yu"
    )
    ((grant, held),) = user["grants"]
    assert (held["role"], held["sites"]) == ("supervisor", [str(demo.roster.sites["YJ"])])

    demo.show(page, "/audit?action=grant.")
    line = page.locator(".audit-list li").first
    expect(line).to_contain_text("Administrator granted a role 何雨 He Yu")
    line.locator("summary").press("Enter")
    expect(line).to_contain_text("Yunjin Tower")
    page.get_by_role("button", name="中文").click()
    expect(line).to_contain_text("授予角色")
    assert UUID(grant)


def test_a_contact_is_looked_at_for_a_purpose_and_on_record(demo: World):
    boss = demo.open("admin", "/profile")
    grant = {"user": str(demo.roster.staff["sun.shen"].id), "role": "auditor", "sites": None}
    demo.tell(boss, "POST", "/grants", {**grant, "level": 3})
    page = demo.open("sun.shen", "/audit")
    complaint = demo.ask(page, "/complaints")["items"][0]["record"]["id"]
    demo.tell(page, "POST", f"/feedback/{complaint}/contact", {"purpose": "to call back"})
    demo.show(page, f"/audit?about={complaint}&action=contact.")
    line = page.locator(".audit-list li").first
    expect(line).to_contain_text("looked at a contact feedback")
    expect(line).to_contain_text("For: to call back")
    line.locator("summary").press("Enter")
    line.get_by_role("button", name="Look at the contact").click()
    why = "the resident asked for an answer in writing"
    page.fill("dialog[open] textarea", why)
    page.locator("dialog[open]").get_by_role("button", name="Look at the contact").click()
    expect(page.locator("dialog[open] dl")).to_contain_text("13800138000")
    newest = demo.ask(page, "/audit?action=contact.&limit=1")["items"][0]
    assert (newest["subject"], newest["detail"]["purpose"]) == (complaint, why)


def test_a_plugin_is_parked_and_goes_on(demo: World):
    page = demo.open("chen.yun", "/plugins")
    card = page.locator("section[aria-label=security]")
    card.get_by_role("button", name="Park").click()
    page.fill("dialog[open] textarea", "too many findings")
    page.locator("dialog[open]").get_by_role("button", name="Park").click()
    expect(card.locator(".badge").first).to_have_text("Parked")
    assert demo.ask(page, "/plugins/security")["state"]["state"] == "parked"
    card.locator("summary").click()
    expect(card.locator(".plugins-faults")).to_contain_text("too many findings")
    told = demo.ask(page, "/plugins/security")["kinds"]["parked-by-hand"]["advice"]
    expect(card.locator(".plugins-faults")).to_contain_text(told["en"])
    page.get_by_role("button", name="中文").click()
    expect(card.locator(".plugins-faults")).to_contain_text(told["zh-CN"])
    card.get_by_role("button", name="恢复").click()
    page.locator("dialog[open]").get_by_role("button", name="恢复").click()
    expect(card.locator(".badge").first).to_have_text("运行中")
    assert demo.ask(page, "/plugins/security")["state"]["state"] == "running"


def test_the_last_administrator_stays(demo: World):
    """The server says so, and the page says what the server said."""
    page = demo.open("admin", "/people?role=administrator")
    page.locator("tbody a").click()
    page.get_by_role("button", name="Revoke: administrator").click()
    page.locator("dialog[open]").get_by_role("button", name="Revoke").click()
    told = page.locator("dialog[open] .trouble")
    expect(told).to_contain_text("make another administrator first")
    assert demo.ask(page, "/users?limit=1")["items"], "whoever asked may still"
    demo.wrong[:] = [one for one in demo.wrong if "409" not in one]
