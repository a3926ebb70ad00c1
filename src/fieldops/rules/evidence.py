"""What a supervisor should look at about one photo, and how much: its notes and its risk.

    exhibit ─ each note by its own small function ─ notes ─ sum of weights ─ risk, 0 to 100

Notes never decide anything: a photo with the highest risk is evidence like any other.
"""

from collections.abc import Callable, Iterable

from fieldops.model.evidence import Exhibit
from fieldops.rules.evidencepixels import blurred, no_exif, too_dark, undecodable
from fieldops.rules.evidenceplaces import gps_disagrees, outside_fence
from fieldops.rules.evidencetimes import claimed_time, exif_time, late_claim
from fieldops.rules.evidencetwins import counter_gap, near_duplicate, same_bytes
from fieldops.settings import EvidenceSettings
from fieldops_sync.payloads import EvidenceNote

VERSION = 1
"""Grows when a check or the text of a note changes: then all photos are judged again."""
RISK_MAX = 100
Check = Callable[[Exhibit, EvidenceSettings], EvidenceNote | None]
CHECKS: tuple[Check, ...] = (
    same_bytes,
    near_duplicate,
    exif_time,
    claimed_time,
    late_claim,
    outside_fence,
    gps_disagrees,
    blurred,
    too_dark,
    counter_gap,
    undecodable,
    no_exif,
)
"""In the order in which notes stand in a record."""
_OF_SIGNATURES = frozenset({same_bytes, claimed_time, late_claim, counter_gap, undecodable})
"""A signature is drawn, not photographed: its looks and the lack of a camera say nothing."""


def notes(exhibit: Exhibit, scale: EvidenceSettings) -> list[EvidenceNote]:
    """Everything to note about a photo; the same exhibit gives the same notes."""
    wanted = [c for c in CHECKS if exhibit.role != "signature" or c in _OF_SIGNATURES]
    found = [check(exhibit, scale) for check in wanted]
    return [one for one in found if one is not None]


def risk(found: Iterable[EvidenceNote]) -> int:
    """The risk of a photo: the sum of the weights, 100 at most."""
    return min(RISK_MAX, sum(one.weight for one in found))


def inspection_risk(worst: int, risky: int, scale: EvidenceSettings) -> int:
    """The risk of an inspection: that of its worst photo, and a little for each further one.

    ``worst`` is the highest risk of its photos, ``risky`` how many of them have any.  A single
    stolen photo must lead the queue, so neither a sum (long walks would) nor a mean (it would hide
    among good ones) will do.
    """
    breadth = scale.breadth_points * max(0, risky - 1)
    return min(RISK_MAX, worst + min(scale.breadth_max, breadth))
