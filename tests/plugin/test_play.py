"""The whole flow of one plugin in memory: from the tablet's ops to findings on record."""

from collections.abc import Callable

import pytest
from tests.factories import checklist_text
from tests.plugin.packages import Packages

from fieldops import Checklist
from fieldops.rules.checklists import parse
from fieldops.testing import Play, PluginRefused, photo

NOTES = f"""
@hookimpl
def declare_checklists():
    return [ChecklistFile("daily.toml", {checklist_text("daily")!r})]

TITLES = {{"zh-CN": "照片", "en": "Photo"}}

@hookimpl
def check_photo(photo, open_photo):
    with open_photo(photo) as file:
        is_jpeg = file.read(2) == bytes([0xFF, 0xD8])
    return [PhotoNote(rule=photo.role, titles=TITLES)] if is_jpeg else []

@hookimpl
def score_inspection(inspection):
    return Score(score=Decimal(40), earned=Decimal(2), possible=Decimal(5))

@hookimpl
def set_deadline(finding, site):
    return "2026-12-24T18:00:00+08:00"

@hookimpl
def on_change(change):
    if change.kind == "feedback":
        raise ValueError
"""


def test_walk_goes_from_the_tablet_to_its_findings(plugin_play: Callable[[str], Play]) -> None:
    play = plugin_play("fieldops_security")
    play.walk(like=0)
    assert play.findings() == []
    assert play.score()["score"] == "100"
    assert {one.status for one in play.receipts} == {"applied"}
    (walk,) = play.records("inspection")
    assert walk.state == "sealed"
    play.walk(like=0, date="2026-11-25", answers={"fire_lane_width": "2.5"})
    (finding,) = play.findings()
    assert (finding.rule, finding.severity) == ("fire-lane-impassable", "critical")
    assert finding.evidence["fire_lane_width"] == "2.5"
    assert play.rules("builtin") == ["failed"]
    assert play.deadlines() == {"fire-lane-impassable": "2026-11-25T22:00:00+08:00"}
    with pytest.raises(ValueError, match="does not go back"):
        play.walk(like=0, date="2026-11-24")
    play.walk(like=0, submit=False, answers={"point_code@东门": None})
    assert play.rules() == []
    assert play.records("inspection")[0].state == "draft"


def test_photos_scores_and_deadlines_of_the_plugin_stand(
    plugin_play: Callable[[str], Play], packages: Packages
) -> None:
    packages.install("noting", "from decimal import Decimal\n" + NOTES)
    (file,) = packages.folder.glob("*.py")
    play = plugin_play(file.stem)
    play.walk(rest="pass", photos=[photo("floor", role="before"), photo(role="after")])
    assert [(one.rule, one.item) for one in play.photo_notes()] == [
        ("photo.after", ""),
        ("photo.before", "floor"),
    ]
    assert set(play.deadlines().values()) == {"2026-12-24T18:00:00+08:00"}
    assert (play.score()["score"], play.score()["scorer"]) == ("40", "noting")
    play.walk(answers={"floor": "fail"}, photos=[])
    assert play.rules("builtin") == ["failed"]
    with pytest.raises(PluginRefused, match="on_change: raised ValueError"):
        play.feedback("电梯脏")
    with pytest.raises(OSError, match="cannot be had"):
        play.get_photo("0" * 64)


def test_plugin_without_checklists_is_asked_about_those_of_others(
    plugin_play: Callable[[str], Play], packages: Packages
) -> None:
    code = """
@hookimpl
def raise_findings(inspection):
    (one,) = inspection.results
    return [FindingDraft(rule=f"claimed-{one.claimed}", titles=one.titles)]
"""
    packages.install("anybody", code, domain="")
    (file,) = packages.folder.glob("*.py")
    daily = parse(checklist_text("daily"), "daily.toml")
    assert isinstance(daily, Checklist)
    play = plugin_play(file.stem)
    play.company.publish([daily])
    play.walk(daily, na=["floor"])
    assert play.rules() == ["claimed-na"]
