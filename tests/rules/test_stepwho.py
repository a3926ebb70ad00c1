"""Who may take which step: every step of people is named, and to nobody the op's type bars."""

from typing import get_args

import pytest

from fieldops.model.access import Role
from fieldops.rules.access import OP_ROLES
from fieldops.rules.complaintsteps import COMPLAINT_WHO, HANDLE
from fieldops.rules.findingsteps import FINDING_WHO
from fieldops_sync.complaintpayloads import ComplaintStep

INSPECTOR, SUPERVISOR = Role.INSPECTOR, Role.SUPERVISOR
TYPES = {
    "report": "finding.report@1",
    "assign": "finding.assign@1",
    "rectify": "rectification.report@1",
    "close": "recheck.record@1",
    "again": "recheck.record@1",
    "deduct": "recheck.record@1",
    "appeal": "finding.appeal@1",
    "uphold": "appeal.decide@1",
    "dismiss": "appeal.decide@1",
    "pause": "finding.pause@1",
    "resume": "finding.resume@1",
    "void": "record.void@1",
}
WHOSE = {"appeal", "void"}
"""What an inspector may only do about what is his own."""
DECIDED = {"assign", "deduct", "uphold", "dismiss", "pause", "resume"}
ANYBODY = {"accept", "accept-hand-over", "decline-hand-over", "re-open"}


def test_every_step_of_a_finding_is_named() -> None:
    assert FINDING_WHO.keys() == TYPES.keys()


@pytest.mark.parametrize("step", sorted(TYPES))
def test_who_may_take_a_step_of_a_finding(step: str) -> None:
    who = FINDING_WHO[step]
    assert who.roles <= OP_ROLES[TYPES[step]]
    assert (who.own is not None) == (step in WHOSE)
    only = {SUPERVISOR} if step in DECIDED | WHOSE else {INSPECTOR, SUPERVISOR}
    assert who.roles == only


def test_who_may_take_a_step_of_a_complaint() -> None:
    assert COMPLAINT_WHO.keys() == set(get_args(ComplaintStep))
    for step, who in COMPLAINT_WHO.items():
        assert who.roles <= OP_ROLES[HANDLE]
        assert (who.own is None) == (step in ANYBODY), step
        assert (INSPECTOR in who.roles) == (step in ANYBODY), step
