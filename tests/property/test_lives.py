"""Random lives of findings, complaints, inspections and rounds, against a model of each.

A short turn with the same lives each time; the long one stands in ``tests/soak/test_lives.py``.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.factories import running
from tests.property.complaintlives import ComplaintLife
from tests.property.findinglives import FindingLife
from tests.property.inspectionlives import InspectionLife
from tests.property.lives import Stage, play
from tests.property.roundlives import RoundLife

LIVES = [FindingLife, ComplaintLife, InspectionLife, RoundLife]


@pytest.fixture
def stage(database_url: str, tmp_path: Path) -> Iterator[Stage]:
    with running(database_url, tmp_path) as server:
        yield Stage(server)


def test_random_lives_stand_where_the_model_says(stage: Stage) -> None:
    for life in LIVES:
        play(life, stage, examples=2, steps=10, fixed=True)
