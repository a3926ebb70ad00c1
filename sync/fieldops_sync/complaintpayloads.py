"""What the ops of a complaint's life carry, and the consent text of the public form."""

from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from fieldops_sync.payloads import Key, Payload, Text, Titles
from fieldops_sync.wire import Count, Sha256

ComplaintStep = Literal[
    "accept",
    "classify",
    "hand-over",
    "accept-hand-over",
    "decline-hand-over",
    "investigate",
    "answer",
    "resolve",
    "follow-up",
    "re-open",
    "pause",
    "resume",
    "archive",
]
Tier = Literal["general", "larger", "major"]
Awaited = Literal["answer", "resolve", "follow-up"]
"""What has a deadline of its own."""
Instant = Annotated[str, Meta(max_length=40)]
"""RFC 3339 in UTC, by the server's clock."""


class ComplaintHandle(Payload, frozen=True):
    """One step in a complaint's life; which members a step needs says PROTOCOL.md.

    ``note`` is what was said or done, or why; ``to`` or ``team`` is who shall take it over;
    ``result`` and ``satisfaction`` (1 to 5, of the answer) are what the resident said to a
    follow-up; ``finding`` is what came of looking into it; ``cause`` is why it arose.
    """

    step: ComplaintStep
    note: Text | UnsetType = UNSET
    tier: Tier | UnsetType = UNSET
    to: UUID | UnsetType = UNSET
    team: Key | UnsetType = UNSET
    finding: UUID | UnsetType = UNSET
    result: Literal["satisfied", "unsatisfied", "not-reached"] | UnsetType = UNSET
    satisfaction: Annotated[int, Meta(ge=1, le=5)] | UnsetType = UNSET
    cause: Key | UnsetType = UNSET


class Clock(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where a complaint stands in time; what has not come, or does not run, is left out.

    ``occurred`` is when it was said, late by ``error_ms`` at most where that is known, ``received``
    when the server heard of it.  ``late`` names the
    deadlines that had passed before that: they run from the receipt, and nobody was overdue.
    ``follow_up_from`` and ``follow_up_by`` are when the next follow-up is due, and until when.
    ``pauses`` and ``reopened`` count; ``escalate_at`` is when a major one goes to the office, and
    ``office_hours`` how long after a deadline everything else does.  ``team`` is that of the tier.
    """

    occurred: Instant
    received: Instant
    error_ms: Count | None = None
    tier: Tier
    tier_by: Literal["person", "rule"]
    team: Key | None = None
    answer_by: Instant
    answered: Instant | None = None
    resolve_by: Instant | None = None
    resolved: Instant | None = None
    follow_up_from: Instant | None = None
    follow_up_by: Instant | None = None
    followed_up: Instant | None = None
    follow_ups: Count = 0
    satisfaction: Annotated[int, Meta(ge=1, le=5)] | None = None
    pauses: Count = 0
    reopened: Count = 0
    escalate_at: Instant | None = None
    office_hours: Count = 24
    late: list[Awaited] = []


class TierSuggestion(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the rules would call a complaint, and which of them say so; a person decides."""

    tier: Tier
    rules: list[Key] = []


class ComplaintSchedule(Payload, frozen=True):
    """The deadlines that follow from a complaint's steps; ``cause`` is what they were made of.

    ``owner`` is whoever took it, said once: a later edit by another does not make it theirs.
    """

    clock: Clock
    suggestion: TierSuggestion
    cause: UUID
    owner: UUID | UnsetType = UNSET


class ComplaintRemind(Payload, frozen=True):
    """The time for a follow-up has come; ``by`` is until when."""

    what: Literal["follow-up"]
    by: Instant


class ComplaintEscalate(Payload, frozen=True):
    """A deadline (``by``) has passed, or a complaint is major: ``to`` is told."""

    what: Literal["major", "answer", "resolve", "follow-up"]
    to: Literal["supervisor", "office"]
    by: Instant


class ConsentSet(Payload, frozen=True):
    """What a resident agrees to on a site's public form; ``sha256`` is that of its canonical form.

    Feedback names the version that was agreed to by this hash.
    """

    texts: Titles
    sha256: Sha256
