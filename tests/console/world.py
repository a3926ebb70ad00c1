"""The company of the demo after its walk, served by a real server, and browsers signed in to it.

The walk is played once a run (half a minute), whoever wants it first; each module of tests works on
a copy of its folder.  Photos are linked, not copied: nothing writes into a stored photo.
"""

import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from playwright.sync_api import Browser, BrowserContext, Page
from tests import measuring, servers

from fieldops.cli.demo_company import Roster
from fieldops.cli.demo_server import Home, serving

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_SIGHT = {"width": 1440, "height": 900}
_NOT_COPIED = ("walks", "server.log")
"""The tablets' and the camera's folders, and what the demo's server said."""


def played() -> Path:
    """The folder of a demo that was played in this run."""
    folder = _room() / "demo-home"
    done = folder.with_suffix(".done")
    with folder.with_suffix(".lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if not done.exists():
            play(folder)
            for name in _NOT_COPIED:
                shutil.rmtree(folder / name, ignore_errors=True)
            done.touch()
    return folder


def _room() -> Path:
    """Where this run's demos lie, all on one file system, so that photos can be linked."""
    run = Path(os.environ[servers.RUN])
    memory = run / "memory"
    return memory.resolve() if memory.exists() else run


def play(folder: Path) -> None:
    """Play the demo's walk into a folder."""
    command = [sys.executable, "-m", "fieldops", "demo", "--once", "--lang", "en"]
    with measuring.blind_children():
        done = subprocess.run(
            [*command, "--data-dir", str(folder)], capture_output=True, text=True, check=False
        )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


def copied(folder: Path, target: Path) -> Home:
    """A copy of a demo's folder that may be changed."""

    def copy(source: str, place: str) -> None:
        if "blobs" in Path(source).parts:
            os.link(source, place)
        else:
            shutil.copy2(source, place)

    shutil.copytree(folder, target, copy_function=copy, ignore=shutil.ignore_patterns(*_NOT_COPIED))
    return Home(target)


class World:
    """A served company.  ``wrong`` is whatever a browser complained of: it must stay empty."""

    def __init__(self, home: Home, url: str, browser: Browser, axe: str) -> None:
        self.home, self.url, self._browser, self._axe = home, url, browser, axe
        self.roster = msgspec.json.decode(home.roster.read_bytes(), type=Roster)
        self.wrong: list[str] = []
        self._open: list[BrowserContext] = []

    def open(
        self,
        login: str,
        path: str = "/",
        *,
        language: str = "en",
        theme: Any = "light",
        width: int = 1440,
    ) -> Page:
        """A page of the console in a browser of its own, signed in as somebody of the demo."""
        context = self.context(language, theme, width)
        self.sign_in(context, login)
        page = self.watch(context.new_page())
        self.show(page, path)
        return page

    def context(
        self, language: str = "en", theme: Any = "light", width: int = 1440
    ) -> BrowserContext:
        """A browser in which nobody is signed in."""
        sight: Any = {**_SIGHT, "width": width}
        made = self._browser.new_context(locale=language, color_scheme=theme, viewport=sight)
        self._open.append(made)
        return made

    def close(self) -> None:
        """Close every browser that was opened."""
        while self._open:
            self._open.pop().close()

    def watch(self, page: Page) -> Page:
        """Hear what the page complains of; a breach of its policy is an error there, too."""
        page.on("console", lambda said: self._hear(said.type, f"{page.url}: {said.text}"))
        page.on("pageerror", lambda error: self.wrong.append(f"{page.url}: {error}"))
        return page

    def _hear(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.wrong.append(text)

    def sign_in(self, context: BrowserContext, login: str) -> None:
        """Open a session by the API; the browser keeps its cookie."""
        body = {"login": login, "password": self.roster.staff[login].password}
        answer = context.request.post(
            f"{self.url}/api/v1/session", data=json.dumps(body), headers=self.headers
        )
        assert answer.ok, answer.text()

    @property
    def headers(self) -> dict[str, str]:
        """What whoever changes anything by the cookie must send."""
        return {"X-Fieldops": "1", "Content-Type": "application/json"}

    def show(self, page: Page, path: str) -> None:
        """Open an address; returns when the page has its heading and waits for nothing."""
        page.goto(self.url + path)
        settle(page)

    def ask(self, page: Page, path: str) -> Any:
        """What the API answers whoever is signed in there."""
        answer = page.request.get(f"{self.url}/api/v1{path}")
        assert answer.ok, answer.text()
        return answer.json()

    def tell(self, page: Page, method: str, path: str, body: Any) -> Any:
        """Change something by the API as whoever is signed in there."""
        answer = page.request.fetch(
            f"{self.url}/api/v1{path}", method=method, data=json.dumps(body), headers=self.headers
        )
        assert answer.ok, answer.text()
        return answer.json()

    def examine(self, page: Page) -> list[str]:
        """What axe-core finds wrong with the page as it stands."""
        found: list[str] = page.evaluate(f"() => {{ {self._axe}; return {_RUN}; }}")
        return found


_RUN = f"""axe.run(document, {{ runOnly: {RULES} }}).then(found => found.violations.map(one =>
  one.id + ': ' + one.nodes.map(node => node.html + ' ' + node.failureSummary).join('; ')))"""


def settle(page: Page) -> None:
    """Wait until a page shows what it has."""
    page.wait_for_selector("main[aria-busy=false] h1")
    # No predicate as text: while it is not true it is asked by ``eval``, which the policy forbids.
    page.wait_for_selector("main .waiting", state="detached")


@contextmanager
def world(browser: Browser, axe: str) -> Iterator[World]:
    """The demo's company, in a folder of its own, with server and worker."""
    with tempfile.TemporaryDirectory(dir=played().parent, prefix="world-") as name:
        home = copied(played(), Path(name) / "home")
        with measuring.blind_children(), serving(home, 0, "en") as url:
            yield World(home, url, browser, axe)
