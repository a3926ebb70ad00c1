"""The worker process: one thread a reader (the keeper, pictures, plugins), the periodic sweep.

    run_worker(settings, trusted=[builtin], stop)      `fieldops worker`; `serve` starts it as well

Each plugin is probed and followed in a thread of its own, so that a slow one delays nobody; the
plugin itself runs in a process of its own (``plugin.isolate``).  What rooms above flow do beside it
(exports, reports) is handed in as ``jobs`` by the composition root (``cli/serve``).
"""

import gc
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import BinaryIO

import structlog
from msgspec import Struct

from fieldops.flow import auditkey
from fieldops.flow.alarms import AlarmTeller
from fieldops.flow.auditing import CHAIN_S, Chainer
from fieldops.flow.care import Care
from fieldops.flow.couriers import Couriers
from fieldops.flow.evidence import EvidenceReader
from fieldops.flow.follow import KeeperReader, LogReader, step
from fieldops.flow.handin import Handin, HandinDown, HttpHandin, Introduce
from fieldops.flow.letters import LetterWriter
from fieldops.flow.pictures import Eye, PictureReader
from fieldops.flow.pluginreader import PluginReader
from fieldops.flow.react import DirectHandin
from fieldops.flow.readingroom import ReadingRoom
from fieldops.flow.rejudge import Rejudger
from fieldops.flow.relook import Relooker
from fieldops.flow.slices import Slices
from fieldops.flow.troubles import Troubles
from fieldops.flow.walkreader import WalkReader
from fieldops.model.access import Level
from fieldops.pictures.box import Box, Grant
from fieldops.plugin import entry
from fieldops.plugin.bounds import Bounds
from fieldops.plugin.host import Host
from fieldops.plugin.isolate import Isolated
from fieldops.plugin.probe import probe
from fieldops.settings import Settings
from fieldops.store.blobs import BlobError, BlobStore, BlobStoreDown, open_blobs
from fieldops.store.engine import Store, open_store
from fieldops.store.writer import StoreBusy

_logger = structlog.get_logger(__name__)
_DOWN = (StoreBusy, HandinDown, BlobStoreDown)
_PAUSES_MAX = 20
"""A reader that fails waits so many times the usual pause at most."""


class Tools(Struct, frozen=True):
    """What a job of the worker works with; it returns soon after ``stop`` is set.

    ``clock_ms`` tells ms since 1970 UTC.  ``tell`` hears by name how each step of a job or of a
    part of it went: None if it worked.
    """

    settings: Settings
    store: Store
    blobs: BlobStore
    handin: Handin
    stop: threading.Event
    clock_ms: Callable[[], int]
    tell: Callable[[str, Exception | None], None] = lambda _job, _error: None


Job = Callable[[Tools], None]
"""Runs in a thread of its own until ``Tools.stop`` is set; one that raises is begun again."""


def clock_ms() -> int:
    """Now, in ms since 1970 UTC."""
    return time.time_ns() // 1_000_000


def run_worker(
    settings: Settings,
    trusted: Sequence[Host],
    stop: threading.Event,
    jobs: Mapping[str, Job] | None = None,
) -> None:
    """Follow the log until ``stop`` is set; ``trusted`` plugins run in this process."""
    collect_rarely()
    store = open_store(settings.database_url)
    auditkey.equip(store, settings)
    try:
        Worker(settings, store, handin_for(settings, store), stop, jobs).run(trusted)
    finally:
        store.close()


def collect_rarely() -> None:
    """Let the collector look seldom: a page of the log is thousands of values without a cycle."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def handin_for(settings: Settings, store: Store) -> Handin:
    """PostgreSQL takes hand-ins itself; on SQLite the server does, since it alone writes."""
    if store.dialect == "sqlite":
        return HttpHandin(settings.data_dir)
    return DirectHandin(store, clock_ms)


def picture_box(settings: Settings) -> Box:
    """The process that decodes photos, as the settings grant it."""
    given = settings.pictures
    return Box(
        Grant(given.budget_s, given.memory_mb, given.pixels_max, settings.limits.photo_bytes)
    )


def plugin_bounds(settings: Settings) -> Bounds:
    """What a plugin's process is granted."""
    given = settings.worker
    return Bounds(
        budget_s=given.hook_budget_s,
        memory_mb=given.hook_memory_mb,
        budgets_s=given.hook_budgets_s,
    )


class Worker:
    """The readers of one worker process."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        handin: Handin,
        stop: threading.Event,
        jobs: Mapping[str, Job] | None = None,
    ) -> None:
        self._settings = settings
        self._store = store
        self._handin = handin
        self._stop = stop
        self._jobs = jobs or {}
        self._blobs = open_blobs(settings)
        self._room = ReadingRoom()
        self._troubles = Troubles(store, handin, clock_ms)

    def run(self, trusted: Sequence[Host]) -> None:
        """Start every thread and wait for the end of all."""
        given = self._settings.worker
        slices = Slices(self._store, self._handin, self._stop, clock_ms)
        jobs: dict[str, Callable[[], None]] = {
            "keeper": lambda: self._follow(KeeperReader()),
            WalkReader.name: lambda: self._follow(WalkReader()),
            EvidenceReader.name: self._follow_evidence,
            "sweep": lambda: self._repeat("sweep", slices.sweep, given.sweep_s),
            "due": lambda: self._repeat("due", slices.let_time_act, given.due_s),
            "release": lambda: self._repeat("release", slices.release, given.poll_ms / 1000),
            "pictures": self._follow_pictures,
            "care": self._care,
            "audit": self._chain_audit,
            "webhooks": self._send_webhooks,
            "letters": self._send_letters,
            "alarms": self._tell_alarms,
        }
        for host in trusted:
            jobs[host.card.name] = partial(self._follow_trusted, host)
        for name in entry.chosen(self._settings.plugins):
            jobs[name] = partial(self._follow_plugin, name)
        for name, job in self._jobs.items():
            jobs[name] = partial(self._run_from_above, job)
        threads = [
            threading.Thread(target=partial(self._guard, name, job), name=name)
            for name, job in jobs.items()
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _guard(self, name: str, job: Callable[[], None]) -> None:
        """Run a job until it ends, and again whenever it breaks, more and more slowly."""
        bad = 0
        while not self._stop.is_set():
            try:
                job()
                return
            except _DOWN as down:
                _logger.warning("job waits", job=name, why=str(down))
                self._troubles.tell(name, down)
            except Exception as error:
                _logger.exception("job failed", job=name)
                self._troubles.tell(name, error)
            bad += 1
            self._pause(1 + bad)

    def _run_from_above(self, job: Job) -> None:
        """One job of a room above; it tells by itself when a step of it worked."""
        tools = Tools(
            self._settings, self._store, self._blobs, self._handin, self._stop, clock_ms,
            self._troubles.tell,
        )  # fmt: skip
        while not self._stop.is_set():
            job(tools)
            self._pause(1)

    def _follow_evidence(self) -> None:
        rules = self._settings.evidence, self._settings.timezone
        again = Rejudger(self._store, self._handin, *rules)
        self._follow(EvidenceReader(*rules), idle=lambda: again.run(clock_ms()))

    def _follow_trusted(self, host: Host) -> None:
        told = Introduce(host.card.name, host.card, again_days=self._settings.worker.rejudge_days)
        if self._until_done(host.card.name, lambda: self._handin(told)):
            level, room = Level.L3, self._room
            self._follow(PluginReader(host, self.get_photo, True, level, room))

    def _follow_plugin(self, name: str) -> None:
        own = self._settings.plugin_settings.get(name, {})
        bounds = plugin_bounds(self._settings)
        found = probe(name, own, bounds)
        again_days = self._settings.worker.rejudge_days
        told = Introduce(name, found.card, found.faults, again_days, found.levels, found.widget)
        if not self._until_done(name, lambda: self._handin(told)) or found.card is None:
            return
        caller = Isolated(found.card, own, bounds, self.get_photo)
        try:
            level = Level(self._settings.worker.plugin_levels.get(name, Level.L1))
            reader = PluginReader(caller, self.get_photo, False, level, self._room, caller.close)
            self._follow(reader)
        finally:
            caller.close()

    def _follow_pictures(self) -> None:
        box = picture_box(self._settings)
        try:
            again = Relooker(Eye(box.look, self._blobs), self._store, self._handin)
            reader = PictureReader(box.look, self._blobs)
            self._follow(reader, idle=lambda: again.run(clock_ms()))
        finally:
            box.close()

    def _until_done(self, job: str, run: Callable[[], object]) -> bool:
        """Try until it works; False if the worker is to stop before that."""
        while not self._stop.is_set():
            try:
                run()
            except _DOWN as down:
                _logger.warning("cannot hand in yet", job=job, why=str(down))
                self._troubles.tell(job, down)
                self._pause(1)
            else:
                self._troubles.tell(job, None)
                return True
        return False

    def _follow(self, reader: LogReader, idle: Callable[[], object] = lambda: None) -> None:
        """Work until the end; what breaks is logged and tried again, more and more slowly.

        ``idle`` is called whenever the log has nothing new.
        """
        bad = 0
        while not self._stop.is_set():
            try:
                tries = self._settings.worker.hook_tries
                done = step(self._store, self._handin, reader, tries, self._room)
                if done is None:
                    idle()
            except _DOWN as down:
                bad += 1
                _logger.warning("reader waits", reader=reader.name, why=str(down))
                self._troubles.tell(reader.name, down)
            except Exception as error:
                bad += 1
                _logger.exception("reader failed", reader=reader.name)
                self._troubles.tell(reader.name, error)
            else:
                self._troubles.tell(reader.name, None)
                # Who is outrun by another worker looks on, and takes over should that one end.
                waits = done is not None and (done.state == "waiting" or not done.moved)
                bad = bad + 1 if waits else 0
                if done is not None and not waits:
                    continue
            self._pause(1 + bad)

    def _repeat(self, name: str, step: Callable[[], object], every_s: float) -> None:
        """Do something until it works, again and again."""
        while not self._stop.is_set():
            self._until_done(name, step)
            self._stop.wait(every_s)

    def _care(self) -> None:
        care = Care(self._settings, self._store, self._blobs, self._handin, self._stop)
        while not self._stop.is_set():
            self._troubles.tell("care", care.run(clock_ms()))
            self._stop.wait(self._settings.worker.sweep_s)

    def _chain_audit(self) -> None:
        keys = auditkey.read(self._settings)
        folder = self._settings.data_dir
        chainer = Chainer(self._store, self._handin, folder, keys, clock_ms)
        self._repeat("audit", chainer.step, CHAIN_S)

    def _send_webhooks(self) -> None:
        tell = self._troubles.tell
        Couriers(self._settings, self._store, self._handin, self._stop, clock_ms, tell).run()

    def _tell_alarms(self) -> None:
        teller = AlarmTeller(self._settings, self._store, self._handin, clock_ms)
        self._repeat("alarms", teller.step, self._settings.worker.due_s)

    def _send_letters(self) -> None:
        """Write and send letters, where the settings name a mail server."""
        writer = LetterWriter(self._settings, self._store, self._handin, clock_ms)
        bad = 0
        while self._settings.mail.host and not self._stop.is_set():
            try:
                more = writer.step()
            except _DOWN as down:
                bad += 1
                _logger.warning("letters wait", why=str(down))
                self._troubles.tell("letters", down)
            except Exception as error:
                bad += 1
                _logger.exception("letters failed")
                self._troubles.tell("letters", error)
            else:
                bad = 0
                self._troubles.tell("letters", None)
                if more:
                    continue
            self._pause(1 + bad)

    def _pause(self, times: int) -> None:
        self._stop.wait(min(times, _PAUSES_MAX) * self._settings.worker.poll_ms / 1000)

    def get_photo(self, sha256: str) -> BinaryIO:
        """The stored bytes of a photo; raises ``OSError`` if they cannot be had."""
        try:
            return self._blobs.get(sha256)
        except BlobError as error:
            raise OSError(f"the photo {sha256} cannot be had") from error
