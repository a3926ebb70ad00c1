"""Uploads: every byte once, whoever dies; nothing called stored before it is."""

import asyncio
import random
import time
from uuid import uuid4

import msgspec
import pytest
from tests.factories import SOON_S
from tests.flow.uploading import (
    NOW_MS,
    House,
    Wire,
    body,
    checksum,
    create,
    flipped,
    picture,
    pieces,
    problem_of,
    send_whole,
    sha256,
    until,
)

from fieldops.flow import finish, finishing, holders, receive, takeover
from fieldops.flow.begin import Wanted
from fieldops.flow.receive import Part
from fieldops.store import media, uploads

HOUR_MS = 3_600_000


def test_the_last_byte_is_answered_when_everything_is_stored_and_told(house: House):
    data, again = picture(), picture(1000)
    photo = house.attach(sha256(data))
    assert house.photo(photo).state == "awaiting"

    async def scenario():
        one = house.process()
        made = await create(house, one, data)
        row = await one.write(house.device, made, Part(0), body(data[:1000]))
        assert (row.state, row.offset_bytes) == ("open", 1000)
        assert house.status(data) == ["awaiting"]
        row = await one.write(house.device, made, Part(1000), body(*pieces(data[1000:], [7, 99])))
        assert (row.state, row.offset_bytes) == ("done", len(data))
        assert (await one.head(house.device, made)).offset_bytes == len(data)
        await send_whole(house, one, again)

    asyncio.run(scenario())
    assert house.stored(data)
    assert house.status(data) == ["stored"]
    told = house.photo(photo)
    assert told.state == "stored"
    stands = told.body["stored"]
    assert (stands["size_bytes"], stands["mime"]) == (len(data), "image/jpeg")
    stored = {entry.detail["sha256"]: entry.detail["photos"] for entry in house.audited("media.")}
    assert stored == {sha256(data): 1, sha256(again): 0}
    assert not list(house.spool_dir.iterdir())


def test_a_photo_named_after_its_bytes_came_is_stored_at_once(house: House):
    data = picture()
    asyncio.run(send_whole(house, house.process(), data))
    assert house.photo(house.attach(sha256(data))).state == "stored"


def test_the_same_bytes_twice_change_nothing(house: House):
    data = picture()
    photo = house.attach(sha256(data))

    async def scenario():
        one, two = house.process(), house.process()
        await asyncio.gather(send_whole(house, one, data), send_whole(house, two, data))
        revision = house.photo(photo).revision
        await send_whole(house, one, data)
        assert house.photo(photo).revision == revision == 2

    asyncio.run(scenario())
    assert house.stored(data)
    rows = house.look(lambda session: media.get(session, [bytes.fromhex(sha256(data))]))
    assert [row.state for row in rows.values()] == ["stored"]


def test_a_voided_photo_is_not_written_to(house: House):
    data = picture(1000)
    photo = house.attach(sha256(data))
    from fieldops.flow import enter

    raw = enter.desk_op(
        "record.void@1", ("photo", photo), house.site, house.user, {"reason": "误拍"}, NOW_MS,
        base=house.photo(photo).heads,
    )  # fmt: skip
    house.do(lambda session: enter.enter_desk(session, [raw], house.user, NOW_MS))
    asyncio.run(send_whole(house, house.process(), data))
    assert house.photo(photo).state == "voided"
    assert house.status(data) == ["stored"]


def test_an_empty_file_is_complete_when_it_is_created(house: House):
    async def scenario():
        one = house.process()
        made = await create(house, one, b"")
        assert house.row(made).state == "done"
        digest = bytes.fromhex(sha256(b"something"))
        assert (
            await problem_of(one.create(Wanted(house.device, digest, 0, "image/jpeg")))
            == "media-hash-mismatch"
        )

    asyncio.run(scenario())
    assert house.stored(b"")


@pytest.mark.parametrize("offset", [0, 999, 1001, 3000])
def test_another_offset_is_refused_and_nothing_written(house: House, offset: int):
    data = picture(5000)

    async def scenario():
        one = house.process()
        made = await create(house, one, data)
        await one.write(house.device, made, Part(0), body(data[:1000]))
        refused = one.write(house.device, made, Part(offset), body(data[offset:]))
        assert await problem_of(refused) == "upload-offset"
        assert (await one.head(house.device, made)).offset_bytes == 1000
        await one.write(house.device, made, Part(1000), body(data[1000:]))
        late = one.write(house.device, made, Part(offset), body())
        assert await problem_of(late) == "upload-offset"
        # The answer to the last part was lost: saying the same end again is fine.
        assert (await one.write(house.device, made, Part(5000), body())).state == "done"

    asyncio.run(scenario())
    assert house.stored(data)


def test_more_bytes_than_announced_are_refused(house: House):
    data = picture(1000)

    async def scenario():
        one = house.process()
        made = await create(house, one, data)
        said = one.write(house.device, made, Part(0, length=1001), body(data + b"!"))
        assert await problem_of(said) == "upload-too-large"
        sent = one.write(house.device, made, Part(0), body(data, b"!"))
        assert await problem_of(sent) == "upload-too-large"
        row = house.row(made)
        assert (row.offset_bytes, row.held_until_ms) == (0, 0)
        assert not list(house.spool_dir.iterdir())
        await one.write(house.device, made, Part(0, length=1000), body(data))

    asyncio.run(scenario())
    assert house.stored(data)


def test_size_limit_at_n_and_beyond(house: House):
    house.limits = msgspec.structs.replace(house.limits, photo_bytes=1000)

    async def scenario():
        one = house.process()
        await send_whole(house, one, picture(1000))
        assert await problem_of(create(house, one, picture(1001))) == "upload-too-large"

    asyncio.run(scenario())


def test_a_holder_that_goes_on_sending_is_waited_for_no_longer_than_the_silence(
    house: House, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(takeover, "SILENT_S", 0.02)
    monkeypatch.setattr(takeover, "_PEEK_S", 0.01)

    async def scenario():
        one, made = house.process(), uuid4()
        monkeypatch.setattr(holders.Holder, "silent_s", 0.0)
        with one._holders.hold(made, 0) as busy:
            assert await one._takeover.quieten(made)
            assert not busy.released.is_set()

    asyncio.run(scenario())


def test_flipped_byte_is_never_stored(house: House):
    data = picture()
    photo = house.attach(sha256(data))

    async def scenario():
        one = house.process()
        made = await create(house, one, data)
        bad = one.write(house.device, made, Part(0), body(flipped(data)))
        assert await problem_of(bad) == "media-hash-mismatch"
        assert house.status(data) == ["bad"]
        assert await problem_of(one.head(house.device, made)) == "upload-gone"
        assert await problem_of(one.write(house.device, made, Part(0), body())) == "upload-gone"
        assert house.blobs.head(sha256(data)) is None
        assert house.blobs.head(sha256(flipped(data))) is None
        assert house.photo(photo).state == "awaiting"
        assert house.plan(data)[0].url.endswith("/uploads")
        await create(house, one, data)
        assert house.status(data) == ["awaiting"]

    asyncio.run(scenario())
    assert len(house.audited("media.reject")) == 1
    assert not list(house.spool_dir.iterdir())


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_damaged_part_is_cut_off_and_the_upload_lives(house: House, algorithm: str):
    data = picture()

    async def scenario():
        one = house.process()
        made = await create(house, one, data)
        first = Part(0, checksum(data[:1000], algorithm))
        await one.write(house.device, made, first, body(data[:1000]))
        second = Part(1000, checksum(data[1000:], algorithm))
        bad = one.write(house.device, made, second, body(flipped(data[1000:])))
        assert await problem_of(bad) == "chunk-checksum-mismatch"
        assert (await one.head(house.device, made)).offset_bytes == 1000
        row = await one.write(house.device, made, second, body(data[1000:]))
        assert row.state == "done"

    asyncio.run(scenario())
    assert house.stored(data)


def test_head_takes_over_from_a_frozen_part_and_keeps_its_bytes(house: House):
    data = picture()

    async def scenario():
        one, wire = house.process(), Wire()
        made = await create(house, one, data)
        frozen = asyncio.ensure_future(one.write(house.device, made, Part(0), wire.stream()))
        wire.send(data[:1234])
        await until(lambda: (h := one._holders.get(made)) and h.received == 1234)
        begun = time.monotonic()
        row = await one.head(house.device, made)
        assert time.monotonic() - begun < SOON_S
        assert row.offset_bytes == 1234
        assert await problem_of(frozen) == "upload-locked"
        row = await one.write(house.device, made, Part(1234), body(data[1234:]))
        assert row.state == "done"

    asyncio.run(scenario())
    assert house.stored(data)


def test_a_part_takes_over_at_once_where_the_frozen_one_began(house: House):
    data = picture()

    async def scenario():
        one, wire = house.process(), Wire()
        made = await create(house, one, data)
        frozen = asyncio.ensure_future(one.write(house.device, made, Part(0), wire.stream()))
        wire.send(data[:1234])
        await until(lambda: (h := one._holders.get(made)) and h.received == 1234)
        begun = time.monotonic()
        row = await one.write(house.device, made, Part(0), body(data))
        assert time.monotonic() - begun < SOON_S
        assert row.state == "done"
        assert await problem_of(frozen) == "upload-locked"

    asyncio.run(scenario())
    assert house.stored(data)


def test_a_part_goes_on_where_the_frozen_one_stopped(house: House):
    data = picture()

    async def scenario():
        one, wire = house.process(), Wire()
        made = await create(house, one, data)
        frozen = asyncio.ensure_future(one.write(house.device, made, Part(0), wire.stream()))
        wire.send(data[:1234])
        await until(lambda: (h := one._holders.get(made)) and h.received == 1234)
        stale = one.write(house.device, made, Part(1235), body(b"x"))
        assert await problem_of(stale) == "upload-offset"
        row = await one.write(house.device, made, Part(1234), body(data[1234:]))
        assert row.state == "done"
        assert await problem_of(frozen) == "upload-locked"

    asyncio.run(scenario())
    assert house.stored(data)


def test_a_frozen_part_with_a_checksum_goes_back_to_its_start(house: House):
    data = picture()

    async def scenario():
        one, wire = house.process(), Wire()
        made = await create(house, one, data)
        part = Part(0, checksum(data))
        frozen = asyncio.ensure_future(one.write(house.device, made, part, wire.stream()))
        wire.send(data[:1234])
        await until(lambda: (h := one._holders.get(made)) and h.received == 1234)
        assert (await one.head(house.device, made)).offset_bytes == 0
        assert await problem_of(frozen) == "upload-locked"
        assert (await one.write(house.device, made, part, body(data))).state == "done"

    asyncio.run(scenario())
    assert house.stored(data)


def test_head_leaves_a_busy_part_alone(house: House, monkeypatch: pytest.MonkeyPatch):
    data = picture(100_000)
    monkeypatch.setattr(takeover, "SILENT_S", 0.3)
    monkeypatch.setattr(takeover, "_PEEK_S", 0.05)

    async def scenario():
        one, wire = house.process(), Wire()
        made = await create(house, one, data)
        busy = asyncio.ensure_future(one.write(house.device, made, Part(0), wire.stream()))
        await until(lambda: one._holders.get(made))
        asked = asyncio.ensure_future(one.head(house.device, made))
        for piece in pieces(data, [1000] * 40):
            wire.send(piece)
            await asyncio.sleep(0.02)
        assert (await asked).offset_bytes == 0
        wire.end()
        assert (await busy).state == "done"

    asyncio.run(scenario())
    assert house.stored(data)


def test_head_waits_for_a_part_that_is_just_ending(house: House):
    data = picture(1000)

    async def scenario():
        one, wire = house.process(), Wire()
        made = await create(house, one, data)
        going = asyncio.ensure_future(one.write(house.device, made, Part(0), wire.stream()))
        await until(lambda: one._holders.get(made))
        asked = asyncio.ensure_future(one.head(house.device, made))
        await asyncio.sleep(0.02)
        wire.send(data[:500])
        wire.end()
        assert (await going).offset_bytes == 500
        assert (await asked).offset_bytes == 500

    asyncio.run(scenario())


def test_a_cut_connection_keeps_what_came(house: House):
    data = picture()

    async def scenario():
        one, wire = house.process(), Wire()
        made = await create(house, one, data)
        wire.send(data[:777])
        wire.cut()
        broken = one.write(house.device, made, Part(0), wire.stream())
        assert await problem_of(broken) == "body-undecodable"
        assert (await one.head(house.device, made)).offset_bytes == 777

    asyncio.run(scenario())


def test_a_silent_connection_is_given_up(house: House, monkeypatch: pytest.MonkeyPatch):
    data = picture()
    monkeypatch.setattr(holders.Holder.__init__, "__defaults__", (0.05,))

    async def scenario():
        one, wire = house.process(), Wire()
        made = await create(house, one, data)
        wire.send(data[:777])
        silent = one.write(house.device, made, Part(0), wire.stream())
        assert await problem_of(silent) == "too-busy"
        row = await one.head(house.device, made)
        assert (row.offset_bytes, row.held_until_ms) == (777, 0)

    asyncio.run(scenario())


def test_a_request_that_is_cancelled_lets_go(house: House):
    data = picture()

    async def scenario():
        one, wire = house.process(), Wire()
        made = await create(house, one, data)
        going = asyncio.ensure_future(one.write(house.device, made, Part(0), wire.stream()))
        await until(lambda: one._holders.get(made))
        wire.send(data[:10])
        await until(lambda: (h := one._holders.get(made)) and h.received == 10)
        going.cancel()
        with pytest.raises(asyncio.CancelledError):
            await going
        assert one._holders.get(made) is None
        assert house.row(made).held_until_ms == 0
        assert (await one.write(house.device, made, Part(0), body(data))).state == "done"

    asyncio.run(scenario())
    assert house.stored(data)


def test_long_parts_are_acknowledged_on_the_way(house: House, monkeypatch: pytest.MonkeyPatch):
    data = picture(100_000)
    monkeypatch.setattr(receive, "FLUSH_BYTES", 30_000)

    async def scenario():
        one, wire = house.process(), Wire()
        made = await create(house, one, data)
        going = asyncio.ensure_future(one.write(house.device, made, Part(0), wire.stream()))
        for start in (0, 30_000, 60_000):
            wire.send(data[start : start + 30_000])
            await until(lambda: house.row(made).offset_bytes == start + 30_000)  # noqa: B023
        wire.send(data[90_000:])
        wire.end()
        assert (await going).state == "done"

    asyncio.run(scenario())
    assert house.stored(data)


@pytest.mark.parametrize("flush", [("FLUSH_BYTES", 30_000), ("FLUSH_S", 0.0)])
def test_a_part_whose_last_bytes_are_due_ends_like_any_other(
    house: House, monkeypatch: pytest.MonkeyPatch, flush: tuple[str, float]
):
    monkeypatch.setattr(receive, *flush)

    async def scenario():
        one = house.process()
        for data, sizes in ((picture(90_000), [10_000] * 9), (picture(90_000), [90_000])):
            wanted = Wanted(house.device, bytes.fromhex(sha256(data)), len(data), "image/jpeg")
            created = await one.create(wanted)
            row = await one.write_first(created, Part(0), body(*pieces(data, sizes)))
            assert (row.state, row.offset_bytes) == ("done", len(data))
            assert house.stored(data)

    asyncio.run(scenario())


def test_slow_parts_with_a_checksum_stay_held(house: House, monkeypatch: pytest.MonkeyPatch):
    data = picture(1000)
    monkeypatch.setattr(receive, "FLUSH_S", 0.0)

    async def scenario():
        one, wire = house.process(), Wire()
        made = await create(house, one, data)
        part = Part(0, checksum(data))
        going = asyncio.ensure_future(one.write(house.device, made, part, wire.stream()))
        await until(lambda: house.row(made).held_until_ms)
        house.clock.now_ms += 4000
        wire.send(data[:400])
        await until(lambda: house.row(made).held_until_ms == NOW_MS + 4000 + receive.HOLD_MS)
        assert house.row(made).offset_bytes == 0
        wire.send(data[400:])
        wire.end()
        assert (await going).state == "done"

    asyncio.run(scenario())


def test_three_at_once_and_not_four(house: House):
    async def scenario():
        one, other = house.process(), house.process()
        wires = [Wire() for _ in range(4)]
        datas = [picture(1000) for _ in range(4)]
        ids = [await create(house, one, data) for data in datas]
        going = [
            asyncio.ensure_future(one.write(house.device, ids[n], Part(0), wires[n].stream()))
            for n in range(3)
        ]
        await until(lambda: all(house.row(made).held_until_ms for made in ids[:3]))
        fourth = other.write(house.device, ids[3], Part(0), body(datas[3]))
        assert await problem_of(fourth) == "uploads-too-many"
        wires[0].send(datas[0])
        wires[0].end()
        await going[0]
        row = await other.write(house.device, ids[3], Part(0), body(datas[3]))
        assert row.state == "done"
        for n in (1, 2):
            wires[n].send(datas[n])
            wires[n].end()
        await asyncio.gather(*going[1:])

    asyncio.run(scenario())


def test_holders_that_died_count_no_longer(house: House):
    house.limits = msgspec.structs.replace(house.limits, device_uploads=1)

    async def scenario():
        one = house.process()
        dead, alive = picture(1000), picture(1000)
        made = await create(house, one, dead)
        house.do(lambda s: uploads.take(s, made, 0, NOW_MS + receive.HOLD_MS, 0))
        second = await create(house, one, alive)
        refused = one.write(house.device, second, Part(0), body(alive))
        assert await problem_of(refused) == "uploads-too-many"
        house.clock.now_ms += receive.HOLD_MS
        assert (await one.write(house.device, second, Part(0), body(alive))).state == "done"

    asyncio.run(scenario())


def test_another_process_takes_over_by_the_lease(house: House):
    data = picture()

    async def scenario():
        one, two, wire = house.process(), house.process(), Wire()
        made = await create(house, one, data)
        frozen = asyncio.ensure_future(one.write(house.device, made, Part(0), wire.stream()))
        wire.send(data[:5000])
        await until(lambda: (h := one._holders.get(made)) and h.received == 5000)
        begun = time.monotonic()
        assert (await two.head(house.device, made)).offset_bytes == 0
        row = await two.write(house.device, made, Part(0), body(data[:2000]))
        assert time.monotonic() - begun < SOON_S
        assert row.offset_bytes == 2000
        wire.send(data[5000:])
        wire.end()
        # The stale holder has all the bytes, and cannot commit one of them.
        assert await problem_of(frozen) == "upload-locked"
        assert house.row(made).offset_bytes == 2000
        assert (await one.write(house.device, made, Part(2000), body(data[2000:]))).state == "done"

    asyncio.run(scenario())
    assert house.stored(data)


def test_another_process_leaves_a_busy_holder_alone(house: House):
    data = picture(100_000)

    async def scenario():
        one, two, wire = house.process(), house.process(), Wire()
        made = await create(house, one, data)
        busy = asyncio.ensure_future(one.write(house.device, made, Part(0), wire.stream()))
        await until(lambda: house.row(made).held_until_ms)
        asked = asyncio.ensure_future(two.head(house.device, made))
        for piece in pieces(data, [1000] * 20):
            wire.send(piece)
            await asyncio.sleep(0.02)
        assert (await asked).offset_bytes == 0
        wire.end()
        assert (await busy).state == "done"

    asyncio.run(scenario())
    assert house.stored(data)


def test_another_process_sees_a_part_end(house: House):
    data = picture(1000)

    async def scenario():
        one, two, wire = house.process(), house.process(), Wire()
        made = await create(house, one, data)
        wire.send(data[:600])
        busy = asyncio.ensure_future(one.write(house.device, made, Part(0), wire.stream()))
        await until(lambda: (h := one._holders.get(made)) and h.received == 600)
        await until(lambda: house.row(made).held_until_ms)
        asked = asyncio.ensure_future(two.head(house.device, made))
        await asyncio.sleep(0.05)
        wire.end()
        await busy
        assert (await asked).offset_bytes == 600

    asyncio.run(scenario())


def test_a_hold_that_ran_out_is_taken_at_once(house: House):
    data = picture(1000)

    async def scenario():
        one = house.process()
        made = await create(house, one, data)
        house.do(lambda s: uploads.take(s, made, 0, NOW_MS + 10, 0))
        house.clock.now_ms += 10
        begun = time.monotonic()
        row = await one.head(house.device, made)
        # Nobody is asked to let go: that would take ``SILENT_S``.
        assert time.monotonic() - begun < 0.95
        assert (row.lease, row.held_until_ms) == (2, 0)

    asyncio.run(scenario())


def test_a_takeover_that_comes_too_late_answers_what_stands(house: House):
    data = picture(1000)

    async def scenario():
        one = house.process()
        made = await create(house, one, data)
        seen = house.do(lambda s: uploads.take(s, made, 0, NOW_MS + 10, 0))
        assert seen is not None
        house.do(lambda s: uploads.take(s, made, 0, NOW_MS + 99_000, 1))
        house.clock.now_ms += 10
        assert await one._takeover.fence(seen) is None

    asyncio.run(scenario())


def test_a_holder_that_hangs_is_not_waited_for_for_ever(
    house: House, monkeypatch: pytest.MonkeyPatch
):
    data = picture(1000)
    monkeypatch.setattr(takeover, "LET_GO_S", 0.05)

    async def scenario():
        one = house.process()
        made = await create(house, one, data)
        with one._holders.hold(made, 0):
            stuck = one.write(house.device, made, Part(0), body(data))
            assert await problem_of(stuck) == "upload-locked"

    asyncio.run(scenario())


def test_five_parts_at_once_leave_one_file(house: House):
    data = picture()

    async def scenario():
        one, two = house.process(), house.process()
        made = await create(house, one, data)
        calls = [
            process.write(house.device, made, Part(0), body(*pieces(data, [9999] * 20)))
            for process in (one, two, one, two, one)
        ]
        answers = await asyncio.gather(*calls, return_exceptions=True)
        assert any(getattr(answer, "state", "") == "done" for answer in answers), answers

    asyncio.run(scenario())
    assert house.stored(data)


@pytest.mark.parametrize("seed", range(6))
def test_random_cuts_always_resume_byte_exact(house: House, seed: int):
    chance = random.Random(seed)
    data = chance.randbytes(200_000)

    async def scenario():
        processes = [house.process(), house.process()]
        made = await create(house, processes[0], data)
        for _ in range(200):
            one = chance.choice(processes)
            offset = (await one.head(house.device, made)).offset_bytes
            if offset == len(data):
                return
            wire = Wire()
            end = min(len(data), offset + chance.randrange(1, 60_000))
            chunk = data[offset:end]
            part = Part(offset, checksum(chunk) if chance.random() < 0.4 else None)
            arriving = chunk[: chance.randrange(len(chunk) + 1)] if chance.random() < 0.5 else chunk
            for piece in pieces(arriving, [chance.randrange(1, 20_000) for _ in range(3)]):
                wire.send(piece)
            wire.end() if arriving is chunk else wire.cut()
            call = asyncio.ensure_future(one.write(house.device, made, part, wire.stream()))
            if chance.random() < 0.2:
                await asyncio.sleep(chance.random() * 0.01)
                call.cancel()
            await asyncio.wait({call})
        raise AssertionError("no end")

    asyncio.run(scenario())
    assert house.stored(data)


def test_ended_uploads_are_gone_and_stored_photos_stay(house: House):
    half, whole = picture(), picture()

    async def scenario():
        one, wire = house.process(), Wire()
        made = await create(house, one, half)
        wire.send(half[:10])
        going = asyncio.ensure_future(one.write(house.device, made, Part(0), wire.stream()))
        await until(lambda: (h := one._holders.get(made)) and h.received == 10)
        await one.end(house.device, made)
        assert await problem_of(going) == "upload-locked"
        assert await problem_of(one.head(house.device, made)) == "upload-gone"
        assert await problem_of(one.end(house.device, made)) == "upload-gone"
        done = await send_whole(house, one, whole)
        await one.end(house.device, done)
        assert await problem_of(one.head(house.device, done)) == "upload-gone"

    asyncio.run(scenario())
    assert house.stored(whole)
    assert not list(house.spool_dir.iterdir())
    assert len(house.audited("media.terminate")) == 2


def test_a_foreign_upload_answers_like_an_absent_one(house: House):
    data, foreigner = picture(), house.add_foreigner()

    async def scenario():
        one = house.process()
        made = await create(house, one, data)
        for upload_id, device in ((made, foreigner), (uuid4(), house.device)):
            assert await problem_of(one.head(device, upload_id)) == "not-found"
            assert await problem_of(one.end(device, upload_id)) == "not-found"
            foreign = one.write(device, upload_id, Part(0), body(data))
            assert await problem_of(foreign) == "not-found"

    asyncio.run(scenario())


def test_an_upload_expires_and_every_part_gives_it_time(house: House):
    data = picture()

    async def scenario():
        one = house.process(hours=2)
        made = await create(house, one, data)
        house.clock.now_ms += HOUR_MS
        row = await one.write(house.device, made, Part(0), body(data[:1000]))
        assert row.expires_ms == NOW_MS + 3 * HOUR_MS
        house.clock.now_ms += 2 * HOUR_MS - 1
        assert (await one.head(house.device, made)).offset_bytes == 1000
        house.clock.now_ms += 1
        assert await problem_of(one.head(house.device, made)) == "upload-gone"
        assert house.plan(data)[0].url.endswith("/uploads")
        assert list(house.spool_dir.iterdir())
        assert await one.sweep() == 1
        assert await one.sweep() == 0
        assert house.row(made).state == "ended"
        assert not list(house.spool_dir.iterdir())
        house.clock.now_ms += finish.ORPHAN_DAYS * 24 * HOUR_MS + 1
        await one.sweep()
        assert house.look(lambda session: uploads.get(session, made)) is None

    asyncio.run(scenario())


def test_leftovers_in_the_spool_are_swept_when_old(house: House):
    async def scenario():
        one = house.process()
        made = await create(house, one, picture(1000))
        await one.write(house.device, made, Part(0), body(b"x" * 10))
        leftover = house.spool_dir / f"{uuid4().hex}.1.0"
        leftover.write_bytes(b"?")
        (house.spool_dir / "strange").write_bytes(b"?")
        assert finish.sweep(house.store, one.spool, NOW_MS) == 0
        assert leftover.exists()
        assert finish.sweep(house.store, one.spool, NOW_MS, idle_s=0) == 1
        assert sorted(path.name for path in house.spool_dir.iterdir()) == [
            *([f"{made.hex}.0.0", "strange"] if f"{made.hex}" < "s" else []),
        ]

    asyncio.run(scenario())


def test_while_the_store_is_down_bytes_wait_and_are_not_called_stored(house: House):
    data = picture()
    photo = house.attach(sha256(data))

    async def scenario():
        one = house.process()
        house.blobs.is_down = True
        made = await create(house, one, data)
        waits = one.write(house.device, made, Part(0), body(data))
        assert await problem_of(waits) == "store-down"
        assert house.status(data) == ["verifying"]
        assert house.photo(photo).state == "awaiting"
        row = await one.head(house.device, made)
        assert (row.state, row.offset_bytes) == ("verifying", len(data))
        assert house.plan(data)[0].url.endswith(f"/uploads/{made}")
        assert await one.finish_pending() == 0
        house.blobs.is_down = False
        assert await one.finish_pending() == 1
        assert await one.finish_pending() == 0

    asyncio.run(scenario())
    assert house.stored(data)
    assert house.status(data) == ["stored"]
    assert house.photo(photo).state == "stored"


def test_a_store_that_came_back_is_noticed_by_the_next_head_or_part(house: House):
    first, second = picture(), picture()

    async def scenario():
        one = house.process()
        house.blobs.is_down = True
        ids = [await create(house, one, data) for data in (first, second)]
        for made, data in zip(ids, (first, second), strict=True):
            waits = one.write(house.device, made, Part(0), body(data))
            assert await problem_of(waits) == "store-down"
        house.blobs.is_down = False
        assert (await one.head(house.device, ids[0])).state == "done"
        row = await one.write(house.device, ids[1], Part(len(second)), body())
        assert row.state == "done"

    asyncio.run(scenario())
    assert house.stored(first)
    assert house.stored(second)


def test_a_slow_store_is_not_waited_for_for_ever(house: House, monkeypatch: pytest.MonkeyPatch):
    data = picture(1000)
    monkeypatch.setattr(finishing, "FINISH_S", 0.0)

    async def scenario():
        one = house.process()
        made = await create(house, one, data)
        await one.write(house.device, made, Part(0), body(data[:500]))
        waits = one.write(house.device, made, Part(500), body(data[500:]))
        assert await problem_of(waits) == "store-down"
        await until(lambda: house.status(data) == ["stored"])

    asyncio.run(scenario())


def test_a_bug_while_finishing_reaches_who_waits(house: House, monkeypatch: pytest.MonkeyPatch):
    data = picture(1000)

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    async def scenario():
        one = house.process()
        made = await create(house, one, data)
        monkeypatch.setattr(finishing, "finish", broken)
        await one.write(house.device, made, Part(0), body(data[:500]))
        with pytest.raises(ZeroDivisionError):
            await one.write(house.device, made, Part(500), body(data[500:]))
        assert house.row(made).state == "verifying"
        monkeypatch.undo()
        assert await one.finish_pending() == 1

    asyncio.run(scenario())
    assert house.stored(data)


def test_a_spool_that_was_emptied_ends_the_upload(house: House):
    data = picture()

    async def scenario():
        one = house.process()
        house.blobs.is_down = True
        made = await create(house, one, data)
        assert await problem_of(one.write(house.device, made, Part(0), body(data))) == "store-down"
        one.spool.remove(made)
        house.blobs.is_down = False
        again = one.write(house.device, made, Part(len(data)), body())
        assert await problem_of(again) == "upload-gone"
        assert house.row(made).state == "ended"

    asyncio.run(scenario())
    assert not house.stored(data)


def test_an_emptied_spool_is_noticed_when_many_parts_are_copied(
    house: House, monkeypatch: pytest.MonkeyPatch
):
    data = picture(1000)
    monkeypatch.setattr("fieldops.flow.spool.SEGMENTS_MAX", 1)

    async def scenario():
        one = house.process()
        made = await create(house, one, data)
        await one.write(house.device, made, Part(0), body(data[:10]))
        (house.spool_dir / f"{made.hex}.0.0").write_bytes(b"short")
        lost = one.write(house.device, made, Part(10), body(data[10:]))
        assert await problem_of(lost) == "upload-gone"
        assert house.row(made).state == "ended"

    asyncio.run(scenario())


def test_many_small_parts_are_copied_into_one_file(house: House, monkeypatch: pytest.MonkeyPatch):
    data = picture(5000)
    monkeypatch.setattr("fieldops.flow.spool.SEGMENTS_MAX", 3)

    async def scenario():
        one = house.process()
        made = await create(house, one, data)
        for offset in range(0, 4900, 100):
            part = Part(offset)
            await one.write(house.device, made, part, body(data[offset : offset + 100]))
            assert len(list(house.spool_dir.iterdir())) <= 3
        await one.write(house.device, made, Part(4900), body(data[4900:]))

    asyncio.run(scenario())
    assert house.stored(data)


def test_a_full_disk_loses_nothing_acknowledged(house: House, monkeypatch: pytest.MonkeyPatch):
    data = picture()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    async def scenario():
        one = house.process()
        made = await create(house, one, data)
        await one.write(house.device, made, Part(0), body(data[:1000]))
        with monkeypatch.context() as patched:
            patched.setattr("fieldops.flow.spool.Segment.write", full)
            refused = one.write(house.device, made, Part(1000), body(data[1000:]))
            assert await problem_of(refused) == "store-down"
        assert (await one.head(house.device, made)).offset_bytes == 1000
        assert (await one.write(house.device, made, Part(1000), body(data[1000:]))).state == "done"

    asyncio.run(scenario())
    assert house.stored(data)


def test_closing_lets_holders_keep_what_they_have(house: House):
    data = picture()

    async def scenario():
        one, wire = house.process(), Wire()
        made = await create(house, one, data)
        going = asyncio.ensure_future(one.write(house.device, made, Part(0), wire.stream()))
        wire.send(data[:1234])
        await until(lambda: (h := one._holders.get(made)) and h.received == 1234)
        begun = time.monotonic()
        await one.close()
        assert time.monotonic() - begun < SOON_S
        assert await problem_of(going) == "upload-locked"
        assert house.row(made).offset_bytes == 1234
        refused = one.write(house.device, made, Part(1234), body(data[1234:]))
        assert await problem_of(refused) == "too-busy"

    asyncio.run(scenario())


def test_a_first_part_that_must_wait_still_gives_the_address(house: House):
    house.limits = msgspec.structs.replace(house.limits, device_uploads=0)
    data = picture(1000)

    async def scenario():
        one = house.process()
        row = house.row(await create(house, one, data))
        assert (await one.write_first(row, Part(0), body(data))).offset_bytes == 0
        assert house.row(row.id).state == "open"

    asyncio.run(scenario())


def test_a_damaged_first_part_leaves_no_upload(house: House):
    data = picture(1000)

    async def scenario():
        one = house.process()
        row = house.row(await create(house, one, data))
        part = Part(0, checksum(data))
        bad = one.write_first(row, part, body(flipped(data)))
        assert await problem_of(bad) == "chunk-checksum-mismatch"
        assert house.row(row.id).state == "ended"
        row = house.row(await create(house, one, data))
        assert await problem_of(one.write_first(row, Part(0), body(flipped(data)))) == (
            "media-hash-mismatch"
        )

    asyncio.run(scenario())
