"""``fieldops assess``: figures, ranking, trend and what is behind, in both languages."""

from pathlib import Path

from tests.cli.helping import Line
from tests.flow.assessing import assessing

MONTH = ("--period", "2026-10")


def test_how_a_site_did_is_told_with_its_cases_and_what_is_behind(
    sqlite_database: str, tmp_path: Path
):
    line = Line(tmp_path / "data", sqlite_database)
    with assessing(sqlite_database, tmp_path) as made:
        made.at("2026-10-05T18:00")
        walks = [made.walk("2026-10-05T09:00") for _ in range(6)]
        for walk in walks:
            made.score(walk, "75")
        made.rate("2026-10-05T09:30", {"empathy": 2, "tangibles": 4}, inspection=str(walks[0]))
        made.walk("2026-10-05T10:00", source="third-party")
        made.score(made.walk("2026-10-05T11:00", source="third-party"), "50")
        login = made.login(made.inspector)

    found = line.json("assess", *MONTH, "--site", "翠湖花园")
    assert found["own"]["conformity"]["score"] == {"percent": "75.00", "cases": 6}
    told = line("assess", *MONTH, "--person", login)
    assert "450 of 600, deducted 0 (0 times, 0 taken back), not scored 0" in told
    assert "third party" in told
    told = line("assess", *MONTH, lang="zh-CN")
    assert "符合度" in told
    assert "进行中 0" in told
    assert "第三方" in told
    assert line.json("assess", *MONTH, "--as-of", "2026-10-04")["own"]["total"]["cases"] == 0
    assert line.json("assess", *MONTH, "--team", "green")["own"]["total"]["cases"] == 0

    assert "翠湖花园" in line("assess", *MONTH, "--rank", "site")
    assert (
        "少于 5 个样本不排名" in line.run("assess", *MONTH, "--rank", "person", lang="zh-CN").stderr
    )
    rows = line("assess", *MONTH, "--trend", "1").splitlines()
    assert [row.split()[0] for row in rows if row.startswith("2026")] == [
        "2026-09",
        "2026-10",
        "2026-10",
    ]
    told = line("assess", *MONTH, "--behind", "conformity.walks")
    assert str(walks[0]) in told
    assert "earned 75, possible 100" in told
    assert "✗" in line("assess", *MONTH, "--behind", "satisfaction.empathy")


def test_wrong_words_are_told(sqlite_line: Line):
    assert sqlite_line.problem("assess", "--period", "October") == "validation"
    assert sqlite_line.problem("assess", *MONTH, "--site", "nowhere") == "unknown-name"
    assert "--rank" in sqlite_line.wrong_usage("assess", *MONTH, "--rank", "site", "--trend", "1")
