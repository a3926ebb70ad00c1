"""A small house for the tests of uploads: a database, a blob store, a spool, devices, photos."""

import asyncio
import hashlib
import io
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO, TypeVar
from uuid import UUID, uuid4

from sqlmodel import Session

from fieldops.flow import enter, media, setup
from fieldops.flow.begin import Wanted
from fieldops.flow.holders import Cut
from fieldops.flow.receive import Checksum, Part
from fieldops.flow.upload import Uploads
from fieldops.model.access import Grant, Role
from fieldops.model.problem import ProblemError, slug_of
from fieldops.model.record import State
from fieldops.store import audit, devices, records, schema, uploads
from fieldops.store.blobs import Adoption, BlobStore, BlobStoreDown
from fieldops.store.engine import open_store
from fieldops_sync.ids import uuid7
from fieldops_sync.mediawire import MediaItem, MediaPlan
from fieldops_sync.wire import Limits

T = TypeVar("T")
NOW_MS = 1_795_262_400_000
URL = "https://fieldops.example/sync/v1/uploads"


class Clock:
    """ms since 1970, in the hands of the test."""

    def __init__(self) -> None:
        self.now_ms = NOW_MS

    def __call__(self) -> int:
        return self.now_ms


class SwitchedBlobs:
    """A real blob store behind a switch: while it is off, nothing reaches it."""

    def __init__(self, inner: BlobStore) -> None:
        self.inner = inner
        self.is_down = False
        self.puts = 0

    def put(self, sha256: str, source: BinaryIO, size_bytes: int, afresh: bool = False) -> None:
        if self.is_down:
            raise BlobStoreDown("switched off")
        self.puts += 1
        self.inner.put(sha256, source, size_bytes, afresh)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


class SwitchedDisk(SwitchedBlobs):
    """One that can take a file over, as a disk store can."""

    def adopt(self, sha256: str, file: Path, size_bytes: int) -> bool:
        if self.is_down:
            raise BlobStoreDown("switched off")
        self.puts += 1
        return bool(self.inner.adopt(sha256, file, size_bytes))  # type: ignore[attr-defined]


class House:
    """One database and one blob store; ``process()`` opens another server process on them."""

    def __init__(self, database_url: str, blobs: BlobStore, folder: Path) -> None:
        self.store = open_store(database_url)
        schema.prepare(self.store)
        able = isinstance(blobs, Adoption)
        self.blobs = SwitchedDisk(blobs) if able else SwitchedBlobs(blobs)
        self.spool_dir = folder / "spool"
        self.clock = Clock()
        self.limits = Limits()
        self.site = uuid7()
        self.opened: list[Uploads] = []
        self.user = self.do(self._found)
        self.device = self.add_device(self.user)

    def process(self, **more: Any) -> Uploads:
        """The uploads of one more server process."""
        made = Uploads(self.store, self.blobs, self.spool_dir, self.limits, self.clock, **more)
        self.opened.append(made)
        return made

    def do(self, job: Callable[[Session], T]) -> T:
        return self.store.write(job).result(30)

    def look(self, query: Callable[[Session], T]) -> T:
        with self.store.read() as session:
            return query(session)

    def add_person(self, session: Session, site: UUID | None) -> UUID:
        login = f"somebody-{uuid4().hex}"
        user = setup.add_user(session, login, "巡检员", setup.SYSTEM, NOW_MS)
        sites = None if site is None else frozenset({site})
        setup.add_grant(session, user, Grant(Role.INSPECTOR, sites), setup.SYSTEM, NOW_MS)
        return user

    def _found(self, session: Session) -> UUID:
        setup.put_site(session, self.site, {"name": "翠湖花园"}, setup.SYSTEM, NOW_MS)
        return self.add_person(session, self.site)

    def add_device(self, user: UUID) -> UUID:
        device = uuid7()
        row = devices.DeviceRow(device, "tablet", "{}", "", "", NOW_MS, None, None, 0, 0)
        self.do(lambda session: devices.add(session, row, [user]))
        return device

    def add_foreigner(self) -> UUID:
        """A device of another site."""
        return self.add_device(self.do(lambda session: self.add_person(session, uuid7())))

    def attach(self, sha256: str) -> UUID:
        """A photo's op arrives; returns the photo's id."""
        photo = uuid7()
        payload = {"inspection": str(uuid7()), "sha256": sha256}
        raw = enter.desk_op(
            "photo.attach@1", ("photo", photo), self.site, self.user, payload, NOW_MS
        )
        done = self.do(lambda s: enter.enter_desk(s, [raw], self.user, NOW_MS))
        assert done.receipts[0].status == "applied"
        return photo

    def photo(self, photo: UUID) -> State:
        state = self.look(lambda session: records.get_one(session, photo))
        assert state is not None
        return state

    def row(self, upload: UUID) -> uploads.UploadRow:
        row = self.look(lambda session: uploads.get(session, upload))
        assert row is not None
        return row

    def plan(self, *data: bytes, device: UUID | None = None) -> list[MediaPlan]:
        items = [MediaItem(sha256(one), len(one)) for one in data]
        named = device or self.device
        return self.do(lambda s: media.plan(s, named, items, media.Ways(URL, 2**26), self.clock()))

    def status(self, *data: bytes, device: UUID | None = None) -> list[str]:
        hashes, named = [sha256(one) for one in data], device or self.device
        found = self.look(lambda s: media.status(s, named, hashes, self.clock()))
        return [one.state for one in found]

    def stored(self, data: bytes) -> bool:
        """Whether the blob store has exactly these bytes."""
        if self.blobs.head(sha256(data)) is None:
            return False
        with self.blobs.get(sha256(data)) as stream:
            return bool(stream.read() == data)

    def audited(self, action: str) -> list[audit.Entry]:
        return self.look(lambda session: audit.latest(session, 100, action))

    def close(self) -> None:
        async def leave() -> None:
            for one in self.opened:
                await one.close()

        asyncio.run(leave())
        self.store.close()


class Wire:
    """A body in the hands of the test: chunks are sent, the end is said, or it is cut."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[bytes | None | Cut] = asyncio.Queue()

    def send(self, chunk: bytes) -> None:
        self._queue.put_nowait(chunk)

    def end(self) -> None:
        self._queue.put_nowait(None)

    def cut(self) -> None:
        self._queue.put_nowait(Cut())

    async def stream(self) -> AsyncIterator[bytes]:
        while (chunk := await self._queue.get()) is not None:
            if isinstance(chunk, Cut):
                raise chunk
            yield chunk


async def body(*chunks: bytes) -> AsyncIterator[bytes]:
    """A body that comes at once."""
    for chunk in chunks:
        yield chunk


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def checksum(data: bytes, algorithm: Any = "sha256") -> Checksum:
    return Checksum(algorithm, hashlib.new(algorithm, data).digest())


def picture(size_bytes: int = 300_000) -> bytes:
    return os.urandom(size_bytes)


async def create(house: House, one: Uploads, data: bytes, device: UUID | None = None) -> UUID:
    """Begin an upload of these bytes."""
    return (await one.create(_wanted(device or house.device, data))).id


async def create_late(house: House, one: Uploads, data: bytes) -> UUID:
    """Begin an upload whose creation carries its bytes: its row is not there yet."""
    return (await one.create(_wanted(house.device, data), is_late=True)).id


def _wanted(device: UUID, data: bytes) -> Wanted:
    return Wanted(device, bytes.fromhex(sha256(data)), len(data), "image/jpeg")


async def send_whole(house: House, one: Uploads, data: bytes) -> UUID:
    """An upload in one part."""
    upload = await create(house, one, data)
    row = await one.write(house.device, upload, Part(0), body(data))
    assert row.state == "done"
    return upload


async def problem_of(call: Awaitable[Any]) -> str:
    """The slug of the problem that a call ends in."""
    try:
        await call
    except ProblemError as error:
        return slug_of(error.problem)
    raise AssertionError("no problem")


async def until(what: Callable[[], Any], seconds: float = 5.0) -> None:
    """Wait for something that another task does."""
    for _ in range(int(seconds * 500)):
        if what():
            return
        await asyncio.sleep(0.002)
    raise AssertionError("it did not happen")


def flipped(data: bytes) -> bytes:
    """The same bytes but for one bit."""
    return bytes([data[0] ^ 1]) + data[1:]


def pieces(data: bytes, sizes: Sequence[int]) -> list[bytes]:
    """``data`` in pieces of these sizes, the rest as the last."""
    source = io.BytesIO(data)
    found = [source.read(size) for size in sizes]
    return [piece for piece in [*found, source.read()] if piece]
