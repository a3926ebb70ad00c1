"""``checklist``: linted with line and column, published once, listed, shown."""

from pathlib import Path

import msgspec
import pytest
from tests.cli.helping import Line
from tests.cli.tablets import Company
from tests.factories import checklist_address, checklist_text, make_op

from fieldops.flow.enter import enter_desk
from fieldops_sync.ids import uuid7

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
    assert all(row["remarks"] == [] for row in rows)
    assert f"{len(rows)} without fault, 0 remarks" in sqlite_line(
        "checklist", "lint", "--strict", SHIPPED
    )


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


MIGRATION = """[[migrations]]
from = "1.0"
items = { gone = "floor" }
"""


def test_the_impact_is_shown_before_anything_is_published(line: Line, good: Path, tmp_path: Path):
    company = Company(line)
    assert " now begin on" not in line("checklist", "publish", good)
    company.enrol(tmp_path / "tablet", "T7")
    text = checklist_text("clean", "2.0").replace("No stains to be seen", "No stain")
    good.write_text(text, encoding="utf-8")
    (row,) = line.json("checklist", "publish", good, "--dry-run")
    assert (row["published"], row["impact"]["outcome"], row["impact"]["before"]) == (
        False,
        "new",
        "1.0",
    )
    assert [one["name"] for one in row["impact"]["tablets"]] == ["T7"]
    assert len(line.json("checklist", "list")) == 1
    said = line("checklist", "publish", good, "--dry-run")
    for words in ("new walks now begin on 1.0", "1 difference(s)", "no version: 1 (T7)", "dry run"):
        assert words in said
    said = line("checklist", "publish", good, "--yes", lang="zh-CN")
    for words in ("现行版本 1.0", "改动 1 处", "没有任何版本: 1 (T7)", "未提交巡检 0 次", "已发布"):
        assert words in said


def test_walks_under_way_are_shown_with_what_is_lost(sqlite_line: Line, good: Path):
    company = Company(sqlite_line)
    sqlite_line("checklist", "publish", good)
    definition = sqlite_line.json("checklist", "list")[0]["sha256"]
    payload = {"inspection": str(uuid7()), "item": "floor", "value": "pass"}
    given = {"payload": payload, "def": definition}
    raw = msgspec.json.encode(make_op("result.record@1", company.site, company.inspector, **given))
    store = company.open_store()
    done = store.write(lambda s: enter_desk(s, [raw], company.inspector, company.line_now()))
    assert [one.status for one in done.result().receipts] == ["applied"]
    store.close()
    text = checklist_text("clean", "2.0").replace('key = "floor"', 'key = "ground"')
    good.write_text(text, encoding="utf-8")
    said = sqlite_line("checklist", "publish", good)
    assert "翠湖花园, 李雷, -: 1.0, 1 answered" in said
    assert "not carried floor: The new version has no such item." in said


def test_the_same_version_with_other_content_is_refused(sqlite_line: Line, good: Path):
    sqlite_line("checklist", "publish", good)
    good.write_text(checklist_text("clean").replace("CL-1", "CL-2"), encoding="utf-8")
    assert sqlite_line.problem("checklist", "publish", good) == "checklist-version"


def test_a_migration_that_does_not_fit_what_is_out_is_a_fault(sqlite_line: Line, good: Path):
    sqlite_line("checklist", "publish", good)
    good.write_text(checklist_text("clean", "2.0") + MIGRATION, encoding="utf-8")
    sqlite_line("checklist", "lint", good)
    assert sqlite_line.problem("checklist", "publish", good) == "checklist-faults"
    (fault,) = sqlite_line.json("checklist", "publish", good, code=1)["extra"]["faults"]
    assert (fault["code"], fault["line"]) == ("migration-source", 23)
