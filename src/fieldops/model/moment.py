"""When something happened, and when the server got to know of it."""

from msgspec import Struct


class Moment(Struct, frozen=True, kw_only=True):
    """Both in ms since 1970 UTC.

    ``occurred_ms`` is the corrected time, None where no clock reading places it; it may be late by
    ``error_ms`` at most, None where that is not known.  What a desk or the server writes occurs
    when it is received.
    """

    received_ms: int
    occurred_ms: int | None = None
    error_ms: int | None = None

    @property
    def counts_ms(self) -> int:
        """From when a deadline counts that runs from what happened (domain.md, rule 5)."""
        return self.received_ms if self.occurred_ms is None else self.occurred_ms

    def is_late_receipt(self, tolerance_ms: int) -> bool:
        """Whether it was received so much later than it happened that people should see it."""
        return self.received_ms - self.counts_ms > tolerance_ms
