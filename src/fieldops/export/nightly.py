"""The worker's job that lets runs come about: a thread a destination, so none waits for another.

    see ─ night due? plan ─ runs that have not arrived: work ─ acknowledged? ─ remove what is old

Several processes may do this at once: a night has one run, a run one lease.
"""

import shutil
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import TypeVar
from uuid import UUID

import structlog

from fieldops.destinations import Destination
from fieldops.export import keeping
from fieldops.export.deliver.carriers import carrier
from fieldops.export.deliver.interface import Carrier, DeliveryError, Differs, Hopeless
from fieldops.export.demand import nightly_run
from fieldops.export.lease import Ended, Lease
from fieldops.export.steps import Hear, Work, unheard
from fieldops.flow.exportwork import AckRun, RemoveRun, SeePlace
from fieldops.flow.handin import HandinDown
from fieldops.flow.worker import Tools
from fieldops.rules.exportschedule import Night, due
from fieldops.rules.zones import zone
from fieldops.store import exports, meta
from fieldops.store.blobs import BlobError
from fieldops.store.exports import Run
from fieldops.store.writer import StoreBusy

T = TypeVar("T")
_logger = structlog.get_logger(__name__)
_DOWN = (StoreBusy, HandinDown)
_DAY_MS = 24 * 3600 * 1000


def nightly(tools: Tools) -> None:
    """Keep every destination of the settings until the worker stops."""
    threads = [
        threading.Thread(target=_keep, args=(tools, Keeper(tools, one)), name=f"export-{one.name}")
        for one in tools.settings.export.destinations
    ]
    for thread in threads:
        thread.start()
    tools.tell("exports", None)
    for thread in threads:
        thread.join()
    tools.stop.wait()


def _keep(tools: Tools, keeper: "Keeper") -> None:
    while not tools.stop.is_set():
        try:
            keeper.step()
        except _DOWN as down:
            _logger.warning("export waits", destination=keeper.given.name, why=str(down))
            tools.tell(f"export {keeper.given.name}", down)
        except Exception as error:
            _logger.exception("export failed", destination=keeper.given.name)
            tools.tell(f"export {keeper.given.name}", error)
        else:
            tools.tell(f"export {keeper.given.name}", None)
        tools.stop.wait(tools.settings.export.look_s)


class Keeper:
    """One destination.  ``step`` is to be called again and again."""

    def __init__(self, tools: Tools, given: Destination, hear: Hear = unheard) -> None:
        self.given = given
        self._tools, self._hear = tools, hear
        self._settings = tools.settings.export
        self._zone = zone(tools.settings.timezone)

    def step(self) -> None:
        """Do what is to be done now."""
        night = self._night()
        if night is not None:
            self.plan(night)
        for run in self._open():
            if why := self.work(run):
                _logger.warning("export rests", run=run.name, why=why)
        self._find_acks()
        self._tidy()

    def plan(self, night: Night) -> bool:
        """Ask for the run of a night; False if it has one, or one is under way."""
        with self._tools.store.read() as session:
            secret = meta.secret(session)
        asked = nightly_run(self.given, secret, night)
        return self._tools.handin(asked).moved

    def work(self, run: Run) -> str:
        """Bring a run as far as it gets; why it got no further, empty if it has arrived."""
        try:
            with Lease(self._tools, run.id) as lease:
                return self._work(run, lease)
        except Ended as ended:
            return str(ended)

    def _work(self, run: Run, lease: Lease) -> str:
        try:
            Work(self._tools, self.given, run, lease, self._hear).go()
            return ""
        except Ended:
            lease.give_back()
            raise
        except Differs as error:
            return self._rest(run, lease, str(error), is_back=True)
        except Hopeless as error:
            return self._rest(run, lease, str(error), is_over=True)
        except DeliveryError as error:
            return self._rest(run, lease, str(error))
        except OSError as error:
            return self._rest(run, lease, f"{error.filename or 'disk'}: {error.strerror}")
        except BlobError:
            return self._rest(run, lease, "the photo store does not answer")
        except _DOWN:
            raise
        except Exception as error:
            _logger.exception("export failed", destination=self.given.name, run=run.name)
            return self._rest(run, lease, f"a fault of ours ({type(error).__name__})")

    def _rest(
        self, run: Run, lease: Lease, why: str, is_back: bool = False, is_over: bool = False
    ) -> str:
        given = self._settings
        pause_s = min(given.first_pause_s * 2 ** min(run.attempts, 16), given.most_pause_s)
        lease.give_back(why, pause_s * 1000, is_back, is_over)
        return why

    def _night(self) -> Night | None:
        """The night that wants a run, of a destination that was seen before."""
        now_ms = self._tools.clock_ms()
        today = datetime.fromtimestamp(now_ms / 1000, self._zone).date().isoformat()
        with self._tools.store.read() as session:
            place = exports.place(session, self.given.name)
            last = exports.last_night(session, self.given.name, today)
        if place is None or place.since_ms > now_ms:
            self._tools.handin(SeePlace(self.given.name))
            return None
        return due(self.given.schedule, self._zone, place.since_ms, last, now_ms)

    def _open(self) -> list[Run]:
        """What has not arrived and need not rest any more, and nobody works on."""
        now_ms = self._tools.clock_ms()
        with self._tools.store.read() as session:
            found = exports.open_runs(session, self.given.name)
        return [one for one in found if not one.is_held(now_ms) and not one.rests(now_ms)]

    def _find_acks(self) -> None:
        """Head office may lay its word beside the manifest; asked for all by one connection."""
        if self.given.kind not in ("folder", "s3", "sftp"):
            return
        with self._tools.store.read() as session:
            awaited = exports.awaited(session, self.given.name)
        kept = [run for run in awaited if run.removed_ms is None]
        found = self._ask(partial(_find_acks, kept)) if kept else None
        for run, said in (found or {}).items():
            self._tools.handin(AckRun(run, said))

    def _tidy(self) -> None:
        """Remove runs that are old enough, but for the newest that was accepted."""
        before_ms = self._tools.clock_ms() - self.given.keep_days * _DAY_MS
        with self._tools.store.read() as session:
            newest = exports.newest_accepted(session, self.given.name)
            old = exports.outdated(session, self.given.name, before_ms)
        for run in old:
            is_spared = newest is not None and run.id == newest.id
            if not is_spared and self._ask(partial(_remove, run.name)):
                self._forget(run)
        self._clear_bench()

    def _forget(self, run: Run) -> None:
        try:
            keeping.remove(self._tools.settings, run.id)
        except BlobError as error:
            _logger.warning("an old run stays for now", run=run.name, why=str(error))
            return
        self._tools.handin(RemoveRun(run.id))

    def _clear_bench(self) -> None:
        """What a killed worker left on this machine goes once its run has arrived elsewhere."""
        bench = self._tools.settings.export_folder / self.given.name
        left = list(bench.iterdir()) if bench.exists() else []
        with self._tools.store.read() as session:
            open_ = {one.name for one in exports.open_runs(session, self.given.name)}
        for place in left:
            if not any(place.name == name or place.name.startswith(f".{name}.") for name in open_):
                shutil.rmtree(place, ignore_errors=True)

    def _ask(self, act: Callable[[Carrier], T]) -> T | None:
        """Ask the destination something; None if it cannot be asked now: then later."""
        with self._tools.store.read() as session:
            secret = meta.secret(session)
        try:
            way = carrier(self._tools.settings, self.given, secret, self._tools.clock_ms)
            try:
                return act(way)
            finally:
                way.close()
        except DeliveryError as error:
            _logger.warning("destination does not answer", name=self.given.name, why=str(error))
            return None


def _find_acks(runs: Sequence[Run], way: Carrier) -> dict[UUID, str]:
    """What was said about runs; one that cannot be asked about now holds up no other."""
    found: dict[UUID, str] = {}
    for run in runs:
        try:
            if said := way.find_ack(run.name):
                found[run.id] = said
        except DeliveryError as error:
            _logger.warning("acknowledgment cannot be read", run=run.name, why=str(error))
    return found


def _remove(run: str, way: Carrier) -> bool:
    way.remove(run)
    return True
