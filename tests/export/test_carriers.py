"""Every kind of destination gets whole files, the manifest last, and is read back."""

import base64
import errno
import os
from collections.abc import Iterator
from hashlib import sha256 as sha
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace
from standardwebhooks import Webhook
from tests import servers
from tests.consumers import consumer
from tests.export.peers import sftp_peer

from fieldops.destinations import Destination
from fieldops.export import keeping
from fieldops.export.deliver.carriers import carrier
from fieldops.export.deliver.folder import _said
from fieldops.export.deliver.interface import (
    ACK,
    MANIFEST,
    Carrier,
    DeliveryError,
    Differs,
    File,
    Parcel,
)
from fieldops.settings import load_settings
from fieldops.store.blobs import s3parts

RUN = "office-2026-11-22-full"
SECRET = b"s" * 32
KEY = "whsec_" + base64.b64encode(b"k" * 32).decode()


def parcel(tmp_path: Path, run: str = RUN, size: int = 1000) -> Parcel:
    """A run of two files, one in a folder of its own, and a manifest."""
    folder = tmp_path / "runs" / run
    made = []
    for path, content in (
        ("sites.csv", b"a,b\r\n" * size),
        ("photos/1.jpg", b"\xff\xd8"),
        (MANIFEST, b"{}"),
    ):
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        made.append(File(path, sha(content).hexdigest(), len(content)))
    return Parcel(UUID(int=7), run, folder, tuple(made[:2]), made[2])


def unheard(_count: int) -> None:
    """Nobody listens."""


def opened(tmp_path: Path, **given: Any) -> Carrier:
    settings = load_settings(
        data_dir=tmp_path / "data",
        public_url="https://fieldops.example",
        webhooks={"http": True, "networks": ["127.0.0.0/8"], "ports": list(range(1024, 65_536))},
    )
    return carrier(settings, Destination(**{"name": "office"} | given), SECRET, lambda: 10**12)


def written(tmp_path: Path, name: str, content: str) -> str:
    path = tmp_path / name
    path.write_text(content)
    return str(path)


class Shelf:
    """A destination that keeps files, and a way to look at it past its carrier."""

    def __init__(self, way: Carrier, kind: str, root: Any) -> None:
        self.way, self.kind, self._root = way, kind, root

    def names(self) -> set[str]:
        if self.kind == "s3":
            client, bucket = self._root
            found = client.list_objects(bucket, prefix="in/", recursive=True)
            return {str(one.object_name).removeprefix("in/") for one in found}
        return {str(one.relative_to(self._root)) for one in self._root.rglob("*") if one.is_file()}

    def put(self, name: str, content: bytes) -> None:
        if self.kind == "s3":
            import io

            client, bucket = self._root
            client.put_object(bucket, f"in/{name}", io.BytesIO(content), len(content))
        else:
            (self._root / name).write_bytes(content)


@pytest.fixture(params=["folder", "s3", "sftp"])
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shelf]:
    if request.param == "folder":
        out = tmp_path / "out"
        out.mkdir()
        yield Shelf(opened(tmp_path, kind="folder", folder=str(out)), "folder", out)
    elif request.param == "s3":
        note: servers.Note = request.getfixturevalue("s3_server")
        bucket: str = request.getfixturevalue("s3_bucket")
        secret = written(tmp_path, "secret", note["secret_key"] + "\n")
        given: dict[str, Any] = {"endpoint": note["endpoint"], "bucket": bucket, "prefix": "/in/"}
        given |= {"secure": False, "access_key": note["access_key"], "secret_file": secret}
        way = opened(tmp_path, kind="s3", **given)
        yield Shelf(way, "s3", (servers.s3_client(note), bucket))
    else:
        with sftp_peer(tmp_path) as peer:
            way = opened(tmp_path, **peer.destination("office"))
            yield Shelf(way, "sftp", peer.folder / "inbox")
            way.close()


def test_a_run_arrives_whole_and_what_is_changed_there_is_found(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    # What is above this goes to a bucket in parts.
    monkeypatch.setattr("fieldops.export.deliver.s3.WHOLE_BYTES", 1000)
    run = parcel(tmp_path)
    way = shelf.way
    assert way.find_ack(RUN) == ""
    with pytest.raises(Differs, match=r"is not there"):
        way.verify(run, unheard)
    for _ in range(2):
        way.deliver(run, unheard)
        way.verify(run, unheard)
    expected = {f"{RUN}/{one.path}" for one in run.everything}
    assert shelf.names() == expected
    shelf.put(f"{RUN}/{ACK}", f" {run.manifest.sha256}\n".encode())
    assert way.find_ack(RUN) == run.manifest.sha256
    shelf.put(f"{RUN}/sites.csv", b"something else")
    with pytest.raises(Differs, match=r"sites\.csv is not what was delivered"):
        way.verify(run, unheard)
    way.deliver(run, unheard)
    way.verify(run, unheard)
    other = parcel(tmp_path, "office-2026-11-23-full")
    way.deliver(other, unheard)
    for _ in range(2):
        way.remove(RUN)
        assert shelf.names() == {f"{other.name}/{one.path}" for one in other.everything}


def test_a_run_of_the_same_name_from_before_a_restore_vouches_for_nothing(
    shelf: Shelf, tmp_path: Path
):
    before = parcel(tmp_path)
    shelf.way.deliver(before, unheard)
    shelf.put(f"{RUN}/{ACK}", before.manifest.sha256.encode())
    manifest = before.folder / MANIFEST
    manifest.write_bytes(b'{"another": 1}')
    told = File(MANIFEST, sha(manifest.read_bytes()).hexdigest(), 14)
    first = replace(before, files=before.files[:1], manifest=told)
    seen: list[set[str]] = []
    shelf.way.deliver(first, lambda _count: seen.append(shelf.names()))
    assert seen[0] == set()
    assert seen[-1] == {f"{RUN}/sites.csv", f"{RUN}/{MANIFEST}"}
    shelf.way.deliver(first, lambda _count: seen.append(shelf.names()))
    assert seen[-4] == seen[-1]


def test_the_manifest_comes_last_and_no_file_is_seen_in_part(shelf: Shelf, tmp_path: Path):
    seen: list[set[str]] = []

    def look(_count: int) -> None:
        seen.append(shelf.names())

    run = parcel(tmp_path)
    shelf.way.deliver(run, look)
    assert seen[0] == set()
    complete = {f"{RUN}/{one.path}" for one in run.everything}
    for names in seen[:-1]:
        assert f"{RUN}/{MANIFEST}" not in names
        assert names <= complete
    assert seen[-1] == complete


def test_what_a_killed_worker_left_half_done_is_cleared_away(tmp_path: Path):
    with sftp_peer(tmp_path) as peer:
        out = tmp_path / "out"
        out.mkdir()
        ways = [opened(tmp_path, kind="folder", folder=str(out))]
        ways.append(opened(tmp_path, **peer.destination("office")))
        for way, root in zip(ways, (out, peer.folder / "inbox"), strict=True):
            (root / RUN / "photos").mkdir(parents=True)
            half = root / RUN / ".sites.csv.0123456789abcdef.part"
            half.write_bytes(b"a,b")
            (root / RUN / "photos" / ".1.jpg.0123.part").write_bytes(b"")
            way.deliver(parcel(tmp_path), unheard)
            left = {one.name for one in root.rglob("*") if one.is_file()}
            assert left == {"sites.csv", "1.jpg", MANIFEST}
            way.close()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"host_key": "other"}, "another host key"),
        ({"user": "x", "key_file": "other"}, "does not take user and key"),
        ({"key_file": "absent"}, "No such file"),
        ({"key_file": "text"}, "cannot be read"),
        ({"path": "/nowhere"}, "is no folder there"),
        ({"port": 9}, "no answer"),
    ],
)
def test_an_sftp_server_that_is_not_the_right_one_gets_nothing(
    tmp_path: Path, change: dict[str, Any], why: str
):
    import asyncssh

    other = asyncssh.generate_private_key("ssh-ed25519")
    files = {
        "other": written(tmp_path, "other.key", other.export_private_key().decode()),
        "text": written(tmp_path, "text.key", "not a key"),
        "absent": str(tmp_path / "absent.key"),
    }
    with sftp_peer(tmp_path) as peer:
        given = peer.destination("office") | change
        given["key_file"] = files.get(str(given["key_file"]), given["key_file"])
        if given["host_key"] == "other":
            given["host_key"] = other.export_public_key().decode()
        way = opened(tmp_path, **given)
        with pytest.raises(DeliveryError, match=why):
            way.deliver(parcel(tmp_path), unheard)
        way.close()
        assert list((peer.folder / "inbox").iterdir()) == []


def test_an_sftp_server_that_falls_silent_is_given_up(tmp_path: Path):
    with sftp_peer(tmp_path) as peer:
        way = opened(tmp_path, **peer.destination("office", timeout_s=1))
        peer.is_silent = True
        with pytest.raises(DeliveryError, match="no answer in time"):
            way.deliver(parcel(tmp_path), unheard)
        peer.is_silent = False
        way.close()
        names = [one.name for one in (peer.folder / "inbox").rglob("*") if one.is_file()]
        assert all(name.endswith(".part") for name in names)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"bucket": "no-such-bucket"}, "NoSuchBucket|does not exist"),
        ({"secret_file": "wrong"}, "secret key is not the one"),
        ({"secret_file": "empty"}, "is empty"),
        ({"endpoint": "127.0.0.1:9"}, "no answer"),
    ],
)
def test_a_bucket_that_does_not_take_it_says_why(
    s3_server: servers.Note, s3_bucket: str, tmp_path: Path, change: dict[str, Any], why: str
):
    files = {"wrong": written(tmp_path, "wrong", "nonsense"), "empty": written(tmp_path, "e", " ")}
    given = {
        "endpoint": s3_server["endpoint"],
        "bucket": s3_bucket,
        "secure": False,
        "access_key": s3_server["access_key"],
        "secret_file": written(tmp_path, "right", s3_server["secret_key"]),
    } | change
    given["secret_file"] = files.get(str(given["secret_file"]), given["secret_file"])
    with pytest.raises(DeliveryError, match=why):
        opened(tmp_path, kind="s3", **given).deliver(parcel(tmp_path), unheard)


def test_parts_of_a_killed_worker_are_forgotten(
    s3_server: servers.Note, s3_bucket: str, tmp_path: Path
):
    from fieldops.store.blobs.s3http import Wire, pool
    from fieldops.store.blobs.signature import Credentials

    keys = Credentials(s3_server["access_key"], s3_server["secret_key"])
    wire = Wire(f"http://{s3_server['endpoint']}", s3_bucket, keys, pool(20, 2))
    wire.send("POST", f"{RUN}/sites.csv", query={"uploads": ""})
    assert len(s3parts.unfinished(wire, RUN)) == 1
    secret = written(tmp_path, "secret", s3_server["secret_key"])
    given: dict[str, Any] = {"endpoint": s3_server["endpoint"], "bucket": s3_bucket}
    way = opened(
        tmp_path,
        kind="s3",
        secure=False,
        access_key=s3_server["access_key"],
        secret_file=secret,
        **given,
    )
    way.deliver(parcel(tmp_path), unheard)
    assert s3parts.unfinished(wire, RUN) == []


def test_a_webhook_is_told_where_the_files_are_and_signed(tmp_path: Path):
    with consumer() as one:
        secret = written(tmp_path, "secret", KEY)
        way = opened(tmp_path, kind="webhook", url=one.url, secret_file=secret)
        run = parcel(tmp_path)
        one.answers.append(503)
        with pytest.raises(DeliveryError, match="answered 503"):
            way.deliver(run, unheard)
        way.deliver(run, unheard)
        settings = load_settings(data_dir=tmp_path / "data")
        keeping.keep(settings, run, unheard)
        way.verify(run, unheard)
        told = one.taken[0]
    assert len({taken.id for taken in one.requests}) == 1
    # The clock of the test is long past, which only ``verify`` of the whole would mind.
    mark = Webhook(KEY).sign(told.id, _stamp(told.headers), told.body.decode())
    assert told.headers["webhook-signature"] == mark
    data = told.event["data"]
    assert (told.event["type"], data["manifest_sha256"]) == ("export.ready", run.manifest.sha256)
    assert [one["path"] for one in data["files"]] == ["sites.csv", "photos/1.jpg", MANIFEST]
    assert data["files"][0]["url"].startswith("https://fieldops.example/api/v1/exports/")
    (kept,) = (settings.blob_folder / "made").rglob(run.files[0].sha256)
    kept.unlink()
    kept.write_bytes(b"eaten")
    with pytest.raises(Differs, match="is not kept as it was written"):
        way.verify(run, unheard)
    kept.unlink()
    with pytest.raises(Differs, match=r"sites\.csv: .* is not kept$"):
        way.verify(run, unheard)


def test_a_webhook_without_a_secret_that_signs_is_not_sent(tmp_path: Path):
    with consumer() as one:
        for text, why in (("whsec_?", "holds no webhook secret"), ("", "is empty")):
            secret = written(tmp_path, "secret", text)
            way = opened(tmp_path, kind="webhook", url=one.url, secret_file=secret)
            with pytest.raises(DeliveryError, match=why):
                way.deliver(parcel(tmp_path), unheard)
    assert one.requests == []


def test_a_folder_that_is_not_mounted_gets_nothing(tmp_path: Path):
    absent = tmp_path / "absent"
    way = opened(tmp_path, kind="folder", folder=str(absent))
    with pytest.raises(DeliveryError, match="is no folder"):
        way.deliver(parcel(tmp_path), unheard)
    assert not absent.exists()


def test_what_lies_on_an_sftp_server_whose_folder_is_away_is_not_said_to_be_removed(tmp_path: Path):
    with sftp_peer(tmp_path) as peer:
        way, inbox = opened(tmp_path, **peer.destination("office")), peer.folder / "inbox"
        way.deliver(parcel(tmp_path), unheard)
        inbox.rename(peer.folder / "away")
        with pytest.raises(DeliveryError, match="is no folder there"):
            way.remove(RUN)
        (peer.folder / "away").rename(inbox)
        way.remove(RUN)
        way.close()
        assert list(inbox.iterdir()) == []


def test_a_full_disk_says_so():
    with pytest.raises(DeliveryError, match=r"^disk: No space left"), _said():
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _stamp(headers: dict[str, str]) -> Any:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
