"""What the doctor says of real buckets: unprotected, versioned, locked, wrongly set."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from minio.commonconfig import ENABLED, GOVERNANCE
from minio.objectlockconfig import DAYS, ObjectLockConfig
from minio.versioningconfig import VersioningConfig
from tests import servers
from tests.store import stores

from fieldops.flow import doctor, doctorbucket
from fieldops.flow.checks import Check
from fieldops.settings import load_settings
from fieldops.store.blobs import open_blobs

NAME = f"doctor-{os.getpid()}"


@pytest.fixture
def made(s3_server: servers.Note) -> Iterator[Callable[..., Callable[..., Check]]]:
    """Makes the bucket; what it returns examines it under some settings."""
    client = servers.s3_client(s3_server)

    def make(locks: bool = False) -> Callable[..., Check]:
        client.make_bucket(NAME, object_lock=locks)

        def examine(**more: object) -> Check:
            settings = load_settings(blobs=stores.section(s3_server, NAME, **more))
            (found,) = doctorbucket.examine(open_blobs(settings), settings.blobs)
            return found

        return examine

    yield make
    client.remove_bucket(NAME)


def test_a_bucket_that_protects_nothing_is_warned_of(made: Callable[..., Callable[..., Check]]):
    found = made()()
    assert found.state == "warn"
    assert found.found["en"] == (
        "versioning off, object lock off, no retention of its own, none of ours,"
        " refuses wrong checksums"
    )
    assert "versioning" in found.advice["en"]
    assert "版本控制" in found.advice["zh-CN"]


def test_versions_are_enough(made: Callable[..., Callable[..., Check]], s3_server: servers.Note):
    examine = made()
    servers.s3_client(s3_server).set_bucket_versioning(NAME, VersioningConfig(ENABLED))
    found = examine()
    assert found.state == "ok"
    assert found.found["en"].startswith("versioning on, object lock off")


def test_lock_days_without_object_lock_protect_nothing(
    made: Callable[..., Callable[..., Check]],
):
    found = made()(lock_days=30)
    assert found.state == "bad"
    assert "ours 30 d" in found.found["en"]
    assert "lock_days" in found.advice["en"]


def test_a_retention_of_the_buckets_own_does_not_suit_signed_puts(
    made: Callable[..., Callable[..., Check]], s3_server: servers.Note
):
    examine = made(locks=True)
    assert examine(lock_days=30).state == "ok"
    servers.s3_client(s3_server).set_object_lock_config(NAME, ObjectLockConfig(GOVERNANCE, 3, DAYS))
    found = examine()
    assert (found.state, "its own retention 3 d (governance)" in found.found["en"]) == ("ok", True)
    found = examine(direct=True)
    assert found.state == "warn"
    assert "incoming/" in found.advice["en"]


def test_a_server_that_checks_nothing_is_named_as_such(nanio_server: servers.Note, nanio_bucket):
    settings = load_settings(blobs=stores.section(nanio_server, nanio_bucket))
    (found,) = doctorbucket.examine(open_blobs(settings), settings.blobs)
    assert found.found["en"].startswith("versioning unknown, object lock off")
    assert found.found["en"].endswith("photos are read back")


def test_a_bucket_that_cannot_be_asked_is_told(s3_server: servers.Note):
    gone = dict(s3_server) | {"endpoint": "127.0.0.1:9"}
    settings = load_settings(blobs=stores.section(gone, "photos", tries=1))
    (found,) = doctorbucket.examine(open_blobs(settings), settings.blobs)
    assert (found.state, found.found["en"].startswith("cannot be asked")) == ("warn", True)


def test_the_doctor_looks_at_the_bucket_too(
    s3_server: servers.Note, s3_bucket: str, empty_sqlite_database: str, tmp_path: Path
):
    settings = load_settings(
        data_dir=tmp_path,
        database_url=empty_sqlite_database,
        blobs=stores.section(s3_server, s3_bucket),
        plugins=(),
    )
    found = {check.name: check.state for check in doctor.examine(settings, 1_795_262_400_000)}
    assert (found["blobs"], found["bucket"]) == ("ok", "warn")
    on_disk = load_settings(data_dir=tmp_path, database_url=empty_sqlite_database, plugins=())
    assert "bucket" not in {check.name for check in doctor.examine(on_disk, 1_795_262_400_000)}
