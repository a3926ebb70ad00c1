"""Points, fences and distances."""

import pytest

from fieldops.rules.places import FENCE, Circle, Point, circle, metres, outside_m, point, read_fence

SHANGHAI, BEIJING = Point(31.2304, 121.4737), Point(39.9042, 116.4074)


def test_distances_are_those_of_the_globe():
    assert metres(SHANGHAI, SHANGHAI) == 0
    assert metres(Point(0, 0), Point(0, 1)) == pytest.approx(111_195.08, abs=0.01)
    assert metres(SHANGHAI, BEIJING) == pytest.approx(1_067_300, rel=0.001)
    assert metres(Point(0, 179.9995), Point(0, -179.9995)) == pytest.approx(111.2, abs=0.1)
    assert metres(Point(90, 0), Point(-90, 0)) == pytest.approx(20_015_115, rel=1e-6)


def test_the_edge_of_a_fence_is_inside():
    fence = Circle(SHANGHAI, metres(SHANGHAI, BEIJING))
    assert outside_m(fence, BEIJING) == 0
    assert outside_m(fence, SHANGHAI) == -fence.radius_m


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [(None, None), ("31.2", None), ("x", "121"), ("91", "0.1"), ("1", "180.1"), ("0", "0.000")],
)
def test_what_names_no_place_is_none(latitude, longitude):
    assert point(latitude, longitude) is None


def test_a_place_is_read_to_the_ends_of_the_earth():
    assert point("-90", "180") == Point(-90, 180)
    assert point("0", "0.1") == Point(0, 0.1)


def test_a_fence_is_read_whole_or_not_at_all():
    whole = {"latitude": "31.23", "longitude": "121.47", "radius_m": "300"}
    assert circle(whole) == Circle(Point(31.23, 121.47), 300)
    for name in FENCE:
        assert circle({key: text for key, text in whole.items() if key != name}) is None
    assert circle(None) is None
    assert circle(whole | {"radius_m": "0.5"}) is None
    assert read_fence(whole | {"latitude": "95", "radius_m": "-1"}) == {"longitude": "121.47"}
