"""The kit for plugin authors: a pytest plugin that judges made-up walks by real checklists.

    def test_blocked_fire_lane(plugin_kit):
        kit = plugin_kit("fieldops_security")
        walk = kit.walk(answers={"fire_lane_width": 2}, rest="pass")
        assert kit.rules(walk) == ["fire-escape"]

    def test_the_finding_arrives(plugin_play):
        play = plugin_play("fieldops_security")
        play.walk(like=0, answers={"fire_lane_width": 2})
        assert [one.rule for one in play.findings()] == ["fire-escape"]

    def test_contract():
        assert_contract("fieldops_security")
        run_with_faults("fieldops_security", like=3)

pytest loads it by itself where fieldops is installed.  It imports fieldops only when it is used, so
that it costs other test runs nothing and coverage sees every import.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from fieldops.testing.build import change as change
    from fieldops.testing.build import entry as entry
    from fieldops.testing.build import finding as finding
    from fieldops.testing.build import inspection as inspection
    from fieldops.testing.build import photo as photo
    from fieldops.testing.build import result as result
    from fieldops.testing.build import site as site
    from fieldops.testing.clock import FrozenClock as FrozenClock
    from fieldops.testing.contract import assert_contract as assert_contract
    from fieldops.testing.faults import run_with_faults as run_with_faults
    from fieldops.testing.fresh import PluginRefused as PluginRefused
    from fieldops.testing.fresh import fresh_host as fresh_host
    from fieldops.testing.fresh import installed as installed
    from fieldops.testing.kit import Kit as Kit
    from fieldops.testing.play import Play as Play

_HOMES = {
    "FrozenClock": "clock",
    "Kit": "kit",
    "Play": "play",
    "PluginRefused": "fresh",
    "assert_contract": "contract",
    "change": "build",
    "entry": "build",
    "finding": "build",
    "fresh_host": "fresh",
    "inspection": "build",
    "installed": "fresh",
    "photo": "build",
    "result": "build",
    "run_with_faults": "faults",
    "site": "build",
}

__all__ = [
    "FrozenClock",
    "Kit",
    "Play",
    "PluginRefused",
    "assert_contract",
    "change",
    "entry",
    "finding",
    "fresh_host",
    "inspection",
    "installed",
    "photo",
    "plugin_kit",
    "plugin_play",
    "result",
    "run_with_faults",
    "site",
]

Subject = str | ModuleType | Path
"""A plugin under test: the name of its module, the module, or the folder of its package."""


def __getattr__(name: str) -> Any:
    """Load a name of the kit from its module."""
    if name not in _HOMES:
        raise AttributeError(f"fieldops.testing has no name {name!r}")
    return getattr(import_module(f"fieldops.testing.{_HOMES[name]}"), name)


@pytest.fixture
def _plugins() -> Iterator[Callable[[Subject], str | ModuleType]]:
    """Makes packages that are not installed importable until the end of the test."""
    from fieldops.testing.fresh import installed

    with ExitStack() as stack:

        def name_of(plugin: Subject) -> str | ModuleType:
            if isinstance(plugin, Path):
                return stack.enter_context(installed(plugin))
            return plugin

        yield name_of


@pytest.fixture
def plugin_kit(_plugins: Callable[[Subject], str | ModuleType]) -> "Callable[[Subject], Kit]":
    """Loads a plugin by its module's name, its module, or the folder of its package."""
    from fieldops.testing.kit import Kit

    return lambda plugin: Kit(_plugins(plugin))


@pytest.fixture
def plugin_play(
    _plugins: Callable[[Subject], str | ModuleType], tmp_path: Path
) -> "Iterator[Callable[[Subject], Play]]":
    """Founds a small company on a real server in this process, with the plugin at work in it."""
    from fieldops.testing.play import Play

    with ExitStack() as stack:

        def play(plugin: Subject) -> Play:
            folder = tmp_path / f"company-{len(list(tmp_path.glob('company-*')))}"
            return stack.enter_context(Play(_plugins(plugin), folder))

        yield play
