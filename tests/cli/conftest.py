"""What the tests of the command line need: ``line("site", "list")`` is one command."""

from pathlib import Path

import pytest
from tests.cli.helping import Line
from tests.plugin.packages import Packages


@pytest.fixture
def line(database_url: str, tmp_path: Path) -> Line:
    """The command line on a fresh database: once on SQLite and once on PostgreSQL."""
    return Line(tmp_path / "data", database_url)


@pytest.fixture
def sqlite_line(tmp_path: Path) -> Line:
    """The command line on a fresh data folder and nothing else said."""
    return Line(tmp_path / "data")


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Packages:
    """Installs plugins that a test has written."""
    return Packages(tmp_path / "packages", monkeypatch)
