"""The guides: their commands work in their order, both languages say the same, figures are real."""

import json
import re
import shlex
from pathlib import Path

import pytest
from tests.cli.helping import Line

ROOT = Path(__file__).parents[2]
GUIDES = ROOT / "deploy" / "guides"
NAMES = ("install", "size", "scale-out", "backup", "upgrade")
"""In the order in which an operator needs them."""
_LINES_MAX = 75
"""What one page holds."""
_RUN = re.compile(r"<!-- run -->\n```sh\n(.*?)```", re.DOTALL)
_BLOCK = re.compile(r"```\w*\n(.*?)```", re.DOTALL)


def guide(name: str, language: str = "en") -> str:
    path = GUIDES / (f"{name}.md" if language == "en" else f"{name}.{language}.md")
    return path.read_text("utf-8")


def test_the_commands_of_all_guides_work_one_after_the_other(tmp_path: Path):
    line, backups = Line(tmp_path / "data").without_plugins(), str(tmp_path / "backups")
    said = {}
    for name in NAMES:
        blocks = _RUN.findall(guide(name))
        assert blocks, name
        for command in "".join(blocks).splitlines():
            program, *words = shlex.split(command.replace("/var/backups/fieldops", backups))
            assert program == "fieldops"
            said[name, command] = line(*words)
    verified = said["backup", "fieldops backup verify /var/backups/fieldops"]
    assert re.search(r"\d+ lines of the audit, .*; [0-9.]+ MB read in [0-9.]+ s", verified)


@pytest.mark.parametrize("name", NAMES)
def test_both_languages_tell_the_same_on_one_page(name: str):
    ours, theirs = guide(name), guide(name, "zh-CN")
    commands, others = ([_code(text) for text in _BLOCK.findall(one)] for one in (ours, theirs))
    assert commands == others
    for mark in ("\n| ", "\n**", "\n- ", "\n# ", "<!-- run -->"):
        assert ours.count(mark) == theirs.count(mark), mark
    assert max(len(text.splitlines()) for text in (ours, theirs)) <= _LINES_MAX


def _code(block: str) -> str:
    """What a machine reads: drawings are in words."""
    return "" if "─" in block else block


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_what_a_guide_names_exists(name: str, language: str):
    text = guide(name, language)
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        assert (GUIDES / target).exists(), target
    for path in re.findall(r"`((?:deploy|bench|tests)/[\w./-]+)`", text):
        assert (ROOT / path).exists(), path


def test_the_figures_are_of_the_benchmarks():
    """They may be older than the last run, and a machine differs; not by half."""
    rows = {one["name"]: one for one in json.loads((ROOT / "bench/results.json").read_text())}
    found = re.findall(
        r"^\| [^|]+ \| ([\d,]+) \| ([\d,]+) \| (.*) \|$", guide("size"), re.MULTILINE
    )
    assert len(found) == 4
    for *figures, names in found:
        row = re.findall(r"`([\w<>-]+)`", names)[0]
        for database, figure in zip(("sqlite", "postgres"), figures, strict=True):
            known = rows[row.replace("<db>", database)]
            real = known["rss_mb" if "rss_mb" in names else "value"]
            assert 0.5 < float(figure.replace(",", "")) / real < 2, (row, database)
    assert guide("size", "zh-CN").count(found[0][0]) == 1
