"""Points on the earth: read from text, how far apart they are, and whether a fence holds them."""

import math
import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

EARTH_M = 6_371_008.8
"""The mean radius of the earth, R₁ of GRS 80 (H. Moritz, Geodetic Reference System 1980, J. Geodesy
74, 2000), in metres."""
FENCE = {"latitude": 90.0, "longitude": 180.0, "radius_m": 100_000.0}
"""The members of a fence, each with the largest figure that makes sense."""
_DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,9})?")


class Point(Struct, frozen=True):
    """WGS 84 degrees."""

    latitude: float
    longitude: float


class Circle(Struct, frozen=True):
    """A fence: everything at most ``radius_m`` from its centre."""

    centre: Point
    radius_m: float


def read_fence(given: Mapping[str, str]) -> dict[str, str]:
    """The members that can stand in a fence, of those given as text."""
    return {name: text for name, text in given.items() if _is_within(name, text)}


def _is_within(name: str, text: str) -> bool:
    if _DECIMAL.fullmatch(text) is None:
        return False
    low = 1.0 if name == "radius_m" else -FENCE[name]
    return low <= float(text) <= FENCE[name]


def point(latitude: str | None, longitude: str | None) -> Point | None:
    """The point that two decimals name; None if they name none.

    0, 0 in the Gulf of Guinea is what receivers write without a fix: nowhere.
    """
    given = {"latitude": latitude or "", "longitude": longitude or ""}
    if len(read_fence(given)) < 2:
        return None
    found = Point(float(given["latitude"]), float(given["longitude"]))
    return None if (found.latitude, found.longitude) == (0, 0) else found


def circle(fence: Mapping[str, Any] | None) -> Circle | None:
    """The fence of a site's record, if it has one that makes sense."""
    known = read_fence({name: str((fence or {}).get(name, "")) for name in FENCE})
    centre = point(known.get("latitude"), known.get("longitude"))
    if centre is None or "radius_m" not in known:
        return None
    return Circle(centre, float(known["radius_m"]))


def metres(one: Point, other: Point) -> float:
    """The great-circle distance by the haversine formula, in metres.

    R. W. Sinnott, "Virtues of the Haversine", Sky and Telescope 68 (1984): exact for small
    distances; a sphere for the earth errs by 0.5 % at most.
    """
    north_1, north_2 = math.radians(one.latitude), math.radians(other.latitude)
    east = math.radians(other.longitude - one.longitude)
    half = (
        math.sin((north_2 - north_1) / 2) ** 2
        + math.cos(north_1) * math.cos(north_2) * math.sin(east / 2) ** 2
    )
    return 2 * EARTH_M * math.asin(min(1.0, math.sqrt(half)))


def outside_m(fence: Circle, place: Point) -> float:
    """How far a place lies outside of a fence, in metres; at most 0 within or upon it."""
    return metres(fence.centre, place) - fence.radius_m
