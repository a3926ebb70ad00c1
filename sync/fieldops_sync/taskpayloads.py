"""What the ops about tasks carry: what the server asks of whoever walks."""

from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from fieldops_sync.findingpayloads import Deadline
from fieldops_sync.payloads import Key, Payload, Text


class TaskOpen(Payload, frozen=True):
    """A supervisor wants ``photo`` taken anew, and says why in ``reason``.

    ``owner`` walked the inspection; ``cause`` is the decision.
    """

    task: Literal["retake"]
    photo: UUID
    inspection: UUID
    owner: UUID | None
    reason: Text
    deadline: Deadline
    cause: UUID
    item: Key | UnsetType = UNSET
    repeat: Annotated[str, Meta(max_length=200)] | UnsetType = UNSET


class TaskDone(Payload, frozen=True):
    """The new photo is there: ``photo`` is its record, which names the old one in ``retakes``."""

    photo: UUID


class TaskDrop(Payload, frozen=True):
    """The photo was decided otherwise, by the op ``cause``: nothing is wanted any more."""

    cause: UUID
