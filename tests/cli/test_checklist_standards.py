"""``checklist withdraw``, ``list``, ``override`` and ``overrides``: recorded with who and why."""

from pathlib import Path

import pytest
from tests.cli.helping import Line
from tests.factories import checklist_text

LIMIT = """[[sections.items]]
key = "gloss"
titles = { zh-CN = "光泽", en = "Gloss" }
measure = { zh-CN = "五点平均。", en = "Mean of five points." }
required = false
answer = { type = "number", pass_min = 60 }
[[examples]]
"""


@pytest.fixture
def line(sqlite_line: Line, tmp_path: Path) -> Line:
    """Two versions of ``clean`` are out, and there is a site."""
    for version in ("1.0", "2.0"):
        file = tmp_path / f"{version}.toml"
        text = checklist_text("clean", version).replace("[[examples]]\n", LIMIT)
        file.write_text(text, encoding="utf-8")
        sqlite_line("checklist", "publish", file)
    sqlite_line("site", "add", "CH", "翠湖花园")
    return sqlite_line


def states(line: Line) -> list[str]:
    return [row["state"] for row in line.json("checklist", "list")]


def test_a_version_is_withdrawn_with_a_reason_and_the_one_before_is_current_again(line: Line):
    assert states(line) == ["superseded", "current"]
    done = line.json("checklist", "withdraw", "clean", "2.0", "--why", "wrong limit")
    assert (done["withdrawn"], done["current"]) == (True, "1.0")
    assert states(line) == ["current", "withdrawn"]
    assert "此前已撤回" in line("checklist", "withdraw", "clean", "2.0", "--why", "x", lang="zh-CN")
    said = line("checklist", "withdraw", "clean", "1.0", "--why", "also")
    assert "clean 1.0 is withdrawn; no version is left for new walks" in said
    assert "wrong limit" in line("checklist", "list")
    assert "已撤回" in line("checklist", "list", lang="zh-CN")
    assert line.problem("checklist", "withdraw", "clean", "9", "--why", "x") == "unknown-name"
    assert "--why" in line.wrong_usage("checklist", "withdraw", "clean", "1.0")


def test_a_site_changes_an_item_and_the_threshold_and_takes_it_back(line: Line):
    def override(*words: str) -> None:
        line("checklist", "override", "CH", "clean", *words, "--why", "agreed with the owners")

    override("floor", "--weight", "2.50", "--not-applicable")
    override("gloss", "--pass-min", "50", "--pass-max", "90")
    override("--threshold", "70")
    rows = {row["item"]: row for row in line.json("checklist", "overrides")}
    assert rows["floor"]["values"] == {"weight": "2.5", "applies": False}
    assert rows["gloss"]["values"] == {"pass_min": "50", "pass_max": "90"}
    assert rows[""]["values"] == {"threshold_percent": "70"}
    assert {(row["site"], row["reason"]) for row in rows.values()} == {
        ("CH", "agreed with the owners")
    }
    shown = line("checklist", "overrides", "CH", lang="zh-CN")
    for words in ("权重 2.5，不适用", "合格下限 50，合格上限 90", "合格线 70", "命令行"):
        assert words in shown
    override("floor", "--remove")
    assert len(line.json("checklist", "overrides", "CH")) == 2
    history = line.json("checklist", "overrides", "CH", "--history")
    assert [row["values"] for row in history if row["item"] == "floor"][-1] is None
    assert "as published" in line("checklist", "overrides", "--history")


def test_an_override_that_changes_nothing_is_a_problem(line: Line):
    for words, slug in (
        (("nothing", "floor", "--weight", "2"), "unknown-name"),
        (("clean", "nothing", "--weight", "2"), "unknown-name"),
        (("clean", "floor", "--pass-min", "2"), "validation"),
        (("clean", "floor", "--weight", "1"), "validation"),
        (("clean", "floor"), "validation"),
        (("clean", "--threshold", "170"), "validation"),
    ):
        assert line.problem("checklist", "override", "CH", *words, "--why", "x") == slug, words
    wrong = ("checklist", "override", "CH", "clean", "floor", "--weight", "much", "--why", "x")
    assert "much" in line.wrong_usage(*wrong)
