"""The shims that the soak suites use."""

from pathlib import Path

import pytest
from tests.soak.shims import compile_shim


@pytest.fixture(scope="session")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The compiled ``powerloss.c``."""
    return compile_shim("powerloss", tmp_path_factory.mktemp("powerloss"))
