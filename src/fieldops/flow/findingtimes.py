"""When time acts on a finding, and whether what was done about it was in time.

a deadline is wanted, a repeat is told anew, a report came late   → at once
a deadline runs: the next step of escalation                     → so many hours after it
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.flow import moments
from fieldops.flow.clock import wall_ms
from fieldops.flow.findingrows import repeat
from fieldops.flow.policies import policy_of
from fieldops.model.moment import Moment
from fieldops.model.record import State
from fieldops.rules.findingsteps import DUE

_HOUR_MS = 3_600_000
AT_ONCE = 0


class Done(Struct, frozen=True):
    """A rectification: when it was done, and when the server heard of it.

    It was in time where it may have been done by ``deadline_ms``, as far as its device's clock
    tells, whenever it was received; without a deadline it was.
    """

    op: UUID
    deadline_ms: int | None
    deadline: str | None
    moment: Moment

    @property
    def occurred_ms(self) -> int:
        """When it was done, in ms since 1970 UTC."""
        return self.moment.counts_ms

    @property
    def received_ms(self) -> int:
        """When the server heard of it."""
        return self.moment.received_ms

    @property
    def in_time(self) -> bool:
        """Whether it was done by its deadline."""
        return self.deadline_ms is None or self.moment.over_ms(self.deadline_ms) <= 0

    @property
    def late_receipt(self) -> bool:
        """In time, and received when the deadline had passed: nobody's overdue."""
        return self.in_time and self.deadline_ms is not None and self.received_ms > self.deadline_ms


class Step(Struct, frozen=True):
    """One escalation that is due for a deadline at ``at_ms``."""

    step: str
    deadline: str
    at_ms: int


def next_due(session: Session, state: State) -> int | None:
    """When time acts next on a finding, in ms since 1970 UTC; None for never, as it stands."""
    if state.state == "voided":
        return None
    if is_wanted(state) or is_relinked(session, state) or any(to_relieve(session, state)):
        return AT_ONCE
    return min((step.at_ms for step in steps(session, state)), default=None)


def is_wanted(state: State) -> bool:
    """Whether a deadline is to be set."""
    return wanted(state) is not None and state.state in DUE


def wanted(state: State) -> dict[str, str] | None:
    """From which op a deadline is to run, and why: one that has none gets one from its raising."""
    said: dict[str, str] | None = state.body.get("deadline_wanted")
    if said is None and not state.body.get("deadline"):
        return {"why": "raised", "cause": str(state.heads[0])}
    return said


def is_relinked(session: Session, state: State) -> bool:
    """Whether what the finding says of its repeats is not so (any more)."""
    before, count = repeat(session, state)
    said = state.body.get("repeat_of"), state.body.get("repeats") or 1
    return said != (str(before) if before else None, count)


def steps(session: Session, state: State, deadline: str = "") -> Iterator[Step]:
    """The steps of escalation that are still to come, by the deadline that stands or a new one."""
    deadline = deadline or state.body.get("deadline") or ""
    due_ms = wall_ms(deadline)
    if due_ms is None or state.state not in DUE:
        return
    made = {one["step"] for one in _of(state, "escalations") if one["deadline"] == deadline}
    for step, hours in policy_of(session, state.feed, "findings").steps():
        if step not in made:
            yield Step(step, deadline, due_ms + hours * _HOUR_MS)


def to_relieve(session: Session, state: State) -> Iterator[Done]:
    """The reports that came late though the work was in time, where somebody was told of it."""
    told = {one["deadline"] for one in _of(state, "escalations")}
    told -= {one["deadline"] for one in _of(state, "relieved")}
    if told:
        for one in rectifications(session, state):
            if one.deadline in told and one.in_time:
                told.discard(one.deadline)
                yield one


def rectifications(session: Session, state: State) -> list[Done]:
    """What was done about a finding, oldest first."""
    entries = _of(state, "rectifications")
    known = moments.of(session, [UUID(one["op"]) for one in entries])
    return [_done(one, known[UUID(one["op"])]) for one in entries]


def _done(entry: dict[str, Any], moment: Moment) -> Done:
    deadline = entry.get("deadline")
    return Done(
        op=UUID(entry["op"]),
        deadline_ms=wall_ms(deadline or ""),
        deadline=deadline,
        moment=moment,
    )


def _of(state: State, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = state.body.get(name) or []
    return found
