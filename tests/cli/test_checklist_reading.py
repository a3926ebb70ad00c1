"""``checklist lint|show|diff`` for the people who write: remarks, pages, comparisons."""

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from tests.cli.helping import Line
from tests.factories import checklist_text

from fieldops.cli import paper
from fieldops.cli.checklist_page import page
from fieldops.model.checklist import Checklist
from fieldops.rules.checklists import parse

SECURITY = Path("checklists/security/security-patrol.toml")
FACILITIES = Path("checklists/facilities/facilities-plant-rooms.toml")


@pytest.fixture
def good(tmp_path: Path) -> Path:
    file = tmp_path / "clean.toml"
    file.write_text(checklist_text("clean"), encoding="utf-8")
    return file


def test_remarks_are_told_and_stop_nobody_but_the_strict(sqlite_line: Line, good: Path):
    said = sqlite_line("checklist", "lint", good)
    (row,) = sqlite_line.json("checklist", "lint", good)
    assert {note["severity"] for note in row["remarks"]} == {"remark"}
    first = row["remarks"][0]
    place = f"{good}:{first['line']}:{first['column']}"
    assert f"{place}: remark: {first['messages']['en']} {first['advice']['en']}" in said
    assert f"1 without fault, {len(row['remarks'])} remarks" in said
    assert "提示：" in sqlite_line("checklist", "lint", good, lang="zh-CN")
    assert sqlite_line.problem("checklist", "lint", "--strict", good) == "checklist-remarks"
    assert sqlite_line.json("checklist", "publish", good)[0]["published"]


def test_beside_faults_the_remarks_are_told_too(sqlite_line: Line, good: Path):
    text = good.read_text(encoding="utf-8").replace("score = 100", "score = 1")
    good.write_text(text, encoding="utf-8")
    found = sqlite_line.json("checklist", "lint", good, code=1)["extra"]["faults"]
    assert {note["severity"] for note in found} == {"fault", "remark"}


def test_a_checklist_is_shown_in_both_languages_or_in_one(sqlite_line: Line):
    both = sqlite_line("checklist", "show", SECURITY)
    assert "\n1 岗位与交接  [post]\n1 Posts and hand-over\n" in both
    assert "\x1b" not in both
    zh = sqlite_line("checklist", "show", SECURITY, "--lang", "zh-CN")
    assert "Posts and hand-over" not in zh
    for words in (
        "31 项 · 85% 合格 · 一票否决",
        "占得分 11.7%",
        "显示条件：“班次”为“夜班”",
        "答：数值（m）；可信 0 至 30；合格不小于 4；最多 2 位小数",
        "照片：至少 1 张、不合格时至少 2 张、最多 6 张",
        "须满足：答案不大于“应到岗人数”",
        "＝ “实到岗人数” ÷ “应到岗人数” × 100",
        "严重 · 权重 5（8.3%） · 2 小时内整改 · SE-4.1; GB 50016-2014",
        "每个巡更点答一次（1 至 100 个）",
        "不计分 · 选填 · SE-1.2",
        "可不适用",
        "0  白班，全部合格：100%，0 个问题",
    ):
        assert words in zh
    en = sqlite_line("checklist", "show", FACILITIES, "--lang", "en")
    assert "section weight 25 · 25.0% of the score" in en
    assert "shows only if “Hottest busbar joint” fails" in en
    assert sqlite_line.json("checklist", "show", SECURITY)["key"] == "security-patrol"


def test_a_checklist_in_the_making_is_shown_and_its_faults_are_noted(sqlite_line: Line, good: Path):
    text = good.read_text(encoding="utf-8")
    good.write_text(text.replace("score = 100", "score = 1"), encoding="utf-8")
    sqlite_line("checklist", "show", good)
    assert "1 faults here; see lint" in sqlite_line.result.stderr
    good.write_text(text.partition("[[examples]]")[0], encoding="utf-8")
    assert "Worked examples" not in sqlite_line("checklist", "show", good)
    good.write_text(text.replace('key = "clean"', "key = 1"), encoding="utf-8")
    assert sqlite_line.problem("checklist", "show", good) == "checklist-faults"


def test_on_a_narrow_terminal_lines_are_wrapped_and_hang():
    found = parse(SECURITY.read_text(encoding="utf-8"), SECURITY.name)
    assert isinstance(found, Checklist)
    screen = StringIO()
    console = Console(file=screen, width=40, force_terminal=True, highlight=False)
    rows = [(row.indent, row.style, text) for row in page(found) for text in row.said("both")]
    paper.draw(console, rows)
    lines = screen.getvalue().split("\n")
    assert "\x1b[1m" in screen.getvalue()
    plain = Console(file=StringIO(), width=200)
    assert max(plain.render_str(line).cell_len for line in lines if "\x1b" not in line) <= 40
    assert lines[0].startswith("\x1b[1m安保秩序巡检表")
    assert any(line.startswith("      ") for line in lines)


def test_a_terminal_gets_colours_and_no_more_than_a_hundred_columns(sqlite_line: Line):
    sqlite_line.environment |= {"FORCE_COLOR": "1", "TERM": "xterm", "COLUMNS": "300"}
    said = sqlite_line("checklist", "show", SECURITY, "--lang", "en")
    assert "\x1b[1mSecurity and order patrol" in said
    # Five characters of colour stand before what is dim.
    assert max(len(row) for row in said.split("\n")) <= 100 + len("\x1b[1;36m\x1b[0m")


def test_two_versions_are_compared_in_words(sqlite_line: Line, good: Path):
    text = good.read_text(encoding="utf-8")
    new = good.with_name("new.toml")
    new.write_text(
        text.replace('version = "1.0"', 'version = "1.1"').replace("[[examples]]", MORE, 1),
        encoding="utf-8",
    )
    said = sqlite_line("checklist", "diff", good, new)
    assert "+ clean 1.1" in said
    assert "+ “More” (more): added." in said
    assert "do not compare old and new scores" in said
    zh = sqlite_line("checklist", "diff", new, good, lang="zh-CN")
    assert "- “更多”（more）：删除此检查项。" in zh
    assert "不适用：more" in zh
    both = sqlite_line("checklist", "diff", new, good, "--lang", "both")
    assert "none fits: more" in both
    assert "不适用：more" in both
    found = sqlite_line.json("checklist", "diff", new, good)
    assert [each["code"] for each in found["differences"]] == ["item-removed"]
    assert found["mappings"][-1] == {
        "item": "more",
        "fits": "none",
        "reasons": ["item-removed"],
    }
    assert sqlite_line.problem("checklist", "diff", good, "nothing") == "unknown-name"


def test_versions_that_judge_alike_are_told_so(sqlite_line: Line, good: Path):
    assert "Both say the same." in sqlite_line("checklist", "diff", good, good)
    new = good.with_name("new.toml")
    text = good.read_text(encoding="utf-8")
    new.write_text(text.replace('zh-CN = "地面"', 'zh-CN = "地坪"'), encoding="utf-8")
    assert "no result changes" in sqlite_line("checklist", "diff", good, new)


MORE = """[[sections.items]]
key = "more"
titles = { zh-CN = "更多", en = "More" }
measure = { zh-CN = "目视 1 次", en = "Look once" }

[[examples]]"""
