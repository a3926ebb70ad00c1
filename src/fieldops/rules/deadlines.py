"""Deadlines of findings where nobody sets another one."""

from datetime import UTC, datetime, timedelta

from fieldops.model.checklist import Severity

DEADLINE_HOURS: dict[Severity, int] = {"minor": 72, "major": 48, "critical": 24}
"""Hours to rectify: those of the three tiers of complaints (domain.md, rule 5)."""


def default_deadline(severity: Severity, raised_at: str) -> str:
    """RFC 3339 in UTC, counted from ``raised_at`` (RFC 3339); raises ``ValueError`` for no time."""
    raised = datetime.fromisoformat(raised_at)
    return rfc3339(raised + timedelta(hours=DEADLINE_HOURS[severity]))


def rfc3339(moment: datetime) -> str:
    """An instant in UTC, to the second, as the wire writes it."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
