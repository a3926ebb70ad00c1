"""Which steps a subject may take from where it stands, and where each leads.

    op ─ its machine ─ step ─┬─ the table has it → ``stage``, ``steps`` beside what the op writes
                             └─ it has not       → quarantine, or 409 at a desk: ``transition``

A machine is asked under the subject's lock, so of two who take a step at once the second finds the
subject where the first has left it.  ``stage`` is where a subject stands; ``steps`` are the ids of
the ops that led there, oldest first, which is its history whatever their bases say.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from fieldops.model.record import Decoded, Effect, State
from fieldops.model.said import NOTHING, Said
from fieldops.rules.complaintsteps import COMPLAINT_MACHINES
from fieldops.rules.findingsteps import FINDING, FINDING_MACHINES, VOID
from fieldops.rules.inspectionsteps import INSPECTION_STEPS
from fieldops.rules.machines import BACK, PAUSED, STAY, Machine, Who
from fieldops.rules.recordwords import kind_zh, state_zh, steps_zh
from fieldops.rules.roundsteps import ROUND_MACHINES
from fieldops.rules.tasksteps import TASK_MACHINES
from fieldops_sync.optypes import OP_TYPES

MACHINES: dict[str, Machine] = {
    **FINDING_MACHINES,
    **ROUND_MACHINES,
    **COMPLAINT_MACHINES,
    **TASK_MACHINES,
}
"""The machine of each op type that is a step; the others come whenever they like."""
_OF_KIND: dict[str, Mapping[str, Machine]] = {
    VOID: {"finding": FINDING},
    **{name: {"inspection": machine} for name, machine in INSPECTION_STEPS.items()},
}
"""The machines of op types that are a step for some kinds of record only."""


STAYS_MAX, STEPS_MAX = 200, 2000
"""So many steps a subject has when people take none any more that leaves it where it stands, and
none at all.  Each is told to every tablet of the site together with all before it: one tablet that
reports a rectification ever again would keep the others from syncing."""
_FULL = Said(
    "该记录的步骤过多，不能再添加此步骤", "the record has too many steps to take this one more"
)


def machine_of(decoded: Decoded) -> Machine | None:
    """The machine that decides on an op; None if it is no step."""
    found = MACHINES.get(decoded.op.type)
    if found is None and decoded.op.type in _OF_KIND:
        return _OF_KIND[decoded.op.type].get(decoded.op.subject.kind)
    return found


def who_may(decoded: Decoded) -> Who | None:
    """Who may take the op's step; None where its type alone decides."""
    machine = machine_of(decoded)
    return None if machine is None else machine.who.get(machine.step(decoded))


def refusal(decoded: Decoded, state: State | None) -> Said:
    """Why this step cannot be taken now; empty if it can, or if the op is none."""
    machine = machine_of(decoded)
    return NOTHING if machine is None else _refusal(machine, decoded, state)


def stepped(decoded: Decoded, state: State | None, written: Effect) -> Effect:
    """What an op writes with the stage that it leads to, for a step that was not refused."""
    machine = machine_of(decoded)
    if machine is None or state is None or machine.is_gate:
        return written
    fields = machine.written(decoded, state, written.fields)
    return replace(written, fields={**fields, **_stage(machine, decoded, state)})


def _refusal(machine: Machine, decoded: Decoded, state: State | None) -> Said:
    step, kind = machine.step(decoded), decoded.op.subject.kind
    if state is None:
        if step in machine.table.get("", {}):
            return NOTHING
        return Said(f"此处没有该{kind_zh(kind)}", f"there is no such {kind} here")
    stands = machine.stands(state)
    if step not in machine.table.get(stands, {}):
        return _astray(step, kind, stands, sorted(machine.table.get(stands, {})))
    if _is_full(decoded, state, machine.table[stands][step] in (stands, STAY)):
        return _FULL
    return machine.bar(decoded, state)


def _is_full(decoded: Decoded, state: State, stays: bool) -> bool:
    """Whether people have taken so many steps that one more is not taken in."""
    taken = len(state.body.get("steps", ()))
    return taken >= (STAYS_MAX if stays else STEPS_MAX) and bool(
        OP_TYPES[decoded.op.type].origins - {"server"}
    )


def _astray(step: str, kind: str, stands: str, possible: Sequence[str]) -> Said:
    return Said(
        f"{steps_zh([step])}：该{kind_zh(kind)}当前为“{state_zh(stands) or '新建'}”；"
        f"现在可以：{steps_zh(possible) or '无'}",
        f"{step}: the {kind} is {stands or 'new'}; "
        f"possible now: {', '.join(possible) or 'nothing more'}",
    )


def _stage(machine: Machine, decoded: Decoded, state: State) -> dict[str, Any]:
    stands = machine.stands(state)
    to = machine.table[stands][machine.step(decoded)]
    steps = [*state.body.get("steps", ()), str(decoded.op.id)]
    if to == BACK:
        return {"stage": state.body["paused_from"], "steps": steps}
    if to == STAY:
        return {"steps": steps}
    if to != stands and (to == PAUSED or to in machine.asides):
        return {"stage": to, "steps": steps, "paused_from": stands}
    return {"stage": to, "steps": steps}
