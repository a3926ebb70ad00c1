"""The console in a real browser: what its tests share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from tests.browsers import opened_chromium
from tests.console.world import World, world


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real Chromium for all tests of a module; skips where the machine has none."""
    with opened_chromium() as found:
        yield found


@pytest.fixture(scope="module")
def served(browser: Browser, node_modules: Path) -> Iterator[World]:
    """The demo's company after its walk, served for one module."""
    axe = (node_modules / "axe-core" / "axe.min.js").read_text("utf-8")
    with world(browser, axe) as found:
        yield found


@pytest.fixture
def demo(served: World) -> Iterator[World]:
    """The company, for one test, at whose end no browser must have complained."""
    served.wrong.clear()
    yield served
    served.close()
    assert served.wrong == []
