"""The calendar that a site works by: its own, for the rest the organisation's.

calendar.set ─ a record of the site, one of the organisation ─→ Calendar on the site's clock
"""

from typing import Any
from uuid import UUID

from sqlmodel import Session

from fieldops.flow.setup import put
from fieldops.model.calendar import Calendar
from fieldops.rules.calendars import calendar_from
from fieldops.store import audit, meta, records
from fieldops_sync.ids import calendar_id


def calendar_of(session: Session, site: UUID) -> Calendar:
    """What counts as working time at a site, now."""
    own, every = calendar_id(site), calendar_id(meta.organisation(session))
    known = records.get(session, [own, every, site])
    bodies = [known[one].body for one in (own, every) if one in known]
    timezone = known[site].body.get("timezone") if site in known else None
    return calendar_from(bodies, timezone or "")


def set_calendar(
    session: Session, feed: UUID, fields: dict[str, Any], actor: UUID, now_ms: int
) -> None:
    """Change the calendar of a site or, with its id as ``feed``, of the organisation.

    ``fields`` as in ``CalendarSet``.  Raises ``ProblemError`` validation.
    """
    subject = ("calendar", calendar_id(feed))
    put(session, "calendar.set@1", subject, feed, fields, actor, now_ms)
    detail = {"feed": str(feed), "set": sorted(fields)}
    audit.add(
        session, audit.Entry("calendar.set", now_ms, actor, subject=subject[1], detail=detail)
    )
