"""By when the domain's findings must be put right."""

from fieldops import Finding, SiteView, deadline_after, hookimpl

HOURS = {
    "gas-uncontrolled": 1,
    "lift-traps": 2,
    "left-in-use": 2,
    "fire-water-lost": 2,
    "fire-alarm-lost": 2,
    "room-unsafe": 2,
    "certificate-expired.lift": 4,
    "certificate-expired.boiler": 4,
    "certificate-expired.pressure_vessel": 4,
    "certificate-expired": 24,
    "certificate-missing": 72,
    "certificate-due": 7 * 24,
    "date-due-soon": 7 * 24,
    "recurring-failure": 5 * 24,
    "maintenance-backlog": 5 * 24,
    "meter-balance": 5 * 24,
}
"""Hours by rule; without one of its own, a rule ``a.b`` has that of ``a``.  The company's standard:
what endangers people within the shift, what is against the law the same day, papers in a week."""
CRITICAL_READING_HOURS = 2
"""A reading beyond its limits on an asset whose item is critical."""
LAST_DAY_HOURS = 4
"""What runs out today."""


@hookimpl
def set_deadline(finding: Finding, site: SiteView) -> str | None:
    """RFC 3339 with the offset of the site; None leaves it to the default by severity."""
    hours = _hours(finding)
    return None if hours is None else deadline_after(hours, finding.raised_at, site.timezone)


def _hours(finding: Finding) -> int | None:
    """By the rule; what runs out is due before it does."""
    rule, evidence = finding.draft.rule, finding.draft.evidence
    if rule == "beyond-rated" and finding.draft.severity == "critical":
        return CRITICAL_READING_HOURS
    hours = HOURS.get(rule, HOURS.get(rule.partition(".")[0]))
    if hours is None or "days_left" not in evidence:
        return hours
    return min(hours, max(24 * int(evidence["days_left"]), LAST_DAY_HOURS))
