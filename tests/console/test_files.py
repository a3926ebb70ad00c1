"""The console's files as they are served: one page for its addresses, parts that are kept."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.factories import Server, running

from fieldops.console import pages
from fieldops.web.cookies import SESSION

ROUTES = Path(__file__).parents[2] / "ui" / "src" / "routes.ts"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("console")
    with running(f"sqlite:///{folder / 'fieldops.db'}", folder) as started:
        yield started


def test_every_address_of_the_console_has_its_page(server: Server):
    first_words = {path.split("/")[1] for path in re.findall(r'path: "(/\S*)"', ROUTES.read_text())}
    assert first_words - {""} == set(pages.PAGES)
    home = server.client.get("/")
    assert home.status_code == 200
    for word in pages.PAGES:
        for address in (f"/{word}", f"/{word}/some/where"):
            answer = server.client.get(address)
            assert (answer.status_code, answer.content) == (200, home.content), address
    assert server.client.get("/elsewhere").json()["type"].endswith("not-found")


def test_who_cannot_be_signed_in_is_led_to_the_sign_in(server: Server):
    """By a link of another site the cookie is not sent with the page; its own requests bring it."""
    typed, strange = {"sec-fetch-site": "none"}, {"sec-fetch-site": "cross-site"}
    answer = server.client.get("/findings?state=open", headers=typed, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/signin?to=%2Ffindings%3Fstate%3Dopen"
    assert server.client.get("/findings", headers=strange).status_code == 200
    known = {**typed, "cookie": f"{SESSION}=any"}
    assert server.client.get("/findings", headers=known, follow_redirects=False).status_code == 200
    asking = 'data-ask="1"'
    assert asking not in server.client.get("/signin", headers=typed).text
    assert asking in server.client.get("/signin", headers=strange).text
    assert asking in server.client.get("/signin", headers=known).text


def test_the_page_loads_only_itself(server: Server):
    answer = server.client.get("/")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert "require-trusted-types-for 'script'" in policy
    assert "unsafe" not in policy
    assert answer.headers["cache-control"] == "no-cache"
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\son\w+=|\sstyle=", answer.text)
    assert "://" not in re.sub(r'xmlns="[^"]*"', "", answer.text)


def test_parts_are_kept_for_long_and_travel_packed(server: Server):
    script = re.findall(r'src="(/assets/[^"]+\.js)"', server.client.get("/").text)[0]
    answer = server.client.get(script)
    assert "javascript" in answer.headers["content-type"]
    assert answer.headers["content-encoding"] == "gzip"
    assert "immutable" in answer.headers["cache-control"]
    plain = server.client.get(script, headers={"accept-encoding": "identity"})
    assert plain.content == answer.content
    assert "content-encoding" not in plain.headers
    again = server.client.get(script, headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert server.client.get("/favicon.svg").headers["content-type"].startswith("image/svg+xml")
    for missing in ("/assets/other.js", "/assets/..%2Findex.html", "/assets/.built"):
        assert server.client.get(missing).status_code == 404


def test_scripts_are_within_their_budget():
    """Issue 7: at most 150 kB of JavaScript, packed."""
    scripts = list(pages.DIST.rglob("*.js"))
    assert scripts
    packed = sum(len(found.packed) or len(found.body) for found in map(_part, scripts))
    assert packed <= 150_000


def _part(path: Path) -> pages.Part:
    found = pages.part(path.relative_to(pages.DIST).as_posix())
    assert found is not None
    return found


def test_a_tree_that_is_not_built_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pages, "DIST", tmp_path)
    with pytest.raises(pages.ConsoleNotBuilt, match="make console"):
        pages.index()
