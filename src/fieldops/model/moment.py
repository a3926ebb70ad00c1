"""When something happened, and when the server got to know of it."""

from msgspec import Struct


def over_ms(at_ms: int, due_ms: int, error_ms: int | None) -> int:
    """How long after a deadline something was done for certain, in ms; up to 0 it may be in time.

    ``at_ms`` may be late by ``error_ms``, and the doubt is that of who did it.  Where the bound is
    not known, the time stands as it is.
    """
    return at_ms - (error_ms or 0) - due_ms


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

    def over_ms(self, due_ms: int) -> int:
        """How long after a deadline it happened for certain, in ms; up to 0 it may be in time."""
        return over_ms(self.counts_ms, due_ms, self.error_ms)

    def is_late_receipt(self, tolerance_ms: int) -> bool:
        """Whether it was received so much later than it happened that people should see it."""
        return self.received_ms - self.counts_ms > tolerance_ms
