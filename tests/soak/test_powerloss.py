"""Power cuts: what was acknowledged survives at the shipped setting, and not at a weaker one."""

from pathlib import Path
from random import Random
from uuid import UUID

import msgspec
import pytest
from tests.property import invariants
from tests.soak.company import found, settings_of, settle_in
from tests.soak.ops import enrol
from tests.soak.powerloss_writer import Orders
from tests.soak.report import report
from tests.soak.shims import cut

from fieldops.store.engine import open_store

CALLS_MIN, CALLS_MAX = 20, 400
"""After how many writes and fsyncs the power goes."""
ACKNOWLEDGED_CALLS = 200
"""By then ops have been acknowledged: there is something to be lost."""


class Machine:
    """A database on a machine whose power goes again and again."""

    def __init__(self, folder: Path, shim: Path, *synchronous: str) -> None:
        self.acknowledged = 0
        self.lost = 0
        self._folder = folder
        self._shim, self._synchronous = shim, synchronous
        self._url = f"sqlite:///{folder / 'fieldops.db'}"
        settings = settings_of(settle_in(folder, self._url))
        company = found(settings, tablets=1)
        store = open_store(self._url)
        device = store.write(lambda session: enrol(session, company.codes[0])).result(60).device
        store.close()
        self._orders = msgspec.json.encode(Orders(company, device))

    def crash(self, calls: int) -> None:
        """Write until the power goes at a certain call, then count what is missing."""
        module = "tests.soak.powerloss_writer"
        words = [self._url, *self._synchronous]
        lines = cut(self._shim, self._folder, calls, module, self._orders, *words)
        acknowledged = [UUID(op_id) for line in lines for op_id in line.split()]
        self.acknowledged += len(acknowledged)
        self.lost += len(self._missing(acknowledged))

    def _missing(self, acknowledged: list[UUID]) -> list[UUID]:
        store = open_store(self._url)
        with store.read() as session:
            missing = invariants.lost(session, acknowledged)
        store.close()
        return missing

    def faults(self) -> list[str]:
        """What does not hold of what is left."""
        store = open_store(self._url)
        with store.read() as session:
            found_faults = invariants.faults(session)
        store.close()
        return found_faults


def cut_again_and_again(
    folder: Path, shim: Path, crashes: int, *synchronous: str, least: int = CALLS_MIN
) -> Machine:
    """Cut the power so many times at random calls."""
    dice = Random(crashes)
    machine = Machine(folder, shim, *synchronous)
    for _ in range(crashes):
        machine.crash(dice.randint(least, CALLS_MAX))
    report(
        f"power-loss {' '.join(synchronous) or 'as shipped'}: {crashes} crashes,"
        f" {machine.acknowledged:,} ops acknowledged, lost {machine.lost}"
    )
    return machine


def survive(folder: Path, shim: Path, crashes: int) -> None:
    machine = cut_again_and_again(folder, shim, crashes)
    assert machine.acknowledged > crashes, "nothing was written that could be lost"
    assert machine.lost == 0
    assert machine.faults() == []


def lose(folder: Path, shim: Path, crashes: int) -> None:
    machine = cut_again_and_again(folder, shim, crashes, "NORMAL", least=ACKNOWLEDGED_CALLS)
    assert machine.lost > 0, "the shim drops nothing, so the other test proves nothing"


def test_power_cuts_lose_nothing_that_was_acknowledged(tmp_path: Path, shim: Path) -> None:
    survive(tmp_path, shim, crashes=3)


def test_a_weaker_setting_would_lose_ops(tmp_path: Path, shim: Path) -> None:
    lose(tmp_path, shim, crashes=2)


@pytest.mark.soak
def test_hundred_power_cuts_lose_nothing_that_was_acknowledged(tmp_path: Path, shim: Path) -> None:
    survive(tmp_path, shim, crashes=100)


@pytest.mark.soak
def test_a_weaker_setting_would_lose_ops_in_a_hundred_cuts(tmp_path: Path, shim: Path) -> None:
    lose(tmp_path, shim, crashes=100)
