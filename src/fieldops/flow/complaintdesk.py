"""Complaints at a desk: taken down, listed by what matters, handled step by step.

    step ─ edit (If-Match, table) ─ clock ─→ the complaint as it is now      one transaction
    list ─ site, state (SQL) ─ tier, owner, overdue, … (the record) ─→ page

A page is filled from the newest on; what a filter leaves out is passed over, so many rows a page at
most, and the cursor goes on behind them.
"""

from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace
from sqlmodel import Session

from fieldops.flow import complaints, edits, look
from fieldops.flow.audience import Audience
from fieldops.flow.edits import Edit, Edited, New
from fieldops.flow.paging import Ask, Page, after, cursor
from fieldops.model.access import Person
from fieldops.model.problem import ProblemError, problem
from fieldops.model.record import State
from fieldops.rules.complaintclock import Overdue, ms_of, overdue
from fieldops.rules.complaintdue import clock_of, is_complaint
from fieldops.rules.complaintsteps import COMPLAINT_STATES, HANDLE, owner_of
from fieldops.store import feedback as rows
from fieldops.store import people
from fieldops_sync.complaintpayloads import ComplaintStep, Tier

PASSED_OVER = 1000
"""Rows that a page may pass over: a filter that fits nothing must not read a whole history."""
_AT_ONCE = 100
"""Rows that are read at once, at least."""

Stage = Literal[
    "complaint",
    "accepted",
    "classified",
    "investigating",
    "resolved",
    "followed-up",
    "archived",
    "paused",
]


class Wanted(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which complaints: what is left out (None, empty) narrows nothing.

    ``since_ms`` and ``until_ms`` bound when it was said; ``team`` is that of its tier; ``overdue``
    is whether something should have been done by now; ``cause`` is that of the archive,
    ``reference`` the number that a resident was given.
    """

    site: UUID | None = None
    stage: Stage | None = None
    tier: Tier | None = None
    owner: UUID | None = None
    team: str = ""
    overdue: bool | None = None
    reopened: bool | None = None
    since_ms: int | None = None
    until_ms: int | None = None
    cause: str = ""
    reference: str = ""


class Taken(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A step that was taken; instants in ms since 1970 UTC, ``at_ms`` when it happened.

    ``by_name`` is left out for the server's own actors (the public form) and for whoever is gone.
    """

    step: ComplaintStep | Literal["said"]
    by: UUID
    by_name: str = ""
    at_ms: int
    received_ms: int
    fields: dict[str, Any] = {}


class ComplaintView(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A complaint as a person sees it.

    ``overdue`` names what should have been done by now, ``late`` the deadlines that had passed
    before it was received: nobody was overdue by those.  ``course`` stands in a single one only.
    """

    record: look.View
    owner: str
    overdue: list[Overdue] = []
    late: list[str] = []
    course: list[Taken] = []


def raise_finding(
    session: Session, person: Person, asked: Edit, finding: dict[str, Any], now_ms: int
) -> Edited:
    """Report what a complaint has brought to light, and take the step that names it, or neither.

    ``asked`` is an ``investigate`` without its finding, ``finding`` the payload of
    ``finding.report``.  Raises ``ProblemError`` as ``edits.create`` and ``edits.edit``.
    """
    state = look.visible(session, person, asked.subject, now_ms)
    about = {"feedback": str(asked.subject)}
    if area := state.body.get("area"):
        about["area"] = area
    new = New("finding", state.feed, "finding.report@1", {**about, **finding})
    made = edits.create(session, person, new, now_ms)
    payload = {**asked.payload, "finding": str(made.record.id)}
    return edits.edit(session, person, replace(asked, payload=payload), now_ms)


def step(feedback: UUID, payload: dict[str, Any], if_match: str | None) -> Edit:
    """The edit that is a step of a complaint."""
    return Edit("feedback", feedback, HANDLE, payload, if_match)


def one(who: Audience, feedback: UUID) -> ComplaintView:
    """One complaint with its course.  Raises ``ProblemError`` not-found."""
    state = look.visible(who.session, who.person, feedback, who.now_ms)
    if not is_complaint(state):
        raise ProblemError(problem("not-found"))
    said, steps = complaints.course(who.session, state)
    actors = complaints.actors(who.session, state)
    persons = people.people(who.session, actors)
    course = [
        Taken(
            step=done.step,  # type: ignore[arg-type]
            by=by,
            by_name=persons[by].name if by in persons else "",
            at_ms=done.at_ms,
            received_ms=done.received_ms,
            # A step's words have the level of the member that they stand in.
            fields=who.fields(state, {"answer": done.fields})["answer"],
        )
        for done, by in zip((said, *steps), actors, strict=True)
    ]
    return _view(who, state, course)


def entry(who: Audience, feedback: UUID) -> look.View:
    """One entry of feedback.  Raises ``ProblemError`` not-found."""
    found = look.one(who, feedback)
    if found.kind != "feedback":
        raise ProblemError(problem("not-found"))
    return found


def listing(who: Audience, wanted: Wanted, ask: Ask) -> Page[ComplaintView]:
    """Complaints, the newest first."""
    stages = COMPLAINT_STATES if wanted.stage is None else (wanted.stage,)
    found, behind = _fill(who, wanted, stages, ask)
    return Page([_view(who, one) for one in found], behind)


def _fill(
    who: Audience, wanted: Wanted, stages: Sequence[str], ask: Ask
) -> tuple[list[State], str | None]:
    """A page of what fits, and the cursor behind it; None where nothing is left."""
    mine = look.my_sites(who)
    feeds = mine if wanted.site is None else [one for one in mine if one == wanted.site]
    before, found, passed = after(ask, UUID), list[State](), 0
    at_once = max(ask.limit + 1, _AT_ONCE)
    while page := rows.page(who.session, feeds, stages, before, at_once):
        for state in page:
            if len(found) == ask.limit or passed == PASSED_OVER:
                return found, cursor(ask, before)
            before, passed = state.id, passed + 1
            if _fits(who, state, wanted):
                found.append(state)
        if len(page) < at_once:
            break
    return found, None


def _fits(who: Audience, state: State, wanted: Wanted) -> bool:
    body, clock = state.body, clock_of(state)
    said_ms = None if clock is None else ms_of(clock.occurred)
    late = [] if clock is None else overdue(clock, who.now_ms)
    tier = body.get("tier") if clock is None else clock.tier
    return all(
        (
            wanted.tier in (None, tier),
            wanted.owner is None or owner_of(body) == str(wanted.owner),
            wanted.team in ("", clock.team if clock else ""),
            wanted.overdue in (None, bool(late)),
            wanted.reopened in (None, clock is not None and clock.reopened > 0),
            wanted.since_ms is None or (said_ms is not None and said_ms >= wanted.since_ms),
            wanted.until_ms is None or (said_ms is not None and said_ms < wanted.until_ms),
            wanted.cause in ("", (body.get("archive") or {}).get("cause")),
            wanted.reference in ("", body.get("reference")),
        )
    )


def _view(who: Audience, state: State, course: list[Taken] | None = None) -> ComplaintView:
    clock = clock_of(state)
    return ComplaintView(
        record=look.view(who, state),
        owner=owner_of(state.body),
        overdue=[] if clock is None else list(overdue(clock, who.now_ms)),
        late=[] if clock is None else list(clock.late),
        course=course or [],
    )
