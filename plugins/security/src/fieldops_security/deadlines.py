"""How fast security is to be put right (company standard SE-17): lives first, then locks."""

from fieldops import Finding, SiteView, deadline_after, deadline_next_day

HOURS = {
    "control-room-unattended": 1,
    "entrance-unguarded": 1,
    "post-short": 1,
    "fire-lane-impassable": 2,
    "escape-compromised": 2,
    "master-key-missing": 4,
    "cameras-blind": 4,
    "place-unwatched": 8,
    "fire-lane-again": 24,
}
"""By rule, whatever the severity."""
SEVERITY_HOURS = {"critical": 12, "major": 24}
NEXT_DAY_HOUR = 12
"""Minor findings: before noon of the next day, when both shifts have met."""


def deadline(finding: Finding, site: SiteView) -> str:
    """RFC 3339 with the offset of the site's time zone."""
    hours = HOURS.get(finding.draft.rule, SEVERITY_HOURS.get(finding.draft.severity))
    if hours is None:
        return deadline_next_day(NEXT_DAY_HOUR, finding.raised_at, site.timezone)
    return deadline_after(hours, finding.raised_at, site.timezone)
