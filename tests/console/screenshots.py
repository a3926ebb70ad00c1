"""Writes a picture of every page of the console to var/screenshots: `make screenshots`.

Each in both languages, 1,440 and 1,024 px wide, and once in the dark.  For people to look at.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page
from tests.browsers import node_modules, opened_chromium
from tests.console.places import Place, places
from tests.console.world import World, play

from fieldops.cli.demo_server import Home, serving

FOLDER = Path(__file__).resolve().parents[2] / "var" / "screenshots"
LOOKS = [
    (language, width, theme)
    for language in ("en", "zh-CN")
    for width, theme in ((1440, "light"), (1024, "light"), (1440, "dark"))
]

_ALL_PICTURES = """Promise.all([...document.images].map((one) => {
  one.loading = "eager";
  return one.complete || new Promise((done) => { one.onload = one.onerror = done; });
}))"""
"""A picture of the whole page shows what would be loaded on the way down, too."""


def main() -> int:
    """Play the demo, and look at every page."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    axe = (node_modules() / "axe-core" / "axe.min.js").read_text("utf-8")
    with tempfile.TemporaryDirectory() as name, opened_chromium() as browser:
        print("screenshots: playing the demo's walk (half a minute)")
        play(Path(name))
        with serving(Home(Path(name)), 0, "en") as url:
            _look(World(Home(Path(name)), url, browser, axe))
    print(f"screenshots: {len(list(FOLDER.glob('*.png')))} pictures in var/{FOLDER.name}")
    return 0


def _look(world: World) -> None:
    looked = places(world, world.open("zhou.min"))
    for language, width, theme in LOOKS:
        print(f"screenshots: {language}, {width} px, {theme}")
        _take_sign_in(world, language, width, theme)
        pages: dict[str, Page] = {}
        for place in looked:
            if place.login not in pages:
                pages[place.login] = world.open(
                    place.login, language=language, theme=theme, width=width
                )
            _take(world, pages[place.login], place, f"{language}-{width}-{theme}")
        world.close()
    for wrong in world.wrong:
        print(f"screenshots: a browser complained: {wrong}")


def _take_sign_in(world: World, language: str, width: int, theme: str) -> None:
    page = world.watch(world.context(language, theme, width).new_page())
    page.goto(f"{world.url}/signin")
    page.screenshot(path=FOLDER / f"signin-{language}-{width}-{theme}.png", full_page=True)


def _take(world: World, page: Page, place: Place, look: str) -> None:
    world.show(page, place.path)
    page.evaluate(_ALL_PICTURES)
    page.screenshot(path=FOLDER / f"{place.name}-{look}.png", full_page=True)


if __name__ == "__main__":
    sys.exit(main())
