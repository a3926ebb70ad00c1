"""The writing side of reports: what is on record of each, and who makes the scheduled ones.

A month's report in a language is made once: its audit line and its row are one transaction.
"""

from uuid import UUID

import msgspec
from sqlmodel import Session

from fieldops.flow.reportwork import (
    ClaimReport,
    MadeReport,
    RemoveReport,
    ReportFacts,
    ReportRequest,
)
from fieldops.store import audit, reports
from fieldops_sync.ids import actor_id

MADE = "report.make"
"""What the audit calls it."""
REMOVED = "report.remove"
ACTOR = "report"
"""Who makes the scheduled ones: the server's own actor."""


def take(session: Session, request: ReportRequest, now_ms: int) -> bool:
    """Do what was handed in, inside the caller's transaction; False if it came too late."""
    if isinstance(request, ClaimReport):
        named = request.month, request.language, request.lease
        return reports.claim(session, *named, now_ms, now_ms + request.for_ms)
    if isinstance(request, MadeReport):
        return _made(session, request, now_ms)
    if isinstance(request, RemoveReport):
        return _remove(session, request, now_ms)
    named = request.month, request.language, request.lease
    return reports.rest(session, *named, request.why, now_ms, now_ms + request.rest_ms)


def _made(session: Session, request: MadeReport, now_ms: int) -> bool:
    facts = request.facts
    named = facts.month, facts.language, request.lease
    if not reports.finish(session, *named, facts.sha256, now_ms):
        return _is_mine(session, request)
    note(session, actor_id(ACTOR), facts, now_ms)
    return True


def _remove(session: Session, request: RemoveReport, now_ms: int) -> bool:
    """What is removed is named in the audit: month, language, and the hash that it had."""
    named = request.month, request.language, request.sha256
    if not reports.remove(session, *named, now_ms):
        return False
    detail = msgspec.structs.asdict(request)
    audit.add(session, audit.Entry(REMOVED, now_ms, actor=actor_id(ACTOR), detail=detail))
    return True


def _is_mine(session: Session, request: MadeReport) -> bool:
    """Whether it was made by this lease before: the answer was lost."""
    facts = request.facts
    found = reports.of_month(session, facts.month).get(facts.language)
    return (
        found is not None
        and found.is_made
        and (found.lease, found.sha256) == (request.lease, facts.sha256)
    )


def note(session: Session, who: UUID, facts: ReportFacts, now_ms: int) -> None:
    """Leave the audit line of a report: it is an export, above L1 one that a grant allowed."""
    detail = msgspec.structs.asdict(facts)
    site = detail.pop("site")
    audit.add(session, audit.Entry(MADE, now_ms, actor=who, subject=site, detail=detail))
