"""A thousand findings through any steps in any order, on both databases."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.factories import found_company, running
from tests.flow.test_findingmachine import live
from tests.rules.test_findingsteps import STEPS


@pytest.mark.soak
def test_any_steps_in_any_order_at_length(database_url: str, tmp_path: Path) -> None:
    with running(database_url, tmp_path) as server:
        company = found_company(server)

        @settings(max_examples=1000, deadline=None, database=None)
        @given(st.lists(st.sampled_from(sorted(STEPS)), max_size=60))
        def run(names: list[str]) -> None:
            live(server, company, names)

        run()
