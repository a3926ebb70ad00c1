"""What a supervisor does with cases: conflicts, quarantine, findings, complaints; by keyboard.

Each test asks the API what then stands, not only what the page shows.
"""

import json
import re
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import APIRequestContext, Page, expect
from tests.console.world import World, settle

from fieldops_sync.ids import uuid7

FIRST, OWN = "a first word of nine letters", "an old piano on the roof"
BOSS = "zhou.min"


class Colleague:
    """Another supervisor, who works with the API while the first one has a page open."""

    def __init__(self, demo: World, login: str = "liu.yang") -> None:
        admin = demo.context()
        demo.sign_in(admin, "admin")
        self._url, self._headers = f"{demo.url}/api/v1", demo.headers
        new = {"login": login, "name": "刘洋 Liu Yang", "staff_number": login}
        self.id = self._send(admin.request, "/users", {**new, "password": FIRST})["id"]
        grant = {"user": self.id, "role": "supervisor", "sites": None}
        self._send(admin.request, "/grants", grant)
        self._request = demo.context().request
        self._send(self._request, "/session", {"login": login, "password": FIRST})
        self._send(self._request, "/session/password", {"old": FIRST, "new": OWN})

    def tell(self, path: str, body: Any) -> Any:
        return self._send(self._request, path, body)

    def _send(self, request: APIRequestContext, path: str, body: Any) -> Any:
        answer = request.post(self._url + path, data=json.dumps(body), headers=self._headers)
        assert answer.ok, answer.text()
        return answer.json()


@pytest.fixture
def colleague(demo: World) -> Colleague:
    return Colleague(demo)


def site_of(demo: World, page: Page) -> str:
    """The site of the demo's walk."""
    found: str = demo.ask(page, "/inspections")["items"][0]["site"]
    return found


def said(page: Page, words: str) -> None:
    """Wait until the page has told that it was done."""
    expect(page.locator("fo-toasts")).to_contain_text(words)


def test_a_conflict_is_decided_by_two_keys(demo: World):
    page = demo.open(BOSS, "/conflicts")
    (dispute,) = demo.ask(page, "/conflicts/sides")["items"]
    record, (member,) = dispute["record"]["id"], dispute["members"]
    assert [side["stands"] for side in member["sides"]] == [True, False]
    shown = page.locator(".conflicts-side")
    for at, side in enumerate(member["sides"]):
        expect(shown.nth(at)).to_contain_text(side["value"])
        expect(shown.nth(at)).to_contain_text(side["actor_name"])
        expect(shown.nth(at)).to_contain_text(f"revision {side['base']}")
    page.keyboard.press("Enter")
    said(page, "Choose a value")
    assert demo.ask(page, "/conflicts")["items"] != []
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    said(page, "Decided")
    assert demo.ask(page, f"/records/{record}")["body"]["value"] == member["sides"][1]["value"]
    assert demo.ask(page, "/conflicts")["items"] == []
    expect(page.get_by_text("No conflict waits")).to_be_visible()


def quarantined(demo: World, page: Page, actor: str, **payload: Any) -> str:
    """An op that cannot take effect as it is; its subject."""
    subject = str(uuid7())
    op = {
        "id": str(uuid7()),
        "type": "feedback.record@1",
        "subject": {"kind": "feedback", "id": subject},
        "site": site_of(demo, page),
        "actor": actor,
        "base": [],
        "payload": payload,
        "at": {"wall": "2026-11-21T12:00:00Z", "mono": 1, "boot": str(uuid7())},
    }
    (receipt,) = demo.tell(page, "POST", "/ops", {"ops": [op]})["receipts"]
    assert receipt["status"] == "quarantined", receipt
    return subject


def test_quarantined_ops_are_mended_replayed_and_discarded(demo: World):
    page = demo.open(BOSS, "/findings")
    me = demo.ask(page, "/me")["id"]
    other = demo.ask(page, "/people?role=inspector")["items"][0]["id"]
    praised = quarantined(demo, page, other, nature="praise", text="很热心")
    quarantined(demo, page, me, nature="praise", text=5)
    wrong = quarantined(demo, page, me, nature="grumble", text="灯坏了", colour="red")
    chinese = demo.open(BOSS, "/quarantine", language="zh-CN").locator(".trouble p").first
    expect(chinese).to_contain_text("不接受此值：'grumble'（位于 `$.nature`）")
    demo.show(page, "/quarantine")
    rows = page.locator(".quarantine-row")
    expect(rows).to_have_count(3)
    # The newest is open: what is wrong is told where it stands, before anything is sent.
    faults = page.locator(".quarantine-faults li")
    expect(faults).to_have_text(
        [re.compile("nature only one of"), "colour there is no such member"]
    )
    expect(page.locator(".quarantine-help tr.wrong")).to_contain_text("nature")
    why = page.locator(".trouble p").first
    expect(why).to_contain_text("Invalid enum value 'grumble'")
    page.keyboard.press("e")
    editor = page.locator("fo-quarantine-editor textarea")
    expect(editor).to_be_focused()
    editor.fill('{"nature": "complaint", "text": "灯坏了"}')
    expect(faults).to_have_count(0)
    page.keyboard.press("Control+Enter")
    expect(rows).to_have_count(2)
    assert demo.ask(page, f"/feedback/{wrong}")["body"]["text"] == "灯坏了"

    page.locator("h1").click()
    page.keyboard.press("d")
    expect(page.get_by_label("Reason", exact=True).last).to_be_focused()
    page.keyboard.type("sent by a test")
    page.keyboard.press("Control+Enter")
    expect(rows).to_have_count(1)
    (gone,) = demo.ask(page, "/quarantine?state=discarded")["items"]
    assert gone["note"] == "sent by a test"

    page.keyboard.press("x")
    page.keyboard.press("R")
    said(page, "1 replayed")
    assert demo.ask(page, f"/feedback/{praised}")["body"]["text"] == "很热心"
    assert demo.ask(page, "/quarantine")["items"] == []
    expect(page.get_by_text("Nothing is in quarantine")).to_be_visible()


def test_a_finding_is_assigned_rechecked_and_closed(demo: World, colleague: Colleague):
    page = demo.open(BOSS, "/findings")
    cards = page.locator(".findings-card")
    expect(cards.first).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    settle(page)
    finding = UUID(page.url.rpartition("/")[2])
    owner = demo.ask(page, "/people?role=inspector")["items"][0]
    page.keyboard.press("a")
    page.get_by_label("Owner").select_option(owner["id"])
    page.keyboard.press("Control+Enter")
    said(page, "Saved")
    listed = demo.ask(page, f"/findings/{finding}")["listed"]["finding"]
    assert (listed["state"], listed["body"]["owner"]) == ("assigned", owner["id"])

    colleague.tell(f"/findings/{finding}/rectify", {"note": "已更换"})
    # The page hears of it by itself; whoever did not do the work looks at it again.
    expect(page.locator(".findings-title")).to_contain_text("to recheck")
    expect(page.locator("aside").get_by_role("button", name="Recheck")).to_be_visible()
    page.keyboard.press("c")
    expect(page.get_by_label("Put right: close it")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".findings-title")).to_contain_text("closed")
    assert demo.ask(page, f"/findings/{finding}")["listed"]["finding"]["state"] == "closed"
    steps = demo.ask(page, f"/findings/{finding}/history")["steps"]
    assert [one["type"].partition("@")[0] for one in steps][-2:] == [
        "rectification.report",
        "recheck.record",
    ]
    expect(page.get_by_text("It is over: nothing is to be done")).to_be_visible()


def test_what_was_typed_stays_when_somebody_was_faster(demo: World):
    page = demo.open(BOSS, "/findings?view=list")
    report = {"severity": "minor", "text": "消防通道堆放杂物"}
    made = demo.tell(page, "POST", f"/sites/{site_of(demo, page)}/findings", report)
    finding = made["record"]["id"]
    # Whatever the page hears, it is shown what was, until it sends.
    old = [demo.ask(page, f"/findings/{finding}")]
    page.route(
        f"**/api/v1/findings/{finding}",
        lambda route: route.fulfill(json=old[0]) if old else route.continue_(),
    )
    demo.show(page, f"/findings/{finding}")
    page.keyboard.press("s")
    expect(page.get_by_label("Reason")).to_be_focused()
    page.keyboard.type("等待备件")
    demo.tell(page, "POST", f"/findings/{finding}/assign", {"team": "工程班"})
    old.clear()
    page.keyboard.press("Control+Enter")
    expect(page.locator("dialog [role=alert]")).to_contain_text("look, then send again")
    expect(page.get_by_label("Reason")).to_have_value("等待备件")
    expect(page.locator("aside")).to_contain_text("工程班")
    assert demo.ask(page, f"/findings/{finding}")["listed"]["finding"]["state"] == "assigned"
    page.keyboard.press("Control+Enter")
    expect(page.locator("dialog[open]")).to_have_count(0)
    assert demo.ask(page, f"/findings/{finding}")["listed"]["finding"]["state"] == "paused"
    # The browser says of its own what the server refused.
    demo.wrong[:] = [one for one in demo.wrong if "412" not in one]


def test_a_complaint_is_taken_down_and_answered(demo: World):
    """By keyboard, in Chinese; whom to reach is shown for a purpose, and once."""
    admin = demo.open("admin", "/profile")
    me = next(one["id"] for one in demo.ask(admin, "/users")["items"] if one["login"] == BOSS)
    grant = {"user": me, "role": "supervisor", "sites": None, "level": 3}
    demo.tell(admin, "POST", "/grants", grant)
    boss = demo.open(BOSS, "/complaints", language="zh-CN")
    boss.keyboard.press("n")
    boss.get_by_label("住户说了什么").fill("电梯有异响")
    boss.get_by_label("住户电话").fill("13800000001")
    boss.get_by_label("同意方式").fill("电话同意")
    boss.keyboard.press("Control+Enter")
    boss.wait_for_selector("fo-complaint .complaints-said")
    complaint = UUID(boss.url.rpartition("/")[2])

    for key, step in (("a", "受理"), ("c", "定级")):
        # A key works from when its button is there.
        expect(boss.locator("aside").get_by_role("button", name=step)).to_be_visible()
        boss.keyboard.press(key)
        expect(boss.locator("dialog[open]")).to_have_count(1)
        boss.keyboard.press("Control+Enter")
        expect(boss.locator("dialog[open]")).to_have_count(0)
    expect(boss.locator("aside").get_by_role("button", name="登记调查")).to_be_visible()
    boss.keyboard.press("w")
    answer = boss.get_by_label("答复内容")
    expect(answer).to_be_focused()
    boss.get_by_label("答复模板").select_option("received")
    expect(answer).to_have_value(re.compile("已受理，由 周敏 Zhou Min 跟进"))
    assert "{" not in answer.input_value()
    answer.fill("维保人员今天 15 点前到场")
    boss.keyboard.press("Control+Enter")
    expect(boss.locator(".complaints-clocks")).to_contain_text("按时")
    shown = demo.ask(boss, f"/complaints/{complaint}")
    assert [one["step"] for one in shown["course"]] == ["said", "accept", "classify", "answer"]
    assert shown["course"][-1]["fields"]["note"] == "维保人员今天 15 点前到场"
    assert shown["record"]["body"]["clock"]["answered"] is not None

    assert "13800000001" not in boss.content()
    boss.get_by_role("button", name="查看联系方式").click()
    boss.keyboard.type("上门前电话确认")
    boss.keyboard.press("Enter")
    expect(boss.locator("fo-contact")).to_contain_text("13800000001")
    (line,) = demo.ask(admin, "/audit?action=contact.unmask")["items"]
    assert "上门前电话确认" in json.dumps(line, ensure_ascii=False)
    demo.show(boss, f"/complaints/{complaint}")
    assert "13800000001" not in boss.content()
