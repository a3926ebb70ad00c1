"""What the ops of a finding's life carry; what plugins raise and withdraw is in ``payloads``."""

from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from fieldops_sync.checklistpayloads import Reason
from fieldops_sync.payloads import Key, Payload, Severity, Text
from fieldops_sync.wire import Sha256

Deadline = Annotated[str, Meta(max_length=40)]
"""RFC 3339 with an offset."""
Points = Annotated[int, Meta(ge=1, le=100)]
Escalated = Literal["team", "supervisor", "office"]


class FindingReport(Payload, frozen=True):
    """Somebody has seen something wrong: a finding raised by hand.

    ``inspection``, ``result``, ``item``, ``repeat`` and ``area`` say where, ``feedback`` names what
    a resident said of it.  Without a ``deadline`` the server sets one by severity.
    """

    severity: Severity
    text: Reason
    inspection: UUID | UnsetType = UNSET
    result: UUID | UnsetType = UNSET
    feedback: UUID | UnsetType = UNSET
    item: Key | UnsetType = UNSET
    repeat: Annotated[str, Meta(max_length=200)] | UnsetType = UNSET
    area: UUID | UnsetType = UNSET
    photos: list[Sha256] | UnsetType = UNSET
    deadline: Deadline | UnsetType = UNSET


class FindingAssign(Payload, frozen=True):
    """Who is to put it right: a person, a team, or both; and by when, if that changes."""

    owner: UUID | None = None
    team: Key | None = None
    deadline: Deadline | UnsetType = UNSET
    note: Text | UnsetType = UNSET


class RectificationReport(Payload, frozen=True):
    """What was done about a finding, with photos from before and after."""

    note: Text | UnsetType = UNSET
    before: list[Sha256] | UnsetType = UNSET
    after: list[Sha256] | UnsetType = UNSET


class RecheckRecord(Payload, frozen=True):
    """The second look: it is put right, it is to be done again, or it ends with a deduction.

    ``points`` go with ``deducted`` alone, ``deadline`` (of the second rectification) with
    ``again``; without one the server sets it by severity.
    """

    outcome: Literal["closed", "again", "deducted"]
    points: Points | UnsetType = UNSET
    deadline: Deadline | UnsetType = UNSET
    note: Text | UnsetType = UNSET
    photos: list[Sha256] | UnsetType = UNSET


class FindingAppeal(Payload, frozen=True):
    """The responsible party says that the finding, or its deduction, is not right."""

    reason: Reason
    photos: list[Sha256] | UnsetType = UNSET


class AppealDecide(Payload, frozen=True):
    """``upheld``: the deduction is lifted, or the finding withdrawn; ``dismissed``: it stands."""

    decision: Literal["upheld", "dismissed"]
    reason: Reason


class FindingPause(Payload, frozen=True):
    """The clock of a finding stops, for a reason that nobody responsible can help."""

    reason: Reason


class FindingResume(Payload, frozen=True):
    """The clock goes on; the deadline moves by the working time that was left."""

    note: Text | UnsetType = UNSET


class FindingSchedule(Payload, frozen=True):
    """The server sets a deadline.  ``cause`` is the op that it runs from."""

    deadline: Deadline
    why: Literal["raised", "again", "resumed"]
    cause: UUID


class FindingEscalate(Payload, frozen=True):
    """``deadline`` passed without a rectification: now ``step`` is told."""

    step: Escalated
    deadline: Deadline


class FindingRelieve(Payload, frozen=True):
    """It had been put right before ``deadline``; the report ``cause`` was received late.

    The escalations made for that deadline are nobody's fault and count no more.
    """

    deadline: Deadline
    cause: UUID


class FindingLink(Payload, frozen=True):
    """``count`` walks found the same place wrong in so many days, the last before: ``repeat_of``.

    ``cause`` is the change of the finding that it follows from.
    """

    repeat_of: UUID | None
    count: Annotated[int, Meta(ge=1)]
    cause: UUID
