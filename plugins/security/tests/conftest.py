"""The plugin under test, loaded once: its checklists are read once."""

import pytest

from fieldops.testing import Kit


@pytest.fixture(scope="session")
def kit() -> Kit:
    return Kit("fieldops_security")
