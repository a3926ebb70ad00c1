"""``fieldops media notes``: what stands out about photos, from the shell, on both engines."""

from pathlib import Path
from typing import Any

import pytest
from tests.cli.helping import Line
from tests.flow.judging import judging

from fieldops.rules.evidencetexts import TEXTS


@pytest.fixture
def told(database_url: str, tmp_path: Path) -> tuple[Line, dict[str, Any]]:
    """A command line on a company with one risky photo a site, and one without a note."""
    with judging(database_url, tmp_path) as desk:
        there = desk.tablet("there", desk.company.other_site)
        desk.attach("a", there, item="floor")
        used = desk.attach("a", item="glass")
        desk.show("a")
        dark = desk.attach("b", there, item="stair")
        desk.show("b", dhash=1, brightness=5.0)
        voided = desk.attach("a", item="door")
        desk.judge()
        desk.look("a")
        desk.judge()
        desk.void("photo", voided)
        ids = {"used": used, "dark": dark, "there": desk.company.other_site}
    return Line(tmp_path / "data", database_url), ids


def test_notes_are_listed_by_risk_and_chosen_by_site_and_code(told):
    line, ids = told
    rows = line.json("media", "notes")
    assert [(one["photo"], one["code"], one["risk"]) for one in rows] == [
        (str(ids["used"]), "same-bytes", 40),
        (str(ids["dark"]), "too-dark", 10),
    ]
    assert rows[0]["titles"]["zh-CN"] == TEXTS["same-bytes"][0]
    assert rows[0]["evidence"]["site"] == str(ids["there"])
    (dark,) = line.json("media", "notes", "--site", "云顶大厦")
    assert dark["code"] == "too-dark"
    assert line.json("media", "notes", "--code", "blurred", "--code", "no-exif") == []
    assert line.problem("media", "notes", "--site", "nowhere") == "unknown-name"
    assert "no-such-code" in line.wrong_usage("media", "notes", "--code", "no-such-code")


def test_notes_are_a_table_with_their_meaning_in_both_languages(told):
    line, ids = told
    said = line("media", "notes")
    assert str(ids["used"]) in said
    assert "brightness=5.0" in said
    assert TEXTS["too-dark"][1] in line.result.stderr
    line("media", "notes", lang="zh-CN")
    assert TEXTS["too-dark"][0] in line.result.stderr
