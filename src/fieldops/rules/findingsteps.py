"""The life of a finding: which step may follow which."""

from fieldops.model.record import Decoded
from fieldops.rules.machines import Machine, Table

FINDING_TABLE: Table = {
    "open": {"rectify": "rectified"},
    "rectified": {"rectify": "rectified"},
}
_STEPS = {"rectification.report@1": "rectify"}


def _step(decoded: Decoded) -> str:
    return _STEPS[decoded.op.type]


FINDING = Machine(FINDING_TABLE, _step)
"""Findings, whoever raised them."""
FINDING_MACHINES = dict.fromkeys(_STEPS, FINDING)
