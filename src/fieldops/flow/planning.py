"""Rounds are made of plans, some days ahead, and taken back where the plan has changed.

    plan that is due ─ occurrences from now on ─┬─ not there, or otherwise → round.plan
                                                └─ there, not wanted       → round.withdraw
                                                plan.extend: done up to this day, again then

What is due already is never touched: a round of the past stays what it was.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlmodel import Session

from fieldops.flow.calendars import calendar_of
from fieldops.flow.enter import server_op
from fieldops.flow.policies import policy_of
from fieldops.model.record import State
from fieldops.model.round import Plan, plan_of
from fieldops.rules.deadlines import rfc3339
from fieldops.rules.policies import AHEAD_DAYS_MAX
from fieldops.rules.recurrence import Schedule, draw_key, occurrences
from fieldops.rules.rounds import planned, round_id
from fieldops.rules.workingtime import is_workday
from fieldops.rules.zones import zone
from fieldops.store import meta, records
from fieldops_sync.ids import actor_id
from fieldops_sync.roundpayloads import PlanExtend, RoundPlan, RoundWithdraw

ACTOR = "rounds"
"""Who plans, settles and misses rounds, and marks walks."""
_DAY = timedelta(days=1)


def when_plan_due(session: Session, state: State, now_ms: int) -> list[bytes]:
    """The ops that bring a plan's rounds up to date, from now on and some days ahead."""
    plan = plan_of(state.body)
    if plan is None:
        return []
    schedule = schedule_of(session, state, plan)
    now = datetime.fromtimestamp(now_ms / 1000, UTC)
    today = now.astimezone(schedule.zone).date()
    through = today + _DAY * policy_of(session, state.feed, "rounds").ahead_days
    wanted = {} if plan.ended else _wanted(state.id, plan, schedule, now, through)
    ops = [*_plan(session, state, wanted), *_withdraw(session, state, wanted, now)]
    extend = PlanExtend(str(through), state.change, _again(plan, schedule, today))
    if extend.again != state.body.get("again") or str(plan.through) != extend.through:
        ops.append(_op("plan.extend@1", state, ("plan", state.id), extend, (state.change,)))
    return ops


def schedule_of(session: Session, state: State, plan: Plan) -> Schedule:
    """When the rounds of a plan are due, on its site's clock and calendar."""
    calendar = calendar_of(session, state.feed)
    return Schedule(
        rule=plan.recurrence,
        start=plan.start,
        zone=zone(calendar.timezone),
        until=plan.until,
        on_holiday=plan.on_holiday,
        works=lambda day: is_workday(day, calendar),
        key=draw_key(meta.secret(session), state.id),
    )


def _wanted(
    plan_id: UUID, plan: Plan, schedule: Schedule, now: datetime, through: date
) -> dict[UUID, RoundPlan]:
    today = now.astimezone(schedule.zone).date()
    found = occurrences(schedule, today, through)
    return {round_id(plan_id, due): planned(plan_id, plan, due) for due in found if due > now}


def _again(plan: Plan, schedule: Schedule, today: date) -> str | None:
    """The next midnight at the site; None when nothing is to come any more.

    A plan of which nothing can be planned yet is left alone until then.
    """
    if plan.ended or (plan.until is not None and plan.until <= today):
        return None
    day = max(today + _DAY, plan.start - _DAY * AHEAD_DAYS_MAX)
    return rfc3339(datetime.combine(day, time(), schedule.zone))


def _plan(session: Session, state: State, wanted: Mapping[UUID, RoundPlan]) -> Iterator[bytes]:
    """What is not there yet, is to be walked otherwise, or was taken back by a former plan."""
    known = records.get(session, wanted)
    mine = str(actor_id(ACTOR))
    for subject, payload in wanted.items():
        before = known.get(subject)
        base = () if before is None else (before.change,)
        if before is not None:
            withdrawn = before.body.get("withdrawn") or {}
            is_back = before.state == "withdrawn" and withdrawn.get("by") == mine
            if not is_back and (before.state != "planned" or _is_same(before, payload)):
                continue
        told = msgspec.structs.replace(payload, cause=state.change)
        yield _op("round.plan@1", state, ("round", subject), told, base)


def _is_same(before: State, payload: RoundPlan) -> bool:
    told: dict[str, Any] = msgspec.to_builtins(payload)
    return all(
        told.get(name) == before.body.get(name) or not (told.get(name) or before.body.get(name))
        for name in RoundPlan.__struct_fields__
        if name != "cause"
    )


def _withdraw(
    session: Session, state: State, wanted: Mapping[UUID, RoundPlan], now: datetime
) -> Iterator[bytes]:
    """Rounds to come that the plan does not have any more."""
    for one in records.open_rounds(session, state.id):
        is_past = datetime.fromisoformat(one.body["due"]) <= now
        if one.state != "planned" or is_past or one.id in wanted:
            continue
        payload = RoundWithdraw("the plan or the calendar has changed", state.change)
        yield _op("round.withdraw@1", state, ("round", one.id), payload, (one.change,))


def _op(
    kind: str, plan: State, subject: tuple[str, UUID], payload: Any, base: tuple[UUID, ...]
) -> bytes:
    told: dict[str, Any] = msgspec.to_builtins(payload)
    return server_op(kind, subject, plan.feed, ACTOR, told, base)
