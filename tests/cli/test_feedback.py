"""``fieldops feedback``: addresses of forms, their posters, what residents agree to."""

from pathlib import Path

import pytest
from tests.cli.helping import Line

from fieldops.rules.consent import consent_sha256


def test_an_address_is_made_printed_and_withdrawn(
    line: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("FIELDOPS_PUBLIC_URL", "https://q.example.com/")
    line("site", "add", "CH", "翠湖花园")
    out = tmp_path / "poster.html"
    asked = ("feedback", "poster", "--site", "CH", "--out")
    assert line.problem(*asked, str(out)) == "unknown-name"
    first = line.json("feedback", "link", "new", "--site", "CH", "--name", "大堂")
    line(*asked, str(out))
    assert f"https://q.example.com/f/{first['token']}" in out.read_text(encoding="utf-8")
    second = line.json("feedback", "link", "new", "--site", "CH", "--rotate")
    code = line.json(*asked, str(tmp_path / "code.svg"))
    assert code["address"].endswith(second["token"])
    assert "<svg" in (tmp_path / "code.svg").read_text(encoding="utf-8")
    rows = line.json("feedback", "link", "list")
    assert {one["token"]: one["withdrawn"] is None for one in rows} == {
        first["token"]: False,
        second["token"]: True,
    }
    assert line.problem(*asked, str(out), "--token", first["token"]) == "unknown-name"
    line("feedback", "link", "withdraw", second["token"])
    assert "大堂" in line("feedback", "link", "list", "--site", "CH")
    assert line.problem("feedback", "link", "withdraw", second["token"]) == "not-found"


def test_a_poster_needs_to_know_where_the_server_is(line: Line, tmp_path: Path):
    line("site", "add", "CH", "翠湖花园")
    out = str(tmp_path / "poster.html")
    assert line.problem("feedback", "poster", "--site", "CH", "--out", out) == "settings"


def test_what_residents_agree_to_is_set_from_two_files(line: Line, tmp_path: Path):
    line("site", "add", "CH", "翠湖花园")
    zh, en = tmp_path / "zh.txt", tmp_path / "en.txt"
    zh.write_text("同意处理。\n", encoding="utf-8")
    en.write_text("You may deal with it.\n", encoding="utf-8")
    asked = ("feedback", "consent", "--site", "CH", "--zh", str(zh), "--en", str(en))
    made = line.json(*asked)
    assert made["sha256"] == consent_sha256({"zh-CN": "同意处理。", "en": "You may deal with it."})
    en.write_text(" ", encoding="utf-8")
    assert line.problem(*asked) == "validation"
