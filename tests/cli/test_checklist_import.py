"""``checklist import``: the file, what is said of it, and what cannot be read."""

import tomllib
from pathlib import Path

import pytest
from tests.cli.helping import Line
from tests.xlsform.books import markdown

SURVEY = """
    type | name | label::English | label::Chinese | hint | relevant
    text | a | Name of it | 名称 | Ask |
    text | b | Place | 地点 | | pulldata('x', 'y', 'z', ${a}) = 1
    video | c | Film | 影片 | |
    text | d | Four | 四 | |
    text | e | Five | 五 | |
    text | f | Six | 六 | |
"""


@pytest.fixture
def form(tmp_path: Path) -> Path:
    return markdown(tmp_path / "walk.md", survey=SURVEY)


def test_a_workbook_becomes_a_file_and_a_report(sqlite_line: Line, form: Path, tmp_path: Path):
    out = tmp_path / "walk.toml"
    arguments = ("checklist", "import", form, "--out", out, "--domain", "cleaning")
    said = sqlite_line.json(*arguments, "--key", "walk-1", "--version", "2")
    assert (said["key"], said["version"], said["domain"], said["items"]) == (
        "walk-1", "2", "cleaning", 5,
    )  # fmt: skip
    assert tomllib.loads(out.read_text(encoding="utf-8"))["key"] == "walk-1"
    assert said["counts"]["lost"] == 2
    assert said["names"] == {name: name for name in "abdef"}
    lost = [remark for remark in said["remarks"] if remark["level"] == "lost"]
    assert [(one["row"], one["column"], one["name"]) for one in lost] == [
        (4, "relevant", "b"), (5, "type", "c"),
    ]  # fmt: skip
    assert {fault["code"] for fault in said["faults"]} <= {"missing-measure", "missing-translation"}


def test_the_report_is_for_people_in_both_languages(sqlite_line: Line, form: Path, tmp_path: Path):
    out = tmp_path / "walk.toml"
    english = sqlite_line("checklist", "import", form, "--out", out)
    assert f"{out}: walk 1.0, 1 sections, 5 items" in english
    assert "survey F4 relevant b “pulldata('x', 'y', 'z', ${a}) = 1”: “pulldata” has no" in english
    assert "survey rows 4, 6, 7, 8 (4): Without a hint" in english
    assert "What lint still names: missing-measure 4" in english
    assert sqlite_line.problem("checklist", "import", form, "--out", out) == "target-not-empty"
    chinese = sqlite_line("checklist", "import", form, "--out", out, "--force", lang="zh-CN")
    assert "函数“pulldata”没有对应写法" in chinese
    assert "survey 行 4, 6, 7, 8 (4)" in chinese


def test_without_a_name_the_file_is_named_after_the_key(
    sqlite_line: Line, form: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(form.parent)
    assert sqlite_line.json("checklist", "import", form)["path"] == "walk.toml"
    assert (form.parent / "walk.toml").exists()


def test_languages_may_be_named(sqlite_line: Line, tmp_path: Path):
    table = "type | name | label::A | label::B\ntext | x | One | Eins"
    form = markdown(tmp_path / "form.md", survey=table)
    out = tmp_path / "form.toml"
    words = ("checklist", "import", form, "--out", out, "--force")
    sqlite_line(*words, "--lang-map", "B=en", "--lang-map", "A=zh")
    assert 'titles = { zh-CN = "One", en = "Eins" }' in out.read_text(encoding="utf-8")
    assert "--lang-map" in sqlite_line.wrong_usage(*words, "--lang-map", "B=fr")
    assert "--key" in sqlite_line.wrong_usage(*words, "--key", "Not A Key")


def test_what_cannot_be_read_is_a_problem_with_its_place(sqlite_line: Line, tmp_path: Path):
    form = markdown(tmp_path / "bad.md", survey="type | name | label\ntext | a | A\nText | b | B")
    assert sqlite_line.problem("checklist", "import", form) == "workbook"
    extra = sqlite_line.json("checklist", "import", form, code=1)["extra"]
    assert (extra["code"], extra["sheet"], extra["row"]) == ("pyxform-unknown-type", "survey", 4)
    assert "survey, row 4" in extra["messages"]["en"]
    assert "survey 第 4 行" in sqlite_line.run("checklist", "import", form, lang="zh-CN").stderr
    good = markdown(tmp_path / "good.md", survey="type | name | label\ntext | a | A")
    nowhere = tmp_path / "nowhere" / "x.toml"
    assert sqlite_line.problem("checklist", "import", good, "--out", nowhere) == "file"
