"""``fieldops report month``: a file, what it is of, and what is left on record."""

import hashlib
from pathlib import Path

from openpyxl import load_workbook
from tests.cli.helping import Line
from tests.flow.assessing import assessing

from fieldops.report import filing
from fieldops.settings import load_settings
from fieldops.store import reports
from fieldops.store.drawers import open_drawer
from fieldops.store.engine import open_store

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
    assert "Inspections: 1, of these 0 by a third party" in str(
        [cell.value for row in sheet.iter_rows() for cell in row]
    )
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".part"] == []
    assert "report.make" in line("audit", "list")
    zh = tmp_path / "october.html"
    said = line(*MONTH, "--format", "html", "--out", str(zh), lang="zh-CN")
    assert "日志位置" in said
    assert "月度分析报告" in zh.read_text(encoding="utf-8")


def test_a_scheduled_report_is_fetched(sqlite_line: Line, tmp_path: Path):
    from io import BytesIO

    content, settings = b"%PDF as it was made", load_settings(data_dir=sqlite_line.data_dir)
    sha256 = hashlib.sha256(content).hexdigest()
    sqlite_line("user", "list")
    drawer = open_drawer(settings, filing.drawer_of("2026-10", "en", "a1"))
    drawer.put(sha256, BytesIO(content), len(content))
    store = open_store(settings.database_url)
    store.write(lambda s: reports.claim(s, "2026-10", "en", "a1", 1, 2)).result()
    fetch = ("report", "fetch", "--month", "2026-10")
    assert sqlite_line.problem(*fetch, "--language", "en") == "not-found"
    assert sqlite_line.problem(*fetch, "--language", "zh-CN") == "unknown-name"
    store.write(lambda s: reports.finish(s, "2026-10", "en", "a1", sha256, 2)).result()
    assert store.write(lambda s: reports.claim(s, "2026-09", "en", "a2", 1, 2)).result()
    assert store.write(lambda s: reports.rest(s, "2026-09", "en", "a2", "no room", 1, 9)).result()
    store.close()
    rows = sqlite_line.json("report", "list")
    assert [(one["month"], one["state"]) for one in rows] == [
        ("2026-10", "made"),
        ("2026-09", "failing"),
    ]
    assert "no room" in sqlite_line("report", "list")
    shown = sqlite_line.json("report", "show", "2026-09", "--language", "en")
    assert (shown["why"], shown["attempts"]) == ("no room", 1)
    assert f"sha256: {sha256}" in sqlite_line("report", "show", "2026-10", "--language", "en")
    assert sqlite_line.problem("report", "show", "2026-08", "--language", "en") == "unknown-name"
    out = tmp_path / "report.pdf"
    told = sqlite_line.json(*fetch, "--language", "en", "--out", str(out))
    assert (told["sha256"], out.read_bytes()) == (sha256, content)


def test_wrong_words_are_told(sqlite_line: Line):
    assert sqlite_line.problem("report", "month", "--month", "October") == "validation"
    assert sqlite_line.problem(*MONTH, "--site", "nowhere") == "unknown-name"
