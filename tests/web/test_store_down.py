"""The photo store is killed and comes back: ops go on, photos queue, everything drains.

The store is a real server process (nanio), killed by SIGKILL and started again on its data.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests import servers
from tests.factories import Company, Server, Tablet, enrol_tablet, found_company, running
from tests.store import stores
from tests.web.test_direct import complete, plan, put, status, tidy
from tests.web.test_tus import Door

from fieldops.flow.finish import finish_pending

BUCKET = "photos"


class Shop:
    """A store of the test's own, that can be killed and come back on the same port."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.note = servers.start_nanio(folder)
        servers.s3_client(self.note).make_bucket(BUCKET)

    def kill(self) -> None:
        servers.stop(self.note)

    def come_back(self) -> None:
        port = int(self.note["endpoint"].rpartition(":")[2])
        self.note = servers.start_nanio(self._folder, port)

    def section(self, **more: object) -> dict[str, Any]:
        return stores.section(self.note, BUCKET, tries=1, timeout_s=2, **more)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path / "shop")
    yield made
    made.kill()


@pytest.fixture
def scene(sqlite_database: str, tmp_path: Path, shop: Shop) -> Iterator[tuple[Server, Company]]:
    blobs = shop.section(direct=True)
    with running(sqlite_database, tmp_path, blobs=blobs) as server:
        yield server, found_company(server)


def tablet_of(scene: tuple[Server, Company]) -> Tablet:
    return enrol_tablet(scene[0], [scene[1].inspector], scene[1].site)


def door_of(server: Server, tablet: Tablet) -> Door:
    """The tablet's door to a server in process."""
    door = Door(server, tablet, "")
    door.http = server.client
    return door


def send(door: Door, data: bytes) -> httpx.Response:
    """All of a photo by tus."""
    return door.patch(door.create(data).headers["location"], 0, data)


def ready(server: Server) -> dict[str, Any]:
    answer = server.client.get("/readyz")
    assert answer.status_code == 200, "ops can be accepted"
    found: dict[str, Any] = answer.json()
    return found


def drain(server: Server) -> int:
    """What the server's chores do every 15 s; how many photos got through."""
    core = server.core
    return finish_pending(core.store, core.blobs, core.uploads.spool, core.clock())


def test_a_store_that_is_down_holds_up_no_op_and_loses_no_photo(
    database_url: str, tmp_path: Path, shop: Shop
):
    with running(database_url, tmp_path, blobs=shop.section()) as server:
        company = found_company(server)
        tablet = tablet_of((server, company))
        door = door_of(server, tablet)
        assert ready(server)["state"] == "ok"
        before, *queued = (os.urandom(200_000) for _ in range(4))
        assert send(door, before).status_code == 204
        shop.kill()
        for data in queued:
            answer = send(door, data)
            assert answer.status_code == 503
            assert int(answer.headers["retry-after"]) >= 1
            op = tablet.op("feedback.record@1", nature="praise", text="谢谢")
            assert tablet.receipts_of([op])[0]["status"] == "applied"
        assert [status(tablet, data) for data in queued] == ["verifying"] * 3
        found = ready(server)
        assert found["state"] == "degraded"
        assert ("blobs", "degraded") in [(part["name"], part["state"]) for part in found["parts"]]
        assert drain(server) == 0
        shop.come_back()
        assert drain(server) == 3
        assert [status(tablet, data) for data in queued] == ["stored"] * 3
        assert all(door.stored(data) for data in (before, *queued))
        assert ready(server)["state"] == "ok"
        assert list(server.core.uploads.spool.folder.iterdir()) == []


def test_down_after_a_signed_put_the_photo_waits_in_the_bucket(
    scene: tuple[Server, Company], shop: Shop
):
    tablet, photo = tablet_of(scene), os.urandom(100_000)
    assert put(plan(tablet, photo), photo) == 200
    shop.kill()
    answer = complete(tablet, photo)
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) >= 1
    assert status(tablet, photo) == "verifying"
    shop.come_back()
    assert complete(tablet, photo).status_code == 200
    assert status(tablet, photo) == "stored"


def test_what_is_half_sent_by_tus_is_gone_on_with_when_puts_are_allowed(
    scene: tuple[Server, Company],
):
    server, _ = scene
    tablet, photo = tablet_of(scene), os.urandom(100_000)
    direct, server.core.direct = server.core.direct, None
    assert plan(tablet, photo)["way"] == "tus"
    door = door_of(server, tablet)
    url = door.create(photo).headers["location"]
    assert door.patch(url, 0, photo[:40_000]).status_code == 204
    server.core.direct = direct
    planned = plan(tablet, photo)
    assert (planned["way"], planned["url"]) == ("tus", url)
    assert door.patch(url, 40_000, photo[40_000:]).status_code == 204
    assert plan(tablet, photo)["way"] == "have"


def test_two_devices_that_send_the_same_by_different_ways_both_end_stored(
    scene: tuple[Server, Company],
):
    server, _ = scene
    one, other, photo = tablet_of(scene), tablet_of(scene), os.urandom(100_000)
    assert put(plan(one, photo), photo) == 200
    assert send(door_of(server, other), photo).status_code == 204
    assert complete(one, photo).status_code == 200
    assert [status(tablet, photo) for tablet in (one, other)] == ["stored", "stored"]
    assert [blob.sha256 for blob in server.core.blobs.list()] == [stores.sha256(photo)]
    tidy(server)
    assert server.core.blobs.sweep(0) == 0


def test_a_signed_put_that_ran_out_is_planned_anew(scene: tuple[Server, Company]):
    tablet, photo = tablet_of(scene), os.urandom(1000)
    expired = plan(tablet, photo)
    expired["url"] = expired["url"].replace("X-Amz-Expires=900", "X-Amz-Expires=1")
    assert put(expired, photo) == 403
    assert complete(tablet, photo).status_code == 410
    assert plan(tablet, photo)["way"] == "put"
    assert put(plan(tablet, photo), photo) == 200
    assert complete(tablet, photo).status_code == 200
