"""Real outside programs that some tests need: Chromium, Node, and npm packages for both.

Outside CI a machine may do without them: the tests that want them are skipped with a reason.
Where skips are forbidden, such a skip fails the run (``tests/conftest.py``).
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parents[1]
PACKAGES = ROOT / "tests" / "clients"
"""The folder of ``package.json`` and its lock."""
_PROGRAMS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)


def chromium_path() -> str:
    """The machine's Chromium (``FIELDOPS_TEST_CHROMIUM`` names another); skips without one."""
    given = os.environ.get("FIELDOPS_TEST_CHROMIUM")
    found = given or next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if found is None:
        pytest.skip("no Chromium on this machine: install Debian's package chromium")
    return found


def node_path() -> str:
    """The machine's Node; skips without one."""
    found = shutil.which("node")
    if found is None:
        pytest.skip("no Node on this machine: install Debian's package nodejs")
    return found


@contextmanager
def opened_chromium() -> "Iterator[Browser]":
    """A browser for the length of one block.

    Playwright keeps an event loop in this thread as long as it lives, and no other can run beside
    it: open it for one test, or for a module whose tests run no loop of their own.
    """
    # Loading it takes a while, and most runs want no browser.
    from playwright.sync_api import sync_playwright

    path = chromium_path()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def node_modules() -> Path:
    """The npm packages of ``tests/clients``, installed once for each state of their lock.

    They lie in ``var/``, so that later runs need no network.  Skips without npm.
    """
    npm = shutil.which("npm")
    lock = (PACKAGES / "package-lock.json").read_bytes()
    folder = ROOT / "var" / "clients" / hashlib.sha256(lock).hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    ready = folder / "installed"
    with (folder / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if not ready.exists():
            if npm is None:
                pytest.skip("no npm on this machine: install Debian's package npm")
            _install(npm, folder)
            ready.touch()
    return folder / "node_modules"


def _install(npm: str, folder: Path) -> None:
    for name in ("package.json", "package-lock.json"):
        shutil.copy(PACKAGES / name, folder / name)
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, f"npm ci: {done.stdout}{done.stderr}"
