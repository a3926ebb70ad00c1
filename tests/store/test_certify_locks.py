"""The certification of what protects photos in the bucket itself: versions, retention, holds."""

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from minio import Minio
from minio.commonconfig import ENABLED, GOVERNANCE
from minio.datatypes import Object
from minio.error import S3Error
from minio.objectlockconfig import DAYS, ObjectLockConfig
from minio.versioningconfig import SUSPENDED, VersioningConfig
from tests import servers
from tests.store import stores
from tests.store.stores import ABILITIES, S3_KINDS, able, put, read, sha256

from fieldops.settings import SettingsError, load_settings
from fieldops.store.blobs import Blob, BlobKept, BlobMissing, BlobStoreDown, ObjectLocks, Protection
from fieldops.store.blobs.disk import DiskBlobs
from fieldops.store.blobs.s3 import S3Blobs

SOON = timedelta(days=1)


class Place:
    """A bucket of the test's own on one server, emptied against all locks at the end."""

    def __init__(self, note: servers.Note, name: str, locks: bool) -> None:
        self.note, self.name, self.client = note, name, servers.s3_client(note)
        self.client.make_bucket(name, object_lock=locks)

    def open(self, **more: object) -> S3Blobs:
        return stores.open_bucket(self.note, self.name, **more)

    def versions(self) -> list[str]:
        """The keys of all versions and delete markers."""
        return sorted(str(one.object_name) for one in every_version(self.client, self.name))

    def clear(self) -> None:
        for one in every_version(self.client, self.name):
            key = str(one.object_name)
            with suppress(S3Error):
                self.client.disable_object_legal_hold(self.name, key, one.version_id)
            # The one thing that fieldops never does: the owner's bypass.
            self.client._execute(
                "DELETE",
                self.name,
                key,
                headers={"x-amz-bypass-governance-retention": "true"},
                query_params={"versionId": one.version_id or "null"},
            )
        self.client.remove_bucket(self.name)


def every_version(client: Minio, bucket: str) -> list[Object]:
    return list(client.list_objects(bucket, recursive=True, include_version=True))


def place_of(request: pytest.FixtureRequest, kind: str, locks: bool) -> Place:
    name = f"own-{os.getpid()}-{sha256(request.node.name.encode())[:12]}"
    return Place(stores.server_of(kind, request), name, locks)


@pytest.fixture(params=able("locks"))
def locked(request: pytest.FixtureRequest) -> Iterator[Place]:
    """A bucket with object lock."""
    place = place_of(request, request.param, locks=True)
    yield place
    place.clear()


@pytest.fixture(params=able("versions"))
def versioned(request: pytest.FixtureRequest) -> Iterator[Place]:
    """A bucket that keeps old versions, without object lock."""
    place = place_of(request, request.param, locks=False)
    place.client.set_bucket_versioning(place.name, VersioningConfig(ENABLED))
    yield place
    place.clear()


def test_a_bucket_says_what_it_offers(bucket: S3Blobs, kind: str):
    assert isinstance(bucket, ObjectLocks)
    found = bucket.protection()
    assert found.checks_sums is ("sums" in ABILITIES[kind])
    assert found.versioning == ("off" if "versions" in ABILITIES[kind] else "unknown")
    assert (found.locks, found.default_days) == (False, 0)
    assert list(bucket._client.list_objects(bucket._bucket, recursive=True)) == []


def test_a_bucket_with_everything_on_says_so(locked: Place):
    found = locked.open().protection()
    assert (found.versioning, found.locks, found.default_mode) == ("on", True, "")
    rule = ObjectLockConfig(GOVERNANCE, 3, DAYS)
    locked.client.set_object_lock_config(locked.name, rule)
    found = locked.open().protection()
    assert (found.default_mode, found.default_days) == ("governance", 3)


def test_a_store_that_cannot_be_asked_is_down(s3_server: servers.Note):
    gone = dict(s3_server) | {"endpoint": "127.0.0.1:9"}
    store = stores.open_bucket(gone, "photos", tries=1, timeout_s=1)
    with pytest.raises(BlobStoreDown):
        store.protection()


def test_the_disk_has_no_locks(tmp_path):
    assert not isinstance(DiskBlobs(tmp_path), ObjectLocks)


def test_a_server_without_locks_is_never_asked_to_lock(bucket: S3Blobs):
    """One of them would take the wish for new bytes of the photo."""
    name = put(bucket, b"evidence")
    assert bucket.hold(name, True) is False
    assert bucket.retain(name, datetime.now(UTC) + SOON) is False
    assert read(bucket, name) == b"evidence"
    bucket.delete(name)
    assert bucket.head(name) is None


def test_a_held_blob_cannot_be_deleted_by_anything(locked: Place):
    store = locked.open()
    name = put(store, b"evidence")
    for _again in range(2):
        assert store.hold(name, True) is True
    with pytest.raises(BlobKept, match="legal hold"):
        store.delete(name)
    assert read(store, name) == b"evidence", "it is still there, and seen"
    assert [blob.sha256 for blob in store.list()] == [name]
    (one,) = every_version(locked.client, locked.name)
    key = str(one.object_name)
    with pytest.raises(S3Error):
        locked.client.remove_object(locked.name, key, version_id=one.version_id)
    assert store.hold(name, False) is True
    store.delete(name)
    assert locked.versions() == []


def test_holding_what_is_absent_tells_so(locked: Place):
    with pytest.raises(BlobMissing):
        locked.open().hold("0" * 64, True)


@pytest.mark.parametrize("locked", able("retention"), indirect=True)
@pytest.mark.parametrize("size_bytes", [100, 33 * 1024 * 1024])
def test_every_blob_gets_its_retention(locked: Place, size_bytes: int):
    store, data = locked.open(lock_days=2), os.urandom(1024) * (size_bytes // 1024 + 1)
    name = put(store, data)
    kept = locked.client.get_object_retention(locked.name, store._key(name))
    assert kept is not None
    assert kept.mode == "GOVERNANCE"
    left = kept.retain_until_date.replace(tzinfo=UTC) - datetime.now(UTC)
    assert timedelta(days=1, hours=23) < left <= timedelta(days=2)
    with pytest.raises(BlobKept):
        store.delete(name)
    assert put(store, data) == name, "again is fine"
    assert store.retain(name, datetime.now(UTC) + SOON) is True
    same = locked.client.get_object_retention(locked.name, store._key(name))
    assert same is not None
    assert same.retain_until_date >= kept.retain_until_date, "never shortened"


@pytest.mark.parametrize("locked", able("retention"), indirect=True)
def test_a_completed_upload_gets_its_retention_and_leaves_nothing(locked: Place):
    store, data = locked.open(lock_days=2), os.urandom(5000)
    store._wire.send("PUT", store._sent.key("tablet", sha256(data)), body=data)
    store.complete_upload("tablet", sha256(data), len(data))
    store.drop_uploads([("tablet", sha256(data))])
    with pytest.raises(BlobKept):
        store.delete(sha256(data))
    assert locked.versions() == [store._key(sha256(data))]


def test_deleting_frees_the_bytes_of_every_version(versioned: Place):
    store = versioned.open()
    name = put(store, b"evidence")
    other = put(store, b"other")
    store._wire.send("PUT", store._key(name), body=b"a second version")
    assert len(versioned.versions()) == 3
    store.delete(name)
    store.delete(name)
    assert versioned.versions() == [store._key(other)]
    assert list(store.list()) == [Blob(other, 5)]


def test_versioning_turned_on_while_we_run_is_noticed(versioned: Place):
    """What was learnt of a bucket is a few minutes old: its own answer is newer."""
    store = versioned.open()
    name = put(store, b"evidence")
    store._place._known["versioning"] = (10**9, "off")
    store.delete(name)
    assert versioned.versions() == []


def test_old_versions_of_a_suspended_bucket_go_too(versioned: Place):
    store = versioned.open()
    name = put(store, b"evidence")
    versioned.client.set_bucket_versioning(versioned.name, VersioningConfig(SUSPENDED))
    store = versioned.open()
    assert store.protection().versioning == "suspended"
    store.delete(name)
    assert versioned.versions() == []


def test_check_and_sweep_leave_no_versions(versioned: Place):
    store = versioned.open()
    store.check()
    store._wire.send("PUT", store._sent.key("tablet", sha256(b"x")), body=b"x")
    assert store.sweep(0) == 1
    assert versioned.versions() == []


def test_putting_the_same_again_makes_no_second_version(versioned: Place):
    store = versioned.open()
    for _ in range(3):
        put(store, b"evidence")
    assert len(versioned.versions()) == 1


def test_locks_are_for_buckets_only():
    with pytest.raises(SettingsError, match="lock_days needs kind = 's3'"):
        load_settings(blobs={"kind": "disk", "lock_days": 1})


def test_protection_is_a_plain_value():
    assert Protection("off", False) == Protection("off", False, "", 0, False)
    assert set(ABILITIES) == set(S3_KINDS)
