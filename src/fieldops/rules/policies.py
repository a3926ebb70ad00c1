"""Policies: the figures that a site works by, with the defaults of domain.md and their bounds.

    defaults ─ what the organisation changed ─ what the site changed ─→ FindingPolicy, …

What somebody changed travels as text by key (``policy.set``); a policy's struct is its schema.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Struct

from fieldops.model.checklist import Severity
from fieldops.model.said import NOTHING, Said, at
from fieldops.rules.misfits import misfit
from fieldops_sync.ids import policy_id
from fieldops_sync.wire import Op

Hours = Annotated[int, Meta(ge=1, le=8760)]
Delay = Annotated[int, Meta(ge=0, le=8760)]
Weight = Annotated[int, Meta(ge=0, le=100)]
Days = Annotated[int, Meta(ge=1, le=366)]
AHEAD_DAYS_MAX = 62
AheadDays = Annotated[int, Meta(ge=1, le=AHEAD_DAYS_MAX)]
TeamKey = Annotated[str, Meta(max_length=200)]
"""A team's key; empty for none."""
P = TypeVar("P", bound="Policy")


class Policy(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The base of all policies; every member has a default."""

    def wrong(self) -> Said:
        """What does not go together in it, or an empty text."""
        return NOTHING


class FindingPolicy(Policy, frozen=True):
    """How findings are handled (domain.md, rule 4).

    The hours to rectify run on the site's calendar.  The hours of escalation run from the deadline,
    by the clock on the wall: who is told then.  ``retake_hours`` is the time to take a photo anew.
    """

    minor_hours: Hours = 72
    major_hours: Hours = 48
    critical_hours: Hours = 24
    team_hours: Delay = 0
    supervisor_hours: Delay = 24
    office_hours: Delay = 72
    repeat_days: Days = 30
    retake_hours: Hours = 24

    def hours(self, severity: Severity) -> int:
        """The hours to rectify what is so severe."""
        return {
            "minor": self.minor_hours,
            "major": self.major_hours,
            "critical": self.critical_hours,
        }[severity]

    def steps(self) -> tuple[tuple[str, int], ...]:
        """Who is told so many hours after the deadline, in order."""
        return (
            ("team", self.team_hours),
            ("supervisor", self.supervisor_hours),
            ("office", self.office_hours),
        )

    def wrong(self) -> Said:
        """Whoever is told later than the next one would be told for nothing."""
        if not self.team_hours <= self.supervisor_hours <= self.office_hours:
            return Said(
                "team_hours、supervisor_hours、office_hours 须依次增大",
                "team_hours, supervisor_hours and office_hours do not ascend",
            )
        return NOTHING


class ComplaintPolicy(Policy, frozen=True):
    """How complaints are handled (domain.md, rules 5 and 6).

    ``first_answer_hours`` and the tiers' hours to resolve run from when it was said; after the
    answer comes a follow-up in ``follow_up_hours``, then one every ``follow_up_days`` to
    ``follow_up_days_max`` until it is closed.  ``major_escalation_hours`` 0 is at once; the office
    hears of what is overdue ``office_hours`` after the supervisor.  Each tier may have its team.
    """

    first_answer_hours: Hours = 24
    general_hours: Hours = 72
    larger_hours: Hours = 48
    major_hours: Hours = 24
    major_escalation_hours: Delay = 0
    office_hours: Delay = 24
    general_team: TeamKey = ""
    larger_team: TeamKey = ""
    major_team: TeamKey = ""
    follow_up_hours: Hours = 24
    follow_up_days: Days = 3
    follow_up_days_max: Days = 7

    def wrong(self) -> Said:
        """The least days between follow-ups are not above the most."""
        if self.follow_up_days > self.follow_up_days_max:
            return Said(
                "follow_up_days 大于 follow_up_days_max",
                "follow_up_days is above follow_up_days_max",
            )
        return NOTHING


class AssessmentPolicy(Policy, frozen=True):
    """How sites, teams and people are assessed (domain.md, rule 8; the weights are ours).

    Weights stand to each other; a part of weight 0 is shown and takes no part in the total.
    Whoever has fewer than ``minimum_cases`` in a period is not ranked.
    """

    satisfaction_weight: Weight = 25
    efficiency_weight: Weight = 25
    conformity_weight: Weight = 25
    handling_weight: Weight = 25
    minimum_cases: Annotated[int, Meta(ge=1, le=100_000)] = 5

    @property
    def weights(self) -> dict[str, int]:
        """The weights by part."""
        return {
            "satisfaction": self.satisfaction_weight,
            "efficiency": self.efficiency_weight,
            "conformity": self.conformity_weight,
            "handling": self.handling_weight,
        }

    def wrong(self) -> Said:
        """Something must weigh."""
        is_weighing = any(self.weights.values())
        return NOTHING if is_weighing else Said("权重不能全为 0", "all weights are 0")


class RoundPolicy(Policy, frozen=True):
    """How rounds are planned: so many days ahead they reach the tablets."""

    ahead_days: AheadDays = 7


POLICIES: dict[str, type[Policy]] = {
    "findings": FindingPolicy,
    "complaints": ComplaintPolicy,
    "assessment": AssessmentPolicy,
    "rounds": RoundPolicy,
}
"""Every policy by its name on the wire."""


def policy_from(kind: type[P], changed: Iterable[Mapping[str, str]]) -> P:
    """The policy with what was changed, the later over the earlier.

    Raises ``msgspec.ValidationError`` for a member that it does not have or a value out of bounds.
    """
    values = {name: value for values in changed for name, value in values.items()}
    return msgspec.convert(values, kind, strict=False)


def wrong_policy(op: Op, fields: Mapping[str, Any]) -> Said:
    """What is wrong with a ``policy.set`` beyond its types, or an empty text."""
    name, values = fields["policy"], fields["values"]
    if op.subject.id != policy_id(op.site, name):
        return Said("subject.id 与项目、策略不符", "subject.id is not derived from (site, policy)")
    # What goes together is asked where it is set: it depends on what stands below it.
    made = checked(name, [values or {}])
    return made if isinstance(made, Said) else NOTHING


def checked(name: str, changed: Iterable[Mapping[str, str]]) -> Policy | Said:
    """The policy with what was changed, or what is wrong with that."""
    kind = POLICIES.get(name)
    if kind is None:
        known = ", ".join(POLICIES)
        return at("payload.policy", Said(f"应为 {known} 之一", f"one of {known}"))
    try:
        return policy_from(kind, changed)
    except msgspec.ValidationError as error:
        return at("payload.values", misfit(str(error)))
