"""What a desk writes is timed at once: its deadlines stand in the answer.

    op from a desk ─ applied ─→ its finding's or complaint's deadlines, in the same transaction

What comes from tablets is timed by the next sweep (``flow.due``): thousands of them come at once.
"""

from collections.abc import Callable, Iterable, Mapping
from uuid import UUID

from sqlmodel import Session

from fieldops.flow import complaints, findingdue
from fieldops.model.change import Change

_TIMED: Mapping[str, Callable[[Session, UUID, int], None]] = {
    "finding": findingdue.schedule,
    "feedback": complaints.schedule,
}


def time(session: Session, changes: Iterable[Change], now_ms: int) -> None:
    """Set the deadlines that what was changed wants now."""
    subjects = {change.subject: change.kind for change in changes if change.kind in _TIMED}
    for subject, kind in subjects.items():
        _TIMED[kind](session, subject, now_ms)
