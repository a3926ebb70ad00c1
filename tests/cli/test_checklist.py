"""``checklist``: linted with line and column, published once, listed, shown."""

from pathlib import Path

import pytest
from tests.cli.helping import Line
from tests.factories import checklist_address, checklist_text

SHIPPED = Path("checklists")


@pytest.fixture
def good(tmp_path: Path) -> Path:
    file = tmp_path / "list" / "cleaning.toml"
    file.parent.mkdir()
    file.write_text(checklist_text("clean"), encoding="utf-8")
    return file


def test_the_shipped_checklists_have_no_fault(sqlite_line: Line):
    rows = sqlite_line.json("checklist", "lint", SHIPPED)
    assert len(rows) >= 4
    assert all(row["items"] >= 25 for row in rows)
    assert "without fault" in sqlite_line("checklist", "lint", SHIPPED)


def test_faults_are_named_by_path_line_column_and_advice(sqlite_line: Line, good: Path):
    bad = good.with_name("bad.toml")
    bad.write_text(checklist_text("clean").replace("score = 100", "score = 50"), encoding="utf-8")
    assert sqlite_line.problem("checklist", "lint", good.parent) == "checklist-faults"
    found = sqlite_line.json("checklist", "lint", bad, code=1)["extra"]["faults"]
    assert found
    assert all(fault["line"] > 1 for fault in found)
    said = sqlite_line.run("checklist", "lint", bad).stderr
    assert f"{bad}:{found[0]['line']}:{found[0]['column']}: " in said
    assert found[0]["advice"]["en"] in said
    assert sqlite_line.problem("checklist", "publish", bad) == "checklist-faults"
    assert sqlite_line.json("checklist", "list") == []


def test_bad_files_are_problems(sqlite_line: Line, tmp_path: Path):
    assert "nowhere" in sqlite_line.wrong_usage("checklist", "lint", "nowhere")
    assert sqlite_line.problem("checklist", "lint", tmp_path) == "file"
    latin = tmp_path / "latin.toml"
    latin.write_bytes("key = 'café'".encode("latin-1"))
    assert sqlite_line.problem("checklist", "lint", latin) == "file"


def test_publishing_twice_publishes_once(line: Line, good: Path):
    assert [row["published"] for row in line.json("checklist", "publish", good)] == [True]
    assert [row["published"] for row in line.json("checklist", "publish", good)] == [False]
    assert "was out before" in line("checklist", "publish", good)
    (row,) = line.json("checklist", "list")
    assert (row["key"], row["version"], row["domain"]) == ("clean", "1.0", "cleaning")
    assert row["sha256"] == checklist_address(good.read_text(encoding="utf-8"))
    assert "clean" in line("checklist", "list")


def test_a_version_is_shown_by_key_or_by_hash(line: Line, good: Path):
    line("checklist", "publish", good)
    good.write_text(checklist_text("clean", "2.0"), encoding="utf-8")
    line("checklist", "publish", good)
    assert line.json("checklist", "show", "clean")["version"] == "2.0"
    first = next(row for row in line.json("checklist", "list") if row["version"] == "1.0")
    assert line.json("checklist", "show", first["sha256"][:12])["version"] == "1.0"
    assert "地面 [passfail]" in line("checklist", "show", "clean", lang="zh-CN")
    assert line.problem("checklist", "show", "nothing-here") == "unknown-name"
    assert line.problem("checklist", "show", first["sha256"][:4]) == "unknown-name"


def test_a_checklist_is_named_by_file_version_or_key(line: Line, good: Path):
    line("checklist", "publish", good)
    good.write_text(checklist_text("clean", "2.0"), encoding="utf-8")
    assert line.json("checklist", "show", good)["version"] == "2.0"
    assert line.json("checklist", "show", "clean")["version"] == "1.0"
    assert line.json("checklist", "show", "clean@1.0")["version"] == "1.0"
    assert line.problem("checklist", "show", "clean@2.0") == "unknown-name"
    assert line.problem("checklist", "show", good.with_name("none.toml")) == "file"
