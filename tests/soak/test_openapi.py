"""The OpenAPI document over the real app, for longer: both databases, good and bad requests."""

from pathlib import Path

import pytest
from schemathesis import GenerationMode
from tests.factories import running
from tests.soak.report import report
from tests.web.fuzzing import Fuzz

pytestmark = pytest.mark.soak
EXAMPLES = 25
"""Of each operation, in each mode, for each seed."""


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_is_answered_that_the_document_does_not_say(
    database_url: str, tmp_path: Path, seed: int
):
    with running(database_url, tmp_path) as server:
        fuzz = Fuzz(server, seed)
        fuzz.run(EXAMPLES, [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
    report(
        f"openapi {database_url.split(':')[0]}, seed {seed}: {fuzz.asked:,} requests of"
        f" {len(fuzz.operations())} operations, failing {len(fuzz.failures)}"
    )
    assert fuzz.failures == {}
    assert fuzz.asked > EXAMPLES * len(fuzz.operations())
