"""What a desk may decide about an inspection from where it stands.

    draft ─ submit ─→ submitted ─ seal ─→ sealed ─ review ─→ approved, returned, retake
      ↑                   └────────────── reopen ────────────────┘

Beginning, submitting and handing over are a tablet's, which may have been without signal for hours:
they are merged like everything that is recorded, and never refused.
"""

from fieldops.model.record import Decoded
from fieldops.rules.machines import Machine, Table

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


INSPECTION = Machine(INSPECTION_TABLE, _step, is_gate=True)
"""The decisions about inspections."""
INSPECTION_STEPS = frozenset(_STEPS)
