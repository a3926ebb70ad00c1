"""Three tablets, a supervisor, a server and its worker, doing anything in any order.

with World(database_url, folder, seed) as world:
    world.walk(steps)       random steps over a bad network
    world.settle()          the network is mended, everybody syncs, what is held comes due
    world.faults()          one sentence for each thing that is not as it must be
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Any
from uuid import UUID

import httpx
import msgspec
from tests.factories import (
    Clock,
    InProcess,
    Server,
    add_person,
    checklist_address,
    checklist_text,
    found_company,
    publish,
    running,
)
from tests.property import invariants
from tests.property.desk import Desk
from tests.property.device import ITEMS, Device, Scene
from tests.property.network import Network
from tests.property.watcher import Watcher

from fieldops import builtin
from fieldops.flow import receipts, setup
from fieldops.flow.follow import KeeperReader, LogReader, step
from fieldops.flow.handin import HandinAnswer, HandinDown, HandinRequest, Sweep
from fieldops.flow.pluginreader import PluginReader
from fieldops.flow.react import DirectHandin
from fieldops.model.access import Level, Role
from fieldops.model.record import State
from fieldops.plugin.host import Host, host
from fieldops.rules.redaction import redact
from fieldops.store import records
from fieldops_sync.wire import Change, Receipt, ReceiptsRequest, Value

TABLETS = 3
HOLD_HOURS = 6 * 24
"""Longer than an op is held (protocol.md, "Receipts": 5 days)."""
_ROUNDS_MAX = 60
_FLOOR = """
[[sections.items]]
key = "floor"
titles = { zh-CN = "地面", en = "Floor" }
measure = { zh-CN = "目测无污渍。", en = "No stains to be seen." }
clause = "CL-1"
answer = { type = "passfail" }
"""
_EVERY = "".join(_FLOOR.replace('"floor"', f'"{one}"') for one in ITEMS)
_DAILY = checklist_text("daily").replace(_FLOOR, _EVERY)
"""With every item that devices answer: to others answers are withheld."""
_LATER = checklist_text("later")


class World:
    """Everything of one walk; the same seed takes the same dice."""

    def __init__(self, database_url: str, folder: Path, seed: int) -> None:
        self.random = Random(seed)
        self.devices: list[Device] = []
        self.restarts = 0
        self._url, self._folder = database_url, folder
        self._clock = Clock()
        self._stack = ExitStack()
        self._up: Server | None = None

    def __enter__(self) -> "World":
        self._start_server()
        self._found()
        self._watcher = self._stack.enter_context(Watcher(self._url))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for device in self.devices:
            device.close()
        self._stack.close()
        self._stop_server()

    # The server

    @property
    def server(self) -> Server:
        """The server of today."""
        assert self._up is not None, "the server is down"
        return self._up

    def _start_server(self) -> None:
        self._running = running(self._url, self._folder, self._clock)
        self._up = self._running.__enter__()
        # What escapes the server's own handling of errors is to be seen with its traceback.
        self._up.client._transport.raise_server_exceptions = True  # type: ignore[attr-defined]
        self._transport: httpx.BaseTransport | None = InProcess(self._up)

    def _stop_server(self) -> None:
        if self._up is not None:
            self._up, self._transport = None, None
            self._running.__exit__(None, None, None)

    def _restart_server(self) -> None:
        """The server is down for a while: syncs fail, then it comes back on the same database."""
        self.restarts += 1
        self._stop_server()
        self.random.choice(self.devices).sync()
        self._start_server()

    def _found(self) -> None:
        """A company of two sites; one inspector works on both, so that all tablets share one."""
        company = found_company(self.server, _DAILY)
        second = self.server.do(lambda s: add_person(s, Role.INSPECTOR, {company.site}))
        people = [company.inspector, second, company.supervisor]
        self.scene = Scene(company.site, company.other_site, people, company.definition)
        self.scene.unpublished = checklist_address(_LATER)
        desk_dice = Random(self.random.random())
        self.desk = Desk(lambda: self.server, company.supervisor, company.site, desk_dice)
        loaded = host("builtin", builtin)
        assert isinstance(loaded, Host), loaded
        self._readers: list[LogReader] = [KeeperReader(), PluginReader(loaded, _no_photo, True)]
        for number in range(TABLETS):
            self._enrol(number, people)

    def _enrol(self, number: int, people: list[UUID]) -> None:
        dice = Random(self.random.random())
        network = Network(dice, lambda: self._transport)
        device = Device(self._folder / f"tablet-{number}", network, dice, self.scene)
        self.devices.append(device)
        network.is_bad = False
        code = self.server.do(
            lambda s: setup.enrol_code(s, f"tablet {number}", people, setup.SYSTEM, self._clock())
        )
        device.client.enrol(code)
        network.is_bad = True

    # The walk

    def walk(self, steps: int) -> None:
        """Take random steps."""
        kinds: tuple[tuple[int, Callable[[], object]], ...] = (
            (45, lambda: self._anyone().act()),
            (14, lambda: self._anyone().sync()),
            (5, lambda: self._anyone().scatter()),
            (4, lambda: self._anyone().network.plan_kill()),
            (4, lambda: self._anyone().network.deliver_late()),
            (5, self._together),
            (8, self.desk.act),
            (8, lambda: self._follow(lossy=True)),
            (2, self._restart_server),
            (1, lambda: self._clock.forward(self.random.random())),
        )
        weights = [weight for weight, _ in kinds]
        for _, take in self.random.choices(kinds, weights, k=steps):
            take()

    def _anyone(self) -> Device:
        return self.random.choice(self.devices)

    def _together(self) -> None:
        """All tablets and the desk at the same time."""
        with ThreadPoolExecutor(TABLETS + 1) as pool:
            jobs: list[Future[object]] = [pool.submit(device.sync) for device in self.devices]
            jobs.append(pool.submit(self.desk.act))
            for job in jobs:
                job.result()

    # The worker

    def _follow(self, lossy: bool) -> bool:
        """One step of every reader; whether anything moved."""
        direct = DirectHandin(self.server.core.store, self._clock)

        def handin(request: HandinRequest) -> HandinAnswer:
            answer = direct(request)
            if lossy and self.random.random() < 0.3:
                raise HandinDown("the answer was lost")
            return answer

        moved = False
        for reader in self._readers:
            try:
                moved |= step(self.server.core.store, handin, reader, tries=3) is not None
            except HandinDown:
                moved = True
        return moved

    def _work_off(self) -> None:
        for _ in range(_ROUNDS_MAX):
            if not self._follow(lossy=False):
                return
        raise AssertionError("the readers of the log never come to rest")

    # The end

    def settle(self) -> None:
        """Mend the network and let everything come to rest."""
        for device in self.devices:
            device.network.calm()
            device.network.deliver_late()
        self.devices[0].keep_promises()
        publish(self.server, _LATER)
        self._sync_all()
        # What needs an op that went to quarantine is held until its time is up.
        self._clock.forward(HOLD_HOURS)
        DirectHandin(self.server.core.store, self._clock)(Sweep())
        self._work_off()
        self._sync_all()
        self._sync_all()

    def _sync_all(self) -> None:
        for device in self.devices:
            assert device.sync(), "a sync fails though nothing is wrong"
            assert not device.outbox.ops("pending", "sent", "refused"), "an op is not settled"
            assert not device.outbox.photos("waiting"), "a photo is not settled"

    def faults(self) -> list[str]:
        """Everything that is not as it must be; the world has settled."""
        recorded = [op_id for device in self.devices for op_id in device.recorded]
        with self.server.core.store.read() as session:
            found = invariants.faults(session)
            found += [
                f"lost: {op}" for op in invariants.lost(session, recorded + self.desk.written)
            ]
            states = records.page(session, self.scene.site, (UUID(int=0), UUID(int=0)), 10**6)
        held = self.server.look(
            lambda s: s.connection().exec_driver_sql("SELECT 1 FROM held").all()
        )
        found += [f"held: {len(held)} ops still wait"] * bool(held)
        for number, device in enumerate(self.devices):
            found += [f"tablet {number}: {fault}" for fault in self._differences(device, states)]
        return found + self._watcher.faults

    def _differences(self, device: Device, states: list[State]) -> Iterator[str]:
        """Where a tablet's picture of the site, or of its own receipts, is not the server's."""
        shown = {(change.kind, change.id): _picture(change) for change in self._pulled(device)}
        there = {(state.kind, state.id): _state_picture(state) for state in states}
        for key in shown.keys() | there.keys():
            if shown.get(key) != there.get(key):
                yield f"{key} shows {shown.get(key)}, the server has {there.get(key)}"
        known = device.receipts()
        for op_id, stands in self._standing(device, list(device.recorded)).items():
            mine = known.get(op_id)
            if mine is None or _verdict(mine) != _verdict(stands):
                yield f"op {op_id}: the receipt is {mine}, the server's {stands}"

    def _pulled(self, device: Device) -> Iterator[Change]:
        kinds = ("site", "area", "inspection", "result", "photo", "feedback", "finding")
        for kind in (*kinds, "note", "suggestion"):
            yield from device.outbox.records(kind, self.scene.site)

    def _standing(self, device: Device, ids: list[UUID]) -> dict[UUID, Receipt]:
        me = device.outbox.device
        answer = self.server.look(lambda s: receipts.receipts(s, me, ReceiptsRequest(ids=ids)))
        return {receipt.id: receipt for receipt in answer.receipts}


def _no_photo(sha256: str) -> Any:
    raise OSError(f"no plugin of this walk looks at photos ({sha256})")


def _picture(change: Change) -> tuple[Any, ...]:
    body = msgspec.json.decode(change.body)
    return change.revision, change.heads, body, change.conflict


def _state_picture(state: State) -> tuple[Any, ...]:
    body = redact(state.kind, state.body, Level.L1)
    conflict = msgspec.convert(state.conflict, dict[str, list[Value]])
    return state.revision, list(state.heads), body, conflict


def _verdict(receipt: Receipt) -> tuple[str, int, list[str]]:
    return receipt.status, receipt.revision, receipt.marks


def run_walk(database_url: str, folder: Path, seed: int, steps: int) -> "Tally":
    """One walk to its end; raises AssertionError naming the seed if anything is not right."""
    with World(database_url, folder, seed) as world:
        world.walk(steps)
        world.settle()
        found = world.faults()
        tally = Tally.of(world)
    assert not found, f"seed {seed}: {len(found)} faults\n" + "\n".join(found[:12])
    return tally


class Tally(msgspec.Struct, frozen=True):
    """What happened in a walk."""

    ops: int
    deaths: int
    restarts: int
    network: dict[str, int]

    def __str__(self) -> str:
        met = ", ".join(f"{count} {name}" for name, count in sorted(self.network.items()))
        return f"{self.ops:,} ops, {self.deaths} deaths, {self.restarts} restarts ({met})"

    @classmethod
    def of(cls, world: World) -> "Tally":
        met: dict[str, int] = {}
        for device in world.devices:
            for name, count in device.network.met.items():
                met[name] = met.get(name, 0) + count
        return cls(
            sum(len(device.recorded) for device in world.devices) + len(world.desk.written),
            sum(device.deaths for device in world.devices),
            world.restarts,
            met,
        )
