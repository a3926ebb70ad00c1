"""The two READMEs say the same, and what they point to is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENGLISH, CHINESE = ROOT / "README.md", ROOT / "README.zh-CN.md"


def blocks(path: Path, language: str) -> list[list[str]]:
    """The code blocks of a language, without comments: those are translated."""
    found = re.findall(rf"```{language}\n(.*?)```", path.read_text("utf-8"), re.DOTALL)
    return [[line.split("#")[0].rstrip() for line in block.splitlines()] for block in found]


def shape(path: Path) -> list[str]:
    """The headings' levels, the tables' rows and the fences, in their order."""
    kinds = []
    for line in path.read_text("utf-8").splitlines():
        match = re.match(r"(#+ |\||```)", line)
        if match:
            kinds.append(match[1])
    return kinds


def test_the_twins_have_one_shape():
    assert shape(ENGLISH) == shape(CHINESE)


@pytest.mark.parametrize("language", ["sh", "toml", "text"])
def test_the_twins_show_the_same_commands_settings_and_output(language):
    assert blocks(ENGLISH, language) == blocks(CHINESE, language)
    assert blocks(ENGLISH, language)


@pytest.mark.parametrize("path", [ENGLISH, CHINESE, ROOT / "deploy" / "README.md"])
def test_links_lead_somewhere(path):
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", path.read_text("utf-8"))
    for link in links:
        assert (path.parent / link).exists(), link


@pytest.mark.parametrize("path", [ENGLISH, CHINESE])
def test_commands_in_tables_are_the_same(path):
    rows = [line for line in path.read_text("utf-8").splitlines() if line.startswith("| ")]
    commands = [re.findall(r"`([^`]+)`", row) for row in rows]
    english = [line for line in ENGLISH.read_text("utf-8").splitlines() if line.startswith("| ")]
    assert commands == [re.findall(r"`([^`]+)`", row) for row in english]
