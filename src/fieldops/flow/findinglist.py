"""Findings as people at desks look at them: lists, one with all that is known, its history."""

from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlmodel import Session

from fieldops.flow import edits, findingtimes, history, look, moments, paging
from fieldops.flow.audience import Audience
from fieldops.flow.decode import decode_all
from fieldops.flow.edits import Edited
from fieldops.flow.enter import desk_op
from fieldops.flow.timing import rfc3339
from fieldops.model.access import Person
from fieldops.model.problem import ProblemError, problem
from fieldops.model.record import Decoded, State
from fieldops.rules.effects import effect
from fieldops.rules.findingsteps import DUE
from fieldops.store import batch, findings, ledger, people, records
from fieldops.store.findings import Filter, Row, Times
from fieldops_sync.ids import uuid7


class Listed(Struct, frozen=True, kw_only=True):
    """A finding in a list: its record, when it was raised, whether its deadline has passed."""

    finding: look.View
    raised_at: str
    occurred_at: str
    is_overdue: bool


class DoneView(Struct, frozen=True, kw_only=True):
    """A rectification: by its deadline, done and heard of; ``late_receipt`` is nobody's overdue."""

    op: UUID
    deadline: str | None
    occurred_at: str
    received_at: str
    in_time: bool
    late_receipt: bool


class FindingView(Struct, frozen=True, kw_only=True):
    """A finding with what was done about it, in time or not, and the notes on it."""

    listed: Listed
    rectifications: list[DoneView]
    notes: list[look.View]


class StepView(Struct, frozen=True, kw_only=True):
    """One step of a finding's history: what changed, by whom, when it happened and was heard of.

    ``actor_name`` is empty for the server's own actors.  ``occurred_at`` is the corrected time;
    ``error_ms`` bounds how much too late it may be, null where that is not known.
    """

    op: UUID
    type: str
    actor: UUID
    actor_name: str
    occurred_at: str
    received_at: str
    error_ms: int | None
    changed: dict[str, Any]


class History(Struct, frozen=True):
    """All steps, in the order in which they took effect."""

    steps: list[StepView]


def page(who: Audience, wanted: Filter, ask: paging.Ask) -> paging.Page[Listed]:
    """The findings of the person's sites, the latest raised first."""
    if who.sites is not None and not (wanted.feeds and who.sites.issuperset(wanted.feeds)):
        asked = look.my_sites(who) if wanted.feeds is None else wanted.feeds
        feeds = [one for one in asked if one in who.sites]
        wanted = msgspec.structs.replace(wanted, feeds=feeds)
    place = paging.after(ask, paging.Place)
    behind = None if place is None else (place.at_ms, UUID(hex=place.id))
    rows = findings.views(who.session, wanted, behind, ask.limit + 1)
    return paging.cut(
        ask,
        rows,
        lambda one: paging.Place(one[0].raised_ms, one[1].id.hex),
        lambda one: _listed(who, one[0], who.seen(one[1])),
    )


def one(who: Audience, finding: UUID) -> FindingView:
    """One finding.  Raises ``ProblemError`` not-found."""
    state, row = _visible(who, finding)
    done = findingtimes.rectifications(who.session, state)
    below = records.children(who.session, state.feed, finding)
    return FindingView(
        listed=_listed(who, row, look.view(who, state)),
        rectifications=[_done(one) for one in done],
        notes=[look.view(who, note) for note in below if note.kind == "note"],
    )


def steps(who: Audience, finding: UUID) -> History:
    """The whole life of a finding.  Raises ``ProblemError`` not-found."""
    state, _row = _visible(who, finding)
    named = {UUID(op) for op in state.body.get("steps", ())} | {*state.heads, state.change}
    named |= history.load(who.session, state).keys()
    raws = ledger.raws(who.session, named)
    ordered = sorted(raws.values(), key=lambda pair: pair[1])
    ops = [op for op in decode_all([raw for raw, _ in ordered]) if isinstance(op, Decoded)]
    known = moments.of(who.session, [op.op.id for op in ops])
    persons = people.people(who.session, {op.op.actor for op in ops})
    names = {user: person.name for user, person in persons.items()}
    return History(
        [
            StepView(
                op=op.op.id,
                type=op.op.type,
                actor=op.op.actor,
                actor_name=names.get(op.op.actor, ""),
                occurred_at=rfc3339(known[op.op.id].counts_ms),
                received_at=rfc3339(known[op.op.id].received_ms),
                error_ms=known[op.op.id].error_ms,
                changed=who.fields(state, effect(op).fields),
            )
            for op in ops
        ]
    )


def note(
    session: Session, person: Person, finding: UUID, payload: dict[str, Any], now_ms: int
) -> Edited:
    """Write a remark on a finding.  Raises ``ProblemError`` as ``flow.edits.create``."""
    state = look.visible(session, person, finding, now_ms)
    if state.kind != "finding":
        raise ProblemError(problem("not-found"))
    batch.lock(session, [state.feed])
    subject = uuid7()
    said = {"finding": str(finding), **payload}
    op = desk_op("finding.note@1", ("note", subject), state.feed, person.id, said, now_ms)
    return edits.enter(session, person, op, subject, now_ms)


def _visible(who: Audience, finding: UUID) -> tuple[State, Row]:
    state = look.visible(who.session, who.person, finding, who.now_ms)
    row = findings.get(who.session, finding) if state.kind == "finding" else None
    if row is None:
        raise ProblemError(problem("not-found"))
    return state, row


def _listed(who: Audience, times: Times, view: look.View) -> Listed:
    is_due = times.deadline_ms is not None and times.deadline_ms < who.now_ms
    return Listed(
        finding=view,
        raised_at=rfc3339(times.raised_ms),
        occurred_at=rfc3339(times.occurred_ms),
        is_overdue=is_due and view.state in DUE,
    )


def _done(done: findingtimes.Done) -> DoneView:
    return DoneView(
        op=done.op,
        deadline=done.deadline,
        occurred_at=rfc3339(done.occurred_ms),
        received_at=rfc3339(done.received_ms),
        in_time=done.in_time,
        late_receipt=done.late_receipt,
    )
