"""Races of collection against everything that may happen to the same bytes at the same moment.

A round has a handful of orphans whose grace is over.  Collectors run without a pause while uploads,
references, plans and holds reach for the same bytes at random moments; then nothing that anybody
was told may be untrue.  Grace passes on the house's clock, in no time.
"""

import asyncio
import io
import multiprocessing
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlmodel import Session
from tests.flow.caring import DAY_MS, GRACE_MS, collector, dangling, later, orphans, write
from tests.flow.uploading import House, send_whole, sha256

from fieldops.flow import holds, setup
from fieldops.flow.care import writer
from fieldops.flow.carework import Sight
from fieldops.flow.collect import Collector
from fieldops.flow.finish import finish
from fieldops.flow.react import DirectHandin
from fieldops.flow.spool import Spool
from fieldops.model.access import Grant, Person, Role
from fieldops.model.problem import ProblemError
from fieldops.store import media, people, uploads
from fieldops.store.blobs.disk import DiskBlobs
from fieldops.store.engine import open_store
from fieldops.store.uploads import UploadRow, UploadState

ROUND = 20
"""Races in one round: each about bytes of its own."""
Collecting = Callable[[], AbstractContextManager[None]]
"""Makes a context in which somebody collects all the time."""
SPREAD_S = 0.15
"""The moments at which they begin lie within this time."""


class Race:
    """What one actor did to its bytes, and what it was told."""

    def __init__(self, house: House, data: bytes, auditor: Person) -> None:
        self.house = house
        self.data = data
        self.sha256 = sha256(data)
        self.photo: UUID | None = None
        self.told_stored = False
        self.held = False
        self._auditor = auditor

    def finish(self) -> str:
        """The last step of an upload, all of whose bytes are there; as often as it is asked to."""
        upload = self._complete()
        for _ in range(200):
            spool = Spool(self.house.spool_dir)
            found = finish(self.house.store, self.house.blobs, spool, upload, self.house.clock())
            if found != "down":
                self.told_stored = found == "stored"
                return found
            time.sleep(0.02)
        return "down"

    def tus(self) -> str:
        """A whole upload by tus."""
        for _ in range(200):
            try:
                asyncio.run(send_whole(self.house, self.house.process(), self.data))
            except ProblemError:
                time.sleep(0.02)
            else:
                self.told_stored = True
                return "stored"
        return "down"

    def attach(self) -> str:
        """A photo's op names the bytes."""
        self.photo = self.house.attach(self.sha256)
        return self.house.photo(self.photo).state

    def plan(self) -> str:
        """A tablet asks whether it has to send them."""
        way = self.house.plan(self.data)[0].way
        self.told_stored = way == "have"
        return way

    def hold(self) -> str:
        """A photo names them, and is held at once."""
        self.attach()
        photo = self.photo
        assert photo is not None
        now_ms = self.house.clock()
        for _ in range(200):
            try:
                placed = self.house.do(
                    lambda s: holds.place(s, self._auditor, "photo", photo, "x", now_ms)
                )
            except ProblemError:
                time.sleep(0.02)
            else:
                self.held = placed.photos == 1
                return "held" if self.held else "too late"
        return "never"

    def attach_and_finish(self) -> str:
        """Its op and its bytes come together."""
        return f"{self.attach()} then {self.finish()}"

    def wrongs(self) -> list[str]:
        """What it was told and is not true."""
        there = self.house.stored(self.data)
        said = self.photo is not None and self.house.photo(self.photo).state == "stored"
        found = []
        if self.told_stored and not there:
            found.append("told stored, and gone")
        if said and not there:
            found.append("referenced, and deleted")
        if self.held and not there:
            found.append("held, and deleted")
        return found

    def upload(self, state: UploadState) -> UploadRow:
        """An upload of these bytes, all of which are here."""
        now_ms, size = self.house.clock(), len(self.data)
        return UploadRow(
            id=uuid4(), device=self.house.device, sha256=bytes.fromhex(self.sha256),
            size_bytes=size, offset_bytes=size, mime="image/jpeg", metadata="", lease=1,
            state=state, held_until_ms=0, made_ms=now_ms, expires_ms=now_ms + DAY_MS,
        )  # fmt: skip

    def _complete(self) -> UUID:
        row = self.upload("verifying")
        segment = Spool(self.house.spool_dir).open(row.id, 1, 0)
        segment.write(self.data)
        segment.close()
        self.house.do(lambda session: uploads.add(session, row))
        return row.id


ACTORS: tuple[Callable[[Race], str], ...] = (
    Race.finish,
    Race.tus,
    Race.attach,
    Race.plan,
    Race.hold,
    Race.attach_and_finish,
)


def race(house: House, count: int, seed: int, collecting: Collecting) -> Counter[str]:
    """Run so many races; what the actors were answered, by how many."""
    dice, outcomes = random.Random(seed), Counter[str]()
    auditor = _auditor(house)
    for _ in range(0, count, ROUND):
        races = [Race(house, dice.randbytes(600), auditor) for _ in range(ROUND)]
        _prepare(house, races, dice)
        later(house, 31)
        plans = [(one, dice.choice(ACTORS), dice.random() * SPREAD_S) for one in races]
        with collecting(), ThreadPoolExecutor(8) as pool:
            for answer in pool.map(_act, plans):
                outcomes[answer] += 1
        wrongs = [(one.sha256, wrong) for one in races for wrong in one.wrongs()]
        assert wrongs == []
        assert dangling(house) == []
    _settle(house)
    return outcomes


@contextmanager
def threads(house: House, others: list[Collector]) -> Iterator[None]:
    """Collectors of this process run until the round is over."""
    stop = threading.Event()

    def work(one: Collector) -> None:
        while not stop.is_set():
            one.run(house.clock())

    with ThreadPoolExecutor(len(others)) as pool:
        running = [pool.submit(work, one) for one in others]
        try:
            yield
        finally:
            stop.set()
            for one in running:
                one.result(60)


@contextmanager
def processes(house: House, url: str, folder: Path, count: int = 2) -> Iterator[Collecting]:
    """Collectors in processes of their own, on the same database and folder, all the time."""
    context = multiprocessing.get_context("spawn")
    clock, stop, ready = context.Value("q", house.clock()), context.Event(), context.Semaphore(0)
    args = (url, str(folder), clock, stop, ready)
    children = [context.Process(target=collect_until, args=args) for _ in range(count)]
    for child in children:
        child.start()
    for _ in children:
        assert ready.acquire(timeout=120)

    def collecting() -> AbstractContextManager[None]:
        clock.value = house.clock()
        return nullcontext()

    try:
        yield collecting
    finally:
        stop.set()
        for child in children:
            child.join(120)
            assert child.exitcode == 0


def collect_until(url: str, folder: str, clock: Any, stop: Any, ready: Any) -> None:
    """What a child does: it collects without a pause."""
    store = open_store(url)
    handin = DirectHandin(store, lambda: clock.value)
    one = Collector(store, DiskBlobs(Path(folder)), writer(handin), GRACE_MS)
    one.run(clock.value)
    ready.release()
    while not stop.is_set():
        one.run(clock.value)
    store.close()


def _act(planned: tuple[Race, Callable[[Race], str], float]) -> str:
    one, act, pause_s = planned
    time.sleep(pause_s)
    return f"{act.__name__}: {act(one)}"


def _prepare(house: House, races: list[Race], dice: random.Random) -> None:
    """Each one's bytes are stored, or lie in the store as strays; nobody names them."""
    strays = {}
    for one in races:
        house.blobs.inner.put(one.sha256, io.BytesIO(one.data), len(one.data))
        key = bytes.fromhex(one.sha256)
        if dice.random() < 0.2:
            strays[one.sha256] = len(one.data)
            continue
        row = media.MediaRow(key, len(one.data), "image/jpeg", "stored", house.clock())
        house.do(lambda session, row=row: media.put(session, row))  # type: ignore[misc]
        # The tablet has sent them once, so it may be answered that we have them.
        house.do(lambda session, one=one: uploads.add(session, one.upload("done")))  # type: ignore[misc]
    write(house)(Sight(strays))


def _settle(house: House) -> None:
    """After another grace: no orphan is left, and nothing that is named has gone."""
    now_ms = later(house, 31)
    while not collector(house).run(now_ms).ran:
        time.sleep(0.01)
    assert orphans(house) == []
    assert dangling(house) == []


def _auditor(house: House) -> Person:
    def job(session: Session) -> Person:
        user = setup.add_user(session, f"a-{uuid4().hex}", "审计", setup.SYSTEM, 0)
        grant = Grant(Role.AUDITOR, frozenset({house.site}))
        setup.add_grant(session, user, grant, setup.SYSTEM, 0)
        return people.people(session, [user])[user]

    return house.do(job)
