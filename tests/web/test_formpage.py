"""The public form in a real browser, as a resident holds it: on a phone, in both languages.

No page of it has a script, so it works alike where scripts are off; axe-core looks at each in light
and in dark (WCAG 2.2 A and AA).  ``FIELDOPS_TEST_SHOTS`` names a folder to keep pictures in.
"""

import os
from collections.abc import Iterator
from ipaddress import ip_address
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.browsers import opened_chromium
from tests.databases import lay_sqlite
from tests.factories import Company, Server, found_company, on_loopback, running
from tests.gallery import jpeg

from fieldops.flow import forms
from fieldops.flow.formtexts import TEXTS
from fieldops.flow.setup import SYSTEM
from fieldops.model.record import State
from fieldops.store import records

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 740},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
NARROW = 320
"""CSS pixels at which nothing may be cut (WCAG 2.2, 1.4.10)."""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_phones = count(1)


class Door:
    """A form on the wall, and phones that open it; each has an address of its own."""

    def __init__(self, server: Server, url: str, chromium: "Browser", axe: str) -> None:
        self.server, self.url, self._chromium, self._axe = server, url, chromium, axe
        self.company: Company = found_company(server)
        site, now_ms = self.company.site, server.clock()
        self.token = server.do(lambda s: forms.add(s, site, "大堂", SYSTEM, now_ms)).token
        self.wrong: list[str] = []

    def open(self, language: str, **more: Any) -> "Page":
        """The form on a phone whose browser prefers a language; ``wrong`` is what it complains."""
        address = str(ip_address("10.9.0.0") + next(_phones))
        headers = {"x-forwarded-for": address}
        held = self._chromium.new_context(
            **PHONE, locale=language, extra_http_headers=headers, **more
        )
        page = held.new_page()
        page.on("console", lambda said: self.wrong.append(said.text))
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.goto(f"{self.url}/f/{self.token}")
        return page

    def examine(self, page: "Page", name: str) -> None:
        """Nothing is cut or hard to see, in light and in dark, down to a narrow phone."""
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            if shots := os.environ.get("FIELDOPS_TEST_SHOTS"):
                page.screenshot(path=Path(shots) / f"{name}-{scheme}.png", full_page=True)
            found = page.evaluate(f"() => {{ {self._axe}; return {_RUN}; }}")
            assert found == [], (name, scheme)
        page.set_viewport_size({"width": NARROW, "height": 640})
        assert page.evaluate("() => document.documentElement.scrollWidth") <= NARROW, name
        page.set_viewport_size(PHONE["viewport"])

    def entries(self) -> list[State]:
        site = self.company.site
        return self.server.look(lambda s: list(records.of_kind(s, [site], "feedback")))


_RUN = f"""axe.run(document, {{ runOnly: {RULES} }}).then(found => found.violations.map(one =>
  one.id + ': ' + one.nodes.map(node => node.html + ' ' + node.failureSummary).join('; ')))"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("formpage")
    limits = {"form_hour": 30, "address_hour": 3, "photo_mb": 1}
    with running(lay_sqlite(folder / "fieldops.db"), folder, forms=limits) as started:
        yield started


@pytest.fixture(scope="module")
def place(server: Server, node_modules: Path) -> Iterator[tuple[str, "Browser", str]]:
    """Where the server listens, a browser for all tests of this module, and axe-core."""
    axe = (node_modules / "axe-core" / "axe.min.js").read_text("utf-8")
    with on_loopback(server) as url, opened_chromium() as browser:
        yield url, browser, axe


@pytest.fixture
def door(server: Server, place: tuple[str, "Browser", str]) -> Door:
    return Door(server, *place)


def say(key: str, language: str) -> str:
    return TEXTS[key]["en" if language == "en" else "zh-CN"].replace("{mb}", "1")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_resident_on_a_phone_says_what_is_wrong(door: Door, language: str) -> None:
    """Everything is filled in, in one language, with a photo; nothing is asked of anybody else."""
    page = door.open(language)
    page.get_by_text(say("ratings", language)).tap()
    if language == "zh-CN":
        door.examine(page, "form")
    label = f"{say('tangibles', language)}: {say('perceived', language)}"
    page.get_by_label(label, exact=True).select_option("4")
    page.get_by_label(say("text", language)).fill("3 号楼电梯，今早 8 点\n灯不亮")
    photo = {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": jpeg(3, 640, 480)}
    page.get_by_label(say("photo", language)).set_input_files(photo)  # type: ignore[arg-type]
    page.get_by_label(say("name", language), exact=True).fill("王芳")
    page.get_by_label(say("phone", language), exact=True).fill("13800138000")
    page.get_by_label(say("unit", language)).fill("3-1202")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name=say("send", language)).tap()
    page.wait_for_url("**/thanks?*")
    (entry,) = door.entries()
    assert page.get_by_text(entry.body["reference"]).is_visible()
    if language == "zh-CN":
        door.examine(page, "thanks")
    assert entry.body["text"] == "3 号楼电梯，今早 8 点\n灯不亮"
    assert entry.body["contact"] == {"name": "王芳", "phone": "13800138000", "unit": "3-1202"}
    assert entry.body["ratings"] == {"tangibles": {"perceived": 4}}
    assert len(entry.body["photos"]) == 1
    assert door.wrong == []
    page.context.close()


def test_what_is_wrong_is_led_to_and_what_was_written_stays(door: Door) -> None:
    page = door.open("en")
    page.get_by_label(say("text", "en")).fill("\nIt began with a line break")
    page.get_by_label(say("phone", "en"), exact=True).fill("13800138000")
    large = {"name": "IMG_2.jpg", "mimeType": "image/jpeg", "buffer": jpeg(4) + b"x" * 2**20}
    page.get_by_label(say("photo", "en")).set_input_files(large)  # type: ignore[arg-type]
    page.get_by_role("button", name=say("send", "en")).tap()
    told = page.get_by_role("alert")
    told.wait_for()
    for key in ("wrong-photo", "photo-again", "wrong-consent"):
        assert told.get_by_text(say(key, "en")).is_visible()
    page.get_by_text(say("ratings", "en")).tap()
    door.examine(page, "wrong")
    assert page.get_by_label(say("text", "en")).input_value() == "\nIt began with a line break"
    assert page.get_by_label(say("phone", "en"), exact=True).input_value() == "13800138000"
    told.get_by_text(say("wrong-consent", "en")).tap()
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.type") == "submit"
    assert page.get_by_role("checkbox").get_attribute("aria-invalid") == "true"
    assert door.entries() == []
    # A browser says on its console what status a page came with; nothing else is said.
    assert all("413" in one for one in door.wrong), door.wrong
    page.context.close()


def test_without_scripts_anonymous_and_too_often(door: Door) -> None:
    """One phone sends three times; the fourth time it keeps what was written, for later."""
    page = door.open("zh-CN", java_script_enabled=False)

    def send() -> None:
        page.get_by_role("button", name=say("send", "zh-CN")).tap()

    for number in range(4):
        page.get_by_text(say("praise", "zh-CN")).tap()
        page.get_by_label(say("text", "zh-CN")).fill(f"保安很热心 {number}")
        page.get_by_role("checkbox").check()
        send()
        if number < 3:
            page.get_by_role("link", name=say("another", "zh-CN")).tap()
            page.wait_for_url(f"**/{door.token}?lang=zh-CN")
    page.get_by_role("alert").get_by_text(say("wrong-often", "zh-CN")).wait_for()
    assert page.get_by_label(say("text", "zh-CN")).input_value() == "保安很热心 3"
    door.server.clock.forward(1)
    assert len(door.entries()) == 3
    send()
    page.get_by_text(say("thanks", "zh-CN")).wait_for()
    entries = door.entries()
    assert sorted(one.body["text"][-1] for one in entries) == ["0", "1", "2", "3"]
    assert {one.body["nature"] for one in entries} == {"praise"}
    assert not any("contact" in one.body for one in entries)
    page.context.close()


def test_the_other_pages_and_a_switch_of_language(door: Door) -> None:
    page = door.open("zh-CN")
    page.get_by_role("link", name="English").tap()
    page.get_by_role("heading", name=say("title", "en")).wait_for()
    page.goto(f"{door.url}/f/nothing?lang=en")
    page.get_by_role("heading", name=say("gone", "en")).wait_for()
    door.examine(page, "gone")
    page.context.close()
