"""The last step of an upload, when several try it, or something happened in between."""

import asyncio
import os
import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.flow.uploading import (
    NOW_MS,
    House,
    body,
    create,
    flipped,
    picture,
    problem_of,
    send_whole,
    sha256,
)

from fieldops.flow import finish as finishing
from fieldops.flow.finish import finish, finish_whole
from fieldops.flow.holders import Turn
from fieldops.flow.land import keep
from fieldops.flow.receive import FULL_S, Filling, Part
from fieldops.flow.spool import Room, Spool, SpoolLost
from fieldops.flow.upload import Uploads
from fieldops.model.problem import ProblemError, slug_of
from fieldops.store import uploads
from fieldops.store.blobs import Adoption
from fieldops.store.uploads import UploadRow, UploadState


def complete(house: House, data: bytes, sent: bytes | None = None) -> UploadRow:
    """An upload whose bytes are all in the spool, in two parts, while the blob store was down."""

    async def scenario() -> UploadRow:
        one = house.process()
        house.blobs.is_down = True
        made = await create(house, one, data)
        coming = data if sent is None else sent
        await one.write(house.device, made, Part(0), body(coming[:1]))
        waits = one.write(house.device, made, Part(1), body(coming[1:]))
        assert await problem_of(waits) == "store-down"
        house.blobs.is_down = False
        return house.row(made)

    return asyncio.run(scenario())


def settle(house: House, row: UploadRow, state: UploadState) -> None:
    assert house.do(lambda s: uploads.settle(s, row.id, state, "verifying", NOW_MS))


@pytest.mark.parametrize(
    ("state", "outcome"), [("done", "stored"), ("bad", "bad"), ("ended", "gone")]
)
def test_what_is_over_is_told_as_it_ended(house: House, state: UploadState, outcome: str):
    row = complete(house, picture(1000))
    settle(house, row, state)
    spool = Spool(house.spool_dir)
    assert finish(house.store, house.blobs, spool, row.id, NOW_MS) == outcome
    spool.remove(row.id)
    assert finishing._lost(house.store, spool, row, NOW_MS) == outcome


def test_bytes_kept_after_the_upload_was_ended_leave_no_second_trace(house: House):
    data = picture(1000)
    row = complete(house, data)
    asyncio.run(send_whole(house, house.process(), data))
    settle(house, row, "ended")
    before = house.audited("media.")
    assert house.do(lambda session: keep(session, 0, row, NOW_MS))
    assert house.audited("media.") == before
    assert house.row(row.id).state == "ended"


def test_bad_bytes_found_twice_are_told_once(house: House):
    row = complete(house, data := picture(1000), flipped(data))
    spool = Spool(house.spool_dir)
    assert finish(house.store, house.blobs, spool, row.id, NOW_MS) == "bad"
    assert finishing._reject(house.store, spool, row, NOW_MS) == "bad"
    assert len(house.audited("media.reject")) == 1


def test_bytes_hashed_on_the_way_are_refused_even_while_the_store_is_down(house: House):
    data = picture(1000)

    async def scenario():
        one = house.process()
        house.blobs.is_down = True
        made = await create(house, one, data)
        wrong = one.write(house.device, made, Part(0), body(flipped(data)))
        assert await problem_of(wrong) == "media-hash-mismatch"
        assert house.row(made).state == "bad"

    asyncio.run(scenario())
    assert not list(house.spool_dir.iterdir())


def test_a_photo_of_one_part_becomes_the_blob_as_it_lies(house: House):
    data = picture(1000)

    async def scenario() -> int:
        one = house.process()
        house.blobs.is_down = True
        made = await create(house, one, data)
        waits = one.write(house.device, made, Part(0), body(data))
        assert await problem_of(waits) == "store-down"
        file = Spool(house.spool_dir).whole(made, len(data))
        assert file is not None
        house.blobs.is_down = False
        row, before = house.row(made), file.stat().st_ino
        outcome = finish(house.store, house.blobs, one.spool, made, NOW_MS, row.sha256)
        assert outcome == "stored"
        return before

    inode = asyncio.run(scenario())
    with house.blobs.get(sha256(data)) as stored:
        assert stored.read() == data
        if isinstance(house.blobs, Adoption):
            assert os.fstat(stored.fileno()).st_ino == inode


def test_one_bad_upload_does_not_hold_up_the_others(house: House):
    complete(house, first := picture(1000), flipped(first))
    good = picture(1000)
    complete(house, good)
    stored = finishing.finish_pending(house.store, house.blobs, Spool(house.spool_dir), NOW_MS)
    assert stored == 1
    assert house.stored(good)
    assert not house.stored(first)


def test_one_that_the_disk_does_not_give_back_does_not_hold_up_the_others(house: House):
    spool = Spool(house.spool_dir)
    stuck, sound = picture(1000), picture(1000)
    row = complete(house, stuck)
    complete(house, sound)
    files = [*house.spool_dir.glob(f"{row.id.hex}.*")]
    for file in files:
        file.rename(house.spool_dir / f"aside-{file.name}")
        file.symlink_to(file)  # To be read it says ELOOP, as a bad disk says EIO.
    assert finishing.finish_pending(house.store, house.blobs, spool, NOW_MS) == 1
    assert (house.stored(stuck), house.stored(sound)) == (False, True)
    for file in files:
        (house.spool_dir / f"aside-{file.name}").replace(file)
    assert finishing.finish_pending(house.store, house.blobs, spool, NOW_MS) == 1
    assert house.stored(stuck)


def test_who_waits_for_the_same_upload_waits_together(house: House):
    data = picture(1000)

    async def scenario(one: Uploads) -> None:
        calls = [one.write(house.device, row.id, Part(len(data)), body()) for _ in range(4)]
        answers = await asyncio.gather(*calls)
        assert {answer.state for answer in answers} == {"done"}

    row = complete(house, data)
    before = house.blobs.puts
    asyncio.run(scenario(house.process()))
    assert house.blobs.puts == before + 1


def test_an_empty_part_writes_nothing(house: House):
    async def scenario() -> None:
        one = house.process()
        made = await create(house, one, picture(1000))
        row = await one.write(house.device, made, Part(0), body())
        assert (row.offset_bytes, row.held_until_ms) == (0, 0)
        assert not list(house.spool_dir.iterdir())

    asyncio.run(scenario())


def test_an_upload_that_ends_while_its_part_begins_is_gone(house: House):
    async def scenario() -> None:
        one = house.process()
        made = await create(house, one, picture(1000))
        stale = house.row(made)
        await one.end(house.device, made)
        begun = one._receive(stale, Part(0), body(b"x"), Turn())
        assert await problem_of(begun) == "upload-gone"

    asyncio.run(scenario())


def test_an_op_and_its_bytes_that_arrive_together_never_miss_each_other(house: House):
    """Without the lock on the hash, a photo would await for ever what is there (PostgreSQL)."""
    with ThreadPoolExecutor(2) as pool:
        for _ in range(25):
            data = os.urandom(100)
            row = complete(house, data)
            told = pool.submit(house.attach, sha256(data))
            spool = Spool(house.spool_dir)
            assert finish(house.store, house.blobs, spool, row.id, NOW_MS) == "stored"
            assert house.photo(told.result(20)).state == "stored"


def test_sync_of_a_file_that_vanishes_counts_as_nothing(house: House):
    spool = Spool(house.spool_dir)
    made = house.row(complete(house, data := picture(100)).id)
    (house.spool_dir / f"{made.id.hex}.9.part").write_bytes(b"half a copy")
    with spool.assembled(made.id, len(data)) as source:
        assert source.read() == data
        assert source.seek(-10, os.SEEK_END) == 90
        assert source.read(4) == data[90:94]
        assert source.seek(2, os.SEEK_CUR) == 96
        assert source.tell() == 96
        assert source.read() == data[96:]
    (house.spool_dir / f"{made.id.hex}.8.0").symlink_to(house.spool_dir / "vanished")
    with pytest.raises(SpoolLost):
        spool.assembled(made.id, len(data))


def test_a_spool_that_is_full_says_come_back_and_loses_nothing(house: House):
    async def scene() -> None:
        one = house.process(room=Room(max_bytes=500_000))
        first, second = picture(400_000), picture(400_000)
        upload = await create(house, one, first)
        part = Part(0, length=300_000)
        row = await one.write(house.device, upload, part, body(first[:300_000]))
        assert row.offset_bytes == 300_000
        other = await create(house, one, second)
        whole = Part(0, length=len(second))
        with pytest.raises(ProblemError) as caught:
            await one.write(house.device, other, whole, body(second))
        assert caught.value.problem.status == 503
        assert slug_of(caught.value.problem) == "too-busy"
        assert caught.value.problem.extra["retry_after_s"] >= FULL_S
        rest = Part(300_000, length=100_000)
        row = await one.write(house.device, upload, rest, body(first[300_000:]))
        assert row.state == "done", "what is under way still gets through"
        row = await one.write(house.device, other, whole, body(second))
        assert row.state == "done", "and makes room"
        assert house.stored(first)
        assert house.stored(second)

    asyncio.run(scene())


def test_a_disk_that_is_nearly_full_is_left_to_the_database(house: House):
    async def scene() -> None:
        free = shutil.disk_usage(house.spool_dir.parent).free
        one = house.process(room=Room(free_bytes=free + 2**40))
        data = picture()
        upload = await create(house, one, data)
        assert await problem_of(one.write(house.device, upload, Part(0), body(data))) == "too-busy"
        first = await one.write_first(house.row(upload), Part(0), body(data))
        assert (first.state, first.offset_bytes) == ("open", 0), "a creation gives its address"
        assert list(house.spool_dir.iterdir()) == []

    asyncio.run(scene())


def spooled(house: House, data: bytes) -> Filling:
    """An upload whose holder has written everything in one part and acknowledged nothing."""

    async def scenario() -> UploadRow:
        return house.row(await create(house, house.process(), data))

    made = asyncio.run(scenario())
    held = house.do(lambda s: uploads.take(s, made.id, 0, NOW_MS + 5000, 0))
    assert held is not None
    segment = Spool(house.spool_dir).open(held.id, held.lease, 0)
    segment.write(data)
    return Filling(held, segment, Part(0))


def whole(house: House, filling: Filling) -> bool:
    return finish_whole(
        house.store, house.blobs, Spool(house.spool_dir), filling, NOW_MS, lambda: True
    )


def test_what_came_whole_is_acknowledged_when_it_is_stored(house: House):
    data = picture(1000)
    filling = spooled(house, data)
    if not isinstance(house.blobs, Adoption):
        # Over a network nothing is kept from a tablet until a store has answered.
        assert not whole(house, filling)
        return
    assert whole(house, filling)
    row = house.row(filling.held.id)
    assert (row.state, row.offset_bytes, row.held_until_ms) == ("done", 1000, 0)
    assert house.stored(data)
    assert not list(house.spool_dir.iterdir())


def test_who_lost_the_lease_acknowledges_nothing(house: House):
    """The bytes are what they are, and stay; but the upload is another's."""
    data = picture(1000)
    filling = spooled(house, data)
    taken = house.do(lambda s: uploads.take(s, filling.held.id, 0, NOW_MS + 5000, 1))
    assert taken is not None
    assert not whole(house, filling)
    row = house.row(filling.held.id)
    assert (row.state, row.offset_bytes) == ("open", 0)
    assert list(house.spool_dir.iterdir())


def test_a_store_that_is_down_keeps_nothing_back(house: House):
    filling = spooled(house, picture(1000))
    house.blobs.is_down = True
    assert not whole(house, filling)
    assert house.row(filling.held.id).state == "open"
