"""Notes on when a photo was taken; clocks are never trusted, hours offline are normal.

The camera's clock and the tablet's claims are mostly the same clock, so they are compared with each
other as they are: a tablet in 1970 whose pictures are of 1970 is not noted.  Only what cannot be,
or hardly, is: a camera that says another time than the tablet, a claim after its own receipt.
"""

from datetime import UTC, datetime, timedelta, timezone

from fieldops.model.evidence import Exhibit, Times
from fieldops.rules.evidencetexts import note
from fieldops.rules.zones import zone
from fieldops.settings import EvidenceSettings
from fieldops_sync.payloads import EvidenceNote

_MINUTE_MS = 60_000
_HOUR_MS = 60 * _MINUTE_MS
_DAY_MS = 24 * _HOUR_MS
_FIRST_MS, _LAST_MS = -62_135_510_400_000, 253_402_214_400_000
"""The years 1 to 9999, but for their first and last day: zones may move them."""
_YEAR_MS = 365 * _DAY_MS
"""A claim older than this at its receipt tells of a clock that stands at its beginning."""


def moment_ms(times: Times, scale: EvidenceSettings) -> int:
    """When a photo was taken, as far as it can be known: corrected, else claimed, else received."""
    if times.true_taken_ms is not None:
        return min(times.true_taken_ms, times.received_ms)
    if times.taken_ms is not None and _is_possible(times.taken_ms, times, scale):
        return min(times.taken_ms, times.received_ms)
    return times.received_ms


def day(times: Times, scale: EvidenceSettings) -> str:
    """The date at the site when a photo was taken."""
    taken = _instant(moment_ms(times, scale))
    return taken.astimezone(zone(times.zone)).date().isoformat()


def exif_time(x: Exhibit, scale: EvidenceSettings) -> EvidenceNote | None:
    """The camera says another time than the tablet, or one that does not suit its record."""
    times, shots = x.times, _camera_ms(x.facts.taken, x.times)
    if not shots:
        return None
    claims = _known(times.taken_ms, times.true_taken_ms)
    if not claims:  # no readable clock to compare with, only the receipt
        claims = [min(times.received_ms, *shots)]
    apart_ms, shot = min((abs(shot - claim), shot) for shot in shots for claim in claims)
    if apart_ms > scale.exif_minutes * _MINUTE_MS:
        return _exif_note(x, scale, apart_ms, claimed=times.wall)
    recorded = _known(times.recorded_ms, times.true_recorded_ms)
    before_ms = min((at - shot for at in recorded), default=0)
    if before_ms > scale.walk_hours * _HOUR_MS:
        return _exif_note(x, scale, before_ms, recorded=_text(max(recorded)))
    return None


def claimed_time(x: Exhibit, scale: EvidenceSettings) -> EvidenceNote | None:
    """The claim cannot be, and no reading of the tablet's clock corrects it."""
    times = x.times
    if not times.wall or times.true_taken_ms is not None:
        return None
    if times.taken_ms is not None and _is_possible(times.taken_ms, times, scale):
        return None
    received = _text(times.received_ms)
    return note("claimed-time", scale, claimed=times.wall, received=received)


def late_claim(x: Exhibit, scale: EvidenceSettings) -> EvidenceNote | None:
    """It was heard of long after it was taken."""
    times = x.times
    taken_ms = moment_ms(times, scale)
    days, rest_ms = divmod(times.received_ms - taken_ms, _DAY_MS)
    if (days, rest_ms) <= (scale.late_days, 0):
        return None
    taken, received = _text(taken_ms), _text(times.received_ms)
    return note("late-claim", scale, taken=taken, received=received, days=str(days))


def _exif_note(x: Exhibit, scale: EvidenceSettings, apart_ms: int, **more: str) -> EvidenceNote:
    minutes = str(apart_ms // _MINUTE_MS)
    return note("exif-time", scale, exif=x.facts.taken, minutes=minutes, **more)


def _is_possible(claimed_ms: int, times: Times, scale: EvidenceSettings) -> bool:
    latest_ms = times.received_ms + scale.clock_minutes * _MINUTE_MS
    return times.received_ms - _YEAR_MS <= claimed_ms <= latest_ms


def _camera_ms(taken: str, times: Times) -> list[int]:
    """What the camera's time can mean; without an offset it is local: the tablet's or the site's.

    Empty for a time that is absent or cannot be read.
    """
    try:
        shot = datetime.fromisoformat(taken)
        if shot.tzinfo is not None:
            return [_ms(shot)]
        tablet = [] if times.offset_min is None else [timezone(timedelta(minutes=times.offset_min))]
        return [_ms(shot.replace(tzinfo=here)) for here in (*tablet, zone(times.zone))]
    except (ValueError, OverflowError):
        return []


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _known(*instants: int | None) -> list[int]:
    return [one for one in instants if one is not None]


def _text(ms: int) -> str:
    return _instant(ms).isoformat(timespec="seconds")


def _instant(ms: int) -> datetime:
    """Tablets may claim years that no calendar has."""
    return datetime.fromtimestamp(max(_FIRST_MS, min(ms, _LAST_MS)) / 1000, UTC)
