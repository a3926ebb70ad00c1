"""Signed links to photos: what opens without a token, for whom, and for how long."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import UUID, uuid4

import pytest
from tests.factories import (
    Company,
    Server,
    add_person,
    enrol_tablet,
    found_company,
    running,
    sign_in,
)
from tests.gallery import Gallery

from fieldops.flow import setup
from fieldops.model.access import Role
from fieldops.store import audit, people
from fieldops.web.photos import LINKS_MAX

API = "/api/v1/photos"


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[Server]:
    with running(database_url, tmp_path) as started:
        yield started


@pytest.fixture
def company(server: Server) -> Company:
    return found_company(server)


@pytest.fixture
def gallery(server: Server, company: Company) -> Gallery:
    return Gallery(server, enrol_tablet(server, [company.inspector], company.site))


def links(server: Server, user: UUID, *wanted: dict[str, Any]) -> list[dict[str, Any]]:
    answer = server.client.post(
        f"{API}/links", json={"photos": wanted}, headers=sign_in(server, user)
    )
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["links"]
    return found


def url_of(server: Server, user: UUID, sha256: str, kind: str = "thumb") -> str:
    (made,) = links(server, user, {"sha256": sha256, "kind": kind})
    assert made["state"] == "ready"
    return str(made["url"])


def refused(answer: Any) -> str:
    return str(answer.json()["type"]).rpartition(":")[2]


def test_a_link_opens_without_a_token(server: Server, company: Company, gallery: Gallery):
    shot = gallery.shoot()
    for kind, data in (("thumb", shot.thumb), ("view", shot.view), ("original", shot.data)):
        url = url_of(server, company.supervisor, shot.sha256, kind)
        answer = server.client.get(url)
        assert (answer.status_code, answer.content) == (200, data)
        assert answer.headers["referrer-policy"] == "no-referrer"
        head = server.client.head(url)
        assert (head.status_code, head.content) == (200, b"")
        again = server.client.get(url, headers={"if-none-match": answer.headers["etag"]})
        assert again.status_code == 304
        part = server.client.get(url, headers={"range": "bytes=1-2"})
        assert (part.status_code, part.content) == (206, data[1:3])
    (entry,) = server.look(lambda s: audit.latest(s, 10, "photo.read"))
    assert (entry.actor, entry.detail["by"]) == (company.supervisor, "link")


def test_every_photo_says_how_it_stands(server: Server, company: Company, gallery: Gallery):
    ready, awaited = gallery.shoot(), gallery.take()
    pending = gallery.send(gallery.take())
    broken = gallery.give_up(gallery.send(gallery.take(data=b"no picture")))
    wanted = [{"sha256": one.sha256} for one in (ready, awaited, pending, broken)]
    made = links(server, company.supervisor, *wanted, {"sha256": "ab" * 32})
    states = ["ready", "awaited", "pending", "undecodable", "unknown"]
    assert [one["state"] for one in made] == states
    assert [one["url"] is None for one in made] == [False, True, True, True, True]
    elsewhere = server.do(lambda s: add_person(s, Role.SUPERVISOR, {company.other_site}))
    assert {one["state"] for one in links(server, elsewhere, *wanted)} == {"unknown"}


@pytest.mark.parametrize(
    "photos",
    [
        [{"sha256": "AB" * 32}],
        [{"sha256": "x"}],
        [{"sha256": "ab" * 32, "kind": "huge"}],
        [{"sha256": "ab" * 32}] * (LINKS_MAX + 1),
        "all",
    ],
    ids=["upper case", "no hash", "no kind", "too many", "no list"],
)
def test_what_is_not_a_photo(server: Server, company: Company, photos: Any):
    token = sign_in(server, company.supervisor)
    answer = server.client.post(f"{API}/links", json={"photos": photos}, headers=token)
    assert (answer.status_code, refused(answer)) == (400, "validation")


def test_a_changed_link_is_refused(server: Server, company: Company, gallery: Gallery):
    """Each member for itself; what a link of one photo opens is that photo, of that kind."""
    shot, other = gallery.shoot(), gallery.shoot()
    url = url_of(server, company.supervisor, shot.sha256)
    path, _, query = url.partition("?")
    given = {name: values[0] for name, values in parse_qs(query).items()}
    expires, signature = given["expires"], given["signature"]
    changes: list[dict[str, str]] = [
        {"person": str(company.inspector)},
        {"person": given["person"].upper()},
        {"person": "x"},
        {"expires": str(int(expires) + 1)},
        {"expires": f"{expires}0"},
        {"expires": f" {expires}"},
        {"expires": f"+{expires}"},
        {"expires": "9" * 30},
        {"expires": "-1"},
        {"expires": "x"},
        {"signature": signature[:-1]},
        {"signature": f"{signature}="},
        {"signature": ("B" if signature[0] == "A" else "A") + signature[1:]},
        {"signature": ""},
        {"signature": "签名"},
    ]
    for changed in changes:
        answer = server.client.get(f"{path}?{urlencode(given | changed)}")
        assert (answer.status_code, refused(answer)) == (403, "link-invalid"), changed
    for name in given:
        left = urlencode({key: value for key, value in given.items() if key != name})
        assert refused(server.client.get(f"{path}?{left}")) == "link-invalid", name
    paths = (
        f"{API}/{other.sha256}/thumb/link",
        f"{API}/{shot.sha256}/view/link",
        f"{API}/{shot.sha256}/original/link",
        f"{API}/{shot.sha256}/THUMB/link",
        f"{API}/{shot.sha256.upper()}/thumb/link",
        f"{API}/x/thumb/link",
    )
    for one in paths:
        answer = server.client.get(f"{one}?{query}")
        assert (answer.status_code, refused(answer)) == (403, "link-invalid"), one
    assert server.client.get(url).status_code == 200


def test_a_link_of_another_server_is_refused(server: Server, company: Company, gallery: Gallery):
    shot = gallery.shoot()
    url = url_of(server, company.supervisor, shot.sha256)
    server.core.secret = uuid4().bytes * 2
    assert refused(server.client.get(url)) == "link-invalid"


def test_a_link_ends(server: Server, company: Company, gallery: Gallery):
    shot = gallery.shoot()
    url = url_of(server, company.supervisor, shot.sha256)
    end_s = int(parse_qs(urlsplit(url).query)["expires"][0])
    made_s = server.clock() // 1000
    assert 300 < end_s - made_s <= 600
    answer = server.client.get(url)
    assert answer.headers["cache-control"] == f"private, max-age={end_s - made_s}, immutable"
    server.clock.now_ms = end_s * 1000 - 1
    assert server.client.get(url).status_code == 200
    server.clock.now_ms = end_s * 1000
    assert refused(server.client.get(url)) == "link-invalid"


def test_a_photo_keeps_its_address_for_a_while(server: Server, company: Company, gallery: Gallery):
    """So that a browser finds it in its cache; every link lives more than half of its time."""
    shot = gallery.shoot()
    urls: list[str] = []
    start_ms = server.clock()
    for minute in range(20):
        server.clock.now_ms = start_ms + minute * 60_000
        urls.append(url_of(server, company.supervisor, shot.sha256))
        end_s = int(parse_qs(urlsplit(urls[-1]).query)["expires"][0])
        assert 300 < end_s - server.clock() // 1000 <= 600
    assert 4 <= len(set(urls)) <= 5


def test_a_right_that_was_taken_ends_the_link(server: Server, company: Company, gallery: Gallery):
    shot = gallery.shoot()
    user = server.do(lambda s: add_person(s, Role.SUPERVISOR, {company.site}))
    url = url_of(server, user, shot.sha256)
    assert server.client.get(url).status_code == 200
    ((grant, _),) = server.look(lambda s: people.grants(s, user))
    server.do(lambda s: setup.revoke_grant(s, grant, setup.SYSTEM, server.clock()))
    answer = server.client.get(url)
    assert (answer.status_code, refused(answer)) == (404, "not-found")


def test_who_has_left_sees_nothing(server: Server, company: Company, gallery: Gallery):
    shot = gallery.shoot()
    url = url_of(server, company.supervisor, shot.sha256)
    server.do(lambda s: people.disable(s, company.supervisor, server.clock()))
    answer = server.client.get(url)
    assert (answer.status_code, refused(answer)) == (404, "not-found")


def test_how_long_links_live_is_a_setting(sqlite_database: str, tmp_path: Path):
    with running(sqlite_database, tmp_path, link_minutes=1) as server:
        company = found_company(server)
        gallery = Gallery(server, enrol_tablet(server, [company.inspector], company.site))
        url = url_of(server, company.supervisor, gallery.shoot().sha256)
        server.clock.forward(61 / 3600)
        assert refused(server.client.get(url)) == "link-invalid"
