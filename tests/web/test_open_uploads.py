"""How many unfinished uploads a device may have, and what makes room for one more."""

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.factories import Tablet, enrol_tablet, found_company, running

MOST = 3
SECOND_H = 1 / 3600


@pytest.fixture
def tablet(database_url: str, tmp_path: Path) -> Iterator[Tablet]:
    with running(database_url, tmp_path, limits={"open_uploads": MOST}) as server:
        company = found_company(server)
        yield enrol_tablet(server, [company.inspector], company.site)


def ask(tablet: Tablet, method: str, url: str, content: bytes = b"", **more: str) -> httpx.Response:
    headers = {"authorization": f"Bearer {tablet.token}", "tus-resumable": "1.0.0"}
    headers |= {name.replace("_", "-"): value for name, value in more.items()}
    if content:
        headers["content-type"] = "application/offset+octet-stream"
    return tablet.server.client.request(method, url, content=content, headers=headers)


def create(tablet: Tablet, number: int) -> httpx.Response:
    named = hashlib.sha256(b"%d" % number).hexdigest()
    metadata = f"sha256 {base64.b64encode(named.encode()).decode()}"
    return ask(tablet, "POST", "/sync/v1/uploads", upload_length="9", upload_metadata=metadata)


def begin(tablet: Tablet, count: int) -> list[str]:
    """So many uploads, one a second."""
    urls = []
    for number in range(count):
        answer = create(tablet, number)
        assert answer.status_code == 201, answer.text
        urls.append(answer.headers["location"])
        tablet.server.clock.forward(SECOND_H)
    return urls


def test_one_too_many_is_told_to_come_back(tablet: Tablet) -> None:
    begin(tablet, MOST)
    refused = create(tablet, MOST)
    assert (refused.status_code, refused.json()["extra"]["limit"]) == (503, "open_uploads")
    assert int(refused.headers["retry-after"]) >= 10


def test_an_upload_that_never_got_a_byte_makes_room(tablet: Tablet) -> None:
    """Its answer was lost, or its tablet has begun anew."""
    first, second, _ = begin(tablet, MOST)
    assert ask(tablet, "PATCH", first, b"half", upload_offset="0").status_code == 204
    tablet.server.clock.forward(61 * SECOND_H)
    assert create(tablet, MOST).status_code == 201
    assert ask(tablet, "HEAD", first).headers["upload-offset"] == "4", "it has bytes"
    assert ask(tablet, "HEAD", second).status_code == 410, "the oldest without a byte"


def test_uploads_with_bytes_make_no_room_until_they_end(tablet: Tablet) -> None:
    urls = begin(tablet, MOST)
    for url in urls:
        assert ask(tablet, "PATCH", url, b"half", upload_offset="0").status_code == 204
    tablet.server.clock.forward(61 * SECOND_H)
    assert create(tablet, MOST).status_code == 503
    assert ask(tablet, "DELETE", urls[0]).status_code == 204
    assert create(tablet, MOST).status_code == 201
    tablet.server.clock.forward(73)
    assert tablet.renew().status_code == 200
    assert create(tablet, MOST + 1).status_code == 201, "what has expired does not count"


def test_another_device_has_its_own_count(tablet: Tablet) -> None:
    begin(tablet, MOST)
    other = enrol_tablet(tablet.server, [tablet.actor], tablet.site)
    assert create(other, 0).status_code == 201
