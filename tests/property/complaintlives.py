"""Random lives of complaints: where they stand, whose they are, and what time tells of them."""

from typing import Any, get_args
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule
from tests.flow.test_complaints import MEMBERS
from tests.property.lives import APPLIED, DESK, PEOPLE, WAYS, Life

from fieldops.rules.complaintdue import clock_of, is_scheduled, triggers
from fieldops.rules.complaintsteps import owner_of
from fieldops_sync.complaintpayloads import ComplaintStep
from fieldops_sync.ids import uuid7

TO: dict[str, dict[str, str]] = {
    "complaint": {"accept": "accepted", "accept-hand-over": "accepted"},
    "accepted": {"classify": "classified", "answer": "", "pause": "paused"},
    "classified": {"classify": "", "investigate": "investigating", "answer": "", "pause": "paused"},
    "investigating": {
        "classify": "",
        "investigate": "",
        "answer": "",
        "resolve": "resolved",
        "pause": "paused",
    },
    "resolved": {
        "classify": "",
        "answer": "",
        "follow-up": "followed-up",
        "re-open": "investigating",
    },
    "followed-up": {
        "answer": "",
        "follow-up": "",
        "re-open": "investigating",
        "archive": "archived",
    },
    "archived": {"re-open": "investigating"},
    "paused": {"resume": "<", "answer": ""},
}
"""Where each step leads by PROTOCOL.md; empty: it stays."""
HANDING = ("hand-over", "accept-hand-over", "decline-hand-over")
ANYBODY = frozenset({"accept", "accept-hand-over", "decline-hand-over", "re-open"})
TIERS = ("general", "larger", "major")


class ComplaintLife(Life):
    """A complaint that somebody heard, or that came by the public form's way: nobody's yet."""

    @initialize(who=st.sampled_from(PEOPLE), way=st.sampled_from(("ops", "tablet")))
    def say(self, who: str, way: str) -> None:
        self.id = uuid7()
        self.stands, self.back, self.owner = "complaint", "", who
        self.handed: tuple[str, str] | None = None
        self.tier, self.begun, self.answered, self.steps = "", False, False, 0
        payload = {"nature": "complaint", "text": "地面脏"}
        subject = ("feedback", self.id)
        assert self.stage.take(way, who, subject, "feedback.record@1", payload, "") == APPLIED
        self.timed = way != "tablet"

    @rule(
        name=st.sampled_from(sorted(get_args(ComplaintStep))),
        who=st.sampled_from(PEOPLE),
        way=st.sampled_from(WAYS),
        to=st.sampled_from(PEOPLE),
        tier=st.sampled_from(TIERS),
    )
    def step(self, name: str, who: str, way: str, to: str, tier: str) -> None:
        self._try(name, who, way, to, tier)

    def _try(self, name: str, who: str, way: str, to: str, tier: str) -> None:
        given: dict[str, Any] = {**MEMBERS.get(name, {}), "step": name}
        if name == "classify":
            given["tier"] = tier
        if name == "hand-over":
            given["to"] = str(self.stage.people[to])
        if name == "decline-hand-over":
            given["note"] = "no"
        subject, path = ("feedback", self.id), f"/complaints/{self.id}/steps"
        told = self.stage.take(way, who, subject, "complaint.handle@1", given, path)
        assert told == self._end(name, who, to, tier), (name, who, to, self.stands)
        self.note(told)
        if told == APPLIED:
            self._took(name, who, to, tier)
            self.timed = way != "tablet"

    @rule(pick=st.integers(0, 99), way=st.sampled_from(WAYS), to=st.sampled_from(PEOPLE))
    def go_on(self, pick: int, way: str, to: str) -> None:
        """One of the steps that are possible: lives are longer than chance would make them."""
        tier = TIERS[pick % len(TIERS)]
        possible = [
            (name, who)
            for name in sorted(get_args(ComplaintStep))
            for who in PEOPLE
            if self._end(name, who, to, tier) == APPLIED
        ]
        name, who = possible[pick % len(possible)]
        self._try(name, who, way, to, tier)

    @rule(hours=st.sampled_from((0, 5, 30, 200)))
    def wait(self, hours: int) -> None:
        self.stage.forward(hours)
        self.timed = True

    def _end(self, name: str, who: str, to: str, tier: str) -> str:
        if name not in ANYBODY and who not in DESK and who != self.owner:
            return "not-permitted"
        is_handing = name in HANDING and self.stands != "archived"
        if not is_handing and name not in TO[self.stands]:
            return "transition"
        return "transition" if self._is_barred(name, who, to, tier) else APPLIED

    def _is_barred(self, name: str, who: str, to: str, tier: str) -> bool:
        if name == "accept":
            return who != self.owner
        if name == "hand-over":
            return who == to
        if name in ("accept-hand-over", "decline-hand-over"):
            if name == "decline-hand-over" and self.handed and self.handed[0] == who:
                return False
            return self.handed is None or self.handed[0] == who or self.handed[1] != who
        if name == "classify":
            is_lower = bool(self.tier) and TIERS.index(tier) < TIERS.index(self.tier)
            return self.begun and is_lower
        return name == "archive" and not self.answered

    def _took(self, name: str, who: str, to: str, tier: str) -> None:
        target = TO[self.stands].get(name, "")
        if name == "pause":
            self.back = self.stands
        self.stands = self.back if target == "<" else target or self.stands
        if name in ("accept", "accept-hand-over"):
            self.owner, self.handed = who, None
        if name == "hand-over":
            self.handed = (who, to)
        if name == "decline-hand-over":
            self.handed = None
        if name == "classify":
            self.tier = tier
        self.begun |= name == "investigate"
        self.answered |= name == "answer"
        self.steps += 1

    @invariant()
    def stands_as_told(self) -> None:
        state = self.stage.get(self.id)
        assert state is not None
        assert state.state == self.stands
        assert UUID(owner_of(state.body)) == self.stage.people[self.owner]
        assert bool(state.body.get("handover")) == (self.handed is not None)
        assert len(state.body.get("steps", ())) == self.steps
        assert is_scheduled(state) or not self.timed
        if self.timed:
            clock = clock_of(state)
            assert clock is not None
            assert clock.answer_by

    def teardown(self) -> None:
        """Long after nothing is left to be told, and what was told names what was not done."""
        self.stage.forward(2000)
        state = self.stage.get(self.id)
        assert state is not None
        clock = clock_of(state)
        assert clock is not None
        assert triggers(state) == []
        assert ("escalated_answer" in state.body) >= (clock.answered is None)
