"""Random lives of findings: where they stand, who may do what, and whether a deadline runs."""

from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule
from tests.factories import sign_in
from tests.property.lives import API, APPLIED, DESK, PEOPLE, WALK, WAYS, Life
from tests.rules.test_findingsteps import EXPECTED, STEPS

from fieldops.store import findings
from fieldops_sync.ids import uuid7

PATHS = {
    "assign": "assign",
    "rectify": "rectify",
    "close": "recheck",
    "again": "recheck",
    "deduct": "recheck",
    "appeal": "appeal",
    "uphold": "decide",
    "dismiss": "decide",
    "pause": "pause",
    "resume": "resume",
}
MAY = {
    **dict.fromkeys(("rectify", "close", "again"), WALK),
    **dict.fromkeys(("assign", "deduct", "uphold", "dismiss", "pause", "resume"), DESK),
}
"""Who may take a step whoever he is to the finding; an appeal and a void depend on that."""
DESK_ONLY = frozenset({"assign", "uphold", "dismiss", "pause", "resume"})
DUE = ("open", "assigned", "again")


class FindingLife(Life):
    """A finding that somebody raised by hand, on a tablet or at a desk."""

    @initialize(who=st.sampled_from(PEOPLE), way=st.sampled_from(("ops", "tablet")))
    def report(self, who: str, way: str) -> None:
        self.id, self.author = uuid7(), who
        self.stands, self.back = "open", "open"
        self.owner = self.worker = self.appellant = ""
        self.workers: set[str] = set()
        self.steps, self.noted = 1, 0
        self.wanted, self.deadline = True, False
        type_, payload = STEPS["report"]
        told = self.stage.take(way, who, ("finding", self.id), type_, payload, "")
        assert told == APPLIED
        self._timed(way)

    @rule(
        name=st.sampled_from(sorted(STEPS.keys() - {"report"})),
        who=st.sampled_from(PEOPLE),
        way=st.sampled_from(WAYS),
        to=st.sampled_from(PEOPLE),
        is_set=st.booleans(),
    )
    def step(self, name: str, who: str, way: str, to: str, is_set: bool) -> None:
        # A void ends a life, so it is seldom.
        if name != "void" or (is_set and to == who):
            self._try(name, who, way, to, is_set)

    def _try(self, name: str, who: str, way: str, to: str, is_set: bool) -> None:
        type_, payload = STEPS[name]
        sets_deadline = is_set and name in ("assign", "again")
        if name == "assign":
            payload = {"owner": str(self.stage.people[to])} if is_set else {"team": "cleaning"}
        if sets_deadline:
            payload = {**payload, "deadline": "2027-03-01T08:00:00+08:00"}
        path = f"/findings/{self.id}/{PATHS[name]}" if name in PATHS else f"/records/{self.id}/void"
        told = self.stage.take(way, who, ("finding", self.id), type_, payload, path)
        assert told == self._end(name, who, way), (name, who, way, self.stands)
        self.note(told)
        if told == APPLIED:
            self._took(name, who, to if is_set else "", sets_deadline)
            self._timed(way)

    @rule(pick=st.integers(0, 99), way=st.sampled_from(WAYS), to=st.sampled_from(PEOPLE))
    def go_on(self, pick: int, way: str, to: str) -> None:
        """One of the steps that are possible: lives are longer than chance would make them."""
        possible = [
            (name, who)
            for name in sorted(STEPS.keys() - {"report", "void"})
            for who in PEOPLE
            if self._end(name, who, way) == APPLIED
        ]
        if possible:
            name, who = possible[pick % len(possible)]
            self._try(name, who, way, to, is_set=bool(pick % 2))

    @rule(hours=st.sampled_from((0, 3, 100)))
    def wait(self, hours: int) -> None:
        self.stage.forward(hours)
        self._schedule()

    def _end(self, name: str, who: str, way: str) -> str:
        """What is to become of a step."""
        if way == "tablet" and name in DESK_ONLY:
            return "not-permitted"
        if way == "route" and name in DESK_ONLY and who not in DESK:
            return "not-permitted"
        if self.stands == "voided":
            return (
                "not-permitted"
                if who not in MAY.get(name, WALK) and name in DESK_ONLY
                else ("voided-subject")
            )
        if who not in DESK and not self._is_own(name, who):
            return "not-permitted"
        if (self.stands, name) not in EXPECTED:
            return "transition"
        if name in ("close", "again", "deduct") and self.stands == "rectified":
            return "transition" if who == self.worker else APPLIED
        if name in ("uphold", "dismiss") and who == self.appellant:
            return "transition"
        return APPLIED

    def _is_own(self, name: str, who: str) -> bool:
        """Whether an inspector may take it."""
        if name == "appeal":
            return self.owner in ("", who) or who in self.workers
        if name == "void":
            return who == self.author
        return who in MAY[name]

    def _took(self, name: str, who: str, owner: str, sets_deadline: bool) -> None:
        before, self.stands = self.stands, EXPECTED[self.stands, name]
        if name == "resume" or (name == "dismiss" and before == "appealed"):
            self.stands = self.back
        if name == "pause" or (name == "appeal" and self.stands == "appealed"):
            self.back = before
        if name == "assign":
            self.owner = owner
        if name == "rectify":
            self.worker = who
            self.workers.add(who)
        if name == "appeal":
            self.appellant = who
        if sets_deadline:
            self.wanted, self.deadline = False, True
        elif name in ("again", "resume", "dismiss"):
            self.wanted = True
        self.steps += 1

    def _timed(self, way: str) -> None:
        """What a desk does is timed at once; a tablet's waits for the sweep."""
        if way != "tablet":
            self._schedule()

    def _schedule(self) -> None:
        if self.wanted and self.stands in DUE:
            self.wanted, self.deadline = False, True
            self.noted += 1

    @invariant()
    def stands_as_told(self) -> None:
        state = self.stage.get(self.id)
        assert state is not None
        row = self.stage.server.look(lambda s: findings.get(s, self.id))
        assert row is not None
        assert state.state == row.state == self.stands
        assert bool(state.body.get("deadline")) == (row.deadline_ms is not None) == self.deadline
        owner = self.stage.people.get(self.owner)
        assert state.body.get("owner") == (str(owner) if owner else None)
        told = sum(len(state.body.get(name, ())) for name in ("escalations", "relieved"))
        # The report began it; each step since is named, and so is what time has done.
        assert len(state.body.get("steps", ())) == self.steps - 1 + self.noted + told

    def teardown(self) -> None:
        """The history at the desk has every step once, in order."""
        headers = sign_in(self.stage.server, self.stage.people["sue"])
        answer = self.stage.server.client.get(f"{API}/findings/{self.id}/history", headers=headers)
        state = self.stage.get(self.id)
        assert state is not None
        steps: list[dict[str, Any]] = answer.json()["steps"]
        named = [UUID(one) for one in state.body.get("steps", ())]
        assert [UUID(one["op"]) for one in steps] == [state.heads[0], *named]
