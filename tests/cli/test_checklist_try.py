"""``checklist try``: answers played from files, options and a person at the terminal."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.cli.helping import Line

from fieldops.cli.checklist_files import examine
from fieldops.cli.checklist_outcome import Found, outcome
from fieldops.flow.judge import Verdict
from fieldops.model.checklist import Example
from fieldops.model.finding import Score
from fieldops.rules.trial import play

SHOPS = """key = "mini"
version = "1.0"
domain = "cleaning"
titles = { zh-CN = "小表", en = "Mini" }
critical_veto = true
"""
TRIED = Path("checklists/security/security-patrol.toml")


def item(key: str, answer: str = "", more: str = "") -> str:
    return f"""[[sections.items]]
key = "{key}"
titles = {{ zh-CN = "项{key}", en = "The {key}" }}
measure = {{ zh-CN = "目视 1 米", en = "Seen from 1 m" }}
required = {"true" if key in ("floor", "gloss") else "false"}
{f"answer = {{ {answer} }}" if answer else ""}
{more}
"""


def section(key: str, more: str = "") -> str:
    return f"""[[sections]]
key = "{key}"
titles = {{ zh-CN = "区{key}", en = "Part {key}" }}
{more}
"""


CHOICES = """choices = [{ key = "a", titles = { zh-CN = "甲", en = "Alpha" } },
  { key = "b", titles = { zh-CN = "乙", en = "Beta" }, fails = true }]"""
REPEAT = 'repeat = { titles = { zh-CN = "电梯", en = "Lift" }, min_count = 1 }'
MINI = (
    SHOPS
    + section("s")
    + item("zone", f'type = "single", {CHOICES}', "scored = false")
    + item("floor", "", "shows_if = 'zone == \"a\"'\nna_allowed = true\nseverity = 'critical'")
    + item("gloss", 'type = "number", unit = "GU", max = 120, pass_min = 60')
    + item("half", 'type = "calculated", expression = "gloss / 2"', "scored = false")
    + section("lifts", REPEAT)
    + item("door", "", "photos = { min_count = 1 }")
    + section("rest")
    + item("marks", f'type = "multiple", {CHOICES}')
    + item("meter", 'type = "meter"')
    + item("place", 'type = "location"')
    + item("sign", 'type = "signature"')
    + item("view", 'type = "photo"')
    + item("note", 'type = "text"')
)


@pytest.fixture
def mini(tmp_path: Path) -> Path:
    file = tmp_path / "mini.toml"
    file.write_text(MINI, encoding="utf-8")
    return file


@pytest.fixture
def line(sqlite_line: Line) -> Line:
    return sqlite_line.without_plugins()


def typed(*words: str) -> str:
    return "".join(f"{word}\n" for word in words)


def outcomes(found: dict[str, list[dict[str, object]]]) -> dict[str, object]:
    return {
        f"{one['item']}@{one['repeat']}".rstrip("@"): one["judgement"].get("outcome")  # type: ignore[attr-defined]
        for one in found["lines"]
    }


def test_an_example_is_played_with_changes(line: Line):
    changed = ("--set", "fire_lane_width=3.2", "--set", "ghost=1")
    said = line("checklist", "try", TRIED, "--example", "1", *changed, lang="zh-CN")
    for words in (
        "✗ 消防车道净宽  [fire_lane_width]  3.2",
        "– 火警确认时长  [alarm_answer]",
        "答了但不显示或不存在：ghost",
        "85% 合格：不合格",
        "严重问题，一票否决",
        "严重：消防车道净宽  [builtin:failed fire_lane_width]",
        "没有插件“security”的问题：没有安装此插件",
    ):
        assert words in said
    assert "Not shown: access_doors_closed" in line("checklist", "try", TRIED, "--rest")
    hidden = line("checklist", "try", TRIED, "--set", "shift=na")
    assert "Score 0%" in hidden


def test_the_domains_plugin_judges_in_a_process_of_its_own(sqlite_line: Line):
    fouled = ("--set", "exits_clear=fail", "--set", "extinguisher_pressure=6")
    found = sqlite_line.json("checklist", "try", TRIED, "--example", "0", *fouled)
    raised = {(one["plugin"], one["rule"]) for one in found["findings"]}
    assert ("builtin", "failed") in raised
    assert ("security", "escape-compromised") in raised
    assert [one["fault"] for one in found["plugins"]] == [None, None]


def test_a_plugin_that_does_not_load_is_told(sqlite_line: Line):
    sqlite_line.environment["FIELDOPS_PLUGINS"] = '["gone"]'
    said = sqlite_line("checklist", "try", TRIED, "--rest", "--plugin", "gone")
    assert "Nothing from the plugin “gone”: The plugin is not installed" in said


def test_answers_come_from_a_file(line: Line, mini: Path):
    answers = mini.with_name("answers.json")
    answers.write_text('{"zone": "a", "floor": "pass", "gloss": 59.5, "door@A": "pass"}')
    found = line.json("checklist", "try", mini, "--answers", answers, "--set", "floor=na")
    given = {"zone": "pass", "floor": "na", "gloss": "fail", "half": "pass", "door@A": "pass"}
    open_ = dict.fromkeys(("marks", "meter", "place", "sign", "view", "note"))
    assert outcomes(found) == given | open_
    assert (found["score"]["score"], found["unused"], found["hidden"]) == ("50.00", [], [])
    answers.write_text("{")
    assert line.problem("checklist", "try", mini, "--answers", answers) == "checklist-faults"


def test_without_answers_and_without_a_terminal_it_says_what_to_give(line: Line, mini: Path):
    assert "Say --answers" in line.wrong_usage("checklist", "try", mini)
    assert "ITEM=VALUE" in line.wrong_usage("checklist", "try", mini, "--set", "zone")
    assert "count from 0 to" in line.wrong_usage("checklist", "try", TRIED, "--example", "99")


def asked(line: Line, mini: Path, words: Sequence[str], lang: str = "en") -> str:
    return line("checklist", "try", mini, "--ask", typed=typed(*words), lang=lang)


def test_a_person_is_asked_item_by_item_branching_as_answers_come(line: Line, mini: Path):
    words = ["?", "alpha", "?", "p", "500", "70", "L1, L2", "p", "!", "1 b"]
    words += ["120 100", "31.2 121.4 8", "Li", "2", "dry"]
    said = asked(line, mini, words)
    assert "Seen from 1 m" in said
    assert "500 is outside the plausible range" in said
    assert "  Lift: which ones?" in said
    for done in (
        "✓ The zone  [zone]  a",
        "✓ The floor  [floor]",
        "✓ The gloss  [gloss]  70",
        "✓ The half  [half]  35",
        "✓ The door  [door@L1]",
        "✗ The door  [door@L2]",
        "✗ The marks  [marks]  a, b",
        "✓ The meter  [meter]  120",
        "✓ The place  [place]  31.2,121.4",
        "✓ The view  [view]",
        "✓ The note  [note]  dry",
    ):
        assert done in said


def test_another_branch_asks_for_other_items_and_skipped_ones_stay_open(line: Line, mini: Path):
    said = asked(line, mini, ["2", "", "?", "", "-", "", "", "", "0", ""], lang="zh-CN")
    assert "项floor  [floor]" not in said
    assert "○ 项gloss  [gloss]\n      此项必填，请作答。" in said
    assert "应有 1 到 200 组，现有 0 组" in said
    assert "✓ 项marks  [marks]  []" in said
    assert "必填项没有答完" in said


def test_back_takes_the_last_answer_and_the_names_of_repeats_back(line: Line, mini: Path):
    words = ["<", "a", "f", "<", "<", "b", "9", "L1", "<", "A、A", "na", "!", ":q"]
    said = asked(line, mini, words)
    assert "[floor]  " not in said.partition("Mini")[2]
    assert "cannot be not-applicable" in said
    assert "✗ The door  [door@A]" in said
    assert "Not shown: floor" in said
    assert "[note]" in said


def test_a_plugins_own_score_and_the_lack_of_one_are_told(mini: Path):
    made = examine(mini).checklist
    assert made is not None
    nothing = play(made, Example(date="2026-11-22", na=("floor",)))
    half = Score(score=Decimal("12.50"), earned=Decimal(1), possible=Decimal(8))
    none = replace(half, score=None)
    found = [Found("builtin", "1", Verdict()), Found("own", "1", Verdict(score=half))]
    found.append(Found("other", "1", Verdict(score=none)))
    said = [row.words[1] for row in outcome(made, nothing, found)]
    assert "Score by own: 12.5%" in said
    assert "Score by other: –" in said


def test_the_end_of_the_input_ends_the_asking(line: Line, mini: Path):
    said = asked(line, mini, ["a"])
    assert "✓ The zone  [zone]  a" in said
    assert "○ The floor  [floor]" in said
