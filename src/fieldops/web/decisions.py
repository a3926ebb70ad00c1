"""What people at desks decide about records (``/api/v1``): each decision is one op."""

from litestar.handlers import HTTPRouteHandler

from fieldops.model.access import Role
from fieldops.web.policy import person
from fieldops.web.steps import Step, steps
from fieldops_sync.payloads import (
    ConflictResolve,
    InspectionHandover,
    InspectionReopen,
    InspectionSeal,
    InspectionSubmit,
    PhotoWaive,
    RecordVoid,
    ReviewDecide,
)

_WALK = person(Role.INSPECTOR, Role.SUPERVISOR)
_DESK = person(Role.SUPERVISOR)

_INSPECTION = (
    Step("submit", "inspection.submit@1", InspectionSubmit, _WALK, "The walk is over."),
    Step(
        "handover",
        "inspection.handover@1",
        InspectionHandover,
        _WALK,
        "Give an unfinished walk to another person.",
    ),
    Step(
        "seal",
        "inspection.seal@1",
        InspectionSeal,
        _DESK,
        "Nothing is owed any more: close the record for review.",
    ),
    Step(
        "reopen",
        "inspection.reopen@1",
        InspectionReopen,
        _DESK,
        "Give a submitted or sealed inspection back to its inspector.",
    ),
)
_RECORD = (
    Step(
        "review",
        "review.decide@1",
        ReviewDecide,
        _DESK,
        "Decide on an inspection, a result or one photo.",
    ),
    Step("waive", "photo.waive@1", PhotoWaive, _DESK, "Do without a photo that will never come."),
    Step(
        "void",
        "record.void@1",
        RecordVoid,
        _WALK,
        "It was recorded by mistake; it stays readable, marked, with the reason.",
    ),
    Step(
        "resolve",
        "conflict.resolve@1",
        ConflictResolve,
        _WALK,
        "Say which values stand of those that are in conflict.  If-Match is demanded.",
        demanded=True,
    ),
)

HANDLERS: list[HTTPRouteHandler] = [
    *steps("/inspections/{inspection:uuid}", None, _INSPECTION),
    *steps("/records/{record:uuid}", None, _RECORD),
]
"""Every decision; those about findings, rounds and complaints have modules of their own."""
