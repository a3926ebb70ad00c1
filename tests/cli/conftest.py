"""What the tests of the command line need: ``line("site", "list")`` is one command."""

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest
from tests import measuring
from tests.cli.helping import Line
from tests.plugin.packages import Packages

_WATCHED = ("test_serve", "test_serve_inside")
"""Tests of the processes themselves."""


@pytest.fixture(scope="module", autouse=True)
def _children(request: pytest.FixtureRequest) -> Iterator[None]:
    """Of commands coverage sees what this process does; servers and plugins are tested apart."""
    is_watched = request.module.__name__.rpartition(".")[2] in _WATCHED
    with nullcontext() if is_watched else measuring.blind_children():
        yield


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
