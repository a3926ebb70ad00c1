"""Random lives of complaints: whatever comes in whatever order, the table decides, time once."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.factories import running
from tests.flow.test_complaints import MEMBERS, Desk

from fieldops.rules.complaintdue import clock_of, is_scheduled, triggers
from fieldops.rules.complaintsteps import COMPLAINT_TABLE, owner_of
from fieldops.rules.machines import BACK
from fieldops_sync.complaintpayloads import ComplaintStep

STEPS = st.sampled_from(get_args(ComplaintStep))
TIERS = st.sampled_from(["general", "larger", "major"])
DEEDS = st.lists(st.tuples(STEPS, st.integers(0, 2), TIERS, st.integers(0, 30)), max_size=12)


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[Desk]:
    with running(database_url, tmp_path) as server:
        yield Desk(server)


def test_random_lives(desk: Desk) -> None:
    @settings(max_examples=6, deadline=None)
    @given(life=DEEDS)
    def live(life: Any) -> None:
        talk = desk.say()
        for step, who, tier, hours in life:
            _take(desk, talk, step, who, tier)
            desk.server.clock.forward(hours)
            desk.act(2)
        desk.after(2000)
        _check_end(desk, talk)

    live()


def _take(desk: Desk, talk: UUID, step: str, who: int, tier: str) -> None:
    """One step by one of three people; the receipt is what the table says."""
    crew = [desk.company.inspector, desk.company.supervisor, desk.other]
    before = desk.get(talk)
    given: dict[str, Any] = {**MEMBERS.get(step, {})}
    if step == "classify":
        given["tier"] = tier
    if step == "hand-over":
        given["to"] = str(crew[(who + 1) % 3])
    if step == "decline-hand-over":
        given["note"] = "no"
    receipt = desk.step(talk, step, actor=crew[who], **given)
    after = desk.get(talk)
    target = COMPLAINT_TABLE[before.state].get(step)
    if receipt["status"] == "quarantined":
        assert receipt["reason"] == "transition"
        assert after == before
        return
    assert target is not None
    assert after.state == (before.body["paused_from"] if target == BACK else target)
    assert len(after.body["steps"]) == len(before.body.get("steps", ())) + 1
    if step not in ("accept", "accept-hand-over"):
        assert owner_of(after.body) == owner_of(before.body)


def _check_end(desk: Desk, talk: UUID) -> None:
    """Long after nothing is left to be told, and what was told names what was not done."""
    state = desk.get(talk)
    clock = clock_of(state)
    assert is_scheduled(state)
    assert clock is not None
    assert triggers(state) == []
    assert ("escalated_answer" in state.body) >= (clock.answered is None)
    again = desk.told(talk)
    desk.act()
    assert desk.told(talk) == again
