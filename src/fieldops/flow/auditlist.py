"""The audit as pages: who did what, the newest first."""

from typing import Annotated

from msgspec import Meta
from sqlmodel import Session

from fieldops.flow.paging import Ask, Page, after, cut
from fieldops.store import audit

_No = Annotated[int, Meta(ge=1, lt=audit.END)]


def page(session: Session, action: str, ask: Ask) -> Page[audit.Entry]:
    """So many rows; ``action`` narrows to a prefix.  Raises ``ProblemError`` validation."""
    place = after(ask, _No)
    before = audit.END if place is None else place
    found = audit.page(session, action, before, ask.limit + 1)
    return cut(ask, found, lambda row: row[0], lambda row: row[1])
