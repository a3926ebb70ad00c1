"""``plugin new``: what it writes is lint-clean, builds a wheel and passes its own tests."""

import inspect
import subprocess
import sys
import zipfile
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
from hatchling.builders.wheel import WheelBuilder
from tests.cli.helping import Line

from fieldops.testing import Kit, Play, installed

TITLES = ("--title-zh", "消防演练巡检", "--title-en", "Fire drill inspections")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a package with a name of two words."""
    parent = tmp_path_factory.mktemp("new")
    line = Line(parent / "data")
    told = line.json("plugin", "new", "fire-drills", "--dir", parent / "plugins", *TITLES)
    folder = parent / "plugins" / "fire-drills"
    assert told["folder"] == str(folder)
    assert told["files"] == sorted(
        str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()
    )
    return folder


def test_what_was_written_passes_its_own_tests(
    folder: Path, plugin_kit: Callable[[str], Kit], plugin_play: Callable[[str], Play]
) -> None:
    (file,) = (folder / "tests").glob("*.py")
    spec = spec_from_file_location("written_tests", file)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    fixtures: dict[str, Any] = {"plugin_kit": plugin_kit, "plugin_play": plugin_play}
    tests = [one for name, one in vars(module).items() if name.startswith("test_")]
    assert len(tests) == 5
    with installed(folder):
        for test in tests:
            test(**{name: fixtures[name] for name in inspect.signature(test).parameters})


@pytest.mark.parametrize("tool", ["check", "format"])
def test_what_was_written_is_clean_for_ruff(folder: Path, tool: str) -> None:
    command = [str(Path(sys.executable).with_name("ruff")), tool, "--no-cache", "."]
    if tool == "format":
        command.append("--check")
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.unmeasured
def test_what_was_written_is_strictly_typed(folder: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mypy", "--cache-dir", str(tmp_path)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_wheel_carries_the_checklists_along(folder: Path, tmp_path: Path) -> None:
    wheel = next(WheelBuilder(str(folder)).build(directory=str(tmp_path), versions=["standard"]))
    names = zipfile.ZipFile(wheel).namelist()
    assert "fieldops_fire_drills/checklists/fire-drills-walk.toml" in names
    assert "fieldops_fire_drills/rules.py" in names


def test_it_says_what_to_do_next(tmp_path: Path) -> None:
    line = Line(tmp_path / "data")
    told = line("plugin", "new", "pools", "--dir", tmp_path / "here")
    for step in ("pip install -e .", "fieldops checklist lint", "pytest", "publish"):
        assert step in told
    text = (tmp_path / "here/pools/src/fieldops_pools/__init__.py").read_text()
    assert '"zh-CN": "Pools 巡检"' in text
    assert "接着" in line("plugin", "new", "ponds", "--dir", tmp_path / "here", lang="zh-CN")


def test_folder_that_is_there_is_left_alone(folder: Path, tmp_path: Path) -> None:
    line = Line(tmp_path)
    before = (folder / "README.md").stat().st_mtime_ns
    assert line.problem("plugin", "new", "fire-drills", "--dir", folder.parent) == "plugin-exists"
    assert (folder / "README.md").stat().st_mtime_ns == before


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Pools", "lower-case letters"),
        ("fire_drills", "lower-case letters"),
        ("fire--drills", "lower-case letters"),
        ("9lives", "lower-case letters"),
        ("x" * 41, "at most 40 characters"),
        ("class", "a keyword of Python"),
        ("match", "a keyword of Python"),
        ("security", "a plugin security is installed already"),
        ("sync", "fieldops_sync is there"),
        ("pictures", "pictures is taken"),
    ],
)
def test_name_that_will_not_do_is_refused(tmp_path: Path, name: str, said: str) -> None:
    line = Line(tmp_path / "data")
    assert line.problem("plugin", "new", name, "--dir", tmp_path) == "plugin-name"
    assert said in line.told("plugin-name", "plugin", "new", name, "--dir", tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("title", ['say "pools"', "x" * 41, "a\nb", " ", "{name}"])
def test_title_that_would_break_the_text_is_refused(tmp_path: Path, title: str) -> None:
    line = Line(tmp_path / "data")
    given = ("plugin", "new", "pools", "--dir", tmp_path, "--title-en", title)
    assert "the en title must have" in line.told("plugin-name", *given)
