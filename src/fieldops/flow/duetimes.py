"""When time acts next on what a batch has changed, written with the change itself.

changed state ─ its kind's ``next_due`` ─→ a row, or none any more
"""

from collections.abc import Callable, Iterable
from uuid import UUID

from sqlmodel import Session

from fieldops.flow import findingtimes
from fieldops.model.record import State
from fieldops.rules.complaintdue import next_due_ms
from fieldops.rules.rounds import next_plan_ms, next_round_ms
from fieldops.store import batch, due, meta, records
from fieldops.store.due import DueRow

NextDue = Callable[[Session, State], int | None]
"""When time acts next on a subject, in ms since 1970 UTC; None for never, as it stands."""

NEXT_DUE: dict[str, NextDue] = {
    "finding": findingtimes.next_due,
    "plan": lambda _session, state: next_plan_ms(state),
    "round": lambda _session, state: next_round_ms(state),
    "feedback": lambda _session, state: next_due_ms(state),
}
"""By kind of subject; time acts on no other."""
_RECKONED_BY = frozenset({"calendar", "policy"})
"""Kinds that deadlines are reckoned by: when one changes, every row of its feed is looked at."""


def settle(session: Session, changed: Iterable[State]) -> None:
    """Bring the rows to what the subjects say now."""
    for state in changed:
        if state.kind in NEXT_DUE:
            renew(session, state, after_ms=None)
        elif state.kind in _RECKONED_BY:
            _wake(session, state.feed)


def _wake(session: Session, feed: UUID) -> None:
    """Have every subject of a feed looked at, or of all sites where it is the organisation's."""
    if feed != meta.organisation(session):
        due.wake(session, feed)
        return
    # Who writes at a site now has reckoned by what was before: that row must be seen here.
    batch.lock(session, sorted(records.site_ids(session)))
    due.wake(session, None)


def renew(session: Session, state: State, after_ms: int | None) -> None:
    """Write a subject's row anew; with ``after_ms`` nothing that was due by then is asked again."""
    at_ms = NEXT_DUE[state.kind](session, state)
    if at_ms is None or (after_ms is not None and at_ms <= after_ms):
        due.drop(session, state.id)
    else:
        due.put(session, DueRow(state.id, state.kind, state.feed, at_ms))
