"""Which moments a run is about: the days of a backfill, and since when something new is late."""

from datetime import date, datetime, time, timedelta

from msgspec import Struct
from sqlmodel import Session

from fieldops.export.wanted import Wanted
from fieldops.rules.zones import zone
from fieldops.store import exportread

_NEVER_MS = 2**62


class Days(Struct, frozen=True):
    """Instants (ms): a backfill takes what began from ``from_ms`` on and before ``to_ms``.

    What is new in the log and occurred before ``late_ms`` is late.
    """

    late_ms: int = 0
    from_ms: int = 0
    to_ms: int = _NEVER_MS

    def hold(self, at_ms: int) -> bool:
        """Whether an instant is within."""
        return self.from_ms <= at_ms < self.to_ms


def days_of(session: Session, wanted: Wanted, timezone: str) -> Days:
    """The moments of a run, by days in the company's time zone."""
    if wanted.kind == "incremental" and wanted.after:
        last = datetime.fromtimestamp(
            exportread.received_ms(session, wanted.after) / 1000, zone(timezone)
        )
        return Days(late_ms=_begin_ms(last.date(), timezone))
    if wanted.kind == "backfill":
        first, last_day = wanted.from_day or date.min, wanted.to_day or date.max
        is_open = last_day == date.max  # No day is behind it.
        return Days(
            from_ms=_begin_ms(first, timezone),
            to_ms=_NEVER_MS if is_open else _begin_ms(last_day + timedelta(days=1), timezone),
        )
    return Days()


def _begin_ms(day: date, timezone: str) -> int:
    """The first instant of a day."""
    return int(datetime.combine(day, time(), zone(timezone)).timestamp() * 1000)
