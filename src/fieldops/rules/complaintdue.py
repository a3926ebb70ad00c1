"""What time does to a complaint: a follow-up is due, a deadline has passed, a major one goes up.

clock ─ each deadline that is not met ─ who is told, and from when ─→ triggers
what was told already stands beside it, with the deadline that it was told for
"""

from collections.abc import Iterator
from typing import Any, Literal
from uuid import UUID, uuid5

import msgspec
from msgspec import Struct

from fieldops.model.record import State
from fieldops.rules.complaintclock import ms_of
from fieldops.rules.complainteffects import escalated
from fieldops.rules.complaintsteps import ARCHIVED, COMPLAINT_STATES
from fieldops_sync.complaintpayloads import Clock

What = Literal["major", "answer", "resolve", "follow-up"]
To = Literal["owner", "supervisor", "office"]
"""The owner is reminded, the others are told because a deadline has passed."""
_REACH = ("owner", "supervisor", "office")
_HOUR_MS = 3_600_000


class Trigger(Struct, frozen=True):
    """From ``at_ms`` on ``to`` is told of ``what``, whose time is ``by`` (RFC 3339)."""

    at_ms: int
    what: What
    to: To
    by: str


def is_complaint(state: State) -> bool:
    """Whether feedback is a complaint that stands."""
    return state.kind == "feedback" and state.state in COMPLAINT_STATES


def basis(state: State) -> UUID:
    """What a clock is made of: what was said, and the steps since."""
    named = [*map(str, state.heads), *state.body.get("steps", ())]
    return uuid5(state.id, ",".join(named))


def is_scheduled(state: State) -> bool:
    """Whether the clock on record takes everything into account."""
    return state.body.get("scheduled") == str(basis(state))


def clock_of(state: State) -> Clock | None:
    """The clock on record, if there is one yet."""
    found = state.body.get("clock")
    return None if found is None else msgspec.convert(found, Clock)


def next_due_ms(state: State) -> int | None:
    """When time acts next on a complaint (ms since 1970): at once where its clock is stale."""
    if not is_complaint(state):
        return None
    if not is_scheduled(state):
        return 0
    return min((one.at_ms for one in triggers(state)), default=None)


def triggers(state: State) -> list[Trigger]:
    """Everything that is still to be told, in no order."""
    clock = clock_of(state)
    if clock is None or state.state == ARCHIVED:
        return []
    return [one for one in _triggers(clock) if not _is_told(state.body, one)]


def _triggers(clock: Clock) -> Iterator[Trigger]:
    if clock.escalate_at is not None and clock.resolved is None:
        yield Trigger(ms_of(clock.escalate_at), "major", "office", clock.escalate_at)
    if clock.answered is None:
        yield from _overdue("answer", clock.answer_by, clock)
    if clock.resolved is None and clock.resolve_by is not None:
        yield from _overdue("resolve", clock.resolve_by, clock)
    if clock.follow_up_from is not None and clock.follow_up_by is not None:
        by = clock.follow_up_by
        yield Trigger(ms_of(clock.follow_up_from), "follow-up", "owner", by)
        yield from _overdue("follow-up", by, clock)


def _overdue(what: What, by: str, clock: Clock) -> Iterator[Trigger]:
    """What is done on the very ms of its deadline is in time."""
    yield Trigger(ms_of(by) + 1, what, "supervisor", by)
    yield Trigger(ms_of(by) + 1 + clock.office_hours * _HOUR_MS, what, "office", by)


def _is_told(body: dict[str, Any], one: Trigger) -> bool:
    told = body.get("reminded" if one.to == "owner" else escalated(one.what))
    if not told or told["by"] != one.by:
        return False
    return _REACH.index(told.get("to", "owner")) >= _REACH.index(one.to)
