"""The life of a finding: every step from every state, allowed or refused, as the table below."""

from itertools import product
from typing import Any
from uuid import UUID

import msgspec
import pytest
from msgspec.structs import replace

from fieldops.model.record import Decoded, State
from fieldops.rules import transitions
from fieldops.rules.effects import effect, state_of
from fieldops.rules.findingmembers import wrong_finding
from fieldops.rules.findingsteps import FINDING_TABLE, FINDING_WHO
from fieldops_sync.wire import Claimed, Op, Subject

ANNA, BO, CARL, FINDING = UUID(int=1), UUID(int=2), UUID(int=3), UUID(int=9)
STEPS: dict[str, tuple[str, dict[str, Any]]] = {
    "assign": ("finding.assign@1", {"owner": str(BO), "team": "cleaning"}),
    "rectify": ("rectification.report@1", {"note": "mopped"}),
    "close": ("recheck.record@1", {"outcome": "closed"}),
    "again": ("recheck.record@1", {"outcome": "again"}),
    "deduct": ("recheck.record@1", {"outcome": "deducted", "points": 5}),
    "appeal": ("finding.appeal@1", {"reason": "not ours"}),
    "uphold": ("appeal.decide@1", {"decision": "upheld", "reason": "right"}),
    "dismiss": ("appeal.decide@1", {"decision": "dismissed", "reason": "no"}),
    "pause": ("finding.pause@1", {"reason": "flood"}),
    "resume": ("finding.resume@1", {}),
    "void": ("record.void@1", {"reason": "by mistake"}),
    "report": ("finding.report@1", {"severity": "minor", "text": "a leak"}),
}
EXPECTED = {
    ("", "report"): "open",
    ("open", "assign"): "assigned",
    ("open", "rectify"): "rectified",
    ("open", "pause"): "paused",
    ("open", "appeal"): "appealed",
    ("open", "void"): "voided",
    ("assigned", "assign"): "assigned",
    ("assigned", "rectify"): "rectified",
    ("assigned", "deduct"): "deducted",
    ("assigned", "pause"): "paused",
    ("assigned", "appeal"): "appealed",
    ("rectified", "rectify"): "rectified",
    ("rectified", "close"): "closed",
    ("rectified", "again"): "again",
    ("rectified", "deduct"): "deducted",
    ("again", "assign"): "again",
    ("again", "rectify"): "rectified",
    ("again", "deduct"): "deducted",
    ("again", "pause"): "paused",
    ("again", "appeal"): "appealed",
    ("paused", "resume"): "assigned",
    ("paused", "rectify"): "rectified",
    ("appealed", "uphold"): "withdrawn",
    ("appealed", "dismiss"): "assigned",
    ("deducted", "appeal"): "contested",
    ("contested", "uphold"): "closed",
    ("contested", "dismiss"): "deducted",
}
"""Where each step leads; what is not here is refused."""
WAYS = {
    "": (),
    "open": ("report",),
    "assigned": ("report", "assign"),
    "rectified": ("report", "assign", "rectify"),
    "again": ("report", "assign", "rectify", "again"),
    "paused": ("report", "assign", "pause"),
    "appealed": ("report", "assign", "appeal"),
    "deducted": ("report", "assign", "rectify", "deduct"),
    "contested": ("report", "assign", "rectify", "deduct", "appeal"),
    "closed": ("report", "assign", "rectify", "close"),
    "withdrawn": ("report", "assign", "appeal", "uphold"),
    "voided": ("report", "void"),
}
"""How a finding comes to each state."""
BY = {"rectify": BO, "appeal": BO}
NOTED: dict[str, dict[str, Any]] = {
    "finding.raise@1": {"rule": "r", "severity": "minor", "titles": {}, "deadline": "new"},
    "finding.withdraw@1": {"reason": "gone"},
    "finding.schedule@1": {"deadline": "2026-11-24T12:00:00Z", "why": "raised"},
    "finding.escalate@1": {"step": "team", "deadline": "2026-11-24T12:00:00Z"},
    "finding.relieve@1": {"deadline": "2026-11-24T12:00:00Z"},
    "finding.link@1": {"repeat_of": None, "count": 1},
}


def op(name: str, fields: dict[str, Any], by: UUID = ANNA, number: int = 0) -> Decoded:
    at = Claimed("2026-11-21T20:00:00+08:00", 0, "boot")
    op_id = UUID(int=100 + number)
    whole = Op(op_id, name, Subject("finding", FINDING), FINDING, by, at, msgspec.Raw(b"{}"))
    return Decoded(op_id, None, whole, fields, b"", b"", str(by))


def step(name: str, by: UUID | None = None, number: int = 0) -> Decoded:
    type_, fields = STEPS[name]
    return op(type_, fields, by or BY.get(name, ANNA), number)


def take(state: State | None, decoded: Decoded) -> State:
    """What the fold makes of it."""
    assert transitions.refusal(decoded, state) == ""
    written = transitions.stepped(decoded, state, effect(decoded))
    body = {**(state.body if state else {}), **written.fields}
    heads = state.heads if state else (decoded.op.id,)
    stands = state_of("finding", body)
    return State(FINDING, "finding", FINDING, FINDING, stands, heads, 1, decoded.op.id, body)


def finding(stands: str) -> State:
    """A finding that has come to stand there."""
    state = take(None, step("report"))
    for number, name in enumerate(WAYS[stands][1:], start=1):
        state = take(state, step(name, number=number))
    assert state.state == stands
    return state


@pytest.mark.parametrize(("stands", "name"), list(product(WAYS, STEPS)))
def test_every_step_from_every_state(stands: str, name: str) -> None:
    before = finding(stands) if stands else None
    decoded = step(name, number=50)
    to = EXPECTED.get((stands, name))
    if to is not None:
        after = take(before, decoded)
        assert after.state == to
        assert before is None or after.body["steps"][-1] == str(decoded.op.id)
        return
    refused = transitions.refusal(decoded, before)
    assert refused
    assert refused == "there is no such finding here" or f"the finding is {stands}" in refused


@pytest.mark.parametrize("stands", [one for one in WAYS if one not in ("", "voided")])
def test_what_the_server_notes_moves_nothing(stands: str) -> None:
    before = finding(stands)
    for name, fields in NOTED.items():
        after = take(before, op(name, fields, number=50))
        hidden = name == "finding.withdraw@1" and stands not in ("closed", "deducted", "contested")
        assert after.state == ("withdrawn" if hidden else stands), name


def test_the_table_has_no_other_states_and_steps() -> None:
    assert set(FINDING_TABLE) == set(WAYS)
    server = {"raise", "withdraw", "schedule", "escalate", "relieve", "link"}
    allowed = {
        (one, name) for one, row in FINDING_TABLE.items() for name in row if name not in server
    }
    assert allowed == set(EXPECTED)


def test_withdrawn_by_its_plugin_and_raised_again_it_goes_on_where_it_was() -> None:
    state = take(finding("assigned"), op("finding.withdraw@1", {"reason": "gone"}))
    assert state.state == "withdrawn"
    assert "withdrawn" in transitions.refusal(step("rectify"), state)
    again = take(state, op("finding.raise@1", NOTED["finding.raise@1"]))
    assert (again.state, again.body["owner"]) == ("assigned", str(BO))


def test_raised_anew_it_keeps_the_deadline_that_people_set() -> None:
    given = op("finding.assign@1", {"team": "cleaning", "deadline": "2026-11-30T08:00:00+08:00"})
    state = take(take(finding("open"), given), op("finding.raise@1", NOTED["finding.raise@1"]))
    assert state.body["deadline"] == "2026-11-30T08:00:00+08:00"
    untouched = take(finding("open"), op("finding.raise@1", NOTED["finding.raise@1"]))
    assert untouched.body["deadline"] == "new"


def test_nobody_looks_again_at_his_own_work_or_decides_his_own_appeal() -> None:
    for name in ("close", "again", "deduct"):
        assert "put it right" in transitions.refusal(step(name, BO), finding("rectified"))
    for name in ("uphold", "dismiss"):
        assert "appealed" in transitions.refusal(step(name, BO), finding("appealed"))
        assert "appealed" in transitions.refusal(step(name, BO), finding("contested"))
    assert transitions.refusal(step("deduct", BO), finding("assigned")) == ""


def test_what_a_plugin_raised_is_not_voided_by_people() -> None:
    raised = take(None, op("finding.raise@1", NOTED["finding.raise@1"]))
    assert raised.state == "open"
    assert "its plugin raised it" in transitions.refusal(step("void"), raised)
    assert transitions.refusal(step("appeal"), raised) == ""


def test_a_deduction_stands_until_an_appeal_against_it_is_upheld() -> None:
    state = take(finding("assigned"), step("deduct"))
    assert state.body["deduction"] == 5
    for number, name in enumerate(("appeal", "dismiss", "appeal")):
        state = take(state, step(name, number=60 + number))
        assert state.body["deduction"] == 5
    assert take(state, step("uphold", number=70)).body["deduction"] is None


def test_what_is_raised_anew_without_a_deadline_gets_none() -> None:
    raised = {name: value for name, value in NOTED["finding.raise@1"].items() if name != "deadline"}
    assert "deadline" not in take(finding("open"), op("finding.raise@1", raised)).body


SOON = "2026-11-30T08:00:00+08:00"


@pytest.mark.parametrize(
    ("stands", "name", "more", "why", "deadline"),
    [
        ("", "report", {}, "raised", None),
        ("", "report", {"deadline": SOON}, None, SOON),
        ("assigned", "assign", {"deadline": SOON}, None, SOON),
        ("rectified", "again", {}, "again", "old"),
        ("rectified", "again", {"deadline": SOON}, None, SOON),
        ("paused", "resume", {}, "resumed", "old"),
        ("appealed", "dismiss", {}, "resumed", "old"),
        ("appealed", "uphold", {}, None, "old"),
        ("assigned", "deduct", {}, None, "old"),
    ],
)
def test_which_steps_want_another_deadline(
    stands: str, name: str, more: dict[str, Any], why: str | None, deadline: str | None
) -> None:
    before = finding(stands) if stands else None
    if before is not None:
        before = replace(before, body={**before.body, "deadline": "old", "deadline_wanted": None})
    type_, fields = STEPS[name]
    body = take(before, op(type_, {**fields, **more}, number=50)).body
    assert body.get("deadline") == deadline
    wanted = body.get("deadline_wanted")
    assert wanted == (None if why is None else {"why": why, "cause": str(UUID(int=150))})


def test_what_stopped_before_it_had_a_deadline_has_its_whole_time_from_then_on() -> None:
    paused = take(finding("open"), step("pause", number=40))
    resumed = take(paused, step("resume", number=50))
    assert resumed.body["deadline_wanted"] == {"why": "raised", "cause": str(UUID(int=150))}


def test_whose_a_finding_is_to_answer_for() -> None:
    appeal, void = FINDING_WHO["appeal"].own, FINDING_WHO["void"].own
    assert appeal is not None
    assert void is not None
    others, nobodys = finding("assigned"), finding("open")
    assert [appeal(step("appeal", by), others) for by in (ANNA, BO)] == [False, True]
    assert appeal(step("appeal", ANNA), nobodys)
    mended = take(others, step("rectify", ANNA))
    assert mended.body["owner"] == str(BO)
    assert [appeal(step("appeal", by), mended) for by in (ANNA, BO, CARL)] == [True, True, False]
    annas = replace(nobodys, body={**nobodys.body, "by": str(ANNA)})
    assert [void(step("void", by), annas) for by in (ANNA, BO)] == [True, False]


def test_everything_that_was_done_stands_in_the_record() -> None:
    state = finding("again")
    for number, name in enumerate(("rectify", "deduct", "appeal", "uphold")):
        state = take(state, step(name, number=60 + number))
    body = state.body
    assert [one["note"] for one in body["rectifications"]] == ["mopped", "mopped"]
    assert [one["outcome"] for one in body["rechecks"]] == ["again", "deducted"]
    assert [one["decision"] for one in body["decisions"]] == ["upheld"]
    assert (state.state, body["deduction"], len(body["steps"])) == ("closed", None, 7)


@pytest.mark.parametrize(
    ("name", "fields", "says"),
    [
        ("finding.assign@1", {"note": "x"}, "neither owner nor team"),
        ("finding.assign@1", {"team": "a", "deadline": "soon"}, "RFC 3339"),
        ("finding.assign@1", {"team": "a", "deadline": "2026-11-30T08:00:00"}, "RFC 3339"),
        ("finding.report@1", {"deadline": "soon"}, "RFC 3339"),
        ("finding.report@1", {"deadline": "0001-01-01T00:00:00+08:00"}, "RFC 3339"),
        ("finding.report@1", {"deadline": "0001-12-31T23:59:59Z"}, "RFC 3339"),
        ("finding.report@1", {"deadline": "9999-12-31T23:59:59-01:00"}, "RFC 3339"),
        ("finding.report@1", {"deadline": "9998-12-31T23:59:59Z"}, ""),
        ("recheck.record@1", {"outcome": "closed", "points": 1}, "points"),
        ("recheck.record@1", {"outcome": "deducted"}, "points"),
        ("recheck.record@1", {"outcome": "closed", "deadline": "2026-11-30T08:00:00Z"}, "again"),
        ("recheck.record@1", {"outcome": "again", "deadline": "2026-11-30T08:00:00Z"}, ""),
        ("finding.appeal@1", {"reason": "x"}, ""),
    ],
)
def test_members_that_do_not_go_together(name: str, fields: dict[str, Any], says: str) -> None:
    wrong = wrong_finding(op(name, fields).op, fields)
    assert (says in wrong) if says else not wrong
