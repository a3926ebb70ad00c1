"""The confidentiality plugin, loaded once: it is asked about values only."""

import pytest

from fieldops.testing import Kit


@pytest.fixture(scope="session")
def kit() -> Kit:
    return Kit("fieldops_confidentiality")
