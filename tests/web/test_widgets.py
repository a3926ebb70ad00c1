"""Widgets of plugins: declared, kept by hash, served; and that of facilities in a real browser."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Browser
from tests.factories import sign_in
from tests.flow.following import Walk, plugin, walking

from fieldops.flow import plugins
from fieldops.flow.handin import Introduce
from fieldops.flow.setup import SYSTEM
from fieldops.model.plugin import API, Plugin, Widget
from fieldops.plugin.probe import probe
from fieldops.plugin.results import WrongResult, check

REVIEW = "export function review(root, record, helpers) {}\n"


@pytest.fixture
def walk(sqlite_database: str, tmp_path: Path) -> Iterator[Walk]:
    with walking(sqlite_database, tmp_path) as made:
        yield made


def introduce(walk: Walk, module: str | None, version: str = "1.0") -> None:
    host = plugin("judge", version=version)
    widget = None if module is None else Widget(module, ("review",))
    walk.handin(Introduce("judge", host.card, widget=widget))


def listed(walk: Walk, who: UUID) -> Any:
    headers = sign_in(walk.server, who)
    return walk.server.client.get("/api/v1/widgets", headers=headers).json()


def test_a_widget_is_served_by_its_hash_while_its_plugin_runs(walk: Walk):
    who, client = walk.company.supervisor, walk.server.client
    introduce(walk, REVIEW)
    (found,) = listed(walk, who)
    assert (found["plugin"], found["version"], found["pages"]) == ("judge", "1.0", ["review"])
    answer = client.get(found["src"])
    assert (answer.status_code, answer.text) == (200, REVIEW)
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "immutable" in answer.headers["cache-control"]
    nobody = found["src"].replace("judge", "nobody")
    for other in (found["src"][:-3], nobody, "/console/plugins/x/y.js"):
        assert client.get(other).status_code == 404
    introduce(walk, REVIEW + "// anew\n", "1.1")
    (renewed,) = listed(walk, who)
    assert renewed["src"] != found["src"]
    assert client.get(found["src"]).status_code == 404
    walk.server.do(lambda s: plugins.park(s, "judge", "", SYSTEM, walk.server.clock()))
    assert listed(walk, who) == []
    walk.server.do(lambda s: plugins.resume(s, "judge", SYSTEM, walk.server.clock()))
    introduce(walk, None, "1.2")
    assert listed(walk, who) == []


def test_a_widget_of_a_plugin_that_is_not_in_use_is_not_listed(walk: Walk):
    introduce(walk, REVIEW)
    settings = walk.server.core.settings
    walk.server.core.settings = settings.model_copy(update={"plugins": ("cleaning",)})
    assert listed(walk, walk.company.supervisor) == []


@pytest.mark.parametrize(
    "widget",
    [
        Widget("function review(root) {}", ("review",)),
        Widget(REVIEW, ("review", "report")),
        Widget(REVIEW, ()),
        Widget("", ("review",)),
        Widget(REVIEW + " " * 65_536, ("review",)),
    ],
)
def test_a_widget_that_cannot_be_one_is_a_fault(widget: Widget):
    declared = Plugin(name="judge", version="1", api=API, widget=widget)
    with pytest.raises(WrongResult, match="widget"):
        check("declare_plugin", declared)


def test_facilities_draws_the_readings_before(chromium: Browser):
    found = probe("facilities")
    assert found.widget is not None
    assert found.card is not None
    assert found.card.widget == found.widget.pages == ("review", "report")
    context = chromium.new_context()
    page = context.new_page()
    module = found.widget.module

    def answer(route: Any) -> None:
        if route.request.url.endswith(".js"):
            route.fulfill(body=module, content_type="text/javascript")
            return
        policy = "default-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'"
        headers = {"content-security-policy": policy}
        route.fulfill(body="<main></main>", content_type="text/html", headers=headers)

    troubles: list[str] = []
    page.on("console", lambda said: troubles.append(said.text))
    context.route("**/*", answer)
    page.goto("http://widget.example/")
    drawn = page.evaluate(
        """async (figures) => {
          const { review } = await import("/widget.js");
          const result = (id, value) => ({ id, site: "s", body: { item: "pressure", value } });
          const asked = [], root = document.querySelector("main");
          const items = figures.map((one, at) => result(String(at), one));
          const get = async (path) => { asked.push(path); return { items }; };
          await review(root, { result: result("now", "2.5") }, { language: "en", get });
          await review(root, { result: result("now", "pass") }, { language: "en", get });
          await review(root, { result: null }, { language: "en", get });
          return [root.textContent, root.querySelectorAll("svg polyline").length, asked];
        }""",
        ["2.25", "pass", 1],
    )
    assert drawn == [
        "Readings so far1 → 2.25 → 2.5",
        1,
        ["/api/v1/results?site=s&item=pressure&limit=12"],
    ]
    assert troubles == []
    context.close()
