"""State machines: the table decides, a bar may say more, a pause comes back to where it was."""

from typing import Any
from uuid import UUID

import msgspec
import pytest

from fieldops.model.record import Decoded, Effect, State
from fieldops.model.said import NOTHING, Said
from fieldops.rules import transitions
from fieldops.rules.machines import BACK, PAUSED, Machine
from fieldops_sync.optypes import OP_TYPES
from fieldops_sync.wire import Claimed, Op, Subject

ONE, TWO = UUID(int=1), UUID(int=2)
TABLE = {
    "new": {"begin": "busy", "pause": PAUSED},
    "busy": {"pause": PAUSED, "end": "done"},
    PAUSED: {"resume": BACK, "remark": PAUSED},
}


def op(step: str, by: UUID = ONE) -> Decoded:
    at = Claimed("2026-11-21T20:00:00+08:00", 0, "boot")
    whole = Op(by, "job.step@1", Subject("job", TWO), TWO, by, at, msgspec.Raw(b"{}"))
    return Decoded(by, None, whole, {"step": step}, b"", b"", str(by))


def job(state: str, **body: Any) -> State:
    return State(TWO, "job", TWO, TWO, state, (ONE,), 1, ONE, body)


def not_own(decoded: Decoded, state: State) -> Said:
    is_own = state.body.get("begun_by") == decoded.by
    return Said("不能自己结束", "nobody ends his own") if is_own else NOTHING


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small machine beside those of the product."""
    made = Machine(TABLE, lambda decoded: decoded.fields["step"], not_own)
    monkeypatch.setitem(transitions.MACHINES, "job.step@1", made)


def test_what_the_table_has_is_taken_and_named() -> None:
    written = transitions.stepped(op("begin"), job("new", steps=["a"]), Effect({"x": 1}, own=True))
    assert written == Effect({"x": 1, "stage": "busy", "steps": ["a", str(ONE)]}, own=True)


@pytest.mark.parametrize(
    ("step", "stands"), [("end", "new"), ("begin", "busy"), ("begin", "done"), ("resume", "busy")]
)
def test_what_the_table_has_not_is_refused(step: str, stands: str) -> None:
    why = transitions.refusal(op(step), job(stands))
    assert step in why
    assert stands in why


def test_a_refused_step_hears_which_are_possible() -> None:
    why = transitions.refusal(op("end"), job("new"))
    assert why == "end: the job is new; possible now: begin, pause"
    assert transitions.refusal(op("begin"), job("done")).endswith("possible now: nothing more")


@pytest.mark.parametrize(
    ("step", "taken", "refused"),
    [
        ("remark", transitions.STAYS_MAX - 1, False),
        ("remark", transitions.STAYS_MAX, True),
        ("resume", transitions.STAYS_MAX, False),
        ("resume", transitions.STEPS_MAX - 1, False),
        ("resume", transitions.STEPS_MAX, True),
    ],
)
def test_a_record_takes_so_many_steps(
    step: str, taken: int, refused: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of people: what the server does goes on."""
    long = job(PAUSED, paused_from="new", steps=["x"] * taken)
    monkeypatch.setitem(OP_TYPES, "job.step@1", OP_TYPES["finding.note@1"])
    assert ("too many steps" in transitions.refusal(op(step), long)) is refused
    monkeypatch.setitem(OP_TYPES, "job.step@1", OP_TYPES["finding.raise@1"])
    assert transitions.refusal(op(step), long) == ""


def test_what_is_not_there_takes_no_step() -> None:
    assert transitions.refusal(op("begin"), None) == "there is no such job here"


def test_a_bar_refuses_what_the_table_has() -> None:
    assert transitions.refusal(op("end"), job("busy", begun_by=str(ONE))) == "nobody ends his own"
    assert transitions.refusal(op("end", TWO), job("busy", begun_by=str(ONE))) == ""


@pytest.mark.parametrize("stands", ["new", "busy"])
def test_a_pause_comes_back_to_where_it_was(stands: str) -> None:
    paused = transitions.stepped(op("pause"), job(stands), Effect({})).fields
    assert paused["stage"] == PAUSED
    # What is said meanwhile changes nothing of that.
    said = transitions.stepped(op("remark"), job(PAUSED, **paused), Effect({})).fields
    assert said["stage"] == PAUSED
    paused = {**paused, **said}
    back = transitions.stepped(op("resume"), job(PAUSED, **paused), Effect({})).fields
    assert back["stage"] == stands


def test_other_ops_are_no_steps() -> None:
    other = msgspec.structs.replace(op("begin"), op=msgspec.structs.replace(op("x").op, type="y@1"))
    assert transitions.refusal(other, None) == ""
    assert transitions.stepped(other, job("new"), Effect({"x": 1})) == Effect({"x": 1})
