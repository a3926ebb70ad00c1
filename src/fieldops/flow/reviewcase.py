"""One walk as it is reviewed: each item beside its standard, each photo beside an earlier one.

    inspection ─ judged (``view``) ─ sections ─ items ─ photos, as the person sees them
                                                          └ of the walk before (``reviewbefore``)

It holds whatever a page shows, so that going from photo to photo asks for pictures and no more.
"""

from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.flow import look, view
from fieldops.flow.audience import Audience
from fieldops.flow.reviewlines import Part, Parts
from fieldops.model.answertypes import Titles
from fieldops.model.problem import ProblemError, problem
from fieldops.model.record import View
from fieldops.store import people


class Reviewed(Struct, frozen=True):
    """A whole walk.  ``date`` is its day at the site, ``unqualified`` whether its walker was."""

    inspection: View
    checklist: Titles
    version: str
    date: str
    inspector: str
    score: str | None
    unqualified: bool
    photos_stored: int
    photos_announced: int
    parts: list[Part]


def gather(who: Audience, inspection: UUID) -> Reviewed:
    """The walk as this person sees it.  Raises ``ProblemError`` not-found."""
    found = look.inspection(who, inspection)
    site = found.inspection.site
    case = view.build(who.session, site, inspection, view.Shelf(who.level(site)))
    if case is None:
        raise ProblemError(problem("not-found"))
    body, checklist = found.inspection.body, case.checklist
    score: dict[str, Any] = body.get("score") or {}
    parts = Parts(who, found, case, score.get("sections") or {})
    return Reviewed(
        inspection=found.inspection,
        checklist=checklist.titles if checklist else {},
        version=checklist.version if checklist else "",
        date=case.inspection.date,
        inspector=_name(who.session, body.get("owner")),
        score=score.get("score"),
        unqualified=bool(body.get("unqualified")),
        photos_stored=found.photos_stored,
        photos_announced=found.photos_announced,
        parts=[*parts.of(checklist, case.inspection.results)],
    )


def _name(session: Session, owner: Any) -> str:
    found = people.people(session, [UUID(owner)]) if isinstance(owner, str) else {}
    return next((one.name for one in found.values()), "")
