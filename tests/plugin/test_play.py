"""The whole flow of one plugin in memory: from the tablet's ops to findings on record."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.plugin.packages import Packages

from fieldops.testing import Play, PluginRefused, photo


def test_walk_goes_from_the_tablet_to_its_findings(plugin_play: Callable[[str], Play]) -> None:
    play = plugin_play("fieldops_security")
    play.walk(like=0)
    assert play.findings() == []
    assert play.score()["score"] == "100"
    assert {one.status for one in play.receipts} == {"applied"}
    play.walk(like=0, date="2026-11-25", answers={"fire_lane_width": "2.5"})
    (finding,) = play.findings()
    assert (finding.rule, finding.severity) == ("fire-lane-impassable", "critical")
    assert finding.evidence["fire_lane_width"] == "2.5"
    assert play.rules("builtin") == ["failed"]
    assert play.deadlines() == {"fire-lane-impassable": "2026-11-26T12:00:00.000Z"}
