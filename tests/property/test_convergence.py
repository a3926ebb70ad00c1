"""Three tablets and a supervisor converge on the server's state, whatever happens on the way."""

from pathlib import Path

import pytest
from tests.property.world import Tally, run_walk
from tests.soak.report import report

SHORT_SEEDS = (1, 2)
SHORT_STEPS = 120
LONG_SEEDS = range(100, 120)
LONG_STEPS = 600


@pytest.mark.parametrize("seed", SHORT_SEEDS)
def test_random_walk_converges_without_loss_or_duplicates(
    database_url: str, tmp_path: Path, seed: int
) -> None:
    converge(database_url, tmp_path, seed, SHORT_STEPS)


@pytest.mark.soak
@pytest.mark.parametrize("seed", LONG_SEEDS)
def test_long_walk_converges_without_loss_or_duplicates(
    database_url: str, tmp_path: Path, seed: int
) -> None:
    tally = converge(database_url, tmp_path, seed, LONG_STEPS)
    assert tally.deaths, tally
    assert tally.restarts, tally


def converge(database_url: str, folder: Path, seed: int, steps: int) -> Tally:
    tally = run_walk(database_url, folder, seed, steps)
    # A walk in which nothing went wrong would prove nothing.
    assert tally.ops > steps / 3
    assert all(tally.network.get(fault) for fault in ("drop", "lose", "late", "repeat")), tally
    report(f"walk {database_url.split(':')[0]}: seed {seed}, {steps} steps, {tally}")
    return tally
