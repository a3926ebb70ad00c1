"""The log as open pages follow it: one look at it for everybody who watches in this process.

    look (every half second, while anybody watches) ─ what is new, as text ─→ ring ─→ each watcher
    a watcher that comes back later than the ring reaches reads the log by itself, until it is there

A watcher takes what its sites allow and waits for the rest; one that is slow keeps a position, not
a queue.
"""

import asyncio
from bisect import bisect_right
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from uuid import UUID

import msgspec
import structlog
from msgspec import Struct
from sqlmodel import Session

from fieldops.flow.events import happened
from fieldops.rules.access import OFFICE_KINDS
from fieldops.store import log, meta
from fieldops.store.engine import Store
from fieldops.store.writer import StoreBusy
from fieldops_sync.webhooks import Event

PER_PERSON = 5
"""Streams that one person may have open: a browser opens six connections to a server at most."""
_PAGE = 200
_RING = 2000
_FAR = 20_000
"""Who comes back so many changes later loads its page again instead."""
_encode = msgspec.json.Encoder(order="sorted").encode
_logger = structlog.get_logger(__name__)


class Line(Struct, frozen=True, gc=False):
    """One change as it is sent: ``feed`` and ``kind`` say whose it is."""

    position: int
    feed: UUID
    kind: str
    text: bytes


class Sight(Struct, frozen=True):
    """What a watcher may hear of: some feeds (None: all), and some of ``OFFICE_KINDS``."""

    feeds: frozenset[UUID] | None = None
    kinds: frozenset[str] = frozenset()

    def has(self, line: Line) -> bool:
        """Whether the watcher hears of a change."""
        if line.kind in OFFICE_KINDS:
            return line.kind in self.kinds
        return self.feeds is None or line.feed in self.feeds


class Page(Struct, frozen=True):
    """What lies behind a position: the lines, and the last position that was looked at."""

    lines: list[Line]
    end: int


def read_page(session: Session, after: int) -> Page:
    """The next changes behind a position, as they are sent."""
    changes = log.read(session, after, _PAGE)
    end = changes[-1].position if changes else max(after, log.counter(session))
    lines = [
        Line(one.event.position, one.feed, one.event.kind, _text(one.event))
        for one in happened(session, changes)
    ]
    return Page(lines, end)


def _text(event: Event) -> bytes:
    return b"id: %d\nevent: change\ndata: %s\n\n" % (event.position, _encode(event))


class Watch:
    """The watchers of one server process.  Its methods belong to the event loop that serves."""

    def __init__(self, store: Store) -> None:
        self.look_s, self.heartbeat_s, self.longest_s = 0.5, 15.0, 900.0
        self.head = 0
        self._store = store
        self._positions: list[int] = []
        self._lines: list[Line] = []
        self._floor = 0
        self._open: Counter[UUID] = Counter()
        self._looking: asyncio.Task[None] | None = None
        self._rung = asyncio.Event()
        self._entering = asyncio.Lock()
        self._is_closed = False

    @property
    def watchers(self) -> int:
        """How many streams are open."""
        return self._open.total()

    def close(self) -> None:
        """Let every stream end."""
        self._is_closed = True
        self._ring()

    def is_full(self, person: UUID) -> bool:
        """Whether a person has as many streams open as one may."""
        return self._open[person] >= PER_PERSON

    async def enter(self, person: UUID) -> None:
        """One more watcher; the first one begins the look at the log."""
        self._open[person] += 1
        async with self._entering:
            if self._looking is None or self._looking.done():
                self.head = self._floor = await self._end()
                self._positions, self._lines = [], []
                self._looking = asyncio.create_task(self._look())

    def leave(self, person: UUID) -> None:
        """One watcher less; nobody looks at the log for nobody."""
        self._open[person] -= 1
        self._open += Counter()
        if not self.watchers and self._looking is not None:
            self._looking.cancel()
            self._looking = None

    async def lines(self, after: int, sight: Sight) -> AsyncIterator[tuple[int, Sequence[Line]]]:
        """What comes behind a position, as far as it is in sight: (how far, the lines), for ever.

        Without news it gives an empty list every ``heartbeat_s``.
        """
        clock, position = asyncio.get_running_loop().time, after
        beat = clock() + self.heartbeat_s
        while not self._is_closed:
            mine: Sequence[Line] = ()
            if position < self.head:
                page = await self._behind(position)
                position = page.end
                mine = [one for one in page.lines if sight.has(one)]
                if not mine and clock() < beat:
                    continue
            elif await self._is_rung(beat - clock()):
                continue
            beat = clock() + self.heartbeat_s
            yield position, mine

    async def _is_rung(self, seconds: float) -> bool:
        """Wait for news, for so long at most."""
        try:
            await asyncio.wait_for(self._rung.wait(), max(0.0, seconds))
        except TimeoutError:
            return False
        return True

    async def is_far(self, position: int) -> bool:
        """Whether a position cannot be gone on from: too old, or of another database's future.

        Another process of this server may have told of what this one has not seen yet.
        """
        if position > self.head:
            return position > await self._end()
        return self.head - position > _FAR

    async def _end(self) -> int:
        def run() -> int:
            with self._store.read() as session:
                return log.counter(session)

        return await asyncio.to_thread(run)

    async def _behind(self, position: int) -> Page:
        if position < self._floor:
            return await self._read(position)
        start = bisect_right(self._positions, position)
        return Page(self._lines[start:], self.head)

    async def _read(self, position: int) -> Page:
        def run() -> Page:
            with self._store.read() as session:
                return read_page(session, position)

        return await asyncio.to_thread(run)

    async def _look(self) -> None:
        while True:
            try:
                page = await self._read(self.head)
            except StoreBusy as down:
                _logger.warning("watchers wait", why=str(down))
            except Exception:
                _logger.exception("watchers wait")
            else:
                if page.end > self.head:
                    self._take(page)
                    continue
            await asyncio.sleep(self.look_s)

    def _take(self, page: Page) -> None:
        lines = [*self._lines, *page.lines]
        if len(lines) > _RING:
            self._floor = lines[-_RING - 1].position
            lines = lines[-_RING:]
        self._lines, self._positions = lines, [one.position for one in lines]
        self.head = page.end
        self._ring()

    def _ring(self) -> None:
        rung, self._rung = self._rung, asyncio.Event()
        rung.set()


def organisation(session: Session) -> UUID:
    """The feed of what concerns everybody."""
    return meta.organisation(session)
