"""What the ops about alarms carry: what is amiss with the server's own nightly work."""

from typing import Literal
from uuid import UUID

from msgspec import UNSET, UnsetType

from fieldops_sync.payloads import Key, Payload


class AlarmRaise(Payload, frozen=True):
    """Something is amiss with an export (``name`` is its destination) or a monthly report.

    A report's ``name`` is month and language (``2026-10.en``).  ``about`` is the run or the night
    of an export.  ``cause`` is the op that ended the same alarm before, if there was one.
    """

    of: Literal["export", "report"]
    name: Key
    what: Literal["late", "failing", "unreconciled", "unanswered", "refused"]
    about: Key | UnsetType = UNSET
    cause: UUID | UnsetType = UNSET


class AlarmClear(Payload, frozen=True):
    """It is amiss no more; ``cause`` is the op that raised the alarm."""

    cause: UUID
