"""A complaint's life: every state with every step, against a table that is written out here."""

import itertools
from typing import Any, get_args
from uuid import UUID

import msgspec
import pytest

from fieldops.model.record import Decoded, State
from fieldops.rules.complainteffects import EFFECTS
from fieldops.rules.complaintsteps import (
    COMPLAINT_STATES,
    FORM_ACTOR,
    HANDLE,
    NEEDS,
    complaint_state,
    owner_of,
    wrong_step,
)
from fieldops.rules.effects import effect, state_of
from fieldops.rules.transitions import refusal, stepped
from fieldops_sync.complaintpayloads import ComplaintStep
from fieldops_sync.ids import actor_id
from fieldops_sync.wire import Claimed, Op, Subject

STEPS = get_args(ComplaintStep)
TABLE = """
complaint      accept=accepted accept-hand-over=accepted hand-over decline-hand-over
accepted       classify=classified answer pause=paused HAND
classified     classify answer investigate=investigating pause=paused HAND
investigating  classify answer investigate resolve=resolved pause=paused HAND
resolved       classify answer follow-up=followed-up re-open=investigating HAND
followed-up    answer follow-up re-open=investigating archive=archived HAND
archived       re-open=investigating
paused         answer resume=BACK HAND
"""
"""What may follow what; a step without a target stays."""
ANNA, BO, CARL, SITE, TALK = (UUID(int=one) for one in range(1, 6))
WHOLE: dict[str, dict[str, Any]] = {
    "classify": {"tier": "larger"},
    "hand-over": {"to": str(BO)},
    "follow-up": {"result": "satisfied", "satisfaction": 5},
    "archive": {"cause": "noise"},
}


def allowed() -> dict[tuple[str, str], str]:
    found = {}
    for line in TABLE.strip().splitlines():
        state, *steps = line.replace("HAND", "hand-over accept-hand-over decline-hand-over").split()
        for one in steps:
            step, _, to = one.partition("=")
            found[state, step] = to or state
    return found


ALLOWED = allowed()


def taken(step: str, by: UUID = ANNA, **given: Any) -> Decoded:
    fields = {"step": step, "note": "x", **WHOLE.get(step, {}), **given}
    at = Claimed("2026-11-21T20:00:00+08:00", 0, "boot")
    op = Op(TALK, HANDLE, Subject("feedback", TALK), SITE, by, at, msgspec.Raw(b"{}"))
    return Decoded(TALK, None, op, fields, b"", b"", str(by))


def complaint(state: str, **body: Any) -> State:
    whole = {
        "nature": "complaint",
        "by": str(ANNA),
        "stage": state,
        "paused_from": "classified",
        "handover": {"to": str(ANNA)},
        "answer": {"note": "x"},
        **body,
    }
    return State(TALK, "feedback", SITE, TALK, state, (TALK,), 1, TALK, whole)


def after(state: State, decoded: Decoded) -> dict[str, Any]:
    return {**state.body, **stepped(decoded, state, effect(decoded)).fields}


@pytest.mark.parametrize(("state", "step"), list(itertools.product(COMPLAINT_STATES, STEPS)))
def test_every_state_with_every_step(state: str, step: str):
    stands = complaint(state)
    why = refusal(taken(step), stands)
    if (state, step) not in ALLOWED:
        assert step in why
        assert state in why
        return
    assert why == ""
    body = after(stands, taken(step))
    target = ALLOWED[state, step]
    assert state_of("feedback", body) == ("classified" if target == "BACK" else target)
    assert body["steps"] == [str(TALK)]


@pytest.mark.parametrize("nature", ["rating", "praise", "suggestion", ""])
@pytest.mark.parametrize("step", STEPS)
def test_other_feedback_takes_no_step(nature: str, step: str):
    body = {"nature": nature, "stage": "accepted"}
    assert complaint_state(body) == nature
    assert refusal(taken(step), complaint(nature, **body))


def test_what_is_not_there_takes_no_step():
    assert refusal(taken("accept"), None) == "there is no such feedback here"


def test_who_took_it_owns_it_until_a_hand_over_is_accepted():
    body = {"by": str(ANNA), "nature": "complaint"}
    assert owner_of(body) == str(ANNA)
    stands = complaint("complaint", handover=None)
    assert "first contact" in refusal(taken("accept", BO), stands)
    handed = after(stands, taken("hand-over", ANNA))
    assert owner_of(handed) == str(ANNA)
    waits = complaint("complaint", **handed)
    assert "whoever handed" in refusal(taken("accept-hand-over", ANNA), waits)
    for step in ("accept-hand-over", "decline-hand-over"):
        assert "somebody else" in refusal(taken(step, CARL), waits)
    assert refusal(taken("decline-hand-over", ANNA), waits) == ""  # taken back
    assert refusal(taken("accept-hand-over", BO), waits) == ""
    accepted = after(waits, taken("accept-hand-over", BO))
    assert (owner_of(accepted), accepted["handover"]) == (str(BO), None)
    declined = after(waits, taken("decline-hand-over", BO))
    assert (owner_of(declined), declined["handover"]) == (str(ANNA), None)
    assert declined["declined"]["note"] == "x"


@pytest.mark.parametrize("step", ["accept-hand-over", "decline-hand-over"])
def test_without_a_hand_over_there_is_nothing_to_accept(step: str):
    assert "no hand-over" in refusal(taken(step), complaint("accepted", handover=None))


def test_nobody_takes_it_by_handing_it_to_himself():
    stands = complaint("accepted", handover=None)
    assert "himself" in refusal(taken("hand-over", BO, to=str(BO)), stands)
    handed = after(stands, taken("hand-over", BO, to=None, team="night"))
    del handed["handover"]["to"]
    waits = complaint("accepted", **handed)
    assert "whoever handed" in refusal(taken("accept-hand-over", BO), waits)
    assert refusal(taken("accept-hand-over", CARL), waits) == ""


def test_a_team_s_hand_over_is_anybody_s():
    handed = after(complaint("accepted"), taken("hand-over", to=None, team="night"))
    del handed["handover"]["to"]
    assert refusal(taken("accept-hand-over", BO), complaint("accepted", **handed)) == ""


def test_a_public_form_is_nobody_s_first_contact():
    body = {"by": str(actor_id(FORM_ACTOR))}
    assert owner_of(body) == ""
    stands = complaint("complaint", handover=None, **body)
    assert refusal(taken("accept", BO), stands) == ""
    assert owner_of(after(stands, taken("accept", BO))) == str(BO)


@pytest.mark.parametrize(
    ("before", "tier", "begun", "is_refused"),
    [
        ("larger", "general", False, False),
        ("larger", "general", True, True),
        ("larger", "larger", True, False),
        ("larger", "major", True, False),
        (None, "general", True, False),
    ],
)
def test_a_tier_is_only_raised_once_it_is_looked_into(
    before: str | None, tier: str, begun: bool, is_refused: bool
):
    more = {"investigation": {"note": "x"}} if begun else {}
    stands = complaint("investigating", tier=before, **more)
    assert bool(refusal(taken("classify", tier=tier), stands)) is is_refused


def test_what_nobody_has_answered_is_not_archived():
    assert "answered" in refusal(taken("archive"), complaint("followed-up", answer=None))


@pytest.mark.parametrize("step", STEPS)
def test_members_of_a_step(step: str):
    whole = taken(step).fields
    assert wrong_step(whole) == ""
    assert "does not take" in wrong_step({**whole, "colour": "red"})
    for name in NEEDS.get(step, ()):
        assert name in wrong_step({key: one for key, one in whole.items() if key != name})


def test_a_hand_over_names_one():
    assert "either" in wrong_step({"step": "hand-over"})
    assert "either" in wrong_step({"step": "hand-over", "to": str(BO), "team": "night"})
    assert wrong_step({"step": "hand-over", "team": "night"}) == ""


def test_a_void_complaint_is_voided():
    assert state_of("feedback", {**complaint("accepted").body, "void": {"reason": "x"}}) == "voided"


def test_the_server_s_ops_write_beside():
    def written(kind: str, **fields: Any) -> dict[str, Any]:
        return EFFECTS[kind](msgspec.structs.replace(taken("accept"), fields=fields)).fields

    clock = {"clock": {"tier": "major"}, "suggestion": {"tier": "major"}, "cause": str(TALK)}
    assert written("complaint.schedule@1", **clock) == {
        "clock": {"tier": "major"},
        "suggestion": {"tier": "major"},
        "scheduled": str(TALK),
    }
    told = {"what": "follow-up", "by": "2026-11-22T00:00:00Z"}
    assert written("complaint.remind@1", **told) == {"reminded": told}
    assert written("complaint.escalate@1", **told) == {"escalated_follow_up": told}
