"""Pitfall 13, beyond one server: who was taken over from wakes up, or the power fails.

Two servers on one database and one spool, real sockets, real files.  A power failure is played on
the files: whatever was not made durable by fsync is gone, bytes and names.
"""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from stat import S_ISDIR
from typing import NamedTuple
from uuid import UUID

import msgspec
import pytest
from sqlmodel import Session
from tests.factories import Server, Tablet, on_loopback
from tests.pitfalls.lines import (
    PHOTO,
    Line,
    ask,
    await_bytes,
    create,
    elsewhere,
    hasten,
    holder,
    is_stored,
    part,
    rest,
    second,
    stand,
    until,
    without_the_check_in_the_lease,
    written_bytes,
)

from fieldops.flow import spool
from fieldops.flow.holders import Holder, Turn
from fieldops.flow.receive import Receiver
from fieldops.flow.spool import Segment, Spool
from fieldops.store import uploads
from fieldops.store.uploads import UploadRow

STEP_BYTES = 70_000


class Frozen(NamedTuple):
    """A part that froze at one server, and the way to the same upload by another."""

    line: Line
    here: Server
    there: Server
    upload: str
    """The address here."""
    again: str
    """The address there."""


@contextmanager
def frozen(server: Server, tablet: Tablet, monkeypatch: pytest.MonkeyPatch) -> Iterator[Frozen]:
    """A part that froze here after 70,000 bytes; the tablet will come back there."""
    hasten(monkeypatch)
    other = second(server)
    with on_loopback(server) as url, on_loopback(other) as other_url:
        upload = create(tablet, url)
        with Line(tablet, upload) as line:
            line.send(PHOTO[:STEP_BYTES])
            await_bytes(server, upload, STEP_BYTES)
            until(lambda: written_bytes(server, upload) == STEP_BYTES)
            yield Frozen(line, server, other, upload, elsewhere(upload, other_url))


def without_the_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has bytes may acknowledge them, taken over from or not."""
    advance = uploads.advance

    def anybody(session: Session, held: UploadRow, *terms: int) -> UploadRow | None:
        row = uploads.get(session, held.id)
        return row and advance(session, msgspec.structs.replace(held, lease=row.lease), *terms)

    async def in_parts(_self: Receiver, _holder: Holder) -> None: ...

    monkeypatch.setattr(uploads, "advance", anybody)
    # Acknowledging by storing asks for the lease as well.
    monkeypatch.setattr(Receiver, "_land", in_parts)


def wake_late(case: Frozen, tablet: Tablet) -> tuple[int, int]:
    """Two thousand bytes are acknowledged there; then the frozen part wakes up and ends.

    Its answer, and that of a HEAD.
    """
    assert stand(tablet, case.again) == 0
    assert part(tablet, case.again, 0, PHOTO[:2000]).headers["upload-offset"] == "2000"
    case.line.send(PHOTO[STEP_BYTES:])
    return case.line.status(), ask(tablet, case.again).status_code


def test_who_was_taken_over_from_acknowledges_nothing(
    server: Server, tablet: Tablet, monkeypatch: pytest.MonkeyPatch
):
    with frozen(server, tablet, monkeypatch) as case:
        assert wake_late(case, tablet) == (423, 200)
        assert stand(tablet, case.again) == 2000
        assert rest(tablet, case.again, 2000) == 204
    assert is_stored(server)


def test_without_the_lease_a_late_one_ruins_the_upload(
    server: Server, tablet: Tablet, monkeypatch: pytest.MonkeyPatch
):
    without_the_lease(monkeypatch)
    with frozen(server, tablet, monkeypatch) as case:
        assert wake_late(case, tablet) == (410, 410)
    assert not is_stored(server)


def change_after_head(case: Frozen, tablet: Tablet) -> int:
    """HEAD names an offset there; here the frozen part breaks off, and would keep what it has.

    The answer to a part that goes on at the offset that HEAD named.
    """
    offset = stand(tablet, case.again)
    case.line.close()
    until(lambda: holder(case.here, case.upload) is None)
    return rest(tablet, case.again, offset)


def test_what_head_answered_holds(server: Server, tablet: Tablet, monkeypatch: pytest.MonkeyPatch):
    with frozen(server, tablet, monkeypatch) as case:
        assert change_after_head(case, tablet) == 204
    assert is_stored(server)


def test_without_a_fence_the_offset_moves_after_head(
    server: Server, tablet: Tablet, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(uploads, "fence", lambda _session, row: row)
    with frozen(server, tablet, monkeypatch) as case:
        assert change_after_head(case, tablet) == 409
        assert stand(tablet, case.again) == STEP_BYTES
    assert not is_stored(server)


def write_both(case: Frozen, tablet: Tablet, kept_bytes: int) -> tuple[bytes, int]:
    """The frozen part goes on here while another is being sent there, until so much is kept.

    What stands in the newest file then, and the answer to the other once it has ended.
    """
    stand(tablet, case.again)
    with Line(tablet, case.again) as other:
        other.send(PHOTO[:50_000])
        await_bytes(case.there, case.upload, 50_000)
        until(lambda: written_bytes(case.there, case.upload) == kept_bytes - 30_000)
        case.line.send(PHOTO[STEP_BYTES:100_000])
        await_bytes(case.here, case.upload, 100_000)
        until(lambda: written_bytes(case.here, case.upload) == kept_bytes)
        files = sorted(case.here.core.uploads.spool.folder.iterdir())
        content = files[-1].read_bytes()
        other.send(PHOTO[50_000:])
        return content, other.status()


def test_two_who_write_at_once_have_a_file_each(
    server: Server, tablet: Tablet, monkeypatch: pytest.MonkeyPatch
):
    with frozen(server, tablet, monkeypatch) as case:
        assert write_both(case, tablet, 150_000) == (PHOTO[:50_000], 204)
    assert is_stored(server)


def test_without_a_file_for_each_lease_their_bytes_mix(
    server: Server, tablet: Tablet, monkeypatch: pytest.MonkeyPatch
):
    def same(self: Spool, upload: UUID, _lease: int, start: int) -> Segment:
        segment = Segment(self.folder / f"{upload.hex}.0.0")
        os.truncate(segment.path, start)
        return segment

    monkeypatch.setattr(Spool, "open", same)
    with frozen(server, tablet, monkeypatch) as case:
        mixed = PHOTO[:50_000] + PHOTO[STEP_BYTES:100_000]
        assert write_both(case, tablet, len(mixed)) == (mixed, 460)
    assert not is_stored(server)


def race(server: Server, tablet: Tablet, monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    """Ten bytes for offset 0 arrive there, and before their turn a thousand are taken here.

    The answer to the ten, and where the upload stands then.
    """
    other, gate = second(server), Gate()
    monkeypatch.setattr(other.core.uploads._takeover, "wait_for_turn", gate.wait)
    with on_loopback(server) as url, on_loopback(other) as other_url:
        upload = create(tablet, url)
        with Line(tablet, elsewhere(upload, other_url), 0, 10) as late:
            late.send(PHOTO[:10])
            until(lambda: gate.is_reached)
            assert part(tablet, upload, 0, PHOTO[:1000]).status_code == 204
            gate.is_open = True
            return late.status(), stand(tablet, upload)


class Gate:
    """Where a part waits between the look at the upload's offset and taking its lease."""

    def __init__(self) -> None:
        self.is_reached = False
        self.is_open = False

    async def wait(self, _upload: UUID, _offset: int, _turn: Turn) -> bool:
        self.is_reached = True
        while not self.is_open:
            await asyncio.sleep(0.005)
        return False


def test_of_two_parts_for_one_offset_one_is_refused(
    server: Server, tablet: Tablet, monkeypatch: pytest.MonkeyPatch
):
    assert race(server, tablet, monkeypatch) == (409, 1000)


def test_without_the_check_in_the_lease_bytes_are_taken_back(
    server: Server, tablet: Tablet, monkeypatch: pytest.MonkeyPatch
):
    without_the_check_in_the_lease(monkeypatch)
    assert race(server, tablet, monkeypatch) == (204, 10)


class Disk:
    """A spool's disk that loses what was not made durable when the power fails."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._folder = folder
        self._names: set[str] = set()
        self._sizes: dict[int, int] = {}
        self._fsync = os.fsync
        self._steps = 0
        monkeypatch.setattr(os, "fsync", self.fsync)

    def fsync(self, handle: int) -> None:
        found = os.fstat(handle)
        if S_ISDIR(found.st_mode):
            self._names |= set(os.listdir(handle))
        else:
            self._sizes[found.st_ino] = found.st_size
        self._fsync(handle)

    def fail(self) -> None:
        """The power fails, and comes back."""
        for path in self._folder.iterdir():
            if path.name in self._names:
                os.truncate(path, self._sizes.get(path.stat().st_ino, 0))
            else:
                path.unlink()

    def fail_at_the_second(self) -> None:
        """One of two steps begins; before the second one can do anything the power fails."""
        self._steps += 1
        if self._steps == 2:
            self.fail()
            raise OSError("the power failed")


def go_on(tablet: Tablet, upload: str) -> tuple[int, int]:
    """Where the upload stands after the power failure, and the answer to the rest of it."""
    offset = stand(tablet, upload)
    return offset, rest(tablet, upload, offset)


def fail_after_the_answer(
    server: Server, tablet: Tablet, monkeypatch: pytest.MonkeyPatch
) -> tuple[int, int]:
    """The power fails when a part was just acknowledged."""
    disk = Disk(server.core.uploads.spool.folder, monkeypatch)
    with on_loopback(server) as url:
        upload = create(tablet, url)
        assert part(tablet, upload, 0, PHOTO[:STEP_BYTES]).status_code == 204
        disk.fail()
        return go_on(tablet, upload)


def test_acknowledged_bytes_survive_a_power_failure(
    server: Server, tablet: Tablet, monkeypatch: pytest.MonkeyPatch
):
    assert fail_after_the_answer(server, tablet, monkeypatch) == (STEP_BYTES, 204)
    assert is_stored(server)


@pytest.mark.parametrize("guard", ["bytes", "names"])
def test_without_fsync_acknowledged_bytes_are_lost(
    server: Server, tablet: Tablet, monkeypatch: pytest.MonkeyPatch, guard: str
):
    if guard == "bytes":
        monkeypatch.setattr(Segment, "sync", lambda self: spool.sync_folder(self.path.parent))
    else:
        monkeypatch.setattr(spool, "sync_folder", lambda _folder: None)
    assert fail_after_the_answer(server, tablet, monkeypatch) == (STEP_BYTES, 410)
    assert not is_stored(server)


def fail_between(
    server: Server, tablet: Tablet, monkeypatch: pytest.MonkeyPatch
) -> tuple[int, int]:
    """The power fails between the two steps of acknowledging: fsync and the commit."""
    disk = Disk(server.core.uploads.spool.folder, monkeypatch)
    sync, commit = Segment.sync, Receiver._commit

    def synced(self: Segment) -> None:
        disk.fail_at_the_second()
        sync(self)

    async def committed(self: Receiver, offset_bytes: int, until_ms: int) -> UploadRow:
        disk.fail_at_the_second()
        return await commit(self, offset_bytes, until_ms)

    monkeypatch.setattr(Segment, "sync", synced)
    monkeypatch.setattr(Receiver, "_commit", committed)
    with on_loopback(server) as url:
        upload = create(tablet, url)
        assert part(tablet, upload, 0, PHOTO[:STEP_BYTES]).status_code == 503
        return go_on(tablet, upload)


def test_bytes_are_durable_before_they_are_acknowledged(
    server: Server, tablet: Tablet, monkeypatch: pytest.MonkeyPatch
):
    assert fail_between(server, tablet, monkeypatch) == (0, 204)
    assert is_stored(server)


def test_without_that_order_they_are_acknowledged_and_lost(
    server: Server, tablet: Tablet, monkeypatch: pytest.MonkeyPatch
):
    async def commit_first(self: Receiver, holder: Holder, until_ms: int) -> UploadRow:
        row = await self._commit(holder.received, until_ms)
        holder.committed, self._tried = holder.received, True
        await self._on_disk(self._segment.sync)
        return row

    monkeypatch.setattr(Receiver, "_flush", commit_first)
    assert fail_between(server, tablet, monkeypatch) == (STEP_BYTES, 410)
    assert not is_stored(server)
