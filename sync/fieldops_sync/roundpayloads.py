"""What the ops about rounds carry: who walks what and when, what came of it, who may walk what."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType, field

from fieldops_sync.payloads import Key, Payload, Severity, Text
from fieldops_sync.wire import Int

Day = Annotated[str, Meta(pattern=r"^2[01][0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]
"""A day of the site's calendar."""
TimeOfDay = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""The wall clock at the site."""
Instant = Annotated[str, Meta(max_length=40)]
"""RFC 3339 in UTC, to the second."""
Minutes = Annotated[int, Meta(ge=0, le=44_640)]
"""At most 31 days."""


class Recurrence(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """When rounds are due, by the site's clock; the meaning is that of RFC 5545, section 3.3.10.

    ``every`` ``interval`` days, weeks, months or hours from the plan's first day on, at each of the
    times ``at``.  ``hour`` counts elapsed hours from the one time in it.  ``weekdays`` are 1
    (Monday) to 7: for weeks the days that are meant (without any, that of the first day); for
    months, with ``nth``, the nth of them in the month, from its end where negative.  ``month_day``
    is the day of a month, from its end where negative; a month without it is left out.  With
    ``within_minutes`` the server draws a moment in so many minutes after each time.
    """

    every: Literal["day", "week", "month", "hour"]
    at: Annotated[list[TimeOfDay], Meta(min_length=1, max_length=48)]
    interval: Annotated[int, Meta(ge=1, le=1000)] = 1
    weekdays: Annotated[list[Annotated[int, Meta(ge=1, le=7)]], Meta(max_length=7)] = []
    month_day: Annotated[int, Meta(ge=-31, le=31)] | None = None
    nth: Annotated[int, Meta(ge=-5, le=5)] | None = None
    within_minutes: Annotated[int, Meta(ge=0, le=1439)] = 0

    def __post_init__(self) -> None:
        """Raises ``ValueError`` for what cannot be meant."""
        if 0 in (self.month_day, self.nth):
            raise ValueError("month_day and nth count from 1, or from -1 backwards")
        if self.weekdays and self.every in ("day", "hour"):
            raise ValueError("weekdays go with every week or month")
        by_day, by_weekday = self.month_day is not None, self.nth is not None
        if self.every != "month" and (by_day or by_weekday):
            raise ValueError("month_day and nth go with every month")
        if self.every == "month" and (by_day == by_weekday or by_weekday != bool(self.weekdays)):
            raise ValueError("every month needs month_day, or nth with weekdays")
        if self.every == "hour" and (len(self.at) > 1 or self.within_minutes):
            raise ValueError("every hour begins at one time and is not drawn")


class PlanSet(Payload, frozen=True):
    """Who walks what and when; the server makes ``round`` records of it, some days ahead.

    A round is walked by ``people``, or by whoever is of ``team`` and ``post``.  It is on time when
    it is begun no more than ``early_minutes`` before it is due and submitted no more than
    ``late_minutes`` after; the server waits ``wait_minutes`` more for a tablet without signal
    before it calls the round missed, which is a finding of ``severity``.  ``on_holiday`` says what
    becomes of a day on which the site does not work; a round of every hour does not move, but is
    left out.  An ``ended`` plan makes no more rounds.
    """

    title: Text | UnsetType = UNSET
    checklists: Annotated[list[Key], Meta(min_length=1, max_length=20)] | UnsetType = UNSET
    area: UUID | None | UnsetType = UNSET
    people: Annotated[list[UUID], Meta(max_length=200)] | UnsetType = UNSET
    team: Key | None | UnsetType = UNSET
    post: Key | None | UnsetType = UNSET
    recurrence: Recurrence | UnsetType = UNSET
    on_holiday: Literal["keep", "skip", "next", "previous"] | UnsetType = UNSET
    start: Day | UnsetType = UNSET
    until: Day | None | UnsetType = UNSET
    early_minutes: Minutes | UnsetType = UNSET
    late_minutes: Minutes | UnsetType = UNSET
    wait_minutes: Minutes | UnsetType = UNSET
    severity: Severity | UnsetType = UNSET
    ended: bool | UnsetType = UNSET

    def __post_init__(self) -> None:
        """Raises ``ValueError`` for a day that no month has."""
        _check_days(self.start, self.until)


def _check_days(*days: str | None | UnsetType) -> None:
    for day in days:
        if day:
            date.fromisoformat(day)


class PlanExtend(Payload, frozen=True):
    """The rounds of a plan are made up to the end of this day; more are made at ``again``.

    ``cause`` is the plan's change that it follows from.
    """

    through: Day
    cause: UUID
    again: Instant | None = None


class RoundPlan(Payload, frozen=True):
    """A round is due, to be begun from ``opens`` on and submitted until ``closes``.

    It is missed where nothing of it has come until ``missed_at``.
    """

    plan: UUID
    due: Instant
    opens: Instant
    closes: Instant
    missed_at: Instant
    checklists: list[Key]
    severity: Severity
    title: Text = ""
    area: UUID | None = None
    people: list[UUID] = field(default_factory=list)
    team: Key | None = None
    post: Key | None = None
    cause: UUID | UnsetType = UNSET


class RoundWithdraw(Payload, frozen=True):
    """The round is not to be walked any more: its plan, or the calendar, has changed."""

    reason: Text
    cause: UUID | UnsetType = UNSET


class RoundWalk(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One walk of a round, by the instants at which it happened as far as they are known.

    ``received`` is when its submission came.  It ended up to ``error_ms`` before ``ended``;
    ``assumed`` names the instants that are not known: those of their receipt stand for them.
    """

    checklist: Annotated[str, Meta(max_length=200)]
    begun: Instant
    ended: Instant | None = None
    received: Instant | None = None
    error_ms: Int = 0
    assumed: list[Literal["begun", "ended"]] = []


class RoundSettle(Payload, frozen=True):
    """Where a round stands by its walks.

    ``offset_minutes`` is from due to begun (negative: early), ``over_minutes`` from the close to
    the end of what was too late, ``duration_minutes`` from begun to ended.  ``late_receipt``: it
    was walked on time, and came when the round had closed.  ``too_early``: begun before it opened.
    """

    outcome: Literal["planned", "under-way", "done", "done-late", "missed"]
    walks: dict[Key, RoundWalk] = field(default_factory=dict)
    begun: Instant | None = None
    ended: Instant | None = None
    offset_minutes: Int | None = None
    over_minutes: Int | None = None
    duration_minutes: Int | None = None
    late_receipt: bool = False
    too_early: bool = False
    cause: UUID | UnsetType = UNSET


class RoundAssign(Payload, frozen=True):
    """Somebody else is to walk the round: people, or whoever is of a team and a post."""

    people: Annotated[list[UUID], Meta(max_length=200)] = field(default_factory=list)
    team: Key | None = None
    post: Key | None = None
    note: Text | UnsetType = UNSET


class RoundHandover(Payload, frozen=True):
    """A round that is not walked yet goes to another person."""

    to: UUID
    note: Text | UnsetType = UNSET


class QualificationSet(Payload, frozen=True):
    """A person may walk a domain from one day to another, both included.

    One that was recorded by mistake is ``withdrawn``, with the reason.
    """

    person: UUID
    domain: Key
    certificate: Annotated[str, Meta(max_length=200)] | UnsetType = UNSET
    valid_from: Day | UnsetType = UNSET
    valid_until: Day | None | UnsetType = UNSET
    withdrawn: Text | None | UnsetType = UNSET

    def __post_init__(self) -> None:
        """Raises ``ValueError`` for a day that no month has, or an end before the beginning."""
        _check_days(self.valid_from, self.valid_until)
        if self.valid_until and self.valid_from and self.valid_until < self.valid_from:
            raise ValueError("valid_until is before valid_from")


class InspectionMark(Payload, frozen=True):
    """Who walked without a qualification for the domain on that day; nobody takes the mark away."""

    unqualified: list[UUID]
    domain: Key
    cause: UUID | UnsetType = UNSET
