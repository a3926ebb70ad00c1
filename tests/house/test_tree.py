"""The tree is as the design promises."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINES_MAX = 350
"""At this length a module is split by noun (style guide, "Size and shape")."""


def tracked(*suffixes: str) -> list[Path]:
    """The files under version control that end so; every one if nothing is named."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    names = [name for name in done.stdout.decode().split("\0") if name]
    paths = [ROOT / name for name in names if name.endswith(suffixes or ("",))]
    return [path for path in paths if path.is_file()]


def modules() -> list[Path]:
    """Every Python module that is shipped, but for the migrations, which are generated."""
    rooms = (ROOT / "src", ROOT / "sync", ROOT / "plugins")
    shipped = [path for path in tracked(".py") if any(room in path.parents for room in rooms)]
    return [path for path in shipped if path.parent.name != "versions"]


def pages() -> list[Path]:
    """Every source of the console's pages."""
    return [path for path in tracked(".ts", ".css") if ROOT / "ui" in path.parents]


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def test_no_module_is_longer_than_one_can_read():
    lengths = {path: len(text_of(path).splitlines()) for path in [*modules(), *pages()]}
    assert len(lengths) > 10
    assert {path: length for path, length in lengths.items() if length > LINES_MAX} == {}


def test_nothing_is_left_for_later():
    # Pieced together, so that this file does not find itself.
    later = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|NotImple" + r"mented)\b")
    found = {path: later.findall(text_of(path)) for path in [*modules(), *pages()]}
    assert {path: words for path, words in found.items() if words} == {}


def test_the_import_floors_hold():
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [linter, "--no-logo", "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


def test_the_wire_types_import_nothing_of_ours():
    imported = set()
    for node in ast.walk(ast.parse(text_of(ROOT / "sync" / "fieldops_sync" / "wire.py"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").partition(".")[0])
    assert imported - sys.stdlib_module_names == {"msgspec"}


@pytest.mark.parametrize(
    "pieces",
    [
        ("py", "pi.org"),
        ("python", "hosted.org"),
        ("registry.", "npmjs"),
        ("proxy.", "golang"),
        ("docker.", "io/"),
        ("/wo", "rk/"),
        ("/tm", "p/"),
        ("/ro", "ot/"),
        (".lib", "rary"),
    ],
    ids="".join,
)
def test_no_registry_and_no_machine_is_named(pieces: tuple[str, str]):
    word = "".join(pieces)
    assert [path for path in tracked() if word in text_of(path)] == []


def locked() -> dict[str, str]:
    """The lock by normalised name of the package: everything that stands there about it."""
    blocks = re.split(r"\n(?=[^\s#])", text_of(ROOT / "requirements.lock").strip())
    names = (re.sub(r"[-_.]+", "-", block.partition("==")[0]).lower() for block in blocks)
    return dict(zip(names, blocks, strict=True))


def test_every_locked_package_has_its_version_and_hashes():
    lock = locked()
    assert len(lock) > 50
    for name, block in lock.items():
        assert re.match(r"[\w.-]+(\[[\w,-]+\])?==\S+", block), name
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", block), name
        assert "://" not in block, name


def test_everything_asked_for_is_locked():
    asked: set[str] = set()
    for path in [ROOT / "pyproject.toml", *ROOT.glob("*/pyproject.toml")]:
        table = tomllib.loads(text_of(path))
        asked.update(table["build-system"]["requires"], table["project"]["dependencies"])
        for extra in table["project"].get("optional-dependencies", {}).values():
            asked.update(extra)
        asked.update(table.get("dependency-groups", {}).get("dev", []))
    # Names are compared as PEP 503 says: a dot and a dash are the same.
    names = {re.sub(r"[-_.]+", "-", re.split(r"[\s\[<>=!;~]", line)[0]).lower() for line in asked}
    ours = {name for name in names if name == "fieldops" or name.startswith("fieldops-")}
    assert names - ours - set(locked()) == set()


def test_the_readme_has_a_chinese_twin_with_the_same_sections():
    def sections(name: str) -> int:
        path = ROOT / name
        return len(re.findall(r"^## ", text_of(path), re.MULTILINE)) if path.exists() else 0

    assert sections("README.md") == sections("README.zh-CN.md")


def test_make_help_explains_the_targets():
    makefile = text_of(ROOT / "Makefile")
    explained = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))
    assert {"setup", "run", "test", "soak", "lint", "bench", "gen", "lock", "clean"} <= explained


def test_run_hands_its_options_on():
    done = subprocess.run(
        ["make", "--no-print-directory", "-n", "run", "ONCE=1", "PHOTOS=my photos"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    last = done.stdout.strip().splitlines()[-1]
    assert last.split("/")[-1] == 'fieldops demo --once --photos "my photos"'
