"""By which hours and calendar the deadlines of a site's findings are reckoned."""

from uuid import UUID

from sqlmodel import Session

from fieldops.flow.calendars import calendar_of
from fieldops.flow.policies import policy_of
from fieldops.rules.deadlines import Terms


def terms_of(session: Session, site: UUID) -> Terms:
    """As they stand now."""
    return Terms(policy_of(session, site, "findings"), calendar_of(session, site))
