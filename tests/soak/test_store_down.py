"""The real server without its photo store, and with a full disk: nothing stops but the photos."""

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests import servers
from tests.soak.company import Company, found, settings_of, settle_in
from tests.soak.product import Product
from tests.soak.shims import compile_shim
from tests.web.test_tus import metadata

from fieldops_sync.client import Client
from fieldops_sync.ids import result_id, uuid7
from fieldops_sync.outbox import Outbox
from fieldops_sync.wire import Subject

_BUCKET = "photos"
_PATIENCE_S = 90.0
_PART = {"content-type": "application/offset+octet-stream", "tus-resumable": "1.0.0"}


class Walk:
    """A tablet on a walk in front of a product."""

    def __init__(self, folder: Path, product: Product, company: Company) -> None:
        self.outbox = Outbox(folder / "tablet")
        self.client = Client(self.outbox, product.url, sleep=lambda _s: time.sleep(0.02))
        self.client.enrol(company.codes[0])
        self._company, self._url, self._walk = company, product.url, uuid7()

    def record(self, item: str) -> None:
        """Record one answer."""
        payload = {"inspection": str(self._walk), "item": item, "outcome": "pass", "value": "pass"}
        self._op("result.record@1", Subject("result", result_id(self._walk, item)), payload)

    def photograph(self, data: bytes) -> str:
        """Take a photo; its SHA-256."""
        sha256 = self.outbox.capture(data, "image/jpeg", self._company.site)
        payload = {"inspection": str(self._walk), "sha256": sha256, "size_bytes": len(data)}
        self._op("photo.attach@1", Subject("photo", uuid7()), payload, [sha256])
        return sha256

    def _op(self, kind: str, subject: Subject, payload: object, media: list[str] | None = None):
        site, actor = self._company.site, self._company.inspector
        self.outbox.record(kind, subject, site, payload, actor=actor, media=media or [])

    def tus(self, method: str, url: str, data: bytes = b"", **headers: str) -> httpx.Response:
        """One request of an upload, by hand."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named["authorization"] = f"Bearer {self.client._token.get()}"
        target = f"{self._url}{httpx.URL(url).path}"
        return httpx.request(
            method, target, headers={**_PART, **named}, content=data, trust_env=False, timeout=60
        )

    def close(self) -> None:
        self.client.close()
        self.outbox.close()


@contextmanager
def walking(folder: Path, config: Path, **environment: str) -> Iterator[tuple[Product, Walk]]:
    """A product, and a tablet that is enrolled with it."""
    company = found(settings_of(config), tablets=1)
    with Product(config, **environment) as product:
        walk = Walk(folder, product, company)
        try:
            yield product, walk
        finally:
            walk.close()


@pytest.mark.soak
def test_while_the_photo_store_is_down_ops_go_on_and_photos_queue(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    objects = tmp_path_factory.mktemp("nanio")
    store = servers.start_nanio(objects)
    try:
        servers.s3_client(store).make_bucket(_BUCKET)
        config = in_bucket(settle_in(tmp_path, f"sqlite:///{tmp_path / 'fieldops.db'}"), store)
        spool = settings_of(config).spool_dir
        with walking(tmp_path, config) as (product, walk):
            first, second = os.urandom(300_000), os.urandom(300_000)
            walk.photograph(first)
            walk.client.sync()
            assert len(walk.outbox.photos("stored")) == 1
            assert ready(product) == (200, "ok", "ok")

            servers.stop(store)
            walk.record("floor")
            name = walk.photograph(second)
            walk.client.sync()
            assert walk.outbox.ops("pending", "sent") == []
            assert [photo.sha256 for photo in walk.outbox.photos("waiting")] == [name]
            assert [len(file.read_bytes()) for file in spool.iterdir()] == [300_000]
            assert ready(product) == (200, "degraded", "degraded")

            store = servers.start_nanio(objects, int(store["endpoint"].rpartition(":")[2]))
            # Nobody asks for it: the server itself goes on when its store is back.
            until(lambda: not list(spool.iterdir()))
            assert ready(product) == (200, "ok", "ok")
            walk.client.sync()
            assert len(walk.outbox.photos("stored")) == 2
        assert stored(store, name) == second
    finally:
        servers.stop(store)


def test_a_full_spool_refuses_parts_and_loses_none_that_it_took(tmp_path: Path) -> None:
    config = settle_in(tmp_path, f"sqlite:///{tmp_path / 'fieldops.db'}")
    full, settings = tmp_path / "full", settings_of(config)
    shim = compile_shim("fulldisk", tmp_path)
    with walking(
        tmp_path,
        config,
        LD_PRELOAD=str(shim),
        FULLDISK_FOLDER=str(settings.spool_dir),
        FULLDISK_FLAG=str(full),
    ) as (product, walk):
        data = os.urandom(900_000)
        url = walk.tus(
            "POST",
            "/sync/v1/uploads",
            upload_length=str(len(data)),
            upload_metadata=metadata(data),
        ).headers["location"]
        taken = walk.tus("PATCH", url, data[:100_000], upload_offset="0")
        assert (taken.status_code, taken.headers["upload-offset"]) == (204, "100000")

        full.touch()
        for _ in range(3):
            refused = walk.tus("PATCH", url, data[100_000:], upload_offset="100000")
            assert refused.status_code == 503
            assert int(refused.headers["retry-after"]) > 0
            assert walk.tus("HEAD", url).headers["upload-offset"] == "100000"
        assert [file.read_bytes() for file in settings.spool_dir.iterdir()] == [data[:100_000]]
        walk.record("floor")
        walk.client.push()
        assert walk.outbox.ops("pending", "sent") == []
        assert ready(product)[:2] == (200, "ok")

        full.unlink()
        rest = walk.tus("PATCH", url, data[100_000:], upload_offset="100000")
        assert (rest.status_code, rest.headers["upload-offset"]) == (204, "900000")
    blobs = [path for path in settings.blob_folder.rglob("*") if path.is_file()]
    assert [path.read_bytes() for path in blobs] == [data]


def in_bucket(config: Path, store: servers.Note) -> Path:
    """The same settings, with the photos in a bucket of this S3 server."""
    host, access, secret = store["endpoint"], store["access_key"], store["secret_key"]
    lines = ["[blobs]", 'kind = "s3"', f'endpoint = "{host}"', f'bucket = "{_BUCKET}"']
    lines += [f'access_key = "{access}"', f'secret_key = "{secret}"', "secure = false", "tries = 1"]
    config.write_text(config.read_text() + "\n" + "\n".join(lines) + "\n")
    return config


def ready(product: Product) -> tuple[int, str, str]:
    """What ``/readyz`` says: its status, all in all, and of the photo store."""
    answer = httpx.get(f"{product.url}/readyz", trust_env=False, timeout=60)
    said: dict[str, Any] = answer.json()
    parts = {part["name"]: part["state"] for part in said["parts"]}
    return answer.status_code, said["state"], parts["blobs"]


def stored(store: servers.Note, name: str) -> bytes:
    """The object whose name ends in this hash, as the S3 server gives it."""
    client = servers.s3_client(store)
    keys = [one.object_name or "" for one in client.list_objects(_BUCKET, recursive=True)]
    [key] = [key for key in keys if key.endswith(name)]
    data: bytes = client.get_object(_BUCKET, key).read()
    assert hashlib.sha256(data).hexdigest() == name
    return data


def until(what: Callable[[], bool]) -> None:
    end_s = time.monotonic() + _PATIENCE_S
    while not what():
        assert time.monotonic() < end_s, "it did not happen"
        time.sleep(0.1)
