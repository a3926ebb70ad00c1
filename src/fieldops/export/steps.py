"""The steps of one run: each may be done again, by whoever holds the lease.

    write    into a hidden folder beside its place, which gets its name when all of it is durable;
             then into the drawer that all processes reach (``keeping``)
    deliver  every file, the manifest last
    verify   read back what lies at the destination, and hash it
    accept   head office's word (``nightly``), or at once where the settings say so

A worker that is killed anywhere leaves files that the next one finds whole, or writes again: the
same run has the same bytes.  What lies on this machine goes when the run has arrived.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import structlog

from fieldops.destinations import Destination
from fieldops.export import keeping, orders, parcel
from fieldops.export.deliver.carriers import carrier
from fieldops.export.deliver.folder import sync
from fieldops.export.deliver.interface import (
    PART,
    Beat,
    Carrier,
    DeliveryError,
    Differs,
    Hopeless,
    Parcel,
)
from fieldops.export.lease import Lease
from fieldops.export.manifest import Manifest
from fieldops.flow.exportalarms import UNRECONCILED
from fieldops.flow.exportwork import MoveRun
from fieldops.flow.worker import Tools
from fieldops.store import exports, log, meta
from fieldops.store.exports import Run, Step

_logger = structlog.get_logger(__name__)
Act = Callable[[Carrier, Beat], None]
Hear = Callable[[Step, int, int], None]
"""Told of the progress of a step: how much is done, of how much (0: not known)."""


def unheard(_step: Step, _done: int, _of: int) -> None:
    """Nobody looks on."""


class Work:
    """One run in the hands of whoever holds its lease."""

    def __init__(
        self, tools: Tools, given: Destination, run: Run, lease: Lease, hear: Hear = unheard
    ) -> None:
        self._tools, self._given, self._run = tools, given, run
        self._lease, self._hear = lease, hear
        with tools.store.read() as session:
            self._secret, self._epoch = meta.secret(session), log.epoch(session).bytes

    def go(self) -> Run:
        """Do what is left to be done; the run as it stands then.

        Raises ``DeliveryError`` (``Differs`` if it is to be delivered again), ``Ended``, and what
        the database, or the disk, raises.
        """
        self._check_level()
        if self._run.step == "write":
            self._write()
        try:
            if self._run.step == "deliver":
                self._carry(self._delivered())
            if self._run.step == "verify":
                self._carry(self._verified())
        except Differs:
            self._clear()
            raise
        self._clear()
        return self._run

    def _check_level(self) -> None:
        """A run keeps its order, but nobody gets more than the settings allow by now."""
        level = orders.level_of(self._run)
        if level > self._given.level:
            raise Hopeless(f"it holds data of level {level}, its destination may have less by now")

    def _clear(self) -> None:
        """Take away what lies on this machine: all of it is kept elsewhere, or to be made anew."""
        shutil.rmtree(parcel.folder_of(self._tools.settings, self._run), ignore_errors=True)

    def _write(self) -> None:
        whole, known = self._found()
        wrong = parcel.unreconciled(whole, known)
        if wrong:
            raise DeliveryError(f"{UNRECONCILED}: {'; '.join(wrong)}")
        counted = parcel.totals(whole, known)
        keeping.keep(self._tools.settings, whole, self._counting("write", counted.bytes))
        self._move("write", "deliver", manifest=whole.manifest.sha256, totals=counted)

    def _delivered(self) -> tuple[Parcel, Act]:
        whole, _known = self._found()
        if whole.manifest.sha256 != self._run.manifest:
            raise Hopeless("it cannot be written again byte for byte: another fieldops did")
        return whole, lambda way, beat: way.deliver(whole, beat)

    def _verified(self) -> tuple[Parcel, Act]:
        """What lies at the destination is compared with what was kept: its files are not needed."""
        try:
            whole, _known = keeping.find(self._tools.settings, self._run)
        except parcel.Broken as broken:
            raise Differs(f"{self._run.name}: {broken}") from broken
        return whole, lambda way, beat: way.verify(whole, beat)

    def _carry(self, given: tuple[Parcel, Act]) -> None:
        whole, act = given
        step, size = self._run.step, sum(one.size_bytes for one in whole.everything)
        way = carrier(self._tools.settings, self._given, self._secret, self._tools.clock_ms)
        try:
            act(way, self._counting(step, size))
        finally:
            way.close()
        self._move(step, "verify" if step == "deliver" else self._end())

    def _end(self) -> Step:
        return "done" if self._given.accept == "verified" else "accept"

    def _move(self, from_: Step, to: Step, **said: object) -> None:
        self._lease.beat()
        asked = MoveRun(run=self._run.id, lease=self._lease.token, from_=from_, to=to, **said)  # type: ignore[arg-type]
        self._tools.handin(asked)
        with self._tools.store.read() as session:
            found = exports.get(session, self._run.id)
        assert found is not None, "a run is never forgotten"
        self._run = found

    def _found(self) -> tuple[Parcel, Manifest]:
        """The run's files: those that lie here, if they are whole; else those that were kept; else
        they are written (again)."""
        place = parcel.folder_of(self._tools.settings, self._run)
        count = self._counting("write", 0)
        try:
            whole, known = parcel.find(self._run.id, self._run.name, place)
            parcel.check(whole, count)
        except parcel.Broken:
            self._make(place)
            return parcel.find(self._run.id, self._run.name, place)
        return whole, known

    def _make(self, place: Path) -> None:
        part = place.with_name(f".{place.name}.{self._lease.token}{PART}")
        for old in (place, *place.parent.glob(f".{place.name}.*{PART}")):
            shutil.rmtree(old, ignore_errors=True)
        part.mkdir(parents=True)
        if not self._is_brought(part):
            self._write_anew(part)
        _make_durable(part)
        self._lease.beat()
        part.rename(place)
        sync(place.parent)

    def _is_brought(self, part: Path) -> bool:
        """Fetch what was kept; False where it was not, or not all of it is there any more."""
        if not self._run.manifest:
            return False
        try:
            keeping.bring(self._tools.settings, self._run, part, self._counting("write", 0))
        except parcel.Broken as broken:
            _logger.warning("run is not kept whole", run=self._run.name, why=str(broken))
            return False
        return True

    def _write_anew(self, part: Path) -> None:
        """Write all of it, and keep it again if it had been kept before."""
        if self._run.epoch != self._epoch:
            raise Hopeless("the database was restored since it was planned")
        shutil.rmtree(part)
        part.mkdir()
        self._fill(part)
        whole, _known = parcel.find(self._run.id, self._run.name, part)
        if whole.manifest.sha256 == self._run.manifest:
            keeping.keep(self._tools.settings, whole, self._counting("write", 0))

    def _fill(self, part: Path) -> None:
        def progress(done: int, of: int) -> None:
            self._lease.beat()
            self._hear("write", done, of)

        keys = orders.keys_secret(self._given, self._secret)
        if orders.fingerprint(keys) != self._run.pseudonym:
            raise Hopeless("the secret of its keys is another one than when it was planned")
        wanted = orders.wanted(self._run, keys)
        tools = self._tools
        # The writers of all formats are loaded once there is something to write.
        from fieldops.export.run import write_run

        write_run(tools.store, tools.blobs, tools.settings, wanted, part, progress)

    def _counting(self, step: Step, size: int) -> Callable[[int], None]:
        done = 0

        def beat(count: int) -> None:
            nonlocal done
            self._lease.beat()
            done += count
            self._hear(step, done, size)

        return beat


def _make_durable(folder: Path) -> None:
    """Make all files in a folder, and their names, survive a power cut."""
    for root, _folders, names in os.walk(folder):
        for name in names:
            with (Path(root) / name).open("rb") as written:
                os.fsync(written.fileno())
        sync(Path(root))
