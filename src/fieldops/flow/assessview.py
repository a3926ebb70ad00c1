"""One site as an assessment sees it, and what every case of it is made of."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from msgspec import Struct

from fieldops.flow.assessread import Event, Life
from fieldops.model.assessment import Case, Source
from fieldops.model.moment import over_ms

_DROPPED = frozenset({"voided", "withdrawn"})
_OF_WALKS = frozenset({"feedback", "finding"})
_STOPPING = ("pause", "appeal")
_RESUMING = frozenset({"finding.resume@1", "appeal.decide@1", "rectification.report@1"})
"""What lets the clock of a finding go on; what is put right meanwhile ends the pause as well."""
_PHOTOS = ("photos", "before", "after")
TeamOf = Callable[[UUID, int], str]
"""The team of a person at a moment (ms)."""


class View(Struct, frozen=True):
    """One site as it was known at ``now_ms``: its lives, and who belonged to which team."""

    site: UUID
    lives: Mapping[UUID, Life]
    now_ms: int
    team_of: TeamOf

    def walk(self, life: Life) -> Life | None:
        """The inspection that a record belongs to, if it began in the same stretch."""
        return self.lives.get(life.state.parent) if is_of_walk(life) else None

    def case(self, life: Life, **given: Any) -> Case:
        """A case of a record; ``people``, and so its team, are whom it is put down to."""
        people: frozenset[UUID] = given.pop("people", frozenset())
        team = given.pop("team", "") or self._team(people, life)
        body, walk = life.state.body, self.walk(life)
        is_walk = life.state.kind == "inspection"
        return Case(
            kind=life.state.kind,
            id=life.state.id,
            site=self.site,
            at_ms=happened_ms(life, walk),
            received_ms=life.first.received_ms,
            source=source_of(walk or life),
            people=people,
            team=team,
            walk=walk.state.id if walk else life.state.id if is_walk else None,
            result=UUID(body["result"]) if body.get("result") else None,
            hashes=cited(body),
            **given,
        )

    def _team(self, people: frozenset[UUID], life: Life) -> str:
        """The team that all of them belong to, or none."""
        teams = {self.team_of(one, life.first.at_ms) for one in people}
        return teams.pop() if len(teams) == 1 else ""


def cited(body: Mapping[str, Any]) -> tuple[str, ...]:
    """The SHA-256 of the photos that a record names, and of those of what was done about it."""
    told = [body, *(body.get("rectifications") or ()), *(body.get("rechecks") or ())]
    named = [one for part in told for member in _PHOTOS for one in part.get(member) or ()]
    return tuple(dict.fromkeys(named))


def happened_ms(life: Life, walk: Life | None) -> int:
    """What decides the period: when it began, of a round when it was due."""
    due = life.state.body.get("due") if life.state.kind == "round" else None
    return instant_ms(due) if due else (walk or life).first.at_ms


def source_of(life: Life) -> Source:
    """Who looked, as the start of a walk says it."""
    return "third-party" if life.state.body.get("source") == "third-party" else "own"


def is_of_walk(life: Life) -> bool:
    """Whether a record follows from a walk."""
    state = life.state
    return state.kind in _OF_WALKS and state.parent.int != state.id.int


def belongs(life: Life, view: View) -> bool:
    """Whether a record stands, and so does the walk that it follows from, in the same stretch.

    A walk that is not there began before the stretch: the record counts in that period.
    """
    if life.state.state in _DROPPED:
        return False
    walk = view.walk(life)
    return walk.state.state not in _DROPPED if walk else not is_of_walk(life)


class Done(Struct, frozen=True):
    """When something was done, and when the server heard of it."""

    at_ms: int
    received_ms: int
    error_ms: int = 0


def timed_case(
    life: Life,
    view: View,
    what: str,
    due_ms: int | None,
    done: Done | None,
    by: str | None,
    team: str = "",
) -> Case:
    """Something with a deadline: good if done by it, bad if done or known to be open after it.

    What has no deadline (any more, or while its clock stands still) cannot be late.
    """
    late_ms = 0 if due_ms is None else _late_ms(done, due_ms, view.now_ms)
    good = late_ms <= 0
    return view.case(
        life,
        counted=f"efficiency.{what}",
        people=ids(by),
        team=team,
        good=None if good and done is None else good,
        due_ms=due_ms,
        done_ms=done.at_ms if done else None,
        took_ms=_took_ms(life, done) if done else None,
        late_receipt=good and done is not None and due_ms is not None and done.received_ms > due_ms,
    )


def _late_ms(done: Done | None, due_ms: int, now_ms: int) -> int:
    return now_ms - due_ms if done is None else over_ms(done.at_ms, due_ms, done.error_ms)


def _took_ms(life: Life, done: Done) -> int:
    return max(0, done.at_ms - life.first.at_ms - paused_ms(life, done.at_ms))


def paused_ms(life: Life, until_ms: int) -> int:
    """How long a record's clock stood still before a moment: paused, or under appeal."""
    paused, since = 0, None
    for event in life.events:
        if any(is_step(event, step) for step in _STOPPING):
            since = event.at_ms
        elif since is not None and (is_step(event, "resume") or event.type in _RESUMING):
            paused += max(0, min(event.at_ms, until_ms) - since)
            since = None
    return paused + (max(0, until_ms - since) if since is not None else 0)


def is_step(event: Event, step: str) -> bool:
    """Whether an op is this step of a complaint, or of a finding."""
    return event.type == f"finding.{step}@1" or (
        event.type == "complaint.handle@1" and event.fields["step"] == step
    )


@lru_cache(maxsize=4096)
def ids(named: str | None) -> frozenset[UUID]:
    """One person, or nobody."""
    return frozenset({UUID(named)}) if named else frozenset()


def instant_ms(text: str) -> int:
    """RFC 3339 text of the server's own making as ms since 1970."""
    return int(datetime.fromisoformat(text).timestamp() * 1000)
