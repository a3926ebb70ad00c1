"""The life of a round: which step may follow which.

planned ─┬─ under-way ─┬─ done ─────┐  its walks decide: one that was voided takes it back, one
         │             ├─ done-late ┤  that comes late puts right what was called missed
         ├─ missed ────┴────────────┘
         └─ withdrawn: its plan changed; one that was walked all the same is done
"""

from fieldops.model.record import Decoded
from fieldops.rules.machines import Machine, Table

_WALKED = {"under-way": "under-way", "done": "done", "done-late": "done-late"}
_AGAIN = {**_WALKED, "planned": "planned"}
_STAYS = ("assign", "handover")

ROUND_TABLE: Table = {
    "planned": {
        **_AGAIN,
        **dict.fromkeys(_STAYS, "planned"),
        "missed": "missed",
        "withdraw": "withdrawn",
    },
    "under-way": {**_AGAIN, **dict.fromkeys(_STAYS, "under-way"), "missed": "missed"},
    "missed": {**_WALKED, "handover": "missed", "missed": "missed"},
    "done": {**_AGAIN, "handover": "done"},
    "done-late": {**_AGAIN, "handover": "done-late"},
    "withdrawn": {**_WALKED, "handover": "withdrawn"},
}
"""A tablet without signal hands over what the server has settled meanwhile: that is kept."""
_STEPS = {
    "round.withdraw@1": "withdraw",
    "round.assign@1": "assign",
    "round.handover@1": "handover",
}


def _step(decoded: Decoded) -> str:
    """What the server settles is named by its outcome."""
    return _STEPS.get(decoded.op.type) or str(decoded.fields["outcome"])


ROUND = Machine(ROUND_TABLE, _step)
"""The rounds of all plans."""
ROUND_MACHINES = dict.fromkeys((*_STEPS, "round.settle@1"), ROUND)
