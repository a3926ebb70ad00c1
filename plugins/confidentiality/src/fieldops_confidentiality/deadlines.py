"""By when the domain's findings must be put right."""

from fieldops import Finding, SiteView, deadline_after, hookimpl

HOURS = {
    "l3-exposure": 4,
    "access-uncontrolled": 4,
    "photo.not-wanted": 4,
    "photo.personal-in-caption": 4,
    "personal-in-text": 4,
    "leavers-linger": 8,
    "room-exposed": 24,
    "exposed-again": 24,
    "papers-unshredded": 24,
    "agreement-expired": 5 * 24,
    "agreement-missing": 5 * 24,
    "agreement-due": 14 * 24,
    "access-review-overdue": 5 * 24,
    "access-review-due": 14 * 24,
    "backup-unproven": 72,
    "drill-overdue": 72,
    "drill-failed": 72,
    "leak-drill-overdue": 14 * 24,
}
"""Hours by rule, the company's standard: what lies open within the shift, papers within a day, what
must be signed within a working week, what must be drilled within days."""


@hookimpl
def set_deadline(finding: Finding, site: SiteView) -> str | None:
    """RFC 3339 with the offset of the site; None leaves it to the default by severity."""
    hours = HOURS.get(finding.draft.rule)
    return None if hours is None else deadline_after(hours, finding.raised_at, site.timezone)
