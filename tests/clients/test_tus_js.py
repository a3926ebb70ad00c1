"""tus-js-client as it comes from npm, in Node and in Chromium, over a way that breaks."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route
from tests import browsers
from tests.clients.conftest import PHOTO_BYTES, House, camera, sha256
from tests.clients.cutter import Cutter

HALF = PHOTO_BYTES // 2
Said = dict[str, Any]
Send = Callable[..., Said]
"""Sends bytes; ``sha256`` announces others, ``retries`` are the client's own pauses in ms."""


@pytest.fixture
def by_node(house: House, way: Cutter, node_modules: Path, tmp_path: Path) -> Send:
    node = browsers.node_path()

    def send(data: bytes, announced: str = "", retries: list[int] | None = None) -> Said:
        told = {
            "modules": str(node_modules),
            "endpoint": f"{way.url}/sync/v1/uploads",
            "headers": house.headers,
            "file": str(house.photo(data)),
            "sha256": announced or sha256(data),
            "storage": str(tmp_path / "uploads.json"),
            "retryDelays": retries,
        }
        script = str(browsers.PACKAGES / "send.mjs")
        done = subprocess.run(
            [node, script, json.dumps(told)], capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stderr
        said: Said = json.loads(done.stdout)
        return said

    return send


@pytest.fixture
def by_chromium(house: House, way: Cutter, node_modules: Path, chromium: Browser) -> Send:
    files = {
        "page.html": browsers.PACKAGES / "page.html",
        "tus.min.js": node_modules / "tus-js-client" / "dist" / "tus.min.js",
    }

    def fulfil(route: Route) -> None:
        route.fulfill(path=files[route.request.url.rpartition("/")[2]])

    # One profile for all: what the page keeps for the next time is found again.
    profile = chromium.new_context()

    def opened() -> Page:
        # The page has the server's own origin, so nothing needs CORS.
        page = profile.new_page()
        page.route("**/clients/*", fulfil)
        page.goto(f"{way.url}/clients/page.html")
        return page

    def send(data: bytes, announced: str = "", retries: list[int] | None = None) -> Said:
        page = opened()
        page.set_input_files("#file", house.photo(data))
        told = {"headers": house.headers, "sha256": announced, "retryDelays": retries}
        said: Said = page.evaluate("send", told)
        page.close()
        return said

    return send


@pytest.fixture(params=["node", "chromium"])
def send(request: pytest.FixtureRequest) -> Send:
    made: Send = request.getfixturevalue(f"by_{request.param}")
    return made


def test_a_cut_upload_is_gone_on_with_by_another_start_of_the_client(
    send: Send, house: House, way: Cutter
) -> None:
    data = camera()
    way.cut_at, way.stays_shut = HALF, True
    first = send(data)
    way.is_shut = False
    assert (first["done"], first["resumed"], way.cuts) == (False, False, 1)
    assert house.state(data) == "unknown"
    before = way.body_bytes
    second = send(data)
    assert (second["done"], second["resumed"]) == (True, True)
    assert house.stored(data)
    assert house.state(data) == "stored"
    assert way.body_bytes - before < PHOTO_BYTES, "it went on, it did not begin again"


def test_a_client_goes_on_by_itself_after_a_cut(send: Send, house: House, way: Cutter) -> None:
    data = camera()
    way.cut_at = HALF
    said = send(data, retries=[100, 500, 1000])
    assert (said["done"], way.cuts) == (True, 1), said
    assert house.stored(data)


def test_other_bytes_than_announced_are_refused(send: Send, house: House) -> None:
    data, other = camera(), camera()
    said = send(data, announced=sha256(other))
    assert (said["done"], said["status"]) == (False, 460)
    assert house.state(other) == "bad"
    assert not house.stored(data)
    assert not house.stored(other)


def test_a_byte_flipped_on_the_way_is_refused(send: Send, house: House, way: Cutter) -> None:
    data = camera()
    way.flip_at = HALF
    said = send(data)
    assert (said["done"], said["status"]) == (False, 460)
    assert house.state(data) == "bad"
    # Its own memory of the upload leads nowhere: it begins anew, and gets through.
    assert send(data)["done"]
    assert house.stored(data)
