"""The life of a finding: which step may follow which.

    open ─ assign ─→ assigned ─ rectify ─→ rectified ─┬─ close ──→ closed
                        ↑                     ↑       ├─ deduct ─→ deducted ─ appeal ─→ contested
                      (again)─────────────────┘       └─ again ──→ again
    open, assigned, again ─┬─ pause ──→ paused ─ resume ─→ where it was
                           └─ appeal ─→ appealed ─ dismiss ─→ where it was, ─ uphold ─→ withdrawn
    open ─ void ─→ voided: raised by hand by mistake

What the server notes beside it (raised anew, withdrawn by its plugin, a deadline, an escalation, a
repeat) is in the history and moves nothing: a finding that its plugin withdraws and raises again
goes on where it was.
"""

from collections.abc import Mapping
from typing import Any

from fieldops.model.record import Decoded, State
from fieldops.model.said import NOTHING, Said
from fieldops.rules.machines import (
    BACK,
    DECIDERS,
    PAUSED,
    STAY,
    WALKERS,
    Machine,
    Table,
    Who,
)

APPEALED, CONTESTED = "appealed", "contested"
VOID = "record.void@1"
"""A step of a finding's life where the record is a finding."""
DUE = frozenset({"open", "assigned", "again"})
"""Where a deadline runs."""
DONE = frozenset({"closed", "deducted", CONTESTED})
"""Where nothing is to be done any more, whatever a plugin says of it later."""
_NOTED = {
    "finding.raise@1": "raise",
    "finding.withdraw@1": "withdraw",
    "finding.schedule@1": "schedule",
    "finding.escalate@1": "escalate",
    "finding.relieve@1": "relieve",
    "finding.link@1": "link",
}
_STEPS = _NOTED | {
    "finding.report@1": "report",
    "finding.assign@1": "assign",
    "rectification.report@1": "rectify",
    "finding.appeal@1": "appeal",
    "finding.pause@1": "pause",
    "finding.resume@1": "resume",
    VOID: "void",
}
_OUTCOMES = {"closed": "close", "again": "again", "deducted": "deduct"}
_DECISIONS = {"upheld": "uphold", "dismissed": "dismiss"}
_MOVES: Table = {
    "open": {
        "assign": "assigned",
        "rectify": "rectified",
        "pause": PAUSED,
        "appeal": APPEALED,
        "void": "voided",
    },
    "assigned": {
        "assign": "assigned",
        "rectify": "rectified",
        "deduct": "deducted",
        "pause": PAUSED,
        "appeal": APPEALED,
    },
    "rectified": {
        "rectify": "rectified",
        "close": "closed",
        "again": "again",
        "deduct": "deducted",
    },
    "again": {
        "assign": "again",
        "rectify": "rectified",
        "deduct": "deducted",
        "pause": PAUSED,
        "appeal": APPEALED,
    },
    PAUSED: {"resume": BACK, "rectify": "rectified"},
    APPEALED: {"uphold": "withdrawn", "dismiss": BACK},
    "deducted": {"appeal": CONTESTED},
    CONTESTED: {"uphold": "closed", "dismiss": "deducted"},
    "closed": {},
    "withdrawn": {},
    "voided": {},
}
FINDING_TABLE: Table = {
    "": {"raise": STAY, "report": STAY},
    **{state: {**moves, **dict.fromkeys(_NOTED.values(), STAY)} for state, moves in _MOVES.items()},
}
"""From a state by a step to a state."""
_GROWING = frozenset(
    {
        "rectifications",
        "rechecks",
        "appeals",
        "decisions",
        "pauses",
        "resumptions",
        "escalations",
        "relieved",
    }
)
"""Members that hold what every such step said, oldest first."""


def _step(decoded: Decoded) -> str:
    if decoded.op.type == "recheck.record@1":
        return _OUTCOMES[decoded.fields["outcome"]]
    if decoded.op.type == "appeal.decide@1":
        return _DECISIONS[decoded.fields["decision"]]
    return _STEPS[decoded.op.type]


def _bar(decoded: Decoded, state: State) -> Said:
    """Nobody looks again at his own work, or decides on his own appeal."""
    body, step = state.body, _step(decoded)
    if step == "void" and "rule" in body:
        return Said(
            "该问题由插件提出并由其撤销；有异议请申诉",
            "its plugin raised it and withdraws it; an appeal says that it is wrong",
        )
    is_recheck = step in ("close", "again", "deduct") and state.state == "rectified"
    if is_recheck and body["rectifications"][-1]["by"] == decoded.by:
        return Said("整改人不能自己复查", "whoever put it right does not recheck it")
    if step in ("uphold", "dismiss") and body["appeals"][-1]["by"] == decoded.by:
        return Said("申诉人不能自己裁定", "whoever appealed does not decide on it")
    return NOTHING


def _written(decoded: Decoded, state: State, fields: dict[str, Any]) -> dict[str, Any]:
    """Lists grow; a finding in hand keeps the deadline that it has when it is raised anew."""
    body = state.body
    grown: dict[str, Any] = {
        name: [*body.get(name, ()), *value] if name in _GROWING else value
        for name, value in fields.items()
    }
    step = _step(decoded)
    if step == "raise" and "stage" in body and "deadline" in grown:
        grown["deadline"] = body.get("deadline")
    if step == "rectify":
        grown["rectifications"][-1]["deadline"] = body.get("deadline")
    if step == "uphold":
        grown["deduction"] = None
    pending = body.get("deadline_wanted")
    if step in ("resume", "dismiss") and pending:
        # It had stopped before it had a deadline: the whole time runs from now.
        grown["deadline_wanted"] = {**pending, "cause": str(decoded.op.id)}
    return grown


def _is_responsible(decoded: Decoded, state: State) -> bool:
    """Whether it is the actor's to answer for: as its owner, or as who worked on it.

    What is nobody's by name is everybody's who walks the site.
    """
    owner, done = state.body.get("owner"), state.body.get("rectifications") or ()
    return owner in (None, decoded.by) or any(one["by"] == decoded.by for one in done)


def _is_author(decoded: Decoded, state: State) -> bool:
    return state.body.get("by") == decoded.by


FINDING_WHO: Mapping[str, Who] = {
    "report": WALKERS,
    "assign": DECIDERS,
    "rectify": WALKERS,
    "close": WALKERS,
    "again": WALKERS,
    "deduct": DECIDERS,
    "appeal": Who(DECIDERS.roles, _is_responsible),
    "uphold": DECIDERS,
    "dismiss": DECIDERS,
    "pause": DECIDERS,
    "resume": DECIDERS,
    "void": Who(DECIDERS.roles, _is_author),
}
"""Who may take each step; the others are the server's."""
FINDING = Machine(
    FINDING_TABLE,
    _step,
    bar=_bar,
    written=_written,
    asides=frozenset({APPEALED}),
    who=FINDING_WHO,
)
"""Findings, whoever raised them."""
FINDING_MACHINES: Mapping[str, Machine] = dict.fromkeys(
    [*(_STEPS.keys() - {VOID}), "recheck.record@1", "appeal.decide@1"], FINDING
)
