"""Time acts: what is due becomes ops of the server, each once.

    rows that are due ─ lock their sites ─ subjects as they are ─ ``when_due`` ─ ops by the mouth

An op's id must not depend on when this ran: its payload names the step and the change that it
follows from, so that two who sweep at once write it once.
"""

from collections.abc import Callable

import structlog
from sqlmodel import Session

from fieldops.flow import complaints, findingdue
from fieldops.flow.duetimes import NEXT_DUE, renew
from fieldops.flow.enter import enter_server
from fieldops.flow.planning import when_plan_due
from fieldops.flow.rounds import when_round_due
from fieldops.model.record import State
from fieldops.store import batch, due, records

WhenDue = Callable[[Session, State, int], list[bytes]]
"""The ops that are due for a subject now; what they write moves its row on."""

WHEN_DUE: dict[str, WhenDue] = {
    "finding": findingdue.when_due,
    "plan": when_plan_due,
    "round": when_round_due,
    "feedback": complaints.when_due,
}
"""By kind of subject, as in ``duetimes``."""
MOST = 50
"""Subjects a transaction: their sites, and on SQLite all others, wait for it, 5 ms for each."""
_logger = structlog.get_logger(__name__)


def sweep(session: Session, now_ms: int) -> int:
    """Let time act on what is due; how many subjects, ``MOST`` if more may wait."""
    waiting = due.first(session, now_ms, MOST)
    batch.lock(session, sorted({row.feed for row in waiting}))
    states = records.get(session, [row.subject for row in waiting])
    for row in waiting:
        state = states.get(row.subject)
        if state is None or state.kind not in NEXT_DUE:
            due.drop(session, row.subject)
            continue
        _act(session, state, now_ms)
    return len(waiting)


def _act(session: Session, state: State, now_ms: int) -> None:
    try:
        ops = WHEN_DUE[state.kind](session, state, now_ms)
    except (ValueError, ArithmeticError):
        # What cannot be reckoned waits until it changes: all others must not wait with it.
        _logger.exception("what is due cannot be said", subject=str(state.id), kind=state.kind)
        due.drop(session, state.id)
        return
    done = enter_server(session, ops, now_ms) if ops else None
    if done is not None and done.quarantined:
        _logger.error("what was due went to quarantine", subject=str(state.id), kind=state.kind)
    if done is None or not done.fresh:
        # What took effect has moved the row on; a subject that stays would be asked for ever.
        renew(session, records.get(session, [state.id])[state.id], after_ms=now_ms)
