"""Deadlines of findings: where nobody sets another one, and the two ways in which plugins set them.

Every ``raised_at`` is RFC 3339; a text that is none raises ``ValueError``.
"""

from datetime import UTC, datetime, time, timedelta

from msgspec import Struct

from fieldops.model.calendar import AROUND_THE_CLOCK, Calendar
from fieldops.model.checklist import Severity
from fieldops.rules.policies import FindingPolicy
from fieldops.rules.workingtime import due_after
from fieldops.rules.zones import zone


class Terms(Struct, frozen=True):
    """What a site's deadlines are reckoned by: hours by severity, in working time."""

    policy: FindingPolicy = FindingPolicy()
    calendar: Calendar = AROUND_THE_CLOCK


DEFAULTS = Terms()
"""Those of domain.md, around the clock."""


def default_deadline(severity: Severity, raised_at: str, terms: Terms = DEFAULTS) -> str:
    """RFC 3339 in UTC: the hours of ``severity``, counted from ``raised_at`` in working time."""
    raised = datetime.fromisoformat(raised_at)
    due = due_after(raised, terms.policy.hours(severity), terms.calendar)
    assert due is not None, "nothing is paused"
    return rfc3339(due)


def deadline_after(hours: int, raised_at: str, timezone: str) -> str:
    """``hours`` after ``raised_at``, RFC 3339 with the offset of the site's time zone.

    ``timezone`` is an IANA name; UTC stands in for one that is empty or unknown.
    """
    due = datetime.fromisoformat(raised_at) + timedelta(hours=hours)
    return due.astimezone(zone(timezone)).isoformat(timespec="seconds")


def deadline_next_day(hour: int, raised_at: str, timezone: str) -> str:
    """The full ``hour`` (0 to 23) of the site's day after ``raised_at``, otherwise as above."""
    here = zone(timezone)
    day = datetime.fromisoformat(raised_at).astimezone(here).date() + timedelta(days=1)
    return datetime.combine(day, time(hour), here).isoformat(timespec="seconds")


def rfc3339(moment: datetime) -> str:
    """An instant in UTC, to the second, as the wire writes it."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
