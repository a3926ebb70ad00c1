"""A patrol against the register of its points: windows, order, speed, codes."""

from typing import Any

import pytest

from fieldops import Entry, FindingDraft
from fieldops.testing import Kit, entry

GATE, CELLAR = "P-001", "P-014"
"""What the first worked example scans at 东门, 09:12, and at 地下一层, 09:31."""


def point(key: str, number: int, **values: Any) -> Entry:
    usual = {"place": key, "route": "A", "order": str(number), "shift": "both"}
    return entry("patrol-points", key, **{**usual, **values})


def points(**cellar: str) -> list[Entry]:
    return [point(GATE, 1), point(CELLAR, 2, **cellar)]


def told(kit: Kit, entries: list[Entry], **answers: Any) -> list[FindingDraft]:
    """What is found about a patrol; ``gate`` and ``cellar`` are the times of the two points."""
    times = {"gate": "point_visited_at@东门", "cellar": "point_visited_at@地下一层"}
    given = {times.get(name, name): value for name, value in answers.items()}
    return kit.findings(kit.walk(like=0, answers=given, entries=entries))


def rules(*found: Any) -> list[tuple[str, str, str]]:
    return [(one.rule, one.repeat, one.severity) for one in found]


def test_round_as_the_register_wants_it_raises_nothing(kit: Kit) -> None:
    window = {"window_from": "09:20", "window_to": "09:31", "distance_m": "900"}
    assert told(kit, points(**window)) == []


@pytest.mark.parametrize(
    ("at", "rule", "severity", "minutes"),
    [
        ("09:31:01", "patrol-late", "minor", "1"),
        ("10:01", "patrol-late", "minor", "30"),
        ("10:01:01", "patrol-late", "major", "31"),
        ("09:19", "patrol-early", "minor", "1"),
        ("09:15", "patrol-early", "minor", "5"),
    ],
)
def test_point_off_its_window_is_late_or_early(
    kit: Kit, at: str, rule: str, severity: str, minutes: str
) -> None:
    (found,) = told(kit, points(window_from="09:20", window_to="09:31"), cellar=at)
    assert rules(found) == [(rule, "地下一层", severity)]
    assert found.evidence["minutes"] == minutes
    assert found.evidence["window"] == "09:20–09:31"


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("23:30", []),
        ("00:30", []),
        ("00:31", ["patrol-late"]),
        ("23:29", ["patrol-early"]),
    ],
)
def test_window_may_cross_midnight(kit: Kit, at: str, expected: list[str]) -> None:
    night = {"shift": "night", "night_patrols": 4, "gate": "23:10"}
    found = told(kit, points(window_from="23:30", window_to="00:30"), cellar=at, **night)
    assert [one.rule for one in found if one.rule != "patrol-interrupted"] == expected


@pytest.mark.parametrize(
    "window", [{}, {"window_from": "10:00"}, {"window_from": "10:00", "window_to": "soon"},
               {"window_from": "10:00", "window_to": "10:00"}],
)  # fmt: skip
def test_point_without_a_whole_window_has_none(kit: Kit, window: dict[str, str]) -> None:
    assert told(kit, points(**window)) == []


def test_point_reached_after_a_later_one_is_out_of_order(kit: Kit) -> None:
    (found,) = told(kit, points(), gate="09:40")
    assert rules(found) == [("patrol-out-of-order", "东门", "minor")]
    assert (found.evidence["order"], found.evidence["after_order"]) == ("1", "2")
    assert told(kit, points(), gate="09:31") == [], "in the same minute the order is not known"
    turned = [point(GATE, 2), point(CELLAR, 1)]
    assert told(kit, turned, gate="09:31") == [], "nor whichever of them was answered first"
    assert told(kit, [point(GATE, 2), point(CELLAR, 2)]) == [], "two ways round a building"
    assert told(kit, points(route="B"), gate="09:40") == [], "another route has its own order"
    assert told(kit, [point(GATE, 1), point(CELLAR, 2, order="")], gate="09:40") == []


def test_day_shift_goes_on_after_noon(kit: Kit) -> None:
    assert told(kit, points(), gate="11:40", cellar="12:05") == []


def test_way_that_nobody_runs_in_the_time_was_not_walked(kit: Kit) -> None:
    # 180 s, and 60 s of grace since no seconds are given: 3 m/s make 720 m.
    assert told(kit, points(distance_m="720"), cellar="09:15") == []
    (found,) = told(kit, points(distance_m="721"), cellar="09:15")
    assert rules(found) == [("patrol-too-fast", "地下一层", "major")]
    assert (found.evidence["metres"], found.evidence["seconds"]) == ("721", "240")


def test_times_to_the_second_get_no_grace(kit: Kit) -> None:
    exact = {"gate": "09:12:00", "cellar": "09:15:00"}
    assert told(kit, points(distance_m="540"), **exact) == []
    assert rules(*told(kit, points(distance_m="541"), **exact)) == [
        ("patrol-too-fast", "地下一层", "major")
    ]
    assert told(kit, points(distance_m="720"), gate="09:12:00", cellar="09:15") == []


@pytest.mark.parametrize("far", [{"order": "3"}, {"route": "B"}, {"distance_m": "far"}])
def test_only_neighbours_of_a_route_are_measured(kit: Kit, far: dict[str, str]) -> None:
    assert told(kit, points(**{"distance_m": "5000", **far}), cellar="09:13") == []


def test_point_of_the_route_that_was_left_out_is_missed(kit: Kit) -> None:
    (found,) = told(kit, [*points(), point("P-020", 3, place="天台")])
    assert rules(found) == [("patrol-point-missed", "P-020", "major")]
    assert "天台" in found.titles["zh-CN"]


@pytest.mark.parametrize("other", [{"route": "B"}, {"shift": "night"}, {"retired": True}])
def test_point_that_is_not_due_is_not_missed(kit: Kit, other: dict[str, Any]) -> None:
    assert told(kit, [*points(), point("P-020", 3, **other)]) == []


def test_point_left_out_is_missed_once_under_its_own_name(kit: Kit) -> None:
    entries = [point(GATE, 1), point("地下一层", 2)]
    found = told(kit, entries, **{"point_code@地下一层": None})
    assert rules(*found) == [("patrol-point-missed", "地下一层", "major")]
    walk = kit.walk(like=0, entries=[*points(), point("P-020", 3)], state="draft")
    assert kit.rules(walk) == [], "it may still come"


def test_code_of_another_site_is_told_and_one_out_of_use_too(kit: Kit) -> None:
    (found,) = told(kit, [point(GATE, 1)])
    assert rules(found) == [("patrol-code-foreign", "地下一层", "major")]
    assert found.evidence == {"code": CELLAR}
    out_of_use = [point(GATE, 1), entry("patrol-points", CELLAR, retired=True)]
    assert rules(*told(kit, out_of_use)) == [("patrol-code-foreign", "地下一层", "minor")]
    assert told(kit, []) == [], "without a register nothing is foreign"


def test_same_code_at_two_points_is_told_at_the_second(kit: Kit) -> None:
    (found,) = told(kit, [], **{"point_code@地下一层": GATE})
    assert rules(found) == [("patrol-code-twice", "地下一层", "major")]
    assert "东门" in found.titles["en"]
