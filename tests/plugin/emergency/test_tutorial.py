"""The tutorial in plugins/README.md shows nothing but what is tested here."""

import re
import shlex
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.helping import Line
from tests.plugin.emergency.conftest import STEPS

HERE = Path(__file__).parent
READMES = [HERE.parents[2] / "plugins" / name for name in ("README.md", "README.zh-CN.md")]
_BLOCK = re.compile(r"^( *)```(python|toml|bash)\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
SOURCES = {
    "python": ("rules.py", "package.txt", "test_emergency.py"),
    "toml": ("emergency-readiness.toml",),
    "bash": ("steps.sh",),
}


def blocks(readme: Path) -> list[tuple[str, str]]:
    """Every block of code with its language, moved to the left margin."""
    found = _BLOCK.findall(readme.read_text(encoding="utf-8"))
    return [(language, textwrap.dedent(text)) for _indent, language, text in found]


def slices(name: str, length: int) -> Iterator[str]:
    """Every run of so many lines of a tested file, moved to the left margin."""
    lines = (HERE / name).read_text(encoding="utf-8").splitlines(keepends=True)
    for start in range(len(lines) - length + 1):
        yield textwrap.dedent("".join(lines[start : start + length]))


@pytest.mark.parametrize(("language", "text"), blocks(READMES[0]))
def test_every_block_is_tested_source(language: str, text: str) -> None:
    length = len(text.splitlines())
    assert any(text == one for name in SOURCES[language] for one in slices(name, length)), text


def test_tutorial_shows_every_kind_of_source() -> None:
    shown = [language for language, _text in blocks(READMES[0])]
    assert set(shown) == set(SOURCES)
    assert len(shown) >= 6


def test_tutorial_is_the_same_in_both_languages() -> None:
    english, chinese = READMES
    assert blocks(english) == blocks(chinese)
    counts = [one.read_text(encoding="utf-8").count("\n## ") for one in READMES]
    assert counts[0] == counts[1]


def test_commands_of_the_tutorial_work(emergency: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``emergency`` has run the first; being importable, it needs no pip; pytest runs this."""
    monkeypatch.chdir(emergency)
    line = Line(emergency.parent / "data")
    config = emergency.parent / "fieldops.toml"
    config.touch()
    for shown in STEPS[1:]:
        step = shown.replace("/path/to/fieldops.toml", str(config))
        program, *words = shlex.split(step.split(" && ")[0])
        if program == "fieldops":
            line(*words)
        if program == "ruff":
            ruff = str(Path(sys.executable).with_name("ruff"))
            subprocess.run([ruff, *words, "--no-cache"], check=True)
    assert "emergency" in line("plugin", "list")
