"""Every vector against the server, on both engines."""

import pytest
from tests.factories import Server
from tests.vectors.load import Case, cases
from tests.vectors.play import Stage

CASES = cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_server_does_what_the_vector_says(case: Case, stage_server: Server):
    Stage(stage_server, case).play()
