"""A patrol from the tablet to what stands on record, against the register of the site's points."""

from collections.abc import Callable

from fieldops.testing import Play, entry


def test_patrol_is_held_against_the_points_of_its_site(
    plugin_play: Callable[[str], Play],
) -> None:
    play = plugin_play("fieldops_security")
    route = {"route": "A", "shift": "both"}
    play.register(
        entry("patrol-points", "P-001", place="东门", order="1", **route),
        entry("patrol-points", "P-014", place="地下一层", order="2", distance_m="3000", **route),
        entry("patrol-points", "P-020", place="天台", order="3", **route),
    )
    play.walk(like=0, answers={"point_visited_at@地下一层": "09:20"})
    assert [(one.rule, one.repeat) for one in play.findings()] == [
        ("patrol-point-missed", "P-020"),
        ("patrol-too-fast", "地下一层"),
    ]
    assert set(play.deadlines().values()) == {"2026-11-22T20:00:00+08:00"}
    assert play.score()["scorer"] == "builtin"
