"""The figures of the soak suites, one line each at the end of the run."""

import pytest
from tests.soak import report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show them even where output is captured."""
    if report.LINES:
        terminalreporter.section("soak")
        for line in report.LINES:
            terminalreporter.write_line(line)
