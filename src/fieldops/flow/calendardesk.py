"""Calendars at the desk: shown as a site works by them, changed as ops."""

from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.flow import edits, look
from fieldops.flow.audience import Audience
from fieldops.flow.calendars import calendar_of
from fieldops.flow.edits import Edited
from fieldops.flow.enter import desk_op
from fieldops.model.access import Person
from fieldops.model.calendar import WEEKDAYS, Span
from fieldops.model.problem import ProblemError, problem
from fieldops.store import audit, batch, meta, records
from fieldops_sync.ids import calendar_id


class CalendarView(Struct, frozen=True):
    """What counts as working time: hours by weekday on the site's clock, days off, days made up.

    ``revision`` counts the changes of the calendar that was asked for itself (0: none).
    """

    feed: UUID
    revision: int
    timezone: str
    hours: dict[str, list[str]]
    holidays: list[str]
    workdays: list[str]


def view(who: Audience, site: UUID | None) -> CalendarView:
    """The calendar of a site, or of the organisation.  Raises ``ProblemError`` not-found."""
    if site is not None and site not in look.my_sites(who):
        raise ProblemError(problem("not-found"))
    feed = meta.organisation(who.session) if site is None else site
    own = records.get_one(who.session, calendar_id(feed))
    known = calendar_of(who.session, feed)
    return CalendarView(
        feed=feed,
        revision=own.revision if own is not None else 0,
        timezone=known.timezone,
        hours={day: [span_text(span) for span in known.hours.get(day, ())] for day in WEEKDAYS},
        holidays=sorted(map(str, known.holidays)),
        workdays=sorted(map(str, known.workdays)),
    )


def span_text(span: Span) -> str:
    """Minutes from midnight as ``09:00-18:00``."""
    return "-".join(f"{minute // 60:02}:{minute % 60:02}" for minute in span)


def change(
    session: Session,
    who: Person,
    site: UUID | None,
    told: dict[str, Any],
    if_match: str | None,
    now_ms: int,
) -> Edited:
    """Change a calendar, or make it.  If-Match is demanded once it is there.

    Raises ``ProblemError`` as ``flow.edits.edit``.
    """
    if site is not None:
        look.visible(session, who, site, now_ms)
    feed = meta.organisation(session) if site is None else site
    batch.lock(session, [feed])
    subject = calendar_id(feed)
    before = records.get_one(session, subject)
    if before is not None:
        edits.check_match(before.revision, if_match, demanded=True)
    base = () if before is None else before.heads
    named = ("calendar", subject)
    op = desk_op("calendar.set@1", named, feed, who.id, told, now_ms, base)
    done = edits.enter(session, who, op, subject, now_ms)
    detail = {"feed": str(feed), "set": sorted(told)}
    audit.add(session, audit.Entry("calendar.set", now_ms, who.id, subject=subject, detail=detail))
    return done
