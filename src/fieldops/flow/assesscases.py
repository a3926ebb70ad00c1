"""From lives to cases: what of each record counts in which figure, put down to whom.

    walk ─────────── conformity.walks                       its owner, the round's team or his
    feedback ─────── satisfaction.<dimension>               who walked, else who took it
    complaint ────── efficiency.complaint-answer, -resolve  who answered, who owns it
              ────── satisfaction.answers                   who owns it
    finding ──────── see assessfindings                     who rectified, else who is to
    round ────────── handling.rounds, handling.punctual     who was to walk it

What follows from a walk (its findings, what residents said on it) counts where the walk counts:
in the period in which the walk was made, however late it came, and under its source.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from fieldops.flow.assessfindings import finding_cases
from fieldops.flow.assessread import Event, Life
from fieldops.flow.assessview import Done, View, belongs, ids, instant_ms, is_step, timed_case
from fieldops.model.assessment import Case
from fieldops.rules.complaintsteps import owner_of
from fieldops.rules.satisfaction import DIMENSIONS, SATISFIED

_SUBMITTED = frozenset({"submitted", "sealed", "approved", "returned"})
_NONE = Decimal(0)


def walk_cases(life: Life, view: View) -> Iterator[Case]:
    """What a submitted walk earned; without a score it is counted and earns nothing."""
    body = life.state.body
    if life.state.state not in _SUBMITTED:
        return
    score = body.get("score") or {}
    scored = score.get("score") is not None
    yield view.case(
        life,
        counted="conformity.walks",
        people=ids(body.get("owner")),
        team=_round_team(body, view),
        earned=Decimal(score["earned"]) if scored else _NONE,
        possible=Decimal(score["possible"]) if scored else _NONE,
    )


def rating_cases(life: Life, view: View) -> Iterator[Case]:
    """Each dimension that a resident rated."""
    body = life.state.body
    ratings = body.get("ratings") or {}
    walk = view.walk(life)
    taken_by = walk.state.body.get("owner") if walk else owner_of({"by": life.first.by})
    rated = [(name, ratings[name]) for name in DIMENSIONS if name in ratings]
    if not rated:
        return
    made = view.case(life, counted="satisfaction.empathy", people=ids(taken_by))
    for name, rating in rated:
        yield replace(
            made,
            counted=f"satisfaction.{name}",
            perceived=rating["perceived"],
            expected=rating.get("expected"),
            good=rating["perceived"] >= SATISFIED,
        )


def complaint_cases(life: Life, view: View) -> Iterator[Case]:
    """When a complaint was answered and resolved, by the clock that its steps have set."""
    body, clock = life.state.body, life.state.body.get("clock")
    if not clock:
        return
    owner, team = owner_of(body), clock.get("team") or ""
    answers = [event for event in life.events if is_step(event, "answer")]
    answer = _done(clock.get("answered"), answers[:1])
    by = answers[0].by if answers else owner
    due_ms = instant_ms(clock["answer_by"])
    yield timed_case(life, view, "complaint-answer", due_ms, answer, by, team)
    if clock.get("resolve_by"):
        resolutions = [event for event in life.events if is_step(event, "resolve")]
        resolved = _done(clock.get("resolved"), resolutions[-1:])
        due_ms = instant_ms(clock["resolve_by"])
        yield timed_case(life, view, "complaint-resolve", due_ms, resolved, owner, team)

    if clock.get("satisfaction"):
        perceived = clock["satisfaction"]
        good = perceived >= SATISFIED
        given: dict[str, Any] = {"people": ids(owner), "team": team}
        yield view.case(
            life, counted="satisfaction.answers", perceived=perceived, good=good, **given
        )


def _done(at: str | None, told: Sequence[Event]) -> Done | None:
    """``told`` is the event that did it, if it is known."""
    if not at:
        return None
    at_ms = instant_ms(at)
    received_ms = max([at_ms, *(event.received_ms for event in told)])
    return Done(at_ms, received_ms, max((event.error_ms for event in told), default=0))


def round_cases(life: Life, view: View) -> Iterator[Case]:
    """Whether a round was walked, and whether in its time; one that is still to come is pending.

    A round that was missed has no time that it kept: it is no case of punctuality.
    """
    body, stands = life.state.body, life.state.state
    done = stands in ("done", "done-late")
    planned = body.get("assigned") or body
    people = _walkers(body, view) or frozenset(UUID(one) for one in planned.get("people") or ())
    given: dict[str, Any] = {"people": people, "team": planned.get("team") or ""}
    good = True if done else False if stands == "missed" else None
    yield view.case(life, counted="handling.rounds", good=good, **given)
    if done:
        punctual = stands == "done" and not body.get("too_early")
        late = bool(body.get("late_receipt"))
        yield view.case(
            life, counted="handling.punctual", good=punctual, late_receipt=late, **given
        )


def _walkers(body: Mapping[str, Any], view: View) -> frozenset[UUID]:
    """Who walked a round, where its walks are of the same stretch."""
    walks = [view.lives.get(UUID(one)) for one in body.get("walks") or ()]
    return frozenset[UUID]().union(*(ids(one.state.body.get("owner")) for one in walks if one))


def _round_team(body: Mapping[str, Any], view: View) -> str:
    """The team that the round of a walk names."""
    planned = view.lives.get(UUID(body["round"])) if body.get("round") else None
    if planned is None:
        return ""
    about = planned.state.body
    return (about.get("assigned") or about).get("team") or ""


def cases_of(view: View) -> Iterator[Case]:
    """All cases of a site's lives."""
    for life in view.lives.values():
        if belongs(life, view):
            for made in _MAKERS.get(life.state.kind, ()):
                yield from made(life, view)


_MAKERS: Mapping[str, tuple[Callable[[Life, View], Iterator[Case]], ...]] = {
    "inspection": (walk_cases,),
    "feedback": (rating_cases, complaint_cases),
    "finding": (finding_cases,),
    "round": (round_cases,),
}
