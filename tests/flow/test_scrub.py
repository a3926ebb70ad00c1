"""Stored bytes are read back: what is damaged is said to be, owed, and mended by its tablet."""

import asyncio
import io
from pathlib import Path
from typing import BinaryIO

import pytest
from tests.flow.caring import (
    DAY_MS,
    collector,
    dangling,
    later,
    scrubber,
    state,
    store,
    write,
)
from tests.flow.uploading import House, SwitchedBlobs, flipped, picture, send_whole

from fieldops.flow.caretake import last_round
from fieldops.flow.carework import Check, Checked
from fieldops.flow.scrub import EMPTY, Paced, Scrubber, StoreLooksEmpty
from fieldops.store import checks
from fieldops.store.blobs import BlobStore, BlobStoreDown
from fieldops.store.blobs.disk import DiskBlobs
from fieldops.store.turn import turn


def damage(house: House, digest: str, data: bytes) -> None:
    """One bit flips where the bytes lie."""
    inner = house.blobs.inner
    if isinstance(inner, DiskBlobs):
        place: Path = inner._place(digest)
        place.write_bytes(flipped(data))
        return
    # Under the store's own hand: other bytes under the same key, as if it had never noticed.
    key = inner._key(digest)  # type: ignore[attr-defined]
    inner._client.put_object(  # type: ignore[attr-defined]
        inner._bucket,  # type: ignore[attr-defined]
        key,
        io.BytesIO(flipped(data)),
        len(data),
    )


def test_a_flipped_bit_is_found_told_and_mended_by_the_tablet(house: House):
    digest = store(house, data := picture(5000))
    photo = house.attach(digest)
    assert house.photo(photo).state == "stored"
    assert scrubber(house).run_due(later(house, 29)).photos == 0
    damage(house, digest, data)
    done = scrubber(house).run_due(later(house, 2))
    assert done.damaged == [digest]
    assert house.status(data) == ["bad"]
    told = house.photo(photo)
    assert (told.state, told.body["stored"]) == ("awaiting", None)
    assert told.body["damaged"] == {"sha256": digest, "reason": "damaged"}
    assert house.look(checks.damaged) == [bytes.fromhex(digest)]
    assert len(house.audited("media.damage")) == 1
    assert [one.way for one in house.plan(data)] == ["tus"]
    asyncio.run(send_whole(house, house.process(), data))
    assert house.status(data) == ["stored"]
    assert house.stored(data)
    mended = house.photo(photo)
    assert mended.state == "stored"
    assert mended.body["damaged"] is None
    assert dangling(house) == []


def test_damage_and_mending_may_come_again_and_again(house: House):
    digest = store(house, data := picture(5000))
    photo = house.attach(digest)
    for _ in range(3):
        damage(house, digest, data)
        assert scrubber(house).run_due(later(house, 31)).damaged == [digest]
        assert house.photo(photo).state == "awaiting"
        store(house, data)
        assert house.photo(photo).state == "stored"
        assert house.stored(data)


def test_what_is_missing_is_awaited_and_comes_back_with_its_folder(house: House):
    digest = store(house, data := picture(500))
    photo = house.attach(digest)
    house.blobs.delete(digest)
    assert scrubber(house).run_due(later(house, 31)).damaged == [digest]
    assert state(house, digest) == "lost"
    assert house.status(data) == ["awaiting"]
    assert scrubber(house).run_due(later(house, 0.5)).photos == 0
    house.blobs.put(digest, io.BytesIO(data), len(data))
    assert scrubber(house).run_due(later(house, 1)).mended == [digest]
    assert house.photo(photo).state == "stored"
    assert len(house.audited("media.mend")) == 1


def test_what_is_damaged_stays_so_until_it_is_mended(house: House):
    digest = store(house, data := picture(500))
    house.attach(digest)
    damage(house, digest, data)
    assert scrubber(house).run_due(later(house, 31)).damaged == [digest]
    again = scrubber(house).run_due(later(house, 2))
    assert (again.photos, again.damaged) == (1, [])
    assert len(house.audited("media.damage")) == 1


def test_a_damaged_copy_is_all_there_may_be_and_is_not_removed(house: House):
    digest = store(house, data := picture(500))
    house.attach(digest)
    damage(house, digest, data)
    scrubber(house).run_due(later(house, 31))
    collector(house).run(later(house, 100))
    with house.blobs.get(digest) as source:
        assert source.read() == flipped(data)


def test_an_empty_store_is_no_damage(house: House):
    names = [store(house, picture(100)) for _ in range(EMPTY)]
    for name in names:
        house.blobs.delete(name)
    with pytest.raises(StoreLooksEmpty):
        scrubber(house).run_due(later(house, 31))
    assert {state(house, name) for name in names} == {"stored"}


def test_a_store_that_is_down_is_no_damage(house: House):
    class Down(SwitchedBlobs):
        def get(self, sha256: str) -> BinaryIO:  # noqa: ARG002
            raise BlobStoreDown("no route")

        def check(self) -> None:
            raise BlobStoreDown("no route")

    digest = store(house, picture(100))
    blobs: BlobStore = Down(house.blobs.inner)
    down = Scrubber(house.store, blobs, write(house), 30)
    with pytest.raises(BlobStoreDown):
        down.run_due(later(house, 31))
    assert state(house, digest) == "stored"


def test_what_a_working_store_cannot_read_is_damaged(house: House):
    class Unreadable(SwitchedBlobs):
        def get(self, sha256: str) -> BinaryIO:  # noqa: ARG002
            raise BlobStoreDown("a bad sector")

    digest = store(house, picture(100))
    blobs: BlobStore = Unreadable(house.blobs.inner)
    found = Scrubber(house.store, blobs, write(house), 30).run_due(later(house, 31))
    assert found.damaged == [digest]
    assert scrubber(house).run_some([bytes.fromhex(digest)]).mended == [digest]


def test_bytes_stored_anew_since_they_were_read_are_not_called_damaged(house: House):
    digest = store(house, data := picture(100))
    damage(house, digest, data)
    scrubber(house).run_due(later(house, 31))
    store(house, data)
    stale = [Checked(digest, "damaged", 0), Checked(digest, "mended", 0)]
    assert write(house)(Check(stale[:1])) == []
    assert write(house)(Check(stale[1:])) == []
    assert state(house, digest) == "stored"


def test_a_round_is_remembered_and_goes_on_where_it_stopped(house: House):
    for _ in range(25):
        store(house, picture(50))
    now_ms = later(house, 31)
    turns = iter([True, False])
    assert scrubber(house).run_due(now_ms, lambda: next(turns)).photos == 20
    assert house.look(lambda s: last_round(s, "scrub")) is None
    with turn(house.store, "scrub"):
        assert scrubber(house).run_due(now_ms).photos == 0
    assert scrubber(house).run_due(now_ms).photos == 5
    last = house.look(lambda s: last_round(s, "scrub"))
    assert last is not None
    assert last.at_ms == now_ms
    assert house.look(lambda s: checks.standing(s, now_ms - 30 * DAY_MS)).overdue == 0


def test_it_reads_no_faster_than_it_may():
    naps: list[float] = []
    paced = Paced(20, naps.append)
    paced(1_000_000)
    paced(10_000_000)
    assert naps == [0.05, 0.5]
