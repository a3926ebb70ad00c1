"""What a site works by: defaults, what the organisation changed, what the site itself changed.

    policy.set ─ one record a (site or organisation, policy) ─ its revisions are the history

A change holds for what happens from then on; a deadline that stands is not reckoned anew.
"""

from typing import Literal, TypeVar, overload
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlmodel import Session

from fieldops.flow import history
from fieldops.model.access import Level
from fieldops.model.problem import ProblemError, problem
from fieldops.model.record import State
from fieldops.model.said import Said, at
from fieldops.rules.personal import mask
from fieldops.rules.policies import (
    POLICIES,
    AssessmentPolicy,
    ComplaintPolicy,
    FindingPolicy,
    Policy,
    RoundPolicy,
    policy_from,
)
from fieldops.store import arrivals, meta, records
from fieldops_sync.ids import policy_id

P = TypeVar("P", bound=Policy)
Where = Literal["default", "organisation", "site"]


class PolicyView(Struct, frozen=True, kw_only=True):
    """A policy as a site works by it.

    ``values`` are all its members, ``set_by`` tells of each who said it; ``revision`` counts the
    changes that were made at ``site`` itself (0: none), ``reason`` is why the last one was.
    """

    policy: str
    site: UUID
    values: dict[str, str]
    set_by: dict[str, Where]
    revision: int
    reason: str


class PolicyStep(Struct, frozen=True, kw_only=True):
    """One change of a policy; ``values`` null took back what was changed before."""

    policy: str
    site: UUID
    values: dict[str, str] | None
    reason: str
    actor: UUID
    at_ms: int


@overload
def policy_of(session: Session, site: UUID, name: Literal["findings"]) -> FindingPolicy: ...
@overload
def policy_of(session: Session, site: UUID, name: Literal["complaints"]) -> ComplaintPolicy: ...
@overload
def policy_of(session: Session, site: UUID, name: Literal["rounds"]) -> RoundPolicy: ...


def policy_of(session: Session, site: UUID, name: str) -> Policy:
    """The policy that a site works by now."""
    return policy_from(POLICIES[name], changed(states(session, site, name)))


def assessment_policy(session: Session, site: UUID, until_ms: int) -> AssessmentPolicy:
    """The policy that a site (or the organisation) was assessed by at a moment."""
    found = states(session, site, "assessment")
    bodies = [history.body_at(session, state, until_ms + 1) for state in found]
    return policy_from(AssessmentPolicy, [body.get("values") or {} for body in bodies])


def standing(session: Session, site: UUID) -> list[PolicyView]:
    """All policies as a site (or the organisation) works by them."""
    return [view(session, site, name) for name in POLICIES]


def view(session: Session, site: UUID, name: str) -> PolicyView:
    """One policy.  Raises ``ProblemError`` not-found for a name that is none."""
    if name not in POLICIES:
        known = ", ".join(POLICIES)
        why = at("policy", Said(f"应为 {known} 之一", f"one of {known}"))
        raise ProblemError(problem("not-found", why))
    found = states(session, site, name)
    made = policy_from(POLICIES[name], changed(found))
    values = {key: str(value) for key, value in msgspec.structs.asdict(made).items()}
    set_by: dict[str, Where] = dict.fromkeys(values, "default")
    for state in found:
        where: Where = "site" if state.feed == site else "organisation"
        set_by |= dict.fromkeys(state.body["values"] or (), where)
    own = next((state for state in found if state.feed == site), None)
    return PolicyView(
        policy=name,
        site=site,
        values=values,
        set_by=set_by,
        revision=own.revision if own else 0,
        reason=mask(own.body["reason"], Level.L1) if own else "",
    )


def steps(session: Session, site: UUID) -> list[PolicyStep]:
    """Every change that was made at a site (or for the organisation), by policy, oldest first."""
    found = []
    for name in POLICIES:
        state = records.get_one(session, policy_id(site, name))
        revisions = history.load(session, state) if state else {}
        arrived = arrivals.of(session, revisions)
        found += [
            PolicyStep(
                policy=name,
                site=site,
                values=one.fields["values"],
                reason=mask(one.fields["reason"], Level.L1),
                actor=one.actor,
                at_ms=arrived[one.id].received_ms,
            )
            for one in sorted(revisions.values(), key=lambda one: one.number)
        ]
    return found


def states(session: Session, site: UUID, name: str) -> list[State]:
    """What was changed, the organisation's first."""
    scopes = dict.fromkeys([meta.organisation(session), site])
    ids = [policy_id(scope, name) for scope in scopes]
    found = records.get(session, ids)
    return [found[one] for one in ids if one in found]


def changed(states: list[State]) -> list[dict[str, str]]:
    """The values of what was changed."""
    return [state.body["values"] or {} for state in states]
