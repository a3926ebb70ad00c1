"""Random lives of findings, complaints, inspections and rounds for longer, on both databases."""

from pathlib import Path

import pytest
from tests.factories import running
from tests.property.lives import Life, Stage, play
from tests.property.test_lives import LIVES
from tests.soak.report import report

EXAMPLES, STEPS = 30, 30


@pytest.mark.soak
@pytest.mark.parametrize("life", LIVES)
def test_long_lives_stand_where_the_model_says(
    life: type[Life], database_url: str, tmp_path: Path
) -> None:
    with running(database_url, tmp_path) as server:
        taken = play(life, Stage(server), EXAMPLES, STEPS, fixed=False)
    report(f"{life.__name__} {database_url.split(':')[0]}: {EXAMPLES} lives, steps by end {taken}")
    assert taken.keys() >= {"applied", "transition", "not-permitted"}
