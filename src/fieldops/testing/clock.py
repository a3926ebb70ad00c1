"""A clock that stands until a test moves it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

NOON_MS = 1_795_262_400_000
"""2026-11-21T12:00:00Z, a Saturday: where a test's clock stands unless the test says otherwise."""
_DAY_S = 86_400


@dataclass
class FrozenClock:
    """The time in ms since 1970 UTC, called like the server's own clock.  It never goes back."""

    now_ms: int = NOON_MS

    def __call__(self) -> int:
        """Now, in ms since 1970 UTC."""
        return self.now_ms

    def forward(self, hours: float = 0, days: float = 0) -> None:
        """Let time go by; raises ``ValueError`` for a negative time."""
        passed_s = hours * 3600 + days * _DAY_S
        if passed_s < 0:
            raise ValueError("a clock does not go back")
        self.now_ms += int(passed_s * 1000)

    def to_noon(self, day: str) -> None:
        """Go on to 12:00 UTC of a day (2026-11-21); raises ``ValueError`` for one that is gone."""
        noon = datetime.combine(date.fromisoformat(day), time(12), UTC)
        self.forward(hours=(noon - self.moment) / timedelta(hours=1))

    @property
    def moment(self) -> datetime:
        """Now, as an aware datetime in UTC."""
        return datetime.fromtimestamp(self.now_ms / 1000, UTC)

    @property
    def rfc3339(self) -> str:
        """Now, as it travels: ``2026-11-21T12:00:00.000Z``."""
        return self.moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    @property
    def day(self) -> str:
        """The day in UTC: ``2026-11-21``."""
        return self.moment.date().isoformat()
