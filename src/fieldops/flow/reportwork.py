"""What the worker hands in about scheduled reports; ``reporttake`` takes it.

Each request is one transaction, and may be sent again.
"""

from uuid import UUID

from msgspec import Struct


class ReportFacts(Struct, frozen=True, kw_only=True):
    """What the audit keeps of a report that was made; ``site`` is the one that it is of, if one."""

    month: str
    sites: int
    language: str
    format: str
    level: int
    position: int
    sha256: str
    site: UUID | None = None


class ClaimReport(Struct, frozen=True, tag="report-claim"):
    """Take the lease of a month's report in a language for so many ms, or keep it on."""

    month: str
    language: str
    lease: str
    for_ms: int


class MadeReport(Struct, frozen=True, tag="report-made"):
    """A report is made: it goes on record, and is made no more."""

    lease: str
    facts: ReportFacts


class RestReport(Struct, frozen=True, tag="report-rest", omit_defaults=True):
    """Give a report's lease back; ``why`` it failed, if it did, and how long it rests."""

    month: str
    language: str
    lease: str
    why: str = ""
    rest_ms: int = 0


class RemoveReport(Struct, frozen=True, tag="report-remove"):
    """A report was kept long enough, and lies nowhere any more."""

    month: str
    language: str
    sha256: str


ReportRequest = ClaimReport | MadeReport | RestReport | RemoveReport
"""Everything that the scheduled report hands in."""
