"""Notes on where a photo was taken: the camera's word, the tablet's, and the site's fence."""

from fieldops.model.evidence import Exhibit
from fieldops.rules.evidencetexts import note
from fieldops.rules.places import circle, metres, outside_m, point
from fieldops.settings import EvidenceSettings
from fieldops_sync.payloads import EvidenceNote


def outside_fence(x: Exhibit, scale: EvidenceSettings) -> EvidenceNote | None:
    """The camera or the tablet says a place beyond the fence, by more than they may err."""
    fence = circle(x.fence)
    if fence is None:
        return None
    places = {
        "exif_m": (point(x.facts.latitude, x.facts.longitude), scale.gps_slack_m),
        "claimed_m": (point(x.latitude, x.longitude), scale.gps_slack_m + _accuracy_m(x, scale)),
    }
    beyond = {
        name: f"{outside_m(fence, place):.0f}"
        for name, (place, slack_m) in places.items()
        if place is not None and outside_m(fence, place) > slack_m
    }
    if not beyond:
        return None
    return note("outside-fence", scale, **beyond, radius_m=f"{fence.radius_m:.0f}")


def gps_disagrees(x: Exhibit, scale: EvidenceSettings) -> EvidenceNote | None:
    """The camera's place and the tablet's are further apart than both may err."""
    camera, tablet = point(x.facts.latitude, x.facts.longitude), point(x.latitude, x.longitude)
    if camera is None or tablet is None:
        return None
    apart_m = metres(camera, tablet)
    if apart_m <= scale.gps_disagree_m + _accuracy_m(x, scale):
        return None
    return note("gps-disagrees", scale, metres=f"{apart_m:.0f}")


def _accuracy_m(x: Exhibit, scale: EvidenceSettings) -> float:
    """What the tablet says its place may be off by: believed up to a limit."""
    return min(max(0.0, float(x.accuracy_m or 0)), scale.gps_accuracy_max_m)
