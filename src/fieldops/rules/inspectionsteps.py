"""What a desk may decide about an inspection from where it stands.

    draft ─ submit ─→ submitted ─ seal ─→ sealed ─ review ─→ approved, returned, retake
      ↑                   └────────────── reopen ────────────────┘

Beginning, submitting and handing over are a tablet's, which may have been without signal for hours:
they are merged like everything that is recorded, and never refused.
"""

from fieldops.model.record import Decoded
from fieldops.rules.machines import DECIDERS, Machine, Table

_DECIDED = dict.fromkeys(("reopen", "review"), "")
INSPECTION_TABLE: Table = {
    "stub": {},
    "draft": {},
    "submitted": {"seal": "", **_DECIDED},
    "sealed": _DECIDED,
    "approved": _DECIDED,
    "returned": _DECIDED,
    "retake": _DECIDED,
}
"""From a state the steps that are possible; where each leads, the op's own members say."""
_STEPS = {
    "inspection.seal@1": "seal",
    "inspection.reopen@1": "reopen",
    "review.decide@1": "review",
}


def _step(decoded: Decoded) -> str:
    return _STEPS[decoded.op.type]


_RESOLVE = "conflict.resolve@1"
_DECISIONS = frozenset({"verdict", "sealed"})


def _resolution(decoded: Decoded) -> str:
    """``decide`` where a conflict is settled by what only a supervisor may write."""
    told = decoded.fields["set"]
    named = {*told, told.get("state")}
    return "decide" if named & _DECISIONS else "settle"


_EITHER = dict.fromkeys(("settle", "decide"), "")
RESOLUTION = Machine(
    {"": {"settle": ""}, **dict.fromkeys(INSPECTION_TABLE, _EITHER)},
    _resolution,
    is_gate=True,
    who={"decide": DECIDERS},
)
"""Settling a conflict: whoever walks may, wherever it stands; but nobody seals or reviews by it."""
INSPECTION = Machine(INSPECTION_TABLE, _step, is_gate=True)
"""The decisions about inspections."""
INSPECTION_STEPS = {**dict.fromkeys(_STEPS, INSPECTION), _RESOLVE: RESOLUTION}
