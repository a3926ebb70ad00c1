"""A part that its own server comes to late: its tablet has long come back on another connection."""

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest
from tests.flow.uploading import House, Wire, body, checksum, create, picture, problem_of, until

from fieldops.flow import takeover
from fieldops.flow.holders import Holder, Stopped
from fieldops.flow.receive import Part
from fieldops.flow.spool import Spool


class SlowSpool(Spool):
    """The first to ask for room waits for the answer until the test gives it."""

    def __init__(self, spool: Spool) -> None:
        super().__init__(spool.folder)
        self.is_asked = threading.Event()
        self.may_answer = threading.Event()

    def has_room(self, more_bytes: int) -> bool:
        if not self.is_asked.is_set():
            self.is_asked.set()
            assert self.may_answer.wait(10)
        return super().has_room(more_bytes)


def test_a_late_part_sends_nobody_away(house: House):
    data = picture()

    async def scenario():
        one, wire = house.process(), Wire()
        slow = one.spool = SlowSpool(one.spool)
        made = await create(house, one, data)
        part = Part(0, checksum(data))
        late = asyncio.ensure_future(one.write(house.device, made, part, body(data[:1234])))
        await until(slow.is_asked.is_set)
        again = asyncio.ensure_future(one.write(house.device, made, part, wire.stream()))
        wire.send(data[:5678])
        await until(lambda: (h := one._holders.get(made)) and h.received == 5678)
        slow.may_answer.set()
        assert await problem_of(late) == "upload-locked"
        wire.send(data[5678:])
        wire.end()
        assert (await again).state == "done"

    asyncio.run(scenario())
    assert house.stored(data)


def test_what_a_head_has_said_no_late_part_changes(house: House, monkeypatch: pytest.MonkeyPatch):
    data = picture()
    monkeypatch.setattr(takeover, "SILENT_S", 0.1)

    async def scenario():
        one = house.process()
        slow = one.spool = SlowSpool(one.spool)
        made = await create(house, one, data)
        late = asyncio.ensure_future(one.write(house.device, made, Part(0), body(data[:1234])))
        await until(slow.is_asked.is_set)
        assert (await one.head(house.device, made)).offset_bytes == 0
        slow.may_answer.set()
        assert await problem_of(late) == "upload-locked"
        assert house.row(made).offset_bytes == 0
        assert (await one.write(house.device, made, Part(0), body(data))).state == "done"

    asyncio.run(scenario())
    assert house.stored(data)


def test_what_a_head_at_another_process_has_said_no_late_part_changes(house: House):
    data = picture()

    async def scenario() -> None:
        one, other = house.process(), house.process()
        made = await create(house, one, data)
        await one.write(house.device, made, Part(0), body(data[:1000]))
        slow = one.spool = SlowSpool(one.spool)
        late = asyncio.ensure_future(one.write(house.device, made, Part(1000), body(data[1000:])))
        await until(slow.is_asked.is_set)
        assert (await other.head(house.device, made)).offset_bytes == 1000
        slow.may_answer.set()
        assert await problem_of(late) == "upload-locked"
        assert (
            await other.write(house.device, made, Part(1000), body(data[1000:]))
        ).state == "done"

    asyncio.run(scenario())
    assert house.stored(data)


def test_a_late_part_takes_nothing_from_who_writes_at_another_process(house: House):
    data = picture()

    async def scenario() -> None:
        one, other, wire = house.process(), house.process(), Wire()
        made = await create(house, one, data)
        await one.write(house.device, made, Part(0), body(data[:1000]))
        slow = one.spool = SlowSpool(one.spool)
        late = asyncio.ensure_future(one.write(house.device, made, Part(1000), body(data[1000:])))
        await until(slow.is_asked.is_set)
        newer = other.write(house.device, made, Part(1000), wire.stream())
        going = asyncio.ensure_future(newer)
        await until(lambda: house.row(made).held_until_ms)
        slow.may_answer.set()
        assert await problem_of(late) == "upload-locked"
        wire.send(data[1000:])
        wire.end()
        assert (await going).state == "done"

    asyncio.run(scenario())
    assert house.stored(data)


def test_a_head_waits_for_a_part_that_is_about_to_begin(house: House):
    data = picture()

    async def scenario():
        one, wire = house.process(), Wire()
        slow = one.spool = SlowSpool(one.spool)
        made = await create(house, one, data)
        cut = asyncio.ensure_future(one.write(house.device, made, Part(0), wire.stream()))
        wire.send(data[:1234])
        wire.cut()
        await until(slow.is_asked.is_set)
        asked = asyncio.ensure_future(one.head(house.device, made))
        await asyncio.sleep(0.05)
        slow.may_answer.set()
        assert (await asked).offset_bytes == 1234
        assert await problem_of(cut) == "body-undecodable"

    asyncio.run(scenario())


def test_of_parts_that_come_one_after_the_other_the_last_one_writes(house: House):
    data = picture()

    async def scenario():
        one = house.process()
        slow = one.spool = SlowSpool(one.spool)
        made = await create(house, one, data)
        first = asyncio.ensure_future(one.write(house.device, made, Part(0), body(data[:10])))
        await until(slow.is_asked.is_set)
        second = one.write(house.device, made, Part(0), body(data[:1000]))
        assert (await second).offset_bytes == 1000
        third = one.write(house.device, made, Part(1000), body(data[1000:]))
        assert (await third).state == "done"
        slow.may_answer.set()
        assert await problem_of(first) == "upload-locked"

    asyncio.run(scenario())
    assert house.stored(data)


def test_who_is_sent_away_before_the_first_byte_goes_at_once():
    """As when a browser sends a request again whose connection was reset a moment ago."""

    async def scenario():
        silent = asyncio.Event()

        async def stream() -> AsyncIterator[bytes]:
            await silent.wait()
            yield b"never"

        for early in (True, False):
            holder = Holder(0)
            if early:
                holder.preempt("taken")
            coming = asyncio.ensure_future(holder.listen(stream(), lambda _chunk: None))
            if not early:
                asyncio.get_running_loop().call_soon(holder.preempt, "taken")
            with pytest.raises(Stopped):
                await asyncio.wait_for(coming, 5)

    asyncio.run(scenario())
