"""Plugins as readers of the log: replaying a long one, and what one more plugin costs."""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest
from sqlalchemy import text
from sqlmodel import Session
from tests.plugin.hostile import NO_OP
from tests.plugin.packages import Packages

from bench.meter import peak_rss_mb
from bench.plan import Plan
from bench.rows import Aim, Row, Sample, row
from bench.tablet import NotAsWanted
from fieldops import builtin
from fieldops.flow import plugins
from fieldops.flow.follow import KeeperReader, LogReader, step
from fieldops.flow.handin import Introduce
from fieldops.flow.pluginreader import PluginReader
from fieldops.flow.react import DirectHandin
from fieldops.flow.readingroom import ReadingRoom
from fieldops.flow.setup import SYSTEM
from fieldops.flow.worker import collect_rarely
from fieldops.model.checklist import Checklist
from fieldops.model.plugin import Probe
from fieldops.plugin.isolate import Isolated
from fieldops.plugin.lending import no_photo
from fieldops.plugin.probe import probe
from fieldops.rules.checklists import parse
from fieldops.rules.examples import sheet_of
from fieldops.store import log
from fieldops.testing.clock import FrozenClock
from fieldops.testing.company import Company
from fieldops.testing.recording import record
from fieldops.testing.tablet import Tablet

DOMAINS = ("cleaning", "confidentiality", "facilities", "security")
_REPLAY = Aim("changes/CPU-s", "the 5,000 a second and core that were promised", "at least", 1)
_FANOUT = Aim("µs a change", "the 50 µs that were promised", "at most", 1)
_TRIES = 3


class History:
    """A site that was walked in every domain, day by day, by the shipped checklists."""

    def __init__(self, stack: ExitStack, folder: Path, days: int) -> None:
        collect_rarely()
        self._stack = stack
        self.company = Company(folder / "company", FrozenClock())
        stack.callback(self.company.close)
        self._handin = DirectHandin(self.company.core.store, self.company.clock)
        self._isolated: list[Isolated] = []
        self._room = ReadingRoom()
        self._probes = {name: probe(name) for name in DOMAINS}
        standards = {name: _checklists(found) for name, found in self._probes.items()}
        self.company.publish([one for found in standards.values() for one in found])
        self._walk(standards, days)
        self.domains = [self.reader(name) for name in DOMAINS]
        default = PluginReader(builtin.load(), no_photo, is_default=True, room=self._room)
        self.follow(*self.domains, default, KeeperReader())
        self.follow(*self.domains)

    def _walk(self, standards: dict[str, list[Checklist]], days: int) -> None:
        tablet = Tablet(self.company)
        for day in range(days):
            for found in standards.values():
                standard = found[day % len(found)]
                example = standard.examples[day % len(standard.examples)]
                answers = sheet_of(standard, example).answers
                made = record(tablet, standard, answers, (), submit=True)
                self._applied([one.status for one in tablet.push(made.ops)])
            self.company.clock.forward(days=1)
            tablet.renew()

    def _applied(self, statuses: Sequence[str]) -> None:
        others = set(statuses) - {"applied", "merged"}
        if others:
            raise NotAsWanted(f"an op of the history was {others}")

    def reader(self, name: str) -> PluginReader:
        """The reader of an installed plugin, in a process of its own."""
        found = self._probes.get(name) or probe(name)
        if found.card is None:
            raise NotAsWanted(f"{name}: {found.faults}")
        self._handin(Introduce(name, found.card))
        caller = Isolated(found.card)
        self._isolated.append(caller)
        self._stack.callback(caller.close)
        return PluginReader(caller, no_photo, room=self._room)

    def follow(self, *readers: LogReader) -> None:
        """Let readers come to rest, page by page in turn: as a worker's threads go side by side."""
        busy = list(readers)
        while busy:
            busy = [reader for reader in busy if self._step(reader)]

    def _step(self, reader: LogReader) -> bool:
        done = step(self.company.core.store, self._handin, reader, _TRIES, self._room)
        if done is not None and done.state != "running":
            raise NotAsWanted(f"{reader.name} is {done.state}")
        return done is not None

    def replay(self, *readers: PluginReader) -> float:
        """Let readers read everything again; CPU-seconds of this process and the plugins'.

        Raises ``NotAsWanted`` if that adds a row.
        """
        before = self._rows()
        for reader in readers:
            self.company.do(lambda s, name=reader.name: self._back(s, name))  # type: ignore[misc]
        began_s = self._cpu_s()
        self.follow(*readers)
        took_s = self._cpu_s() - began_s
        if self._rows() != before:
            raise NotAsWanted(f"the replay made {self._rows()} rows of {before}")
        return took_s

    def beside(self, reader: PluginReader) -> float:
        """CPU-seconds that a replay by the four domains takes longer with one more reader."""
        alone_s = self.replay(*self.domains)
        return self.replay(*self.domains, reader) - alone_s

    def _back(self, session: Session, name: str) -> bool:
        return plugins.replay(session, name, 0, SYSTEM, self.company.clock())

    def changes(self) -> int:
        """How long the log is."""
        return self.company.look(log.counter)

    def _rows(self) -> dict[str, int]:
        def query(session: Session) -> dict[str, int]:
            return {
                table: session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
                for table in ("ledger", "log", "record", "quarantine", "walk")
            }

        return self.company.look(query)

    def _cpu_s(self) -> float:
        # A plugin's process starts no other, so that there is no tree to walk.
        pids = [one.pid for one in self._isolated if one.pid is not None]
        times = [psutil.Process(pid).cpu_times() for pid in pids]
        return time.process_time() + sum(one.user + one.system for one in times)


def _checklists(found: Probe) -> list[Checklist]:
    parsed = [parse(file.text, file.name) for file in found.checklists]
    return [one for one in parsed if isinstance(one, Checklist)]


def _rss_mb() -> float:
    return peak_rss_mb(psutil.Process().pid)


def measure_replay(name: str, plan: Plan, folder: Path) -> list[Row]:
    """Replay the log through the four domains, side by side."""
    with ExitStack() as stack:
        history = History(stack, folder, plan.log_days)
        samples = [
            Sample(history.changes() / history.replay(*history.domains), 5000.0, _rss_mb())
            for _ in range(plan.runs)
        ]
    return [row(name, _REPLAY, samples)]


def measure_fanout(name: str, plan: Plan, folder: Path) -> list[Row]:
    """What one more plugin costs that is asked about every inspection and finds nothing."""
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        history = History(stack, folder, plan.log_days)
        idle = Packages(folder / "packages", patch).install("idle", NO_OP, domain="")
        reader = history.reader(idle)
        history.follow(reader)
        samples = [
            Sample(history.beside(reader) / history.changes() * 1e6, 50.0, _rss_mb())
            for _ in range(plan.runs)
        ]
    return [row(name, _FANOUT, samples)]
