"""Taking in a plugin that is not installed, and the values that its hooks are called with."""

import os
import sys
from collections.abc import Callable
from datetime import datetime
from importlib.metadata import entry_points, version
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from tests.factories import checklist_text

from fieldops import Plugin, hookimpl, testing
from fieldops.plugin import probe
from fieldops.testing import (
    FrozenClock,
    Kit,
    PluginRefused,
    change,
    entry,
    finding,
    fresh_host,
    inspection,
    installed,
    photo,
    result,
    site,
)

PROJECT = """
[project]
name = "fieldops-ponds-nearby"
version = "3.1"
[project.entry-points."fieldops.plugins"]
ponds-nearby = "fieldops_ponds_nearby"
"""
CODE = """
from fieldops import Domain

domain = Domain(__name__, (), {"zh-CN": "水塘", "en": "Ponds"})
declare_plugin, declare_checklists, declare_fields, raise_findings = domain.hooks
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    package = tmp_path / "ponds" / "src" / "fieldops_ponds_nearby"
    (package / "checklists").mkdir(parents=True)
    (package / "__init__.py").write_text(CODE)
    text = checklist_text("ponds").replace('"cleaning"', '"ponds-nearby"')
    (package / "checklists" / "ponds.toml").write_text(text)
    (tmp_path / "ponds" / "pyproject.toml").write_text(PROJECT)
    return tmp_path / "ponds"


def test_package_in_a_folder_is_a_plugin_until_the_end_of_the_block(folder: Path) -> None:
    paths, outside = list(sys.path), os.environ.get("PYTHONPATH")
    with installed(folder) as module:
        assert module == "fieldops_ponds_nearby"
        assert version(module) == "3.1"
        assert fresh_host(module).card.version == "3.1"
        assert [one.key for one in Kit(module).checklists()] == ["ponds"]
        found = probe.probe("ponds-nearby")
        assert found.faults == ()
        assert found.card is not None
    assert "fieldops_ponds_nearby" not in sys.modules
    assert "ponds-nearby" not in {one.name for one in entry_points(group="fieldops.plugins")}
    assert (sys.path, os.environ.get("PYTHONPATH")) == (paths, outside)


def test_what_was_on_the_path_stays_there(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "elsewhere")
    with installed(folder):
        assert os.environ["PYTHONPATH"].endswith(f"{os.pathsep}elsewhere")
    assert os.environ["PYTHONPATH"] == "elsewhere"


def test_fixture_takes_a_folder_too(
    folder: Path, plugin_kit: Callable[[Path | ModuleType], Kit]
) -> None:
    kit = plugin_kit(folder)
    assert kit.rules(kit.walk(rest="pass")) == []
    assert kit.walk("ponds", rest="pass").checklist == kit.walk(rest="pass").checklist


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "pyproject.toml is not there"),
        ("[project]\nname='x'", 'has no [project.entry-points."fieldops.plugins"]'),
    ],
)
def test_folder_without_a_plugin_is_refused(tmp_path: Path, text: str | None, said: str) -> None:
    if text is not None:
        (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(PluginRefused) as caught, installed(tmp_path):
        pass
    assert said in str(caught.value)


def test_module_that_is_no_plugin_is_refused() -> None:
    with pytest.raises(PluginRefused, match="no-declaration nothing"):
        fresh_host(ModuleType("nothing"))


def test_module_is_a_plugin_without_a_package() -> None:
    module = ModuleType("made_up")

    def declare_plugin() -> Plugin:
        return Plugin(name="made-up", version="1", api=1)

    module.declare_plugin = hookimpl(declare_plugin)  # type: ignore[attr-defined]
    assert fresh_host(module).card.name == "made-up"


def test_every_member_of_a_built_value_may_be_given() -> None:
    assert result("glass", None).answered is False
    assert result("glass", "fail", note="wet", section="hall").note == "wet"
    assert result("glass", repeat="A").id != result("glass").id
    assert inspection(result(), state="draft").is_submitted is False
    assert inspection(result()).find("floor") == result()
    assert entry("zones", "L1", type="lobby").get("type") == "lobby"
    assert entry("zones", "L1", retired=True).retired
    assert photo("floor", size_bytes=3).size_bytes == 3
    assert site(timezone="").timezone == ""
    assert change().type == "inspection.submit@1"
    assert change("photo", position=7).position == 7
    assert finding(plugin="pools").plugin == "pools"


def test_members_of_a_walk_by_a_checklist_may_be_given(plugin_kit: Callable[[str], Kit]) -> None:
    kit = plugin_kit("fieldops_security")
    other = kit.walk(like=0, members={"state": "draft", "area": site().id})
    assert (other.state, other.area) == ("draft", site().id)
    before = kit.walk(like=0, date="2026-11-20")
    walk = kit.walk(like=1, earlier=[before])
    assert walk.earlier[0].date == "2026-11-20"
    assert kit.walk(earlier=walk.earlier).earlier == walk.earlier
    assert kit.score(kit.walk(like=0)).score == 100


def test_clock_stands_until_it_is_moved_and_never_goes_back() -> None:
    clock = FrozenClock()
    assert (clock.rfc3339, clock.day) == ("2026-11-21T12:00:00.000Z", "2026-11-21")
    clock.forward(hours=1, days=1)
    assert clock.moment == datetime.fromisoformat("2026-11-22T13:00:00Z")
    clock.to_noon("2026-11-23")
    assert clock() == clock.now_ms == FrozenClock().now_ms + 2 * 86_400_000
    with pytest.raises(ValueError, match="does not go back"):
        clock.to_noon("2026-11-22")


@pytest.mark.parametrize("name", testing.__all__)
def test_every_name_of_the_kit_is_there(name: str) -> None:
    found: Any = getattr(testing, name)
    assert found.__doc__


def test_kit_has_no_other_names() -> None:
    assert sorted(testing.__all__) == testing.__all__
    with pytest.raises(AttributeError, match="has no name 'walks'"):
        _ = testing.walks
