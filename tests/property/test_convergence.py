"""Three tablets and a supervisor converge on the server's state, whatever happens on the way."""

from pathlib import Path

import pytest
from tests.property.world import run_walk

SHORT_SEEDS = (1, 2)
SHORT_STEPS = 150


@pytest.mark.parametrize("seed", SHORT_SEEDS)
def test_random_walk_converges_without_loss_or_duplicates(
    database_url: str, tmp_path: Path, seed: int
) -> None:
    tally = run_walk(database_url, tmp_path, seed, SHORT_STEPS)
    # A walk in which nothing went wrong would prove nothing.
    assert tally.ops > SHORT_STEPS / 3
    assert all(tally.network.get(fault) for fault in ("drop", "lose", "late", "repeat")), tally
