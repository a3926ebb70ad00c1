"""What time does to a finding: the server's own ops, each once however often they are made.

deadline wanted ─ by severity, on the site's calendar ─→ finding.schedule
the place was found wrong before ─→ finding.link          deadline passed ─→ finding.escalate
the report came late, the work was in time ─→ finding.relieve
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlmodel import Session

from fieldops.flow import findingtimes
from fieldops.flow.clock import wall_ms
from fieldops.flow.enter import enter_server, server_op
from fieldops.flow.findingrows import repeat
from fieldops.flow.terms import terms_of
from fieldops.model.record import State
from fieldops.rules.deadlines import rfc3339
from fieldops.rules.workingtime import due_after, working_time
from fieldops.store import arrivals, records

ACTOR = "clock"
"""Who writes what time does."""
_HOUR = Decimal(3600)


def when_due(session: Session, state: State, now_ms: int) -> list[bytes]:
    """The ops that are due for a finding now."""
    ops = []
    deadline = ""
    wanted = findingtimes.wanted(state)
    if wanted is not None and findingtimes.is_wanted(state):
        deadline = _deadline(session, state, wanted)
        ops.append(_op(state, "schedule", {"deadline": deadline, **wanted}))
    if findingtimes.is_relinked(session, state):
        ops.append(_link(session, state))
    ops += [
        _op(state, "relieve", {"deadline": late.deadline, "cause": str(late.op)})
        for late in findingtimes.to_relieve(session, state)
    ]
    for step in findingtimes.steps(session, state, deadline):
        if step.at_ms <= now_ms:
            told = {"step": step.step, "deadline": step.deadline}
            ops.append(_op(state, "escalate", told, step.at_ms))
    return ops


def schedule(session: Session, subject: UUID, now_ms: int) -> None:
    """Set a deadline that is wanted at once, in the transaction of what made it wanted."""
    state = records.get_one(session, subject)
    if state is None or state.kind != "finding" or not findingtimes.is_wanted(state):
        return
    wanted = findingtimes.wanted(state)
    assert wanted is not None, "it is wanted"
    payload = {"deadline": _deadline(session, state, wanted), **wanted}
    enter_server(session, [_op(state, "schedule", payload)], now_ms)


def _link(session: Session, state: State) -> bytes:
    before, count = repeat(session, state)
    said = {"repeat_of": str(before) if before else None, "count": count}
    return _op(state, "link", {**said, "cause": str(state.change)})


def _deadline(session: Session, state: State, wanted: dict[str, str]) -> str:
    """The deadline that is wanted: RFC 3339 in UTC."""
    terms = terms_of(session, state.feed)
    calendar, hours = terms.calendar, Decimal(terms.policy.hours(state.body["severity"]))
    begins = _received(session, wanted["cause"])
    old_ms = wall_ms(state.body.get("deadline") or "")
    if wanted["why"] == "resumed" and old_ms is not None:
        stopped = _received(session, _stop(state, wanted["cause"]))
        old = datetime.fromtimestamp(old_ms / 1000, UTC)
        if old <= stopped:
            return str(state.body["deadline"])
        hours = _hours(working_time(stopped, old, calendar))
    due = due_after(begins, hours, calendar)
    assert due is not None, "nothing is paused"
    return rfc3339(due)


def _stop(state: State, cause: str) -> str:
    """The op that stopped the clock until ``cause``: a pause, or an appeal that was dismissed."""
    body = state.body
    resumed = (body.get("resumptions") or [{"op": ""}])[-1]["op"]
    stopped: list[dict[str, Any]] = body["pauses" if cause == resumed else "appeals"]
    return str(stopped[-1]["op"])


def _received(session: Session, op: str) -> datetime:
    """When the server heard of it: nobody can begin before (late receipt is nobody's overdue)."""
    received_ms = arrivals.of(session, [UUID(op)])[UUID(op)].received_ms
    return datetime.fromtimestamp(received_ms / 1000, UTC)


def _hours(span: timedelta) -> Decimal:
    return Decimal(span // timedelta(milliseconds=1)) / 1000 / _HOUR


def _op(state: State, step: str, payload: dict[str, Any], at_ms: int = 0) -> bytes:
    subject = ("finding", state.id)
    return server_op(f"finding.{step}@1", subject, state.feed, ACTOR, payload, at_ms=at_ms)
