"""What came of a round: from its walks to done, done late or missed, with the figures.

    opens ───── due ───────────────── closes ── missed_at
      └ begun no earlier: else too early  └ submitted no later: else done late

What counts is when it happened: a walk that was made on time and came late is done on time.  A
walk ended up to ``error_ms`` earlier than its clock says, and the doubt is the walker's.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from fieldops.model.moment import over_ms
from fieldops.model.record import State
from fieldops.model.round import OPEN, Plan, Round, plan_of, round_of
from fieldops.rules.deadlines import rfc3339
from fieldops_sync.roundpayloads import RoundPlan, RoundSettle, RoundWalk

UNFINISHED_HOURS = 24
"""A round that was begun is not missed before so many hours after its close."""
_MINUTE = timedelta(minutes=1)


def round_id(plan: UUID, due: datetime) -> UUID:
    """The id of what is due at an instant by a plan: the same one whoever makes it."""
    return uuid5(plan, rfc3339(due))


def planned(plan_id: UUID, plan: Plan, due: datetime) -> RoundPlan:
    """The round that is due at an instant."""
    closes = due + _MINUTE * plan.late_minutes
    return RoundPlan(
        plan=plan_id,
        due=rfc3339(due),
        opens=rfc3339(due - _MINUTE * plan.early_minutes),
        closes=rfc3339(closes),
        missed_at=rfc3339(closes + _MINUTE * plan.wait_minutes),
        checklists=plan.checklists,
        severity=plan.severity,
        title=plan.title,
        area=plan.area,
        people=plan.people,
        team=plan.team,
        post=plan.post,
    )


def next_plan_ms(state: State) -> int | None:
    """When the rounds of a plan are to be looked at next, in ms since 1970; None for never."""
    plan = plan_of(state.body)
    if plan is None:
        return None
    if plan.through is None:
        return 0
    return None if plan.again is None else _epoch_ms(plan.again)


def next_round_ms(state: State) -> int | None:
    """When a round is missed unless something comes, in ms since 1970; None for never."""
    if state.state not in OPEN:
        return None
    moment = missed_at(state.state, round_of(state.body))
    return None if moment is None else _epoch_ms(moment)


def missed_at(stands: str, round_: Round) -> datetime | None:
    """When a round that stands so is missed unless something comes; None for never."""
    if stands == "planned":
        return round_.missed_at
    if stands == "under-way":
        return max(round_.missed_at, round_.closes + timedelta(hours=UNFINISHED_HOURS))
    return None


def settled(stands: str, round_: Round, walks: Mapping[str, RoundWalk]) -> RoundSettle:
    """Where a round stands by its walks, given by the id of their inspections.

    Walks with other checklists are kept and do not count.  A round that was missed stays missed
    until it is walked.
    """
    counted = [one for one in walks.values() if one.checklist in round_.checklists]
    chosen = [_first_done(key, walks) for key in round_.checklists]
    done = [one for one in chosen if one is not None]
    if counted and len(done) == len(chosen):
        return _finished(round_, dict(walks), done)
    if counted:
        begun = min(one.begun for one in counted)
        return RoundSettle("under-way", dict(walks), begun, offset_minutes=_offset(round_, begun))
    return RoundSettle("missed" if stands == "missed" else "planned", dict(walks))


def _first_done(checklist: str, walks: Mapping[str, RoundWalk]) -> RoundWalk | None:
    """The walk with a checklist that was submitted first."""
    done = [one for one in walks.values() if one.checklist == checklist and one.ended]
    return min(done, key=lambda one: (one.ended, one.begun), default=None)


def _finished(round_: Round, walks: dict[str, RoundWalk], done: list[RoundWalk]) -> RoundSettle:
    begun, ended = min(one.begun for one in done), max(str(one.ended) for one in done)
    late_ms = max(over_ms(_ms(one.ended, round_.closes), 0, one.error_ms) for one in done)
    early_ms = _ms(begun, round_.opens)
    received_ms = max(_ms(one.received or one.ended, round_.closes) for one in done)
    is_late = late_ms > 0
    return RoundSettle(
        outcome="done-late" if is_late else "done",
        walks=walks,
        begun=begun,
        ended=ended,
        offset_minutes=_offset(round_, begun),
        over_minutes=-(-_ms(ended, round_.closes) // 60_000) if is_late else 0,
        duration_minutes=_ms(ended, datetime.fromisoformat(begun)) // 60_000,
        late_receipt=not is_late and received_ms > 0,
        too_early=early_ms < 0,
    )


def _offset(round_: Round, begun: str) -> int:
    """Whole minutes from due to begun; a minute that has begun late does not count yet."""
    return _ms(begun, round_.due) // 60_000


def _epoch_ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _ms(instant: str | None, since: datetime) -> int:
    return (datetime.fromisoformat(str(instant)) - since) // timedelta(milliseconds=1)
