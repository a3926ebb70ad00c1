"""The first part of an upload that was begun here: no look, no lease, and still nobody's harm.

Where the creation carries it, the row comes late as well.
"""

import asyncio
from typing import Any, cast
from uuid import UUID, uuid4

import msgspec
import pytest
from tests.flow.uploading import (
    NOW_MS,
    House,
    Wire,
    body,
    create,
    create_late,
    picture,
    problem_of,
    until,
)

from fieldops.flow import newborn
from fieldops.flow.begin import Wanted, begin
from fieldops.flow.newborn import BIRTH_S, FRESH_MS, Birth, Newborn, Newborns
from fieldops.flow.receive import HOLD_MS, Part
from fieldops.store import uploads
from fieldops.store.engine import Store
from fieldops.store.uploads import UploadRow
from fieldops.store.writer import StoreBusy


def born(house: House) -> Newborn:
    wanted = Wanted(house.device, uuid4().bytes * 2, 9, "image/jpeg")
    return house.do(lambda session: begin(session, wanted, NOW_MS, 1000, 99))


def test_it_is_one_only_once_only_for_its_device_and_not_for_long(house: House):
    kept, first, second = Newborns(), born(house), born(house)
    kept.add(first)
    kept.add(second)
    assert kept.take(first.row.id, uuid4(), NOW_MS) is None
    assert kept.take(first.row.id, house.device, NOW_MS + FRESH_MS - 1) is first
    assert kept.take(first.row.id, house.device, NOW_MS) is None
    assert kept.take(second.row.id, house.device, NOW_MS + FRESH_MS) is None


def test_the_oldest_is_forgotten_when_there_are_many(house: House, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(newborn, "_MOST", 2)
    kept, all_of_them = Newborns(), [born(house) for _ in range(3)]
    for one in all_of_them:
        kept.add(one)
    taken = [kept.take(one.row.id, house.device, NOW_MS) for one in all_of_them]
    assert taken == [None, *all_of_them[1:]]


def test_a_photo_that_is_through_at_once_never_took_a_lease(house: House):
    data = picture(1000)

    async def scenario() -> UploadRow:
        one = house.process()
        made = await create(house, one, data)
        return await one.write(house.device, made, Part(0), body(data))

    row = asyncio.run(scenario())
    assert (row.state, row.lease) == ("done", 0)
    assert house.stored(data)


def test_who_writes_for_long_says_so_and_takes_it_back_at_the_end(house: House):
    data = picture(1000)

    async def scenario() -> None:
        one, wire = house.process(), Wire()
        made = await create(house, one, data)
        going = asyncio.ensure_future(one.write(house.device, made, Part(0), wire.stream()))
        await until(lambda: house.row(made).held_until_ms == NOW_MS + HOLD_MS)
        assert house.row(made).lease == 0
        wire.send(data[:600])
        wire.end()
        await going
        row = house.row(made)
        assert (row.offset_bytes, row.held_until_ms) == (600, 0)

    asyncio.run(scenario())


def test_who_was_taken_over_from_under_its_first_lease_acknowledges_nothing(house: House):
    data = picture()

    async def scenario() -> None:
        one, wire = house.process(), Wire()
        made = await create(house, one, data)
        going = asyncio.ensure_future(one.write(house.device, made, Part(0), wire.stream()))
        await until(lambda: one._holders.get(made))
        assert house.do(lambda session: uploads.take(session, made, 0, NOW_MS + 1, 0)) is not None
        wire.send(data)
        wire.end()
        assert await problem_of(going) == "upload-locked"
        row = house.row(made)
        assert (row.state, row.offset_bytes, row.lease) == ("open", 0, 1)

    asyncio.run(scenario())


def test_what_another_process_said_of_it_holds(house: House):
    """It may ask before the row says that somebody writes."""
    data = picture()

    async def scenario() -> None:
        one, other, wire = house.process(), house.process(), Wire()
        made = await create(house, one, data)
        assert (await one.head(house.device, made)).lease == 0
        going = asyncio.ensure_future(one.write(house.device, made, Part(0), wire.stream()))
        await until(lambda: one._holders.get(made))
        said = await other.head(house.device, made)
        assert (said.offset_bytes, said.lease) == (0, 1)
        wire.send(data)
        wire.end()
        assert await problem_of(going) == "upload-locked"
        assert (await other.write(house.device, made, Part(0), body(data))).state == "done"

    asyncio.run(scenario())


@pytest.mark.parametrize("elsewhere", [False, True])
def test_first_parts_count_among_what_their_device_writes(house: House, elsewhere: bool):
    house.limits = msgspec.structs.replace(house.limits, device_uploads=1)
    data = picture(1000)

    async def scenario() -> None:
        one, wire = house.process(), Wire()
        other = house.process() if elsewhere else one
        busy = await create(house, one, data)
        early = None if elsewhere else await create(house, other, data)
        going = asyncio.ensure_future(one.write(house.device, busy, Part(0), wire.stream()))
        await until(lambda: house.row(busy).held_until_ms if elsewhere else one._holders.get(busy))
        second = early or await create(house, other, data)
        refused = other.write(house.device, second, Part(0), body(data))
        assert await problem_of(refused) == "uploads-too-many"
        wire.send(data)
        wire.end()
        assert (await going).state == "done"
        assert (await other.write(house.device, second, Part(0), body(data))).state == "done"

    asyncio.run(scenario())


def test_of_two_first_parts_at_once_one_is_told_to_wait(house: House):
    """Both were looked at before either wrote."""
    house.limits = msgspec.structs.replace(house.limits, device_uploads=1)
    datas = [picture(1000) for _ in range(2)]

    async def scenario() -> list[str]:
        one, wires = house.process(), [Wire(), Wire()]
        ids = [await create(house, one, data) for data in datas]
        calls = [
            asyncio.ensure_future(one.write(house.device, made, Part(0), wire.stream()))
            for made, wire in zip(ids, wires, strict=True)
        ]
        done, _ = await asyncio.wait(calls, return_when=asyncio.FIRST_COMPLETED)
        told = [await problem_of(one) for one in done]
        for wire, data in zip(wires, datas, strict=True):
            wire.send(data)
            wire.end()
        await asyncio.wait(calls)
        return told

    assert asyncio.run(scenario()) == ["uploads-too-many"]
    assert sum(map(house.stored, datas)) == 1


def test_nothing_is_left_of_a_first_part_that_could_not_begin(house: House):
    data = picture(1000)

    async def scenario() -> None:
        one = house.process()
        made = await create(house, one, data)
        with one._holders.hold(made, 5):
            assert await problem_of(one.write(house.device, made, Part(0), body(data))) == (
                "upload-offset"
            )
        assert not list(house.spool_dir.iterdir())

    asyncio.run(scenario())


def found(house: House, upload: UUID) -> UploadRow | None:
    return house.look(lambda session: uploads.get(session, upload))


def test_what_is_through_at_once_is_recorded_once(house: House):
    """The row is first seen when the photo is stored, with all that was said of it."""
    data = picture(1000)

    async def scenario() -> None:
        one = house.process()
        made = await create_late(house, one, data)
        assert found(house, made) is None
        await one.write(house.device, made, Part(0), body(data))
        row = house.row(made)
        assert (row.state, row.offset_bytes, row.made_ms) == ("done", 1000, NOW_MS)
        await asyncio.sleep(BIRTH_S * 1.5)
        assert found(house, made) == row
        assert not one._newborns.unwritten(house.device)

    asyncio.run(scenario())


def test_who_does_not_send_at_once_has_a_row_soon(house: House):
    async def scenario() -> None:
        one = house.process()
        made = await create_late(house, one, picture(1000))
        await until(lambda: found(house, made))
        assert house.row(made).state == "open"
        await until(lambda: not one._newborns.unwritten(house.device))

    asyncio.run(scenario())


def test_whoever_asks_finds_what_has_just_begun(house: House):
    async def scenario() -> None:
        one = house.process()
        made = await create_late(house, one, picture(1000))
        assert (await one.head(house.device, made)).id == made
        ended = await create_late(house, one, picture(1000))
        await one.end(house.device, ended)
        assert house.row(ended).state == "ended"

    asyncio.run(scenario())


def test_what_breaks_off_at_once_can_go_on(house: House):
    data = picture(1000)

    async def scenario() -> None:
        one, wire = house.process(), Wire()
        made = await create_late(house, one, data)
        going = asyncio.ensure_future(one.write(house.device, made, Part(0), wire.stream()))
        wire.send(data[:300])
        wire.cut()
        assert await problem_of(going) == "body-undecodable"
        assert house.row(made).offset_bytes == 300
        row = await one.write(house.device, made, Part(300), body(data[300:]))
        assert row.state == "done"

    asyncio.run(scenario())


def test_uploads_without_a_row_count_among_those_that_are_open(house: House):
    house.limits = msgspec.structs.replace(house.limits, open_uploads=2)

    async def scenario() -> None:
        one = house.process()
        for _ in range(2):
            await create_late(house, one, picture(1000))
        assert await problem_of(create_late(house, one, picture(1000))) == "uploads-too-many"

    asyncio.run(scenario())


def test_a_server_that_stops_leaves_no_upload_without_a_row(house: House):
    async def scenario() -> UUID:
        one = house.process()
        made = await create_late(house, one, picture(1000))
        await one.close()
        return made

    assert house.row(asyncio.run(scenario())).state == "open"


def test_what_was_answered_is_durable(house: House):
    """A creation without a byte is answered by the upload's address, which holds."""

    async def scenario() -> None:
        one = house.process()
        wanted = Wanted(house.device, uuid4().bytes * 2, 1000, "image/jpeg")
        assert found(house, (await one.create(wanted)).id) is not None
        late = await one.create(wanted, is_late=True)
        assert (await one.write_first(late, Part(0), body(b""))).offset_bytes == 0
        assert found(house, late.id) is not None

    asyncio.run(scenario())


class Failing:
    """A store whose writer is busy once."""

    def __init__(self, store: Store) -> None:
        self.left = 1
        self._store = store

    def write(self, job: Any) -> Any:
        self.left -= 1
        if self.left == 0:
            raise StoreBusy("once")
        return self._store.write(job)


def test_a_row_that_cannot_be_written_is_written_later(house: House):
    row, ended = born(house).row, []
    later = msgspec.structs.replace(row, id=uuid4())

    async def scenario() -> None:
        store = Failing(house.store)
        Birth(cast(Store, store), later, lambda: ended.append(store.left))
        await until(lambda: ended)

    asyncio.run(scenario())
    assert ended == [-1]
    assert found(house, later.id) == later


def test_an_upload_that_has_ended_is_not_done_by_who_comes_late(house: House):
    row = born(house).row
    house.do(lambda session: uploads.settle(session, row.id, "ended", "open", NOW_MS))
    assert not house.do(lambda session: uploads.complete(session, row, NOW_MS))
    assert house.row(row.id).state == "ended"
