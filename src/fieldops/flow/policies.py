"""What a site works by: defaults, what the organisation changed, what the site itself changed.

    policy.set ─ one record a (site or organisation, policy) ─ its revisions are the history

A change holds for what happens from then on; a deadline that stands is not reckoned anew.
"""

from typing import Any, Literal, TypeVar, overload
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlmodel import Session

from fieldops.flow import history
from fieldops.flow.setup import put
from fieldops.model.access import Level
from fieldops.model.problem import ProblemError, problem
from fieldops.model.record import State
from fieldops.rules.personal import mask
from fieldops.rules.policies import (
    POLICIES,
    AssessmentPolicy,
    ComplaintPolicy,
    FindingPolicy,
    Policy,
    RoundPolicy,
    checked,
    policy_from,
)
from fieldops.store import arrivals, audit, meta, records
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
    return policy_from(POLICIES[name], _changed(_states(session, site, name)))


def assessment_policy(session: Session, site: UUID, until_ms: int) -> AssessmentPolicy:
    """The policy that a site (or the organisation) was assessed by at a moment."""
    states = _states(session, site, "assessment")
    bodies = [history.body_at(session, state, until_ms + 1) for state in states]
    return policy_from(AssessmentPolicy, [body.get("values") or {} for body in bodies])


def standing(session: Session, site: UUID) -> list[PolicyView]:
    """All policies as a site (or the organisation) works by them."""
    return [view(session, site, name) for name in POLICIES]


def view(session: Session, site: UUID, name: str) -> PolicyView:
    """One policy.  Raises ``ProblemError`` not-found for a name that is none."""
    if name not in POLICIES:
        raise ProblemError(problem("not-found", f"policy: one of {', '.join(POLICIES)}"))
    states = _states(session, site, name)
    made = policy_from(POLICIES[name], _changed(states))
    values = {key: str(value) for key, value in msgspec.structs.asdict(made).items()}
    set_by: dict[str, Where] = dict.fromkeys(values, "default")
    for state in states:
        where: Where = "site" if state.feed == site else "organisation"
        set_by |= dict.fromkeys(state.body["values"] or (), where)
    own = next((state for state in states if state.feed == site), None)
    return PolicyView(
        policy=name,
        site=site,
        values=values,
        set_by=set_by,
        revision=own.revision if own else 0,
        reason=mask(own.body["reason"], Level.L1) if own else "",
    )


def set_policy(
    session: Session,
    scope: UUID,
    name: str,
    values: dict[str, str] | None,
    reason: str,
    actor: UUID,
    now_ms: int,
) -> PolicyView:
    """Change a policy of a site, or of the organisation, or take the change back.

    ``values`` is the whole difference.  Raises ``ProblemError`` not-found for a policy that is
    none, validation for values that it does not have or that do not go together, or no reason.
    """
    view(session, scope, name)
    _check(session, scope, name, values)
    subject = ("policy", policy_id(scope, name))
    payload: dict[str, Any] = {"policy": name, "values": values, "reason": reason}
    put(session, "policy.set@1", subject, scope, payload, actor, now_ms)
    detail = {"site": str(scope), **payload}
    audit.add(session, audit.Entry("policy.set", now_ms, actor, subject=subject[1], detail=detail))
    return view(session, scope, name)


def steps(session: Session, site: UUID) -> list[PolicyStep]:
    """Every change that was made at a site (or for the organisation), by policy, oldest first."""
    found = []
    for name in POLICIES:
        state = records.get_one(session, policy_id(site, name))
        revisions = history.load(session, state.heads, {}) if state else {}
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


def _check(session: Session, scope: UUID, name: str, values: dict[str, str] | None) -> None:
    below = [state for state in _states(session, scope, name) if state.feed != scope]
    made = checked(name, [*_changed(below), values or {}])
    wrong = made if isinstance(made, str) else made.wrong()
    if wrong:
        raise ProblemError(problem("validation", wrong))


def _states(session: Session, site: UUID, name: str) -> list[State]:
    """What was changed, the organisation's first."""
    scopes = dict.fromkeys([meta.organisation(session), site])
    ids = [policy_id(scope, name) for scope in scopes]
    found = records.get(session, ids)
    return [found[one] for one in ids if one in found]


def _changed(states: list[State]) -> list[dict[str, str]]:
    return [state.body["values"] or {} for state in states]
