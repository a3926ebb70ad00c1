"""Pitfall 13: an upload hangs on a dead connection, or goes on at a wrong place.

Over real sockets, at one server; two servers and a power failure are in test_pitfall_13_spool.py,
every other way a part can end in tests/flow/test_upload.py.
"""

import time
from collections.abc import AsyncIterator, Callable
from uuid import UUID

import httpx
import msgspec
import pytest
from tests.factories import Server, Tablet, on_loopback
from tests.pitfalls.lines import (
    PHOTO,
    Line,
    await_bytes,
    create,
    hasten,
    is_stored,
    part,
    rest,
    stand,
    without_the_check_in_the_lease,
    written_bytes,
)

from fieldops.flow.holders import Holder, Turn
from fieldops.flow.newborn import Newborn
from fieldops.flow.receive import Part
from fieldops.flow.takeover import Takeover
from fieldops.flow.upload import Uploads
from fieldops.store.uploads import UploadRow

STEP_BYTES = 70_000
WITHIN_S = 2.0
"""How soon a tablet that is back gets on (protocol.md, "Photos")."""
WRONG = [0, 999, 1001, 100_000]


def come_back(server: Server, tablet: Tablet, by_head: bool) -> float:
    """A part froze; the tablet asks where to go on, or begins it again.  How long that took, in s.

    Raises ``httpx.TimeoutException`` if it gets no answer.
    """
    with on_loopback(server) as url:
        upload = create(tablet, url)
        with Line(tablet, upload) as frozen:
            frozen.send(PHOTO[:STEP_BYTES])
            await_bytes(server, upload, STEP_BYTES)
            began_s = time.monotonic()
            offset = stand(tablet, upload, WITHIN_S) if by_head else 0
            assert rest(tablet, upload, offset, WITHIN_S) == 204
            return time.monotonic() - began_s


@pytest.mark.parametrize("by_head", [True, False])
def test_a_new_connection_takes_over_from_a_frozen_one(
    server: Server, tablet: Tablet, by_head: bool
):
    assert come_back(server, tablet, by_head) < WITHIN_S
    assert is_stored(server)


@pytest.mark.parametrize("by_head", [True, False])
def test_without_preemption_it_waits_for_the_dead_one(
    server: Server, tablet: Tablet, monkeypatch: pytest.MonkeyPatch, by_head: bool
):
    monkeypatch.setattr(Holder, "preempt", lambda _self, _why: None)
    with pytest.raises(httpx.TimeoutException):
        come_back(server, tablet, by_head)
    assert not is_stored(server)


def freeze_twice(server: Server, tablet: Tablet) -> list[int]:
    """Two parts freeze on their way, one after the other; what HEAD answers after each."""
    with on_loopback(server) as url:
        upload = create(tablet, url)
        with Line(tablet, upload) as first:
            first.send(PHOTO[:STEP_BYTES])
            await_bytes(server, upload, STEP_BYTES)
            begin = stand(tablet, upload)
            with Line(tablet, upload, begin) as again:
                again.send(PHOTO[begin : begin + STEP_BYTES])
                await_bytes(server, upload, begin + STEP_BYTES)
                return [begin, stand(tablet, upload)]


def test_head_keeps_what_came_before_the_line_froze(
    server: Server, tablet: Tablet, monkeypatch: pytest.MonkeyPatch
):
    hasten(monkeypatch)
    assert freeze_twice(server, tablet) == [STEP_BYTES, 2 * STEP_BYTES]


def test_without_a_head_that_takes_over_a_bad_line_never_gets_on(
    server: Server, tablet: Tablet, monkeypatch: pytest.MonkeyPatch
):
    hasten(monkeypatch)

    async def leave_alone(_self: Takeover, _upload: UUID) -> bool:
        return True

    monkeypatch.setattr(Takeover, "quieten", leave_alone)
    assert freeze_twice(server, tablet) == [0, 0]


@pytest.mark.parametrize("offset", WRONG)
def test_a_wrong_offset_writes_nothing(server: Server, tablet: Tablet, offset: int):
    with on_loopback(server) as url:
        upload = create(tablet, url)
        assert part(tablet, upload, 0, PHOTO[:1000]).status_code == 204
        before_bytes = written_bytes(server, upload)
        answer = part(tablet, upload, offset, PHOTO[offset : offset + 10])
        assert (answer.status_code, answer.json()["extra"]["offset_bytes"]) == (409, 1000)
        assert written_bytes(server, upload) == before_bytes
        assert stand(tablet, upload) == 1000
        assert rest(tablet, upload, 1000) == 204
    assert is_stored(server)


def send_wrong(server: Server, tablet: Tablet, offset: int) -> tuple[int, int, int]:
    """1,000 bytes are acknowledged; then ten come at a wrong offset, and then the rest.

    The answer to the ten, where the upload stands after them, and the answer to the rest.
    """
    with on_loopback(server) as url:
        upload = create(tablet, url)
        assert part(tablet, upload, 0, PHOTO[:1000]).status_code == 204
        status = part(tablet, upload, offset, PHOTO[offset : offset + 10]).status_code
        now = stand(tablet, upload)
        return status, now, rest(tablet, upload, now)


def without_the_check_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take out the look at the offset before a part waits for its turn."""
    receive = Uploads._receive

    async def blind(
        self: Uploads,
        row: UploadRow,
        given: Part,
        stream: AsyncIterator[bytes],
        turn: Turn,
        newborn: Newborn | None,
    ) -> UploadRow:
        fitting = msgspec.structs.replace(row, offset_bytes=given.offset)
        return await receive(self, fitting, given, stream, turn, newborn)

    monkeypatch.setattr(Uploads, "_receive", blind)


TAKE_OUT = [without_the_check_before, without_the_check_in_the_lease]


@pytest.mark.parametrize("take_out", TAKE_OUT)
def test_either_check_of_the_offset_is_enough_for_one_tablet(
    server: Server,
    tablet: Tablet,
    monkeypatch: pytest.MonkeyPatch,
    take_out: Callable[[pytest.MonkeyPatch], None],
):
    take_out(monkeypatch)
    assert send_wrong(server, tablet, 999) == (409, 1000, 204)


@pytest.mark.parametrize("offset", WRONG)
def test_without_the_checks_of_the_offset_it_is_written(
    server: Server, tablet: Tablet, monkeypatch: pytest.MonkeyPatch, offset: int
):
    for take_out in TAKE_OUT:
        take_out(monkeypatch)
    status, now, end = send_wrong(server, tablet, offset)
    assert (status, now) == (204, offset + 10)
    # A stale one takes back what was acknowledged; behind a hole the whole photo is lost.
    assert (end, is_stored(server)) == ((410, False) if offset > 1000 else (204, True))


def stray(server: Server, tablet: Tablet, offset: int) -> tuple[int, int]:
    """While a part from byte 1,000 on is coming, ten bytes come for another offset.

    The answer to the ten bytes, and to the part.
    """
    with on_loopback(server) as url:
        upload = create(tablet, url)
        assert part(tablet, upload, 0, PHOTO[:1000]).status_code == 204
        with Line(tablet, upload, 1000) as busy:
            busy.send(PHOTO[1000:3000])
            await_bytes(server, upload, 3000)
            status = part(tablet, upload, offset, PHOTO[offset : offset + 10]).status_code
            busy.send(PHOTO[3000:])
            return status, busy.status()


@pytest.mark.parametrize("offset", [0, 999, 3001])
def test_a_wrong_offset_sends_nobody_away(server: Server, tablet: Tablet, offset: int):
    assert stray(server, tablet, offset) == (409, 204)
    assert is_stored(server)


@pytest.mark.parametrize("offset", [0, 3001])
def test_without_a_look_at_the_holder_a_stray_part_throws_it_out(
    server: Server, tablet: Tablet, monkeypatch: pytest.MonkeyPatch, offset: int
):
    async def for_anybody(self: Takeover, upload: UUID, _offset: int, _turn: Turn) -> bool:
        await self.clear(upload, "taken")
        return False

    monkeypatch.setattr(Takeover, "wait_for_turn", for_anybody)
    assert stray(server, tablet, offset) == (409, 423)
    assert not is_stored(server)
