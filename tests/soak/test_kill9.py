"""Kill -9 of server and worker at random moments under four clients."""

import os
import statistics
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from random import Random

import pytest
from tests.soak import aftermath
from tests.soak.company import found, settings_of, settle_in
from tests.soak.product import Product, Victim
from tests.soak.report import report
from tests.soak.tablet import Tablet

TABLETS = 4
READY_MAX_S = 5.0
"""What the product promises after each restart, on a machine of its own."""
VICTIMS: Sequence[Victim] = ("web", "web", "web", "worker", "worker", "everything")
_MOMENT_MAX_S = 1.5
_ONE = 'plugins = ["cleaning"]'
"""Each plugin has a process of its own, which starts again with the worker."""
_NEIGHBOURS = 2.0
"""In the short tier other tests run beside this one and come and go."""


@pytest.mark.soak
@pytest.mark.alone
def test_hundred_kills_lose_and_double_nothing(database_url: str, tmp_path: Path) -> None:
    dice = Random(100)
    victims = [dice.choice(VICTIMS) for _ in range(100)]
    kill_again_and_again(database_url, tmp_path, victims, patience=_overbooked())


def test_kills_lose_and_double_nothing(postgres_database: str, tmp_path: Path) -> None:
    patience = max(_NEIGHBOURS, _overbooked())
    kill_again_and_again(postgres_database, tmp_path, ("web", "everything"), patience, _ONE)


def _overbooked() -> float:
    """How many processes want each processor already, before this suite adds its own."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def kill_again_and_again(
    database_url: str, folder: Path, victims: Sequence[Victim], patience: float, more: str = ""
) -> None:
    """Kill, let it come back, and in the end compare what was promised with what is there."""
    dice = Random(len(victims))
    config = settle_in(folder, database_url, more)
    settings = settings_of(config)
    company = found(settings, TABLETS)
    ready_s: list[float] = []
    with ExitStack() as stack:
        product = stack.enter_context(Product(config))
        tablets: list[Tablet] = []
        for number in range(TABLETS):
            tablets.append(Tablet(folder / f"tablet-{number}", product.url, company, number))
            stack.callback(tablets[-1].close)
        for tablet in tablets:
            tablet.start()
        for victim in victims:
            time.sleep(dice.uniform(0, _MOMENT_MAX_S))
            product.kill(victim)
            ready_s.append(product.await_ready())
        for tablet in tablets:
            tablet.stop()
        for tablet in tablets:
            tablet.finish()
        aftermath.await_rest(settings)
        exit_code = product.stop()
        orphans = product.orphans()
        acknowledged = [op for tablet in tablets for op in tablet.acknowledged]
        stored = [sha256 for tablet in tablets for sha256 in tablet.stored]
        recorded = {op for tablet in tablets for op in tablet.recorded}
    found_faults = aftermath.faults(settings, acknowledged)
    lost = aftermath.lost_photos(settings, stored)
    report(
        f"kill-9 {database_url.split(':')[0]}: {len(victims)} kills, {len(acknowledged):,} ops and"
        f" {len(stored):,} photos acknowledged, lost {_count(found_faults, 'lost') + len(lost)},"
        f" half-applied or doubled {len(found_faults) - _count(found_faults, 'lost')},"
        f" ready again median {statistics.median(ready_s):.1f} s max {max(ready_s):.1f} s"
        f" (allowed {READY_MAX_S * patience:.1f} s)"
    )
    assert found_faults == []
    assert lost == []
    assert set(acknowledged) == recorded, "an op was never acknowledged"
    assert (exit_code, orphans) == (0, [])
    assert max(ready_s) <= READY_MAX_S * patience, ready_s


def _count(faults: Sequence[str], kind: str) -> int:
    return sum(fault.startswith(kind) for fault in faults)
