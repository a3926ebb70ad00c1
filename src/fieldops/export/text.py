"""Ids and instants as the text that columns hold; a run makes millions of them."""

from datetime import UTC, datetime

_MINUTE_MS = 60_000
_minutes: dict[int, str] = {}
_KEPT = 4096
_SECONDS = tuple(f"{number:02d}." for number in range(60))
_MILLISECONDS = tuple(f"{number:03d}Z" for number in range(1000))


def id_text(raw: bytes) -> str:
    """The 16 bytes of an id as ``str(UUID)`` writes them, in a third of the time."""
    h = raw.hex()
    return f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}"


def instant_text(ms: int | None) -> str | None:
    """An instant (ms since 1970) as RFC 3339 in UTC with milliseconds."""
    if ms is None:
        return None
    minute, rest = divmod(ms, _MINUTE_MS)
    begin = _minutes.get(minute)
    if begin is None:
        if len(_minutes) >= _KEPT:
            _minutes.clear()
        moment = datetime.fromtimestamp(minute * 60, UTC)
        begin = _minutes[minute] = moment.strftime("%Y-%m-%dT%H:%M:")
    return begin + _SECONDS[rest // 1000] + _MILLISECONDS[rest % 1000]


_FIRST_YEAR, _LAST_YEAR = 1900, 2999


def claimed_text(text: str | None) -> str | None:
    """A time with an offset as a clock in the field has it; None where it is not one.

    Such times are taken as they come, and columns hold only what every reader can read.
    """
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None or not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        return None
    return text if text[4] == "-" and text[10] == "T" else moment.isoformat()
