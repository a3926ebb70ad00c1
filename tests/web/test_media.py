"""What a tablet is told of bytes: to send them or not, and whether they are stored."""

import base64
import gzip
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from tests.factories import (
    Company,
    Server,
    Tablet,
    add_person,
    enrol_tablet,
    found_company,
    running,
)

from fieldops.model.access import Role
from fieldops.store import media
from fieldops.web.media import ITEMS_MAX

DAY_MS = 24 * 3_600_000


@pytest.fixture
def scene(database_url: str, tmp_path: Path) -> Iterator[tuple[Server, Company]]:
    with running(database_url, tmp_path) as server:
        yield server, found_company(server)


@pytest.fixture
def tablet(scene: tuple[Server, Company]) -> Tablet:
    return enrol_tablet(scene[0], [scene[1].inspector], scene[1].site)


@pytest.fixture
def foreigner(scene: tuple[Server, Company]) -> Tablet:
    server, company = scene
    user = server.do(lambda s: add_person(s, Role.INSPECTOR, {company.other_site}))
    return enrol_tablet(server, [user], company.other_site)


def item(data: bytes) -> dict[str, Any]:
    return {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data), "mime": "image/jpeg"}


def plan(tablet: Tablet, *items: dict[str, Any]) -> list[dict[str, Any]]:
    answer = tablet.post("media/plan", list(items))
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


def status(tablet: Tablet, *items: dict[str, Any]) -> list[str]:
    answer = tablet.post("media/status", [one["sha256"] for one in items])
    assert answer.status_code == 200, answer.text
    return [one["state"] for one in answer.json()]


def send(tablet: Tablet, data: bytes) -> str:
    """Upload within this process; the upload's address."""
    named = base64.b64encode(hashlib.sha256(data).hexdigest().encode()).decode()
    answer = tablet.server.client.post(
        "/sync/v1/uploads",
        content=data,
        headers={
            "authorization": f"Bearer {tablet.token}",
            "tus-resumable": "1.0.0",
            "upload-length": str(len(data)),
            "upload-metadata": f"sha256 {named}",
            "content-type": "application/offset+octet-stream",
        },
    )
    assert answer.status_code == 201, answer.text
    return str(answer.headers["location"])


def attach(tablet: Tablet, named: dict[str, Any]) -> None:
    op = tablet.op("photo.attach@1", inspection=str(uuid4()), sha256=named["sha256"])
    assert tablet.receipts_of([op])[0]["status"] == "applied"


def test_the_life_of_a_photo(tablet: Tablet):
    data = os.urandom(5000)
    photo = item(data)
    assert status(tablet, photo) == ["unknown"]
    attach(tablet, photo)
    assert status(tablet, photo) == ["awaiting"]
    (planned,) = plan(tablet, photo)
    assert (planned["way"], planned["sha256"]) == ("tus", photo["sha256"])
    assert planned["url"].endswith("/sync/v1/uploads")
    send(tablet, data)
    assert status(tablet, photo) == ["stored"]
    assert plan(tablet, photo) == [{"sha256": photo["sha256"], "way": "have"}]


def test_an_upload_that_was_begun_is_gone_on_with(tablet: Tablet):
    data = os.urandom(5000)
    named = f"sha256 {base64.b64encode(item(data)['sha256'].encode()).decode()}"
    begun = tablet.server.client.post(
        "/sync/v1/uploads",
        headers={
            "authorization": f"Bearer {tablet.token}",
            "tus-resumable": "1.0.0",
            "upload-length": "5000",
            "upload-metadata": named,
        },
    ).headers["location"]
    (planned,) = plan(tablet, item(data))
    assert planned["url"] == begun
    assert planned["expires"]
    (other,) = plan(tablet, {**item(data), "size": 4999})
    assert other["url"] == begun.rpartition("/")[0]


def test_what_another_site_has_is_as_if_it_were_not(tablet: Tablet, foreigner: Tablet):
    data = os.urandom(5000)
    attach(tablet, item(data))
    send(tablet, data)
    assert status(foreigner, item(data)) == ["unknown"]
    assert plan(foreigner, item(data))[0]["way"] == "tus"
    send(foreigner, data)
    assert status(foreigner, item(data)) == ["stored"]
    assert plan(foreigner, item(data))[0]["way"] == "have"


def test_a_tablet_of_the_same_site_has_it_too(scene: tuple[Server, Company], tablet: Tablet):
    other = enrol_tablet(scene[0], [scene[1].supervisor], scene[1].site)
    data = os.urandom(5000)
    send(tablet, data)
    assert status(other, item(data)) == ["unknown"]
    attach(tablet, item(data))
    assert status(other, item(data)) == ["stored"]
    assert plan(other, item(data))[0]["way"] == "have"


def test_a_tablet_of_every_site_has_everything_named(scene: tuple[Server, Company], tablet: Tablet):
    server, _company = scene
    user = server.do(lambda s: add_person(s, Role.SUPERVISOR, None))
    data = os.urandom(5000)
    attach(tablet, item(data))
    assert status(enrol_tablet(server, [user]), item(data)) == ["awaiting"]


def test_have_renews_the_grace(tablet: Tablet):
    server, data = tablet.server, os.urandom(5000)
    send(tablet, data)
    server.clock.forward(hours=240)
    tablet.renew()
    assert plan(tablet, item(data))[0]["way"] == "have"
    key = bytes.fromhex(item(data)["sha256"])
    assert server.look(lambda s: media.touched_ms(s, key)) == server.clock()


def test_bytes_found_bad_later_say_so(tablet: Tablet):
    key = bytes.fromhex(item(b"x")["sha256"])
    row = media.MediaRow(key, 1, "image/jpeg", "bad", 0)
    attach(tablet, item(b"x"))
    send(tablet, b"x")
    tablet.server.do(lambda s: media.put(s, row))
    assert status(tablet, item(b"x")) == ["bad"]
    assert plan(tablet, item(b"x"))[0]["way"] == "tus"


def test_limits_and_bodies(tablet: Tablet):
    hashes = [f"{number:064x}" for number in range(ITEMS_MAX)]
    tablet.headers["content-encoding"] = "gzip"
    answer = tablet.post("media/status", gzip.compress(msgspec.json.encode(hashes)))
    assert [one["state"] for one in answer.json()] == ["unknown"] * ITEMS_MAX
    over = tablet.post("media/status", gzip.compress(msgspec.json.encode([*hashes, "0" * 64])))
    assert over.status_code == 400
    del tablet.headers["content-encoding"]
    for wrong in (b"{", b'["xyz"]', b'["' + b"A" * 64 + b'"]'):
        assert tablet.post("media/status", wrong).status_code == 400
    items = [{"sha256": name, "size": 1} for name in hashes]
    assert len(plan(tablet, *items)) == ITEMS_MAX
    assert tablet.post("media/plan", [*items, items[0]]).status_code == 400


def test_the_address_outside_is_the_one_given(tablet: Tablet):
    core = tablet.server.core
    core.settings = core.settings.model_copy(update={"public_url": "https://f.example/"})
    assert plan(tablet, item(b"x"))[0]["url"] == "https://f.example/sync/v1/uploads"
