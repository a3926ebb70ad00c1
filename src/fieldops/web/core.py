"""What the handlers work with, made once by the composition root (``app``)."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from fieldops.flow.handin import Door
from fieldops.flow.oidc import Provider
from fieldops.flow.sessions import Lifetimes
from fieldops.flow.signin import Terms
from fieldops.flow.upload import Uploads
from fieldops.settings import Settings
from fieldops.store.blobs import BlobStore, DirectUploads
from fieldops.store.engine import Store
from fieldops.web.counts import Counts
from fieldops.web.outflow import reading_threads
from fieldops.web.outside import Outside
from fieldops.web.reads import Reads
from fieldops.web.turns import Turns
from fieldops.web.watch import Watch
from fieldops_sync.wire import Limits

_ABSENT = "0" * 64
"""A photo that there is not: to ask for it shows that the store answers."""
_HASHING_THREADS = 2
"""A hash takes 40 ms of a processor and 19 MiB: more at once would keep the others waiting."""


def hashing_threads() -> ThreadPoolExecutor:
    """The threads that compare and hash passwords."""
    return ThreadPoolExecutor(_HASHING_THREADS, thread_name_prefix="hashing")


_REPORTING_THREADS = 2
"""A report takes seconds of a processor: more at once would keep tablets waiting."""


def reporting_threads() -> ThreadPoolExecutor:
    """The threads that make reports."""
    return ThreadPoolExecutor(_REPORTING_THREADS, thread_name_prefix="reports")


_PULLS_AT_ONCE = 2
"""A bootstrap is Python from end to end: more at once would only hold up pushes, and each other."""


def turns_of_pulls() -> Turns:
    """The turns at making pages for tablets."""
    return Turns("pulls", _PULLS_AT_ONCE)


def now_ms() -> int:
    """The server's clock: ms since 1970 UTC."""
    return time.time_ns() // 1_000_000


@dataclass
class Core:
    """One server's parts.  ``secret`` signs its tokens and nonces; ``epoch`` is the last known."""

    store: Store
    blobs: BlobStore
    settings: Settings
    limits: Limits
    data_dir: Path
    uploads: Uploads
    secret: bytes
    epoch: UUID
    clock: Callable[[], int] = now_ms
    door: Door | None = None
    """Opened for the worker of this machine once the server knows where it listens."""
    direct: DirectUploads | None = None
    """The blob store, if tablets may send photos straight to it."""
    threads: ThreadPoolExecutor = field(default_factory=reading_threads)
    """They read photos that are on their way out."""
    watch: Watch = field(init=False)
    """The open pages that follow what happens."""
    outside: Outside = field(init=False)
    """Calls to other machines: the photo store as such, head office's sign-in, a receiver."""
    hashing: ThreadPoolExecutor = field(default_factory=hashing_threads)
    """They compare and hash passwords."""
    reporting: ThreadPoolExecutor = field(default_factory=reporting_threads)
    """They make reports."""
    pulls: Turns = field(default_factory=turns_of_pulls)
    """They make the pages that tablets pull."""
    provider: Provider | None = None
    """Head office's sign-in, where the settings name one."""
    counts: Counts = field(default_factory=Counts)
    """How many requests and ops this process has answered."""
    reads: Reads = field(default_factory=Reads)
    """Which originals were read lately, and by whom."""
    devices: dict[UUID, tuple[int, bool]] = field(default_factory=dict)
    """Device → (checked at ms, may sync): what the revocation cache remembers."""

    def __post_init__(self) -> None:
        """Whoever watches reads from the same store, whoever asks asks the same photo store."""
        self.watch = Watch(self.store)
        self.outside = Outside(lambda: self.blobs.head(_ABSENT))

    @property
    def terms(self) -> Terms:
        """What is asked of people who sign in."""
        settings = self.settings
        return Terms(
            secret=self.secret,
            lifetimes=Lifetimes.of(settings.sessions.hours, settings.sessions.idle_minutes),
            profile=settings.password_profile,
            organisation=settings.organisation,
            once_days=settings.sessions.once_days,
        )
