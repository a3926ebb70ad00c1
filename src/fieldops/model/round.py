"""Plans and rounds as the rules read them: the members of a record that decide."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from fieldops_sync.roundpayloads import Recurrence, RoundWalk

OPEN: tuple[str, ...] = ("planned", "under-way")
"""The states of a round that may still be missed."""


class Plan(Struct, frozen=True):
    """Who walks what and when, with what holds where nothing was said.

    Without more words a round may be begun a quarter of an hour before it is due, and is to be
    submitted an hour after.  ``through`` is the last day whose rounds were made, ``again`` is when
    more are to be made.
    """

    checklists: list[str]
    recurrence: Recurrence
    start: date
    title: str = ""
    area: UUID | None = None
    people: list[UUID] = []
    team: str | None = None
    post: str | None = None
    on_holiday: Literal["keep", "skip", "next", "previous"] = "keep"
    until: date | None = None
    early_minutes: int = 15
    late_minutes: int = 60
    wait_minutes: int = 0
    severity: Literal["minor", "major", "critical"] = "minor"
    ended: bool = False
    through: date | None = None
    again: datetime | None = None


class Round(Struct, frozen=True):
    """What is to be walked once, by when, and the walks that came, by inspection."""

    plan: UUID
    due: datetime
    opens: datetime
    closes: datetime
    missed_at: datetime
    checklists: list[str]
    severity: Literal["minor", "major", "critical"] = "minor"
    title: str = ""
    area: UUID | None = None
    walks: dict[str, RoundWalk] = {}


def plan_of(body: dict[str, Any]) -> Plan | None:
    """A plan from its record's body; None while it does not say what, when and from when on."""
    try:
        return msgspec.convert(_said(body), Plan)
    except msgspec.ValidationError:
        return None


def round_of(body: dict[str, Any]) -> Round:
    """A round from its record's body."""
    return msgspec.convert(_said(body), Round)


def _said(body: dict[str, Any]) -> dict[str, Any]:
    """Null stands for what holds where nothing is said."""
    return {name: value for name, value in body.items() if value is not None}
