"""Photos over real sockets: many slow callers, callers who go, and a browser."""

import gc
import hashlib
import io
import socket
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
import psutil
import pytest
from tests.cli.helping import wait_for
from tests.factories import (
    Company,
    Server,
    enrol_tablet,
    found_company,
    on_loopback,
    running,
    sign_in,
)
from tests.gallery import Gallery, Shot

from fieldops.flow.finish import finish_pending

if TYPE_CHECKING:
    from playwright.sync_api import Browser

API = "/api/v1/photos"
CALLERS = 40
LARGE_BYTES = 16_000_000


@pytest.fixture
def server(sqlite_database: str, tmp_path: Path) -> Iterator[Server]:
    with running(sqlite_database, tmp_path) as started:
        yield started


@pytest.fixture
def company(server: Server) -> Company:
    return found_company(server)


@pytest.fixture
def gallery(server: Server, company: Company) -> Gallery:
    return Gallery(server, enrol_tablet(server, [company.inspector], company.site))


def large(gallery: Gallery) -> Shot:
    """A large photo.  Its bytes may wait to be hashed when they are answered for."""
    shot = gallery.send(gallery.take(data=hashlib.shake_256(b"large").digest(LARGE_BYTES)))
    core = gallery.server.core
    finish_pending(core.store, core.blobs, core.uploads.spool, core.clock())
    return shot


def ask(url: str, path: str, token: str) -> socket.socket:
    """Send a request, and read nothing yet."""
    parts = urlsplit(url)
    caller = socket.create_connection((parts.hostname, parts.port), 30)
    lines = (f"GET {path} HTTP/1.1", f"Host: {parts.netloc}", f"Authorization: {token}", "", "")
    caller.sendall("\r\n".join(lines).encode())
    return caller


def body_of(caller: socket.socket) -> bytes:
    """Everything that is sent until the body is whole."""
    whole = b""
    while b"\r\n\r\n" not in whole:
        whole += caller.recv(65536)
    head, _, body = whole.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    parts = [body]
    missing = LARGE_BYTES - len(body)
    while missing:
        parts.append(caller.recv(1 << 20))
        missing -= len(parts[-1])
    return b"".join(parts)


def opened(sha256: str) -> int:
    """How often this process has the file of a photo open."""
    return sum(sha256 in file.path for file in psutil.Process().open_files())


def test_many_slow_callers_cost_little_memory_and_leave_nothing_open(
    server: Server, company: Company, gallery: Gallery
):
    shot = large(gallery)
    token = sign_in(server, company.supervisor)["authorization"]
    process = psutil.Process()
    gc.collect()
    with on_loopback(server) as url:
        before = process.memory_info().rss
        callers = [ask(url, f"{API}/{shot.sha256}", token) for _ in range(CALLERS)]
        wait_for(lambda: opened(shot.sha256) == CALLERS, "all are being answered")
        grown = process.memory_info().rss - before
        assert body_of(callers[0]) == shot.data
        assert opened(shot.sha256) >= CALLERS - 2
        for caller in callers:
            caller.close()
        wait_for(lambda: opened(shot.sha256) == 0, "the files of those who have gone are closed")
        grown = max(grown, process.memory_info().rss - before)
    print(f"{CALLERS} callers of {LARGE_BYTES / 1e6:.0f} MB each: {grown / 1e6:.0f} MB more")
    assert grown < CALLERS * LARGE_BYTES / 4


def test_a_sheet_is_sent_in_pieces(server: Server, company: Company, gallery: Gallery):
    shot = large(gallery)
    headers = sign_in(server, company.supervisor)
    address = f"/api/v1/inspections/{gallery.walk}/contact-sheet?originals=true"
    with (
        on_loopback(server) as url,
        httpx.Client(base_url=url, trust_env=False, timeout=60) as client,
        client.stream("GET", address, headers=headers) as answer,
    ):
        assert answer.headers["transfer-encoding"] == "chunked"
        assert sum(map(len, answer.iter_raw())) > LARGE_BYTES
    wait_for(lambda: opened(shot.sha256) == 0, "the file is closed")


def test_a_file_that_is_too_short_breaks_the_answer_off(
    server: Server, company: Company, gallery: Gallery
):
    """The caller is never told that a part of a photo is all of it."""
    shot = large(gallery)
    folder = server.core.settings.blob_folder / shot.sha256[:2]
    with (folder / shot.sha256).open("r+b") as file:
        file.truncate(LARGE_BYTES // 2)
    headers = sign_in(server, company.supervisor)
    with (
        on_loopback(server) as url,
        httpx.Client(base_url=url, trust_env=False, timeout=60) as client,
        pytest.raises(httpx.RemoteProtocolError),
    ):
        client.get(f"{API}/{shot.sha256}", headers=headers)


def test_a_browser_shows_a_linked_photo_and_asks_for_it_once(
    server: Server, company: Company, gallery: Gallery, chromium: "Browser"
):
    """An <img> has no token; while its link lives, a second look costs no request."""
    shot = gallery.shoot()
    asked = {"photos": [{"sha256": shot.sha256, "kind": "view"}]}
    made = server.client.post(
        f"{API}/links", json=asked, headers=sign_in(server, company.supervisor)
    )
    address = made.json()["links"][0]["url"]
    with on_loopback(server) as url:
        page = chromium.new_page()
        page.goto(f"{url}/healthz")
        page.evaluate(_SHOW, address)
        assert page.evaluate(_WIDTH) == 1600
        assert page.evaluate(_SENT, address) > len(shot.view)
        page.goto(f"{url}/healthz")
        page.evaluate(_SHOW, address)
        assert page.evaluate(_WIDTH) == 1600
        assert page.evaluate(_SENT, address) == 0
        page.evaluate(_SHOW, address.replace("signature=", "signature=A"))
        assert page.evaluate(_WIDTH) == 0
        page.close()


_SHOW = """address => new Promise(done => {
  document.body.replaceChildren(document.createElement('img'));
  const img = document.querySelector('img');
  img.onload = img.onerror = () => done();
  img.src = address;
})"""
# By name: the page may be asked for its icon at any moment, which is a resource too.
_SENT = """address => performance
  .getEntriesByName(new URL(address, location.href).href).at(-1).transferSize"""
_WIDTH = "() => document.querySelector('img').naturalWidth"
# Pictures of a sheet load when they are looked at, which a page that is ready does not wait for.
_WIDTHS = """() => Promise.all([...document.images].map(async img => {
  img.scrollIntoView();
  await img.decode();
  return img.naturalWidth;
}))"""


def test_a_browser_opens_a_contact_sheet_from_a_disk(
    server: Server, company: Company, gallery: Gallery, chromium: "Browser", tmp_path: Path
):
    """No script runs, nothing is asked of anybody, every picture shows, in either language."""
    gallery.shoot(caption="<img src=x onerror=document.title='gone'>")
    address = f"/api/v1/inspections/{gallery.walk}/contact-sheet"
    answer = server.client.get(address, headers=sign_in(server, company.supervisor))
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        archive.extractall(tmp_path / "sheet")
    page = chromium.new_page()
    asked: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: errors.append(message.text))
    page.goto((tmp_path / "sheet" / "index.html").as_uri())
    assert page.evaluate(_WIDTHS) == [320]
    assert [one for one in asked if not one.startswith("file:")] == []
    assert errors == []
    assert "翠湖花园" in page.title()
    assert page.get_by_text("未归入检查项的照片").is_visible()
    page.get_by_text("English", exact=True).click()
    assert page.get_by_text("Photos of no item").is_visible()
    assert not page.get_by_text("未归入检查项的照片").is_visible()
    page.close()
