"""Looking at photos: originals as they were, derivatives to show, parts, tags, and who may not."""

import hashlib
import subprocess
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs
from tests import servers
from tests.factories import (
    Company,
    Server,
    add_person,
    enrol_tablet,
    found_company,
    on_loopback,
    running,
    sign_in,
)
from tests.gallery import Gallery, Shot, blob_of, claimed

from fieldops.flow.outgoing import PIECE_BYTES
from fieldops.model.access import Role
from fieldops.store import audit, records
from fieldops.store.writer import StoreBusy
from fieldops.web.reads import AGAIN_MS

API = "/api/v1/photos"


@pytest.fixture(params=["disk", "s3"])
def blobs(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The settings of a blob store: the test runs once on disk and once on a real S3 server."""
    if request.param == "disk":
        return {"kind": "disk"}
    server: servers.Note = request.getfixturevalue("s3_server")
    keys = {name: server[name] for name in ("endpoint", "access_key", "secret_key")}
    bucket = request.getfixturevalue("s3_bucket")
    return {"kind": "s3", "bucket": bucket, "secure": False, "tries": 1, **keys}


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


@pytest.fixture
def supervisor(server: Server, company: Company) -> dict[str, str]:
    return sign_in(server, company.supervisor)


def slug(answer: Any) -> str:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return str(answer.json()["type"]).rpartition(":")[2]


def look(server: Server, address: str, headers: dict[str, str], **more: str) -> Any:
    return server.client.get(f"{API}/{address}", headers=headers | more)


# Bytes


def test_an_original_comes_out_exactly_as_it_went_in(
    sqlite_database: str, tmp_path: Path, blobs: dict[str, Any]
):
    with running(sqlite_database, tmp_path, blobs=blobs) as server:
        company = found_company(server)
        gallery = Gallery(server, enrol_tablet(server, [company.inspector], company.site))
        token = sign_in(server, company.supervisor)
        shot = gallery.shoot(taken=claimed())
        answer = look(server, shot.sha256, token)
        assert (answer.status_code, answer.content) == (200, shot.data)
        assert hashlib.sha256(answer.content).hexdigest() == shot.sha256
        named = f'attachment; filename="2026-11-21-floor-{shot.sha256[:12]}.jpg"'
        assert answer.headers["content-disposition"] == named
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.headers["content-length"] == str(len(shot.data))
        for start, end in ((0, 0), (5, 4999), (len(shot.data) - 1, len(shot.data) + 10)):
            part = look(server, shot.sha256, token, range=f"bytes={start}-{end}")
            assert (part.status_code, part.content) == (206, shot.data[start : end + 1])


def test_larger_than_a_piece(sqlite_database: str, tmp_path: Path, blobs: dict[str, Any]):
    with running(sqlite_database, tmp_path, blobs=blobs) as server:
        company = found_company(server)
        gallery = Gallery(server, enrol_tablet(server, [company.inspector], company.site))
        data = hashlib.shake_256(b"large").digest(5 * PIECE_BYTES + 17)
        shot = gallery.send(gallery.take(data=data))
        answer = look(server, shot.sha256, sign_in(server, company.supervisor))
        assert answer.content == data


def test_derivatives_are_shown(server: Server, gallery: Gallery, supervisor: dict[str, str]):
    shot = gallery.shoot()
    for kind, mime, data in (
        ("thumb", "image/webp", shot.thumb),
        ("view", "image/jpeg", shot.view),
    ):
        answer = look(server, f"{shot.sha256}/{kind}", supervisor)
        assert (answer.status_code, answer.content) == (200, data)
        assert answer.headers["content-type"] == mime
        assert answer.headers["content-disposition"].startswith("inline; ")
        assert answer.headers["etag"] == f'"{hashlib.sha256(data).hexdigest()}"'


def test_browsers_keep_photos_and_never_run_them(
    server: Server, gallery: Gallery, supervisor: dict[str, str]
):
    shot = gallery.shoot()
    for address in (shot.sha256, f"{shot.sha256}/thumb"):
        headers = look(server, address, supervisor).headers
        assert headers["cache-control"] == "private, max-age=31536000, immutable"
        assert headers["vary"] == "Authorization"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"] == "sandbox; default-src 'none'"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["accept-ranges"] == "bytes"


@pytest.mark.parametrize("looked_at", [False, True])
def test_what_nobody_could_decode_is_a_file_without_a_type(
    server: Server, gallery: Gallery, supervisor: dict[str, str], looked_at: bool
):
    """Whatever the tablet said that it is: a page of scripts is never shown as one."""
    data = b"<!doctype html><script>alert(1)</script>"
    shot = gallery.send(gallery.take(data=data, mime="text/html"))
    if looked_at:
        gallery.give_up(shot, "format")
    answer = look(server, shot.sha256, supervisor)
    assert answer.content == data
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].endswith('.bin"')
    shown = look(server, f"{shot.sha256}/view", supervisor)
    assert shown.status_code == 404
    assert slug(shown) == ("picture-undecodable" if looked_at else "picture-pending")
    if looked_at:
        assert shown.json()["extra"]["reason"] == "format"
    else:
        assert int(shown.headers["retry-after"]) >= 5


@pytest.mark.parametrize(
    "item", ['"; filename="x.exe', "../../etc/passwd", "地面\r\nx: y", "a" * 200, "", "…"]
)
def test_hostile_names(server: Server, gallery: Gallery, supervisor: dict[str, str], item: str):
    shot = gallery.send(gallery.take(item or "_", taken=claimed("not a date")))
    answer = look(server, shot.sha256, supervisor)
    name = answer.headers["content-disposition"].removeprefix("attachment; filename=")
    assert name[0] == name[-1] == '"'
    assert set(name[1:-1]) <= set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-."
    )
    assert len(name) <= 70
    assert name.endswith(f'{shot.sha256[:12]}.bin"')
    assert "x" not in answer.headers


def test_head_tells_all_but_the_bytes(server: Server, gallery: Gallery, supervisor: dict[str, str]):
    shot = gallery.shoot()
    for address in (shot.sha256, f"{shot.sha256}/view"):
        whole = look(server, address, supervisor)
        head = server.client.head(f"{API}/{address}", headers=supervisor)
        assert head.content == b""
        wanted = {name: value for name, value in whole.headers.items() if name != "date"}
        assert {name: head.headers.get(name) for name in wanted} == wanted
    assert reads(server) == 1  # by the GET; a HEAD reads nothing


# Conditions and parts


def test_what_the_caller_has_is_not_sent_again(
    server: Server, gallery: Gallery, supervisor: dict[str, str]
):
    shot = gallery.shoot()
    for address in (shot.sha256, f"{shot.sha256}/thumb"):
        tag = server.client.head(f"{API}/{address}", headers=supervisor).headers["etag"]
        for given in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            answer = look(server, address, supervisor, **{"if-none-match": given})
            assert (answer.status_code, answer.content) == (304, b"")
            assert answer.headers["etag"] == tag
            assert "immutable" in answer.headers["cache-control"]
        assert look(server, address, supervisor, **{"if-none-match": '"x"'}).status_code == 200
    assert reads(server) == 1


def test_ranges(server: Server, gallery: Gallery, supervisor: dict[str, str]):
    data = bytes(range(100))
    shot = gallery.send(gallery.take(data=data))
    tag = f'"{shot.sha256}"'
    for given, first, last in (
        ("bytes=0-9", 0, 9),
        ("bytes=90-", 90, 99),
        ("bytes=-5", 95, 99),
        ("bytes=-500", 0, 99),
        ("BYTES=99-99", 99, 99),
        ("bytes= 10-20 ", 10, 20),
        ("bytes=0-9223372036854775807999", 0, 99),
    ):
        answer = look(server, shot.sha256, supervisor, range=given, **{"if-range": tag})
        assert (answer.status_code, answer.content) == (206, data[first : last + 1]), given
        assert answer.headers["content-range"] == f"bytes {first}-{last}/100"
        assert answer.headers["content-length"] == str(last - first + 1)
    for given in ("bytes=0-1,5-6", "bytes=9-2", "bytes=a-b", "lines=1-2", "bytes=", "bytes=-"):
        answer = look(server, shot.sha256, supervisor, range=given)
        assert (answer.status_code, answer.content) == (200, data), given
    for given in ("bytes=100-", "bytes=5000-6000", "bytes=-0"):
        answer = look(server, shot.sha256, supervisor, range=given)
        assert (answer.status_code, slug(answer)) == (416, "range-not-satisfiable"), given
        assert answer.headers["content-range"] == "bytes */100"
    for stale in ('"other"', f"W/{tag}", "Sat, 21 Nov 2026 12:00:00 GMT"):
        more = {"range": "bytes=0-9", "if-range": stale}
        assert look(server, shot.sha256, supervisor, **more).status_code == 200, stale


# Who may not, and what is not there


def test_foreign_absent_and_ill_named_are_one(server: Server, company: Company, gallery: Gallery):
    shot = gallery.shoot()
    elsewhere = server.do(lambda s: add_person(s, Role.SUPERVISOR, {company.other_site}))
    stranger = sign_in(server, elsewhere)
    sha256, absent = shot.sha256, "ab" * 32
    derived = hashlib.sha256(shot.view).hexdigest()
    names = (sha256, sha256.upper(), absent, derived, "x", sha256[:-1], f"{sha256}0", "..%2f..")
    answers = [
        look(server, address, stranger).content
        for name in names
        for address in (name, f"{name}/view", f"{name}/thumb", f"{name}/original", f"{name}/../x")
    ]
    assert len(set(answers)) == 1
    assert slug(look(server, sha256, stranger)) == "not-found"
    mine = sign_in(server, company.supervisor)
    for name in (sha256.upper(), derived, f"{sha256}/original", f"{sha256}/320", "..%2f..%2fx"):
        assert look(server, name, mine).content == answers[0], name
    assert look(server, sha256, mine).status_code == 200


def test_an_exporter_looks_at_nothing(server: Server, company: Company, gallery: Gallery):
    shot = gallery.shoot()
    token = sign_in(server, company.people["exporter"])
    assert slug(look(server, shot.sha256, token)) == "forbidden"


def test_a_photo_on_two_sites_is_seen_from_both(server: Server, company: Company, gallery: Gallery):
    shot = gallery.shoot()
    user = server.do(lambda s: add_person(s, Role.INSPECTOR, {company.other_site}))
    token = sign_in(server, user)
    assert look(server, shot.sha256, token).status_code == 404
    other = Gallery(server, enrol_tablet(server, [user], company.other_site))
    named = other.take(data=shot.data)
    assert slug(look(server, shot.sha256, token)) == "photo-awaited", "who only knows its hash"
    other.send(named)
    assert look(server, shot.sha256, token).content == shot.data


def test_a_photo_that_has_not_arrived(server: Server, gallery: Gallery, supervisor: dict[str, str]):
    shot = gallery.take()
    for address in (shot.sha256, f"{shot.sha256}/view"):
        answer = look(server, address, supervisor)
        assert (answer.status_code, slug(answer)) == (404, "photo-awaited")
        extra = answer.json()["extra"]
        assert extra["size_bytes"] == len(shot.data)
        assert extra["photo"] == shot.record


def test_a_photo_whose_bytes_are_gone(server: Server, gallery: Gallery, supervisor: dict[str, str]):
    shot = gallery.shoot()
    blob_of(server, shot.sha256).unlink()
    with capture_logs() as logs:
        answer = look(server, shot.sha256, supervisor)
    assert (answer.status_code, slug(answer)) == (500, "photo-missing")
    assert answer.json()["extra"]["photo"] == shot.record
    assert [line["log_level"] for line in logs] == ["error"]
    assert look(server, f"{shot.sha256}/view", supervisor).content == shot.view


def test_a_photo_that_was_found_damaged(
    server: Server, gallery: Gallery, supervisor: dict[str, str]
):
    shot = gallery.shoot()
    mark(server, shot, "bad")
    for address in (shot.sha256, f"{shot.sha256}/view"):
        assert slug(look(server, address, supervisor)) == "photo-missing"


def test_a_photo_that_was_removed(server: Server, gallery: Gallery, supervisor: dict[str, str]):
    shot = gallery.shoot()
    mark(server, shot, "gone")

    def job(session: Any) -> None:
        state = records.get_one(session, UUID(shot.record))
        assert state is not None
        state.body["removed"] = {"sha256": shot.sha256, "reason": "kept long enough"}
        records.put(session, [state])

    server.do(job)
    answer = look(server, shot.sha256, supervisor)
    assert (answer.status_code, slug(answer)) == (410, "photo-removed")


def mark(server: Server, shot: Shot, state: str) -> None:
    bound = {"state": state, "s": bytes.fromhex(shot.sha256)}
    query = text("UPDATE media SET state = :state WHERE sha256 = :s")
    server.do(lambda s: s.execute(query, bound))


def test_a_blob_store_that_is_down(
    server: Server, gallery: Gallery, supervisor: dict[str, str], tmp_path: Path
):
    shot = gallery.shoot()
    folder = blob_of(server, shot.sha256).parent
    inside = folder.rename(folder.with_suffix(".away"))
    folder.write_text("a file where a folder was")
    with capture_logs():
        answer = look(server, shot.sha256, supervisor)
    assert (answer.status_code, slug(answer)) == (503, "store-down")
    assert int(answer.headers["retry-after"]) >= 0
    folder.unlink()
    inside.rename(folder)
    assert look(server, shot.sha256, supervisor).content == shot.data


# What is on record about reading


def reads(server: Server) -> int:
    return len(server.look(lambda s: audit.latest(s, 1000, "photo.read")))


def test_reading_an_original_is_on_record(
    server: Server, company: Company, gallery: Gallery, supervisor: dict[str, str]
):
    shot = gallery.shoot()
    for address in (f"{shot.sha256}/view", f"{shot.sha256}/thumb"):
        look(server, address, supervisor)
    assert reads(server) == 0
    for start in range(0, len(shot.data), 5000):
        look(server, shot.sha256, supervisor, range=f"bytes={start}-{start + 4999}")
    (entry,) = server.look(lambda s: audit.latest(s, 10, "photo.read"))
    assert (entry.actor, entry.subject) == (company.supervisor, UUID(shot.record))
    assert entry.detail == {"sha256": shot.sha256, "by": "token"}
    look(server, shot.sha256, sign_in(server, company.people["auditor"]))
    assert reads(server) == 2
    server.clock.forward(AGAIN_MS / 3_600_000)
    look(server, shot.sha256, supervisor)
    assert reads(server) == 3


def test_no_record_no_bytes(
    server: Server, gallery: Gallery, supervisor: dict[str, str], monkeypatch: pytest.MonkeyPatch
):
    def busy(_job: object) -> Future[None]:
        future: Future[None] = Future()
        future.set_exception(StoreBusy("the database failed"))
        return future

    shot = gallery.shoot()
    with capture_logs(), monkeypatch.context() as down:
        down.setattr(server.core.store, "write", busy)
        assert slug(look(server, shot.sha256, supervisor)) == "database-busy"
    assert look(server, shot.sha256, supervisor).content == shot.data
    assert reads(server) == 1


# Over sockets


def test_curl_goes_on_where_it_was_cut(
    server: Server, gallery: Gallery, supervisor: dict[str, str], tmp_path: Path
):
    data = hashlib.shake_256(b"curl").digest(900_000)
    shot = gallery.send(gallery.take(data=data))
    there = tmp_path / "photo.bin"
    there.write_bytes(data[:123_456])
    with on_loopback(server) as url:
        bearer = f"Authorization: {supervisor['authorization']}"
        curl = ["curl", "-sS", "--fail", "--noproxy", "*", "-H", bearer]
        address = f"{url}{API}/{shot.sha256}"
        done = subprocess.run(
            [*curl, "-C", "-", "-o", there, "-w", "%{http_code} %{size_download}", address],
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.split() == ["206", str(len(data) - 123_456)]
        assert there.read_bytes() == data
        head = subprocess.run([*curl, "-I", address], capture_output=True, text=True, check=True)
        assert f"content-length: {len(data)}" in head.stdout.lower()
        saved = subprocess.run(
            [*curl, "-O", "-J", "--output-dir", tmp_path, address], check=True, capture_output=True
        )
        assert saved.returncode == 0
    assert (tmp_path / f"floor-{shot.sha256[:12]}.bin").read_bytes() == data
