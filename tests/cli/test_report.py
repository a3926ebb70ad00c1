"""``fieldops report month``: a file, what it is of, and what is left on record."""

from pathlib import Path

from openpyxl import load_workbook
from tests.cli.helping import Line
from tests.flow.assessing import assessing

MONTH = ("report", "month", "--month", "2026-10")


def test_a_report_is_written_and_on_record(sqlite_database: str, tmp_path: Path):
    line = Line(tmp_path / "data", sqlite_database)
    with assessing(sqlite_database, tmp_path) as made:
        made.at("2026-10-05T18:00")
        made.score(made.walk("2026-10-05T09:00"), "75")
    out = tmp_path / "october.xlsx"
    told = line.json(*MONTH, "--format", "xlsx", "--site", "翠湖花园", "--out", str(out))
    assert told["file"] == str(out)
    assert told["bytes"] == out.stat().st_size
    sheet = load_workbook(out).worksheets[0]
    assert "1 inspections" in str([cell.value for row in sheet.iter_rows() for cell in row])
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".part"] == []
    assert "report.make" in line("audit", "list")
    zh = tmp_path / "october.html"
    said = line(*MONTH, "--format", "html", "--out", str(zh), lang="zh-CN")
    assert "日志位置" in said
    assert "月度分析报告" in zh.read_text(encoding="utf-8")


def test_wrong_words_are_told(sqlite_line: Line):
    assert sqlite_line.problem("report", "month", "--month", "October") == "validation"
    assert sqlite_line.problem(*MONTH, "--site", "nowhere") == "unknown-name"
