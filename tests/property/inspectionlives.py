"""Random lives of inspections: desks decide where the table says so, what is recorded merges."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule
from tests.property.lives import APPLIED, DESK, PEOPLE, WALK, Life

from fieldops_sync.ids import uuid7

TYPES: dict[str, tuple[str, dict[str, Any], frozenset[str]]] = {
    "submit": ("inspection.submit@1", {"results": 1}, WALK),
    "handover": ("inspection.handover@1", {}, WALK),
    "seal": ("inspection.seal@1", {}, DESK),
    "reopen": ("inspection.reopen@1", {"reason": "look again"}, DESK),
    "approved": ("review.decide@1", {"verdict": "approved"}, DESK),
    "returned": ("review.decide@1", {"verdict": "returned", "note": "why"}, DESK),
}
DONE = ("submitted", "sealed", "approved", "returned")
POSSIBLE = {"seal": ("submitted",), "reopen": DONE, "approved": DONE, "returned": DONE}


class InspectionLife(Life):
    """A walk: whatever is recorded is taken, and decided upon only when it is over."""

    @initialize(who=st.sampled_from(PEOPLE))
    def start(self, who: str) -> None:
        self.id, self.owner = uuid7(), who
        self.state, self.verdict, self.voided = "draft", "", False
        payload = {"note": "along the lobby"}
        subject = ("inspection", self.id)
        told = self.stage.take("tablet", who, subject, "inspection.start@1", payload, "")
        assert told == APPLIED

    @rule(
        name=st.sampled_from(sorted(TYPES)),
        who=st.sampled_from(PEOPLE),
        way=st.sampled_from(("route", "ops")),
        to=st.sampled_from(PEOPLE),
    )
    def step(self, name: str, who: str, way: str, to: str) -> None:
        type_, payload, may = TYPES[name]
        if name == "handover":
            payload = {"to": str(self.stage.people[to])}
        path = f"/inspections/{self.id}/{name}"
        if name in ("approved", "returned"):
            path = f"/records/{self.id}/review"
        told = self.stage.take(way, who, ("inspection", self.id), type_, payload, path)
        assert told == self._end(name, who in may), (name, who, self._stands())
        self.note(told)
        if told != APPLIED:
            return
        if name == "handover":
            self.owner = to
        elif name in ("approved", "returned"):
            self.verdict = name
        else:
            self.state = {"submit": "submitted", "seal": "sealed", "reopen": "draft"}[name]
            self.verdict = "" if name == "reopen" else self.verdict

    @rule(who=st.sampled_from(PEOPLE), chance=st.integers(0, 4))
    def void(self, who: str, chance: int) -> None:
        """Seldom: nothing follows."""
        if chance or self.voided:
            return
        path, subject = f"/records/{self.id}/void", ("inspection", self.id)
        payload = {"reason": "twice"}
        told = self.stage.take("route", who, subject, "record.void@1", payload, path)
        assert told == APPLIED
        self.voided = True

    def _end(self, name: str, may: bool) -> str:
        if not may:
            return "not-permitted"
        if self.voided:
            return "voided-subject"
        if name in POSSIBLE and self._stands() not in POSSIBLE[name]:
            return "transition"
        return APPLIED

    def _stands(self) -> str:
        return "voided" if self.voided else self.verdict or self.state

    @invariant()
    def stands_as_told(self) -> None:
        state = self.stage.get(self.id)
        assert state is not None
        assert state.state == self._stands()
        assert state.body["owner"] == str(self.stage.people[self.owner])
        assert not state.conflict
