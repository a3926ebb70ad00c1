"""Random lives of rounds: walked, voided, missed, handed over, withdrawn, in any order."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule
from tests.factories import HOUR_MS
from tests.property.lives import APPLIED, DESK, PEOPLE, WALK, Life

TYPES: dict[str, tuple[str, dict[str, Any], frozenset[str]]] = {
    "assign": ("round.assign@1", {"team": "night"}, DESK),
    "handover": ("round.handover@1", {}, WALK),
    "withdraw": ("round.withdraw@1", {"reason": "flood"}, DESK),
}
POSSIBLE = {"assign": ("planned", "under-way"), "withdraw": ("planned",)}
DESK_ONLY = frozenset({"assign", "withdraw"})
LATE_HOURS, DAY_HOURS = 1, 24


class RoundLife(Life):
    """A round that is due an hour after its plan is made, and closes an hour later."""

    @initialize()
    def plan(self) -> None:
        patrol = self.stage.patrol
        self.due_ms = self.stage.server.clock() + HOUR_MS
        due = datetime.fromtimestamp(self.due_ms / 1000, UTC)
        hours: dict[str, Any] = {"early_minutes": 60, "late_minutes": 60, "wait_minutes": 0}
        day = due.date().isoformat()
        # A minute is what a plan can say.
        self.due_ms -= self.due_ms % 60_000
        plan = patrol.plan(at=f"{due:%H:%M}", start=day, until=day, **hours)
        (round_,) = patrol.rounds(plan)
        self.id, self.stands = round_.id, "planned"
        self.walks: dict[UUID, int | None] = {}
        self.steps = 0

    @rule(
        name=st.sampled_from(sorted(TYPES)),
        who=st.sampled_from(PEOPLE),
        way=st.sampled_from(("route", "ops", "tablet")),
        to=st.sampled_from(PEOPLE),
    )
    def step(self, name: str, who: str, way: str, to: str) -> None:
        type_, payload, may = TYPES[name]
        if name == "handover":
            payload = {"to": str(self.stage.people[to])}
        path = f"/rounds/{self.id}/{name}"
        told = self.stage.take(way, who, ("round", self.id), type_, payload, path)
        is_foreign = way == "tablet" and name in DESK_ONLY
        wanted = "not-permitted" if is_foreign or who not in may else APPLIED
        if wanted == APPLIED and self.stands not in POSSIBLE.get(name, (self.stands,)):
            wanted = "transition"
        assert told == wanted, (name, who, way, self.stands)
        self.note(told)
        if told == APPLIED:
            self.stands = "withdrawn" if name == "withdraw" else self.stands

    @rule()
    def begin(self) -> None:
        self.walks[self.stage.patrol.walks(self.id, 0, None)] = None
        self._settle()

    @rule()
    def submit(self) -> None:
        for walk, ended in self.walks.items():
            if ended is None:
                self.stage.patrol.submits(walk)
                self.walks[walk] = self.stage.server.clock()
                return self._settle()
        return None

    @rule()
    def void(self) -> None:
        if self.walks:
            walk, _ = self.walks.popitem()
            self.stage.patrol.walk.void("inspection", walk)
            self.stage.act()
            self._settle()

    @rule(hours=st.sampled_from((1, 2, 25)))
    def wait(self, hours: int) -> None:
        self.stage.forward(hours)
        self._pass()

    def _settle(self) -> None:
        """Where its walks bring it: the first that was submitted decides."""
        ended = [one for one in self.walks.values() if one is not None]
        closes_ms = self.due_ms + LATE_HOURS * HOUR_MS
        if ended:
            self.stands = "done" if min(ended) <= closes_ms else "done-late"
        elif self.walks:
            self.stands = "under-way"
        elif self.stands not in ("missed", "withdrawn"):
            self.stands = "planned"
        self._pass()

    def _pass(self) -> None:
        late_ms = self.stage.server.clock() - self.due_ms - LATE_HOURS * HOUR_MS
        waits = {"planned": 0, "under-way": DAY_HOURS * HOUR_MS}
        if self.stands in waits and late_ms >= waits[self.stands]:
            self.stands = "missed"

    @invariant()
    def stands_as_told(self) -> None:
        state = self.stage.get(self.id)
        assert state is not None
        assert state.state == self.stands
        assert set(state.body.get("walks") or ()) == {str(one) for one in self.walks}
        finding = self.stage.patrol.finding(self.id)
        assert (finding is not None and finding.state == "open") == (self.stands == "missed")
