"""How fast cleaning is to be put right (company standard CL-16): danger in hours, dirt tomorrow."""

from fieldops import Finding, SiteView, deadline_after, deadline_next_day

HOURS = {
    "slip-hazard": 1,
    "agents-mixed": 1,
    "spray-unsafe": 2,
    "toilet-unusable": 4,
    "rats-fed": 24,
}
"""By rule: what may hurt somebody does not wait for the next shift."""
SEVERITY_HOURS = {"critical": 4, "major": 24}
NEXT_DAY_HOUR = 18
"""Minor findings: by the end of the next day's work at the site."""


def deadline(finding: Finding, site: SiteView) -> str:
    """RFC 3339 with the offset of the site's time zone."""
    hours = HOURS.get(finding.draft.rule, SEVERITY_HOURS.get(finding.draft.severity))
    if hours is None:
        return deadline_next_day(NEXT_DAY_HOUR, finding.raised_at, site.timezone)
    return deadline_after(hours, finding.raised_at, site.timezone)
