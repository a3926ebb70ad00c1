"""A legal hold also stands on the objects themselves, where the bucket has object lock."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests import servers
from tests.flow.caring import later, store, write
from tests.flow.test_holds import person
from tests.flow.uploading import House, picture
from tests.store.test_certify_locks import Place

from fieldops.flow import holds
from fieldops.flow.mirror import Mirrored, mirror
from fieldops.model.access import Role
from fieldops.store.blobs import BlobKept, BlobStore
from fieldops.store.blobs.disk import DiskBlobs


@pytest.fixture
def place(s3_server: servers.Note) -> Iterator[Place]:
    made = Place(s3_server, f"held-{uuid.uuid4().hex[:12]}", locks=True)
    yield made
    made.clear()


@pytest.fixture
def house(sqlite_database: str, place: Place, tmp_path: Path) -> Iterator[House]:
    made = House(sqlite_database, place.open(), tmp_path)
    yield made
    made.close()


def run(house: House, blobs: BlobStore | None = None) -> Mirrored:
    return mirror(house.store, blobs or house.blobs.inner, write(house), house.clock())


def hold(house: House, photo: Any) -> holds.Placed:
    who = person(house, Role.AUDITOR)
    return house.do(lambda s: holds.place(s, who, "photo", photo, "x", house.clock()))


def test_a_held_object_cannot_be_deleted_until_nothing_holds_it(house: House):
    digest = store(house, picture(500))
    photo = house.attach(digest)
    assert run(house) == Mirrored()
    first, second = hold(house, photo), hold(house, photo)
    house.attach(lost := "ab" * 32)
    later(house, 0.1)
    assert run(house) == Mirrored(locked=1)
    with pytest.raises(BlobKept):
        house.blobs.inner.delete(digest)
    later(house, 0.1)
    assert run(house) == Mirrored()
    later(house, 1)
    assert run(house) == Mirrored(locked=1)
    auditor = person(house, Role.AUDITOR)
    later(house, 0.1)
    house.do(lambda s: holds.release(s, auditor, first.hold.id, house.clock()))
    later(house, 0.1)
    assert run(house) == Mirrored()
    later(house, 0.1)
    house.do(lambda s: holds.release(s, auditor, second.hold.id, house.clock()))
    assert run(house) == Mirrored(freed=1)
    house.blobs.inner.delete(digest)
    assert house.blobs.inner.head(lost) is None


def test_an_object_that_is_missing_is_no_reason_to_stop(house: House):
    digests = [store(house, picture(50)) for _ in range(2)]
    placed = [hold(house, house.attach(digest)) for digest in digests]
    house.blobs.inner.delete(digests[0])
    assert len(placed) == 2
    assert run(house) == Mirrored(locked=1)


def test_a_folder_has_no_locks_of_its_own(house: House, tmp_path: Path):
    hold(house, house.attach(store(house, picture(50))))
    assert run(house, DiskBlobs(tmp_path / "blobs")) == Mirrored()
