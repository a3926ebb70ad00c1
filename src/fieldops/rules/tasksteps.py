"""The life of a task: it is open until it is done, or nobody wants it any more."""

from fieldops.model.record import Decoded
from fieldops.rules.machines import STAY, Machine, Table

TASK_TABLE: Table = {
    "": {"open": STAY},
    "open": {"done": "done", "drop": "dropped"},
    "done": {"done": STAY, "drop": STAY},
    "dropped": {"done": STAY, "drop": STAY},
}
"""From a state by a step to a state; what the server says twice moves nothing."""
_STEPS = {"task.open@1": "open", "task.done@1": "done", "task.drop@1": "drop"}


def _step(decoded: Decoded) -> str:
    return _STEPS[decoded.op.type]


TASK_MACHINES = dict.fromkeys(_STEPS, Machine(TASK_TABLE, _step))
