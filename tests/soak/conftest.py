"""The figures of the soak suites, one line each at the end of the run; the shims that they use."""

from pathlib import Path

import pytest
from tests.soak import report
from tests.soak.shims import compile_shim


@pytest.fixture(scope="session")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The compiled ``powerloss.c``."""
    return compile_shim("powerloss", tmp_path_factory.mktemp("powerloss"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show them even where output is captured."""
    if report.LINES:
        terminalreporter.section("soak")
        for line in report.LINES:
            terminalreporter.write_line(line)
