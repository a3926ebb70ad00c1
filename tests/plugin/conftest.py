"""Plugins written by tests."""

from pathlib import Path

import pytest
from tests.plugin.packages import Packages


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Packages:
    return Packages(tmp_path / "packages", monkeypatch)
