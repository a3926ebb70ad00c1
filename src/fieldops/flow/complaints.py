"""What the server does about complaints: sets their deadlines, reminds, escalates; each once.

    said, steps (the ledger) ─ policy, calendar of the site ─ Clock ─→ complaint.schedule
    clock ─ what is due ─→ complaint.remind, complaint.escalate

``flow.due`` asks ``when_due``; a step that is taken at a desk is timed at once.
"""

from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET
from sqlmodel import Session

from fieldops.flow import history, moments
from fieldops.flow.calendars import calendar_of
from fieldops.flow.enter import enter_server, server_op
from fieldops.flow.policies import policy_of
from fieldops.model.moment import Moment
from fieldops.model.record import State
from fieldops.rules.complaintclock import Done, Rules, clock, ms_of
from fieldops.rules.complaintdue import (
    Trigger,
    basis,
    clock_of,
    is_complaint,
    is_scheduled,
    triggers,
)
from fieldops.rules.complaintsteps import FORM_ACTOR
from fieldops.rules.complainttiers import REPEAT_DAYS, Suggestion, is_same_household, suggest
from fieldops.store import arrivals, feedback, ledger, records
from fieldops_sync.complaintpayloads import ComplaintHandle, Tier, TierSuggestion
from fieldops_sync.ids import actor_id

ACTOR = "complaints"
"""The server's actor that keeps the time of complaints."""
_DAY_MS = 24 * 3_600_000


class _Op(msgspec.Struct):
    payload: ComplaintHandle


_step = msgspec.json.Decoder(_Op).decode


def when_due(session: Session, state: State, now_ms: int) -> list[bytes]:
    """The ops that are due for a complaint now: first its clock, then what follows from that."""
    if not is_complaint(state):
        return []
    if not is_scheduled(state):
        return [schedule_op(session, state)]
    due = [one for one in triggers(state) if one.at_ms <= now_ms]
    return [_told(state, one) for one in sorted(due, key=_order)]


def schedule(session: Session, subject: UUID, now_ms: int) -> None:
    """Time a complaint at once, in the transaction of what was done about it."""
    state = records.get_one(session, subject)
    if state is not None and is_complaint(state) and not is_scheduled(state):
        enter_server(session, [schedule_op(session, state)], now_ms)


def schedule_op(session: Session, state: State) -> bytes:
    """The op that sets a complaint's clock by everything that was done so far."""
    said, steps = course(session, state)
    hint = _suggestion(session, state, said)
    by = Rules(policy_of(session, state.feed, "complaints"), calendar_of(session, state.feed), hint)
    made = clock(said, steps, by, _recorded_tier(session, state), clock_of(state))
    payload = {
        "clock": msgspec.to_builtins(made),
        "suggestion": msgspec.to_builtins(TierSuggestion(hint.tier, list(hint.rules))),
        "cause": str(basis(state)),
        **_first_contact(session, state),
    }
    at_ms = max([said.received_ms, *(one.received_ms for one in steps)])
    about = ("feedback", state.id)
    return server_op("complaint.schedule@1", about, state.feed, ACTOR, payload, at_ms=at_ms)


def course(session: Session, state: State) -> tuple[Done, list[Done]]:
    """What was said and what was done about it, in the order in which it took effect."""
    first, *named = _ops(session, state)
    known = moments.of(session, [first, *named])
    raws = ledger.raws(session, named)
    steps = [_done(known[one], _step(raws[one][0]).payload) for one in named]
    return _done(known[first], None), steps


def actors(session: Session, state: State) -> list[UUID]:
    """Who said it, and who took each step, in the order of its course."""
    ops = _ops(session, state)
    known = arrivals.of(session, ops)
    return [known[one].actor for one in ops]


def _ops(session: Session, state: State) -> list[UUID]:
    """The op that a complaint began with, and those of its steps."""
    first = history.first(session, state) or state.change
    return [first, *(UUID(one) for one in state.body.get("steps", ()))]


def _done(moment: Moment, step: ComplaintHandle | None) -> Done:
    if step is None:
        return Done("said", moment.counts_ms, moment.received_ms, error_ms=moment.error_ms)
    fields: dict[str, Any] = {
        name: value
        for name, value in msgspec.structs.asdict(step).items()
        if value is not UNSET and name != "step"
    }
    return Done(step.step, moment.counts_ms, moment.received_ms, fields)


def _first_contact(session: Session, state: State) -> dict[str, str]:
    """Whoever took it, unless somebody owns it already or nobody did."""
    first = history.first(session, state) or state.change
    actor = arrivals.of(session, [first])[first].actor
    if "owner" in state.body or actor == actor_id(FORM_ACTOR):
        return {}
    return {"owner": str(actor)}


def _recorded_tier(session: Session, state: State) -> Tier | None:
    """The tier that whoever recorded it gave it; what it is called later are steps."""
    revisions = history.load(session, state).values()
    named = [one for one in revisions if one.fields.get("tier")]
    return max(named, key=lambda one: one.number).fields["tier"] if named else None


def _suggestion(session: Session, state: State, said: Done) -> Suggestion:
    contact = state.body.get("contact") or {}
    since_ms = said.at_ms - REPEAT_DAYS * _DAY_MS
    before = [
        one
        for one in (feedback.newest(session, state.feed) if contact else ())
        if one.id != state.id
        and (told := clock_of(one)) is not None
        and since_ms <= ms_of(told.occurred) < said.at_ms
        and is_same_household(contact, one.body.get("contact") or {})
    ]
    return suggest(state.body.get("text") or "", len(before))


def _order(one: Trigger) -> tuple[int, str]:
    return one.at_ms, one.what


def _told(state: State, one: Trigger) -> bytes:
    about = ("feedback", state.id)
    if one.to == "owner":
        payload: dict[str, Any] = {"what": "follow-up", "by": one.by}
        kind = "complaint.remind@1"
    else:
        payload = {"what": one.what, "to": one.to, "by": one.by}
        kind = "complaint.escalate@1"
    return server_op(kind, about, state.feed, ACTOR, payload, at_ms=one.at_ms)
