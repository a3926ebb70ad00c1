"""Photos that go straight into the bucket: planned, sent by one signed PUT, completed.

The clients are real ones (curl, botocore, urllib3, our own tablet), the bucket is SeaweedFS.
"""

import asyncio
import hashlib
import io
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from uuid import uuid4

import httpx
import pytest
import urllib3
from botocore.awsrequest import AWSRequest
from botocore.httpsession import URLLib3Session
from sqlalchemy import text
from tests import servers
from tests.factories import (
    Company,
    InProcess,
    Server,
    Tablet,
    add_person,
    enrol_tablet,
    found_company,
    running,
)

from fieldops.flow import direct, setup
from fieldops.flow import finish as finishing
from fieldops.flow.begin import Wanted
from fieldops.flow.finish import sender
from fieldops.model.access import Role
from fieldops.settings import SettingsError, load_settings
from fieldops.store import records, uploads
from fieldops.store.blobs import BlobStoreDown
from fieldops.store.blobs.s3 import S3Blobs
from fieldops.store.writer import StoreBusy
from fieldops_sync.client import Client
from fieldops_sync.ids import uuid7
from fieldops_sync.outbox import Outbox
from fieldops_sync.transport import Link
from fieldops_sync.wire import Subject

PHOTO = b"\xff\xd8\xff" + os.urandom(300_000)


@pytest.fixture
def section(s3_server: servers.Note, s3_bucket: str) -> dict[str, Any]:
    return {
        "kind": "s3",
        "endpoint": s3_server["endpoint"],
        "bucket": s3_bucket,
        "access_key": s3_server["access_key"],
        "secret_key": s3_server["secret_key"],
        "secure": False,
        "direct": True,
    }


@pytest.fixture
def scene(
    database_url: str, tmp_path: Path, section: dict[str, Any]
) -> Iterator[tuple[Server, Company]]:
    with running(database_url, tmp_path, blobs=section) as server:
        yield server, found_company(server)


@pytest.fixture
def tablet(scene: tuple[Server, Company]) -> Tablet:
    return enrol_tablet(scene[0], [scene[1].inspector], scene[1].site)


@pytest.fixture
def foreigner(scene: tuple[Server, Company]) -> Tablet:
    server, company = scene
    user = server.do(lambda s: add_person(s, Role.INSPECTOR, {company.other_site}))
    return enrol_tablet(server, [user], company.other_site)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def plan(tablet: Tablet, data: bytes, size: int | None = None) -> dict[str, Any]:
    asked = {"sha256": sha256(data), "size": len(data) if size is None else size}
    answer = tablet.post("media/plan", [asked])
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()[0]
    return found


def status(tablet: Tablet, data: bytes) -> str:
    return str(tablet.post("media/status", [sha256(data)]).json()[0]["state"])


def complete(tablet: Tablet, data: bytes) -> httpx.Response:
    return tablet.post(f"media/{sha256(data)}/complete", {"size": len(data)})


def put(planned: dict[str, Any], data: bytes) -> int:
    answer = urllib3.request(
        "PUT", planned["url"], body=data, headers=planned["headers"], retries=False
    )
    return answer.status


def put_by_curl(planned: dict[str, Any], data: bytes) -> int:
    headers = [part for one in planned["headers"].items() for part in ("-H", ": ".join(one))]
    with NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        command = ["curl", "-sS", "-T", file.name, "-o", os.devnull, "-w", "%{http_code}"]
        command += [*headers, planned["url"]]
        done = subprocess.run(command, capture_output=True, timeout=30, check=True)
    return int(done.stdout)


def put_by_botocore(planned: dict[str, Any], data: bytes) -> int:
    request = AWSRequest("PUT", planned["url"], planned["headers"], data)
    return int(URLLib3Session().send(request.prepare()).status_code)


def down(*_: object) -> None:
    """What a store does that cannot be reached."""
    raise BlobStoreDown("not now")


def tidy(server: Server) -> None:
    """Remove what is stored from `incoming/`, as the server does from time to time."""
    asyncio.run(server.core.uploads.tidy())


def attach(tablet: Tablet, data: bytes) -> str:
    op = tablet.op("photo.attach@1", inspection=str(uuid4()), sha256=sha256(data))
    assert tablet.receipts_of([op])[0]["status"] == "applied"
    return str(op["subject"]["id"])


@pytest.mark.parametrize("send", [put, put_by_curl, put_by_botocore])
def test_a_photo_goes_straight_into_the_bucket(
    scene: tuple[Server, Company], tablet: Tablet, send: Callable[[dict[str, Any], bytes], int]
):
    subject = attach(tablet, PHOTO)
    planned = plan(tablet, PHOTO)
    assert planned["way"] == "put"
    assert planned["expires"]
    assert send(planned, PHOTO) == 200
    assert status(tablet, PHOTO) == "awaiting"
    answer = complete(tablet, PHOTO)
    assert (answer.status_code, answer.json()["state"]) == (200, "stored")
    assert status(tablet, PHOTO) == "stored"
    assert plan(tablet, PHOTO)["way"] == "have"
    with scene[0].core.blobs.get(sha256(PHOTO)) as kept:
        assert kept.read() == PHOTO
    states = scene[0].look(lambda s: list(records.of_kind(s, [scene[1].site], "photo")))
    assert [(str(one.id), one.state) for one in states] == [(subject, "stored")]
    tidy(scene[0])
    assert scene[0].core.blobs.sweep(0) == 0, "something was left in incoming/"


def test_what_was_stored_once_and_is_gone_is_not_called_stored(
    scene: tuple[Server, Company], tablet: Tablet
):
    put(plan(tablet, PHOTO), PHOTO)
    assert complete(tablet, PHOTO).status_code == 200
    tidy(scene[0])
    forget = text("DELETE FROM media")
    scene[0].do(lambda s: s.execute(forget) and None)
    assert plan(tablet, PHOTO)["way"] == "put"
    assert complete(tablet, PHOTO).status_code == 410
    assert put(plan(tablet, PHOTO), PHOTO) == 200
    assert complete(tablet, PHOTO).status_code == 200


def test_hello_names_the_ways(scene: tuple[Server, Company]):
    assert scene[0].client.get("/sync/v1/hello").json()["media"] == ["tus", "put"]


def test_a_lost_answer_is_asked_for_again(tablet: Tablet):
    planned = plan(tablet, PHOTO)
    assert put(planned, PHOTO) == 200
    assert put(planned, PHOTO) == 412
    assert [complete(tablet, PHOTO).status_code for _ in range(3)] == [200, 200, 200]


def test_other_bytes_are_refused_by_the_store(tablet: Tablet):
    wrong = PHOTO[:-1] + b"x"
    for send in (put, put_by_curl, put_by_botocore):
        assert send(plan(tablet, PHOTO), wrong) == 400
    answer = complete(tablet, PHOTO)
    assert (answer.status_code, answer.json()["type"]) == (410, "urn:fieldops:problem:upload-gone")
    assert status(tablet, PHOTO) == "unknown"


def test_bytes_that_the_store_did_not_check_are_refused_by_the_server(
    scene: tuple[Server, Company], tablet: Tablet, s3_server: servers.Note, s3_bucket: str
):
    place = plan(tablet, PHOTO)["url"].partition("?")[0].partition(f"/{s3_bucket}/")[2]
    wrong = os.urandom(len(PHOTO))
    servers.s3_client(s3_server).put_object(s3_bucket, place, io.BytesIO(wrong), len(wrong))
    answer = complete(tablet, PHOTO)
    assert answer.status_code == 460
    assert answer.json()["type"].endswith("media-hash-mismatch")
    assert scene[0].core.blobs.head(sha256(PHOTO)) is None
    assert put(plan(tablet, PHOTO), PHOTO) == 200, "the right bytes may still come"
    assert complete(tablet, PHOTO).status_code == 200


def test_who_has_not_sent_it_learns_nothing(tablet: Tablet, foreigner: Tablet):
    answers = [complete(foreigner, PHOTO)]
    put(plan(tablet, PHOTO), PHOTO)
    answers.append(complete(foreigner, PHOTO))
    complete(tablet, PHOTO)
    answers.append(complete(foreigner, PHOTO))
    assert [answer.status_code for answer in answers] == [410, 410, 410]
    assert plan(foreigner, PHOTO)["way"] == "put"
    assert put(plan(foreigner, PHOTO), PHOTO) == 200
    assert complete(foreigner, PHOTO).status_code == 200


@pytest.mark.parametrize("name", ["0" * 63, "A" * 64, "x"])
def test_what_is_no_hash_is_not_found(tablet: Tablet, name: str):
    assert tablet.post(f"media/{name}/complete", {"size": 1}).status_code == 404


def test_a_store_that_is_down_is_waited_for(
    scene: tuple[Server, Company], tablet: Tablet, monkeypatch: pytest.MonkeyPatch
):
    put(plan(tablet, PHOTO), PHOTO)

    with monkeypatch.context() as patched:
        patched.setattr(S3Blobs, "complete_upload", down)
        answer = complete(tablet, PHOTO)
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) >= 3
    assert status(tablet, PHOTO) == "verifying"
    core = scene[0].core
    assert finishing.finish_pending(core.store, core.blobs, core.uploads.spool, core.clock()) == 1
    assert status(tablet, PHOTO) == "stored"


def test_a_crash_between_copy_and_record_loses_nothing(
    scene: tuple[Server, Company], tablet: Tablet, monkeypatch: pytest.MonkeyPatch
):
    put(plan(tablet, PHOTO), PHOTO)

    def crash(*_: object, **__: object) -> None:
        raise StoreBusy("killed here")

    with monkeypatch.context() as patched:
        patched.setattr(direct, "keep", crash)
        assert complete(tablet, PHOTO).status_code == 503
    assert scene[0].core.blobs.head(sha256(PHOTO)) == len(PHOTO)
    assert complete(tablet, PHOTO).status_code == 200
    assert status(tablet, PHOTO) == "stored"


def test_a_bucket_that_cannot_be_tidied_does_not_matter(
    scene: tuple[Server, Company], tablet: Tablet, monkeypatch: pytest.MonkeyPatch
):
    put(plan(tablet, PHOTO), PHOTO)

    with monkeypatch.context() as patched:
        patched.setattr(S3Blobs, "drop_uploads", down)
        assert complete(tablet, PHOTO).status_code == 200
        tidy(scene[0])
    assert scene[0].core.blobs.sweep(0) == 1


def test_many_are_removed_together(
    scene: tuple[Server, Company], tablet: Tablet, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(direct, "AT_ONCE", 2)
    photos = [PHOTO, PHOTO[:-1]]
    left = []
    for data in photos:
        assert put(plan(tablet, data), data) == 200
        assert complete(tablet, data).status_code == 200
        left.append(put_again(scene[0], tablet, data))
    assert left == [412, 200]


def put_again(server: Server, tablet: Tablet, data: bytes) -> int:
    """What the store says of a second PUT: 412 while the first still lies there."""
    ways = server.core.direct
    assert ways is not None
    found = ways.plan_upload(sender(tablet.device), sha256(data), len(data), 60)
    return put({"url": found.url, "headers": found.headers}, data)


def test_who_completes_what_another_process_has_just_completed_is_told_so(
    scene: tuple[Server, Company], tablet: Tablet, monkeypatch: pytest.MonkeyPatch
):
    put(plan(tablet, PHOTO), PHOTO)
    first = S3Blobs.complete_upload
    answers = []

    def overtaken(self: S3Blobs, *given: Any) -> None:
        with monkeypatch.context() as patched:
            patched.setattr(S3Blobs, "complete_upload", first)
            core = scene[0].core
            wanted = Wanted(tablet.device, bytes.fromhex(sha256(PHOTO)), len(PHOTO), "")
            places = core.store, core.blobs, core.uploads.spool
            answers.append(direct.complete(*places, wanted, core.clock(), 1000))
            self.drop_uploads([given[:2]])
            first(self, *given)

    monkeypatch.setattr(S3Blobs, "complete_upload", overtaken)
    assert complete(tablet, PHOTO).status_code == 200
    assert answers == ["stored"]


def test_a_database_that_fails_is_waited_for(
    scene: tuple[Server, Company], tablet: Tablet, monkeypatch: pytest.MonkeyPatch
):
    def busy(*_: object) -> None:
        raise StoreBusy("not now")

    put(plan(tablet, PHOTO), PHOTO)
    with monkeypatch.context() as patched:
        patched.setattr(S3Blobs, "complete_upload", down)
        patched.setattr(uploads, "add", busy)
        assert complete(tablet, PHOTO).status_code == 503
    assert status(tablet, PHOTO) == "unknown"
    assert complete(tablet, PHOTO).status_code == 200


def test_bytes_that_are_being_deleted_are_waited_for(
    scene: tuple[Server, Company], tablet: Tablet, monkeypatch: pytest.MonkeyPatch
):
    put(plan(tablet, PHOTO), PHOTO)
    with monkeypatch.context() as patched:
        patched.setattr(direct, "land", lambda *_: False)
        assert complete(tablet, PHOTO).status_code == 503
    assert status(tablet, PHOTO) == "verifying"
    assert complete(tablet, PHOTO).status_code == 200


def test_a_server_moved_to_disk_asks_for_the_photo_again(
    scene: tuple[Server, Company], tablet: Tablet, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    """The settings changed between a PUT and its completion."""
    from fieldops.store.blobs.disk import DiskBlobs

    put(plan(tablet, PHOTO), PHOTO)
    uploads, disk = scene[0].core.uploads, DiskBlobs(tmp_path / "blobs")
    places = scene[0].core.store, disk, uploads.spool
    monkeypatch.setattr(uploads._finishing, "_places", places)
    assert complete(tablet, PHOTO).status_code == 410


def test_what_goes_by_tus_even_so(scene: tuple[Server, Company], tablet: Tablet):
    most = scene[0].core.limits.photo_bytes
    assert plan(tablet, PHOTO, most)["way"] == "put"
    assert plan(tablet, PHOTO, most + 1)["way"] == "tus"
    assert plan(tablet, b"")["way"] == "tus"


def test_only_a_bucket_can_be_sent_to(section: dict[str, Any]):
    with pytest.raises(SettingsError, match="direct = true needs kind = 's3'"):
        load_settings(blobs={"kind": "disk", "direct": True})
    with pytest.raises(SettingsError, match="public_url begins with"):
        load_settings(blobs=section | {"public_url": "photos.example.org"})


def test_tablets_are_sent_to_the_public_address(
    database_url: str, tmp_path: Path, section: dict[str, Any]
):
    public = "https://photos.example.org"
    with running(database_url, tmp_path, blobs=section | {"public_url": f"{public}/"}) as server:
        company = found_company(server)
        tablet = enrol_tablet(server, [company.inspector], company.site)
        assert plan(tablet, PHOTO)["url"].startswith(f"{public}/{section['bucket']}/incoming/")


# The reference tablet


class ByHost(httpx.BaseTransport):
    """To the server in process, and to any other over the wire; counts what went where."""

    def __init__(self, server: Server) -> None:
        self._server = InProcess(server)
        self._wire = httpx.HTTPTransport()
        self.refuse_puts = 0
        self.sent: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == "testserver.local":
            self.sent.append(f"{request.method} {request.url.path.split('/')[3]}")
            return self._server.handle_request(request)
        assert "authorization" not in request.headers, "our token went to another server"
        self.sent.append("PUT bucket")
        if self.refuse_puts:
            self.refuse_puts -= 1
            raise httpx.ConnectError("cut", request=request)
        return self._wire.handle_request(request)


@pytest.fixture
def client(scene: tuple[Server, Company], tmp_path: Path) -> Iterator[tuple[Client, ByHost]]:
    server, company = scene
    way = ByHost(server)
    outbox = Outbox(tmp_path / "tablet")
    made = Client(outbox, "http://testserver.local", way, sleep=lambda _s: None)
    code = server.do(
        lambda s: setup.enrol_code(s, "t", [company.inspector], setup.SYSTEM, server.clock())
    )
    made.enrol(code)
    photo = outbox.capture(PHOTO, "image/jpeg", company.site)
    payload = {"inspection": str(uuid7()), "sha256": photo}
    outbox.record(
        "photo.attach@1", Subject("photo", uuid7()), company.site, payload, actor=company.inspector
    )
    yield made, way
    made.close()
    outbox.close()


def stored(server: Server) -> bool:
    return server.core.blobs.head(sha256(PHOTO)) == len(PHOTO)


def test_the_tablet_sends_straight_to_the_bucket(
    scene: tuple[Server, Company], client: tuple[Client, ByHost]
):
    made, way = client
    assert made.sync().photos_stored == 1
    assert way.sent.count("PUT bucket") == 1
    assert "POST uploads" not in way.sent
    assert stored(scene[0])


@pytest.mark.parametrize(("refused", "resumable"), [(1, False), (2, True)])
def test_on_a_bad_way_to_the_bucket_the_tablet_goes_by_tus(
    scene: tuple[Server, Company], client: tuple[Client, ByHost], refused: int, resumable: bool
):
    made, way = client
    way.refuse_puts = refused
    assert made.sync().photos_stored == 1
    assert way.sent.count("PUT bucket") == 2
    assert ("POST uploads" in way.sent) is resumable
    assert stored(scene[0])


def test_a_photo_that_the_store_refuses_goes_by_tus(
    scene: tuple[Server, Company], client: tuple[Client, ByHost], monkeypatch: pytest.MonkeyPatch
):
    made, way = client

    def signed_too_long_ago(self: Link, url: str, headers: dict[str, str], source: Any) -> Any:
        return put_of_link(
            self, url.replace("X-Amz-Signature=", "X-Amz-Signature=0"), headers, source
        )

    put_of_link = Link.put
    monkeypatch.setattr(Link, "put", signed_too_long_ago)
    assert made.sync().photos_stored == 1
    assert "POST uploads" in way.sent
    assert stored(scene[0])


def test_a_photo_that_was_not_kept_goes_by_tus(
    scene: tuple[Server, Company], client: tuple[Client, ByHost], monkeypatch: pytest.MonkeyPatch
):
    """The bucket said yes and has nothing: a store that lies."""
    made, way = client

    def lie(self: Link, url: str, headers: dict[str, str], source: Any) -> Any:
        answered = put_of_link(self, url, headers, source)
        scene[0].core.blobs.sweep(0)
        return answered

    put_of_link = Link.put
    monkeypatch.setattr(Link, "put", lie)
    assert made.sync().photos_stored == 1
    assert "POST uploads" in way.sent
    assert stored(scene[0])
