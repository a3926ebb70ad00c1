"""``policy show`` and ``policy set``: for every site or one, recorded with who and why."""

from tests.cli.helping import Line


def values(line: Line, *words: str) -> dict[str, tuple[str, str]]:
    rows = line.json("policy", "show", *words)
    return {f"{row['policy']}.{row['key']}": (row["value"], row["set_by"]) for row in rows}


def test_a_policy_is_set_for_every_site_and_for_one_and_taken_back(sqlite_line: Line):
    line = sqlite_line
    line("site", "add", "CH", "翠湖花园")
    assert values(line)["findings.minor_hours"] == ("72", "default")
    line("policy", "set", "findings", "minor_hours=96", "--why", "agreed")
    line("policy", "set", "findings", "major_hours=12", "--site", "CH", "--why", "a hospital")
    assert values(line, "--site", "CH")["findings.minor_hours"] == ("96", "organisation")
    assert values(line, "--site", "CH")["findings.major_hours"] == ("12", "site")
    assert values(line)["findings.major_hours"] == ("48", "default")
    said = line("policy", "set", "findings", "--remove", "--site", "CH", "--why", "moved out")
    assert "findings: from now on minor_hours=96, major_hours=48" in said
    history = line.json("policy", "show", "--site", "CH", "--history")
    assert [(row["values"], row["reason"]) for row in history] == [
        ("major_hours=12", "a hospital"),
        ("–", "moved out"),
    ]


def test_what_it_cannot_take_is_said(sqlite_line: Line):
    line = sqlite_line
    words = ("policy", "set", "findings")
    assert line.problem(*words, "minor_hours=0", "--why", "x") == "validation"
    assert "KEY=VALUE" in line.wrong_usage(*words, "minor_hours", "--why", "x")
    assert "--remove" in line.wrong_usage(*words, "--why", "x")
    assert "--why" in line.wrong_usage(*words, "minor_hours=1")
